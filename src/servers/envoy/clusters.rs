//! Addresses and clusters that keep Envoy from starting (Envoy `source/common/network/resolver_impl.cc`,
//! `source/common/upstream/{cluster_manager_impl,upstream_impl}.cc`, `source/extensions/clusters`).

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::config::{Read, Reader};
use crate::yaml::Node;

impl Reader<'_> {
    /// Where a listener is: an address, and filters for connections only.
    pub(super) fn listener(&self, listener: &Node) -> Read<()> {
        let Some(address) = listener.get("address") else { return Ok(()) };
        self.address(address)?;
        let datagrams = address.at(&["socket_address", "protocol"]).and_then(Node::text) == Some("UDP");
        if datagrams && listener.get("filter_chains").is_some() {
            return Err(self.wrong(address.span, "protocol", "datagrams have no filter chains"));
        }
        Ok(())
    }

    /// An address is no name, unless somebody resolves it.
    fn address(&self, address: &Node) -> Read<()> {
        let Some(socket) = address.get("socket_address").filter(|socket| socket.get("resolver_name").is_none()) else {
            return Ok(());
        };
        let text = socket.get("address").and_then(Node::text).unwrap_or_default();
        if text.parse::<IpAddr>().is_err() {
            return Err(self.wrong(socket.span, "address", "this is no address"));
        }
        Ok(())
    }

    /// The clusters, each on its own.
    pub(super) fn clusters(&self, root: &Node) -> Read<()> {
        let mut names = BTreeSet::new();
        for cluster in root.at(&["static_resources", "clusters"]).map(Node::items).unwrap_or_default() {
            if !names.insert(cluster.get("name").and_then(Node::text)) {
                return Err(self.wrong(cluster.span, "clusters", "a name stands there twice"));
            }
            let kind = cluster.get("type").and_then(Node::text).unwrap_or("STATIC");
            let endpoints = cluster.at(&["load_assignment", "endpoints"]).map(Node::items).unwrap_or_default();
            let endpoints =
                endpoints.iter().flat_map(|place| place.get("lb_endpoints").map(Node::items).unwrap_or_default());
            let endpoints: Vec<&Node> = endpoints.collect();
            match kind {
                "EDS" if cluster.at(&["eds_cluster_config", "eds_config"]).is_none() => {
                    return Err(self.wrong(cluster.span, "eds_cluster_config", "it is missing"));
                }
                "LOGICAL_DNS" if endpoints.len() != 1 => {
                    return Err(self.wrong(cluster.span, "load_assignment", "there must be one endpoint"));
                }
                "STATIC" if cluster.get("cluster_type").is_none() => {
                    for endpoint in endpoints {
                        let Some(address) = endpoint.at(&["endpoint", "address"]) else {
                            return Err(self.wrong(endpoint.span, "address", "it is missing"));
                        };
                        self.address(address)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
