//! Services: what a router hands a request on to (Traefik `pkg/server/service/service.go`).

use std::collections::BTreeMap;

use super::middleware::Context;
use crate::source::Place;
use crate::yaml::Node;

/// A service.
#[derive(Debug, Clone)]
pub(super) enum Service {
    /// A part of Traefik itself.
    Internal,
    /// Servers elsewhere.
    Servers(Place),
    /// This status, whatever is asked.
    Always(u16),
    /// One of these by their weights.
    OneOf(Vec<String>, Place),
    /// It cannot be built.
    Broken,
}

/// Reads a service; `transports`: the names of `serversTransports`.
pub(super) fn service(context: Context<'_>, name: &Node, node: &Node, transports: &[String]) -> Service {
    let place = context.place(name);
    let [(kind, options)] = node.pairs() else { return Service::Broken };
    if options.is_null() {
        return Service::Broken;
    }
    let text = |node: &Node, key: &str| node.get_any_case(key).and_then(Node::text).unwrap_or_default().to_owned();
    match kind.text().unwrap_or_default().to_ascii_lowercase().as_str() {
        "loadbalancer" => balancer(options, place, transports),
        "weighted" | "highestrandomweight" => {
            let services = options.get_any_case("services").map(Node::items).unwrap_or_default();
            let counts = services.iter().filter(|service| text(service, "weight") != "0");
            let names: Vec<String> = counts.map(|service| text(service, "name")).collect();
            if names.is_empty() { Service::Always(503) } else { Service::OneOf(names, place) }
        }
        "mirroring" => Service::OneOf(vec![text(options, "service")], place),
        // Its services must report their health, which a service without a check does not.
        "failover" if options.get_any_case("healthCheck").is_none() => Service::Broken,
        _ => Service::Servers(place),
    }
}

fn balancer(options: &Node, place: Place, transports: &[String]) -> Service {
    let transport = options.get_any_case("serversTransport").and_then(Node::text).unwrap_or_default();
    let transport = transport.strip_suffix("@file").unwrap_or(transport);
    let known = transport.is_empty() || transport.contains('@') || transports.iter().any(|name| name == transport);
    let servers = options.get_any_case("servers");
    if !known {
        return Service::Broken;
    }
    match servers {
        Some(servers) if servers.is_map() => Service::Always(500),
        Some(servers) if !servers.items().is_empty() => {
            let urls: Vec<&str> = servers
                .items()
                .iter()
                .map(|server| server.get_any_case("url").and_then(Node::text).unwrap_or_default())
                .collect();
            if !urls.iter().all(|url| is_url(url)) || servers.items().iter().any(|server| server.pairs().is_empty()) {
                return Service::Broken;
            }
            let host = |url: &&str| {
                let authority = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
                !authority.is_empty() && !authority.starts_with('/')
            };
            if urls.iter().any(host) { Service::Servers(place) } else { Service::Always(500) }
        }
        Some(_) | None => Service::Always(503),
    }
}

/// Whether Go's `url.Parse` takes it: no colon in front of the first slash but a scheme's, and a port of digits.
fn is_url(text: &str) -> bool {
    if text.chars().any(char::is_control) {
        return false;
    }
    let Some((scheme, rest)) = text.split_once(':') else { return true };
    if scheme.contains(['/', '?', '#']) {
        return true;
    }
    let letters = |found: char| found.is_ascii_alphanumeric() || matches!(found, '+' | '-' | '.');
    let proper = scheme.starts_with(|found: char| found.is_ascii_alphabetic()) && scheme.chars().all(letters);
    let authority = rest.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let port = authority.and_then(|authority| authority.rsplit_once(':')).map(|(_, port)| port);
    proper && port.is_none_or(|port| port.ends_with(']') || port.chars().all(|found| found.is_ascii_digit()))
}

/// What is really asked: the one that all of a service's children come to; `None`: it cannot be built.
pub(super) fn resolved(
    services: &BTreeMap<String, Service>,
    internal: &dyn Fn(&str) -> Option<Service>,
    name: &str,
    depth: usize,
) -> Option<Service> {
    const DEEPEST: usize = 20;
    let own = name.strip_suffix("@file").unwrap_or(name);
    let service = internal(name).or_else(|| services.get(own).cloned())?;
    match service {
        Service::OneOf(names, place) if depth < DEEPEST => {
            let all: Option<Vec<Service>> =
                names.iter().map(|name| resolved(services, internal, name, depth + 1)).collect();
            let all = all?;
            let same = all.iter().all(|service| matches!(service, Service::Internal));
            Some(if same { Service::Internal } else { Service::Servers(place) })
        }
        Service::Broken | Service::OneOf(..) => None,
        service @ (Service::Internal | Service::Servers(_) | Service::Always(_)) => Some(service),
    }
}
