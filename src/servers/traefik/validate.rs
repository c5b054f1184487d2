//! What Traefik refuses of a static configuration that it could read (Traefik `pkg/config/static/static_config.go`,
//! `ValidateConfiguration`; `pkg/server/server_entrypoint_tcp.go`).

use super::middleware::texts;
use super::rule::range;
use crate::answer::{Because, Reason};
use crate::source::{FileId, Place};
use crate::yaml::Node;

/// The providers that may be named in an order.
const PROVIDERS: [&str; 17] = [
    "kubernetesgateway",
    "kubernetescrd",
    "kubernetes",
    "kubernetesingressnginx",
    "swarm",
    "docker",
    "file",
    "redis",
    "knative",
    "consul",
    "consulcatalog",
    "nomad",
    "etcd",
    "ecs",
    "http",
    "zookeeper",
    "rest",
];

/// The value behind several keys in whatever case.
fn at<'n>(node: &'n Node, keys: &[&str]) -> Option<&'n Node> {
    keys.iter().try_fold(node, |node, key| node.get_any_case(key))
}

fn refused(file: FileId, node: &Node, name: &str) -> Result<(), Because> {
    let message = "this value is not taken".to_owned();
    Err(Because::at(Reason::WrongArguments { name: name.to_owned(), message }, Place::new(file, node.span)))
}

/// Checks it.
pub(super) fn validate(file: FileId, root: &Node) -> Result<(), Because> {
    let wrong = |node: &Node, name: &str| refused(file, node, name);
    let text = |node: &Node| node.text().unwrap_or_default().to_owned();
    for (_, resolver) in root.get_any_case("certificatesResolvers").map(Node::pairs).unwrap_or_default() {
        let Some(acme) = resolver.get_any_case("acme") else { continue };
        let unstored = acme.get_any_case("storage").is_some_and(|storage| text(storage).is_empty());
        if unstored || resolver.get_any_case("tailscale").is_some() {
            return wrong(acme, "acme");
        }
    }
    if let Some(syntax) =
        at(root, &["core", "defaultRuleSyntax"]).filter(|node| !matches!(node.text(), Some("v2" | "v3")))
    {
        return wrong(syntax, "defaultRuleSyntax");
    }
    if let Some(order) = at(root, &["providers", "precedence"]) {
        let known = |name: &str| PROVIDERS.contains(&name.to_lowercase().as_str());
        if !texts(order).iter().all(|(name, _)| known(name)) {
            return wrong(order, "precedence");
        }
    }
    let tried = |name: &str| at(root, &["experimental", name]).and_then(Node::truth) == Some(true);
    for (keys, needed) in [
        (&["providers", "knative"][..], "knative"),
        (&["accessLog", "otlp"], "otlpLogs"),
        (&["log", "otlp"], "otlpLogs"),
    ] {
        if let Some(node) = at(root, keys).filter(|_| !tried(needed)) {
            return wrong(node, needed);
        }
    }
    let path = |text: &str| {
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "/_.:~-".contains(letter);
        text.starts_with('/') && text.chars().all(letter)
    };
    if let Some(base) = at(root, &["api", "basePath"]).filter(|base| !path(&text(base))) {
        return wrong(base, "basePath");
    }
    let responders = at(root, &["ocsp", "responderOverrides"]).map(Node::pairs).unwrap_or_default();
    if let Some((_, empty)) = responders.iter().find(|(_, value)| text(value).is_empty()) {
        return wrong(empty, "responderOverrides");
    }
    points(file, root)
}

/// Checks the entry points.
fn points(file: FileId, root: &Node) -> Result<(), Because> {
    let wrong = |node: &Node, name: &str| refused(file, node, name);
    let text = |node: &Node| node.text().unwrap_or_default().to_owned();
    for (_, point) in root.get_any_case("entryPoints").map(Node::pairs).unwrap_or_default() {
        for strategy in ["underscoreHeadersStrategy", "aliasHeadersStrategy"] {
            let named = at(point, &["http", strategy]);
            if let Some(node) = named.filter(|node| !["", "keep", "delete", "reject"].contains(&text(node).as_str())) {
                return wrong(node, strategy);
            }
        }
        let proxy = point.get_any_case("proxyProtocol");
        let trusts = |proxy: &Node| {
            proxy.get_any_case("insecure").and_then(Node::truth) == Some(true)
                || proxy.get_any_case("trustedIPs").is_some_and(|list| !texts(list).is_empty())
        };
        if let Some(node) = proxy.filter(|proxy| !trusts(proxy)) {
            return wrong(node, "proxyProtocol");
        }
        for kind in ["forwardedHeaders", "proxyProtocol"] {
            let trusted = at(point, &[kind, "trustedIPs"]);
            if let Some(node) = trusted.filter(|node| !texts(node).iter().all(|(text, _)| range(text).is_some())) {
                return wrong(node, "trustedIPs");
            }
        }
    }
    Ok(())
}
