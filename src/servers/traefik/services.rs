//! Services: what a router hands a request on to (Traefik `pkg/server/service/service.go`).

use std::collections::BTreeMap;

use super::middleware::{Context, texts};
use crate::source::Place;
use crate::yaml::Node;

/// The deepest services of services.
const DEEPEST: usize = 20;

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
    /// The first; the others get copies, and must be there.
    Mirror(String, Vec<String>),
    /// `failover`: the second where the first is not healthy, or answers with one of these statuses.
    Failover(String, String, Option<Vec<(u16, u16)>>, Place),
    /// Its health is asked after.
    Checked(Box<Self>),
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
    let kind = kind.text().unwrap_or_default().to_ascii_lowercase();
    let found = match kind.as_str() {
        "loadbalancer" => balancer(options, place, transports),
        "weighted" | "highestrandomweight" => {
            let services = options.get_any_case("services").map(Node::items).unwrap_or_default();
            let counts = services.iter().filter(|service| text(service, "weight") != "0");
            let names: Vec<String> = counts.map(|service| text(service, "name")).collect();
            if names.is_empty() { Service::Always(503) } else { Service::OneOf(names, place) }
        }
        "mirroring" => {
            let mirrors = options.get_any_case("mirrors").map(Node::items).unwrap_or_default();
            Service::Mirror(text(options, "service"), mirrors.iter().map(|mirror| text(mirror, "name")).collect())
        }
        "failover" => failover(options, place),
        _ => Service::Servers(place),
    };
    let checked = options.get_any_case("healthCheck").is_some_and(|check| !check.is_null());
    if checked && !matches!(found, Service::Broken) { Service::Checked(Box::new(found)) } else { found }
}

/// `failover` (`pkg/server/service/loadbalancer/failover`).
fn failover(options: &Node, place: Place) -> Service {
    let text = |key: &str| options.get_any_case(key).and_then(Node::text).unwrap_or_default().to_owned();
    let range = |(status, _): &(String, _)| {
        let (low, high) = status.split_once('-').unwrap_or((status, status));
        Some((low.parse().ok()?, high.parse().ok()?))
    };
    let errors = options.get_any_case("errors").filter(|errors| !errors.is_null());
    let statuses = errors.map(|errors| {
        let statuses = errors.get_any_case("status").map(texts).unwrap_or_default();
        statuses.iter().map(range).collect::<Option<Vec<_>>>()
    });
    match statuses {
        Some(None) => Service::Broken,
        statuses => Service::Failover(text("service"), text("fallback"), statuses.flatten(), place),
    }
}

fn balancer(options: &Node, place: Place, transports: &[String]) -> Service {
    let transport = options.get_any_case("serversTransport").and_then(Node::text).unwrap_or_default();
    let transport = transport.strip_suffix("@file").unwrap_or(transport);
    let known = transport.is_empty() || transport.contains('@') || transports.iter().any(|name| name == transport);
    let strategy = options.get_any_case("strategy").and_then(Node::text).unwrap_or_default();
    let servers = options.get_any_case("servers");
    if !known || !matches!(strategy, "" | "wrr" | "p2c" | "hrw" | "leasttime") {
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

/// Services by their names, Traefik's own among them.
#[derive(Clone, Copy)]
pub(super) struct Services<'s> {
    pub own: &'s BTreeMap<String, Service>,
    pub internal: &'s dyn Fn(&str) -> Option<Service>,
}

impl Services<'_> {
    fn get(&self, name: &str) -> Option<Service> {
        let own = name.strip_suffix("@file").unwrap_or(name);
        (self.internal)(name).or_else(|| self.own.get(own).cloned())
    }

    /// What is really asked: the one that all of a service's children come to; `None`: it cannot be built.
    pub(super) fn resolved(&self, name: &str) -> Option<Service> {
        self.built(self.get(name)?, false, 0)
    }

    fn child(&self, name: &str, depth: usize) -> Option<Service> {
        self.built(self.get(name)?, false, depth + 1)
    }

    /// Whether a service says how its health is: one with a check does, copies' owner only if what it asks does.
    fn reports(&self, name: &str, depth: usize) -> bool {
        let Some(Service::Checked(service)) = self.get(name) else { return false };
        match *service {
            Service::Mirror(inner, _) => depth < DEEPEST && self.reports(&inner, depth + 1),
            Service::Internal
            | Service::Servers(_)
            | Service::Always(_)
            | Service::OneOf(..)
            | Service::Failover(..)
            | Service::Checked(_)
            | Service::Broken => true,
        }
    }

    fn built(&self, service: Service, checked: bool, depth: usize) -> Option<Service> {
        if depth > DEEPEST {
            return None;
        }
        let child = |name: &String| self.child(name, depth);
        let reports = |name: &str| self.reports(name, depth);
        match service {
            Service::Checked(service) => self.built(*service, true, depth),
            Service::OneOf(names, _) if checked && !names.iter().all(|name| reports(name)) => None,
            Service::OneOf(names, place) => {
                let all = names.iter().map(child).collect::<Option<Vec<Service>>>()?;
                let first = all.first()?;
                let same = all.iter().all(|service| service.status().is_some() && service.status() == first.status());
                Some(if same { first.clone() } else { Service::Servers(place) })
            }
            Service::Mirror(asked, mirrors) => {
                mirrors.iter().map(child).collect::<Option<Vec<Service>>>()?;
                child(&asked)
            }
            Service::Failover(asked, fallback, statuses, place) => {
                let (first, second) = (child(&asked)?, child(&fallback)?);
                match (statuses, first.status()) {
                    (None, _) if !reports(&asked) || checked && !reports(&fallback) => None,
                    (Some(statuses), Some(status)) => {
                        let falls = statuses.iter().any(|(low, high)| (*low..=*high).contains(&status));
                        Some(if falls { second } else { first })
                    }
                    _ => Some(Service::Servers(place)),
                }
            }
            Service::Broken => None,
            Service::Internal | Service::Servers(_) | Service::Always(_) => Some(service),
        }
    }
}

impl Service {
    /// The status of its answers, where they are known.
    fn status(&self) -> Option<u16> {
        match self {
            Self::Internal => Some(200),
            Self::Always(status) => Some(*status),
            Self::Servers(_)
            | Self::OneOf(..)
            | Self::Mirror(..)
            | Self::Failover(..)
            | Self::Checked(_)
            | Self::Broken => None,
        }
    }
}
