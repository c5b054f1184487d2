//! Values in the rest of the registry's YAML that keep it from starting (distribution `configuration/configuration.go`,
//! `registry/registry.go`, `registry/handlers/app.go`).

use std::path::Path;

use super::config::wrong;
use crate::answer::Because;
use crate::gate::{Content, Host};
use crate::source::FileId;
use crate::yaml::Node;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Truth,
    /// Go's `time.ParseDuration`, or a number of nanoseconds.
    Time,
    Number,
    Map,
    Lists,
    /// A URL.
    Url,
    /// A file that is there.
    File,
    OneOf(&'static [&'static str]),
    /// An address and a port, or a service's name.
    Address,
}

const VALUES: [(&[&str], Kind); 34] = [
    (&["http", "relativeurls"], Kind::Truth),
    (&["http", "addr"], Kind::Address),
    (&["http", "draintimeout"], Kind::Time),
    (&["http", "headers"], Kind::Lists),
    (&["http", "host"], Kind::Url),
    (&["http", "net"], Kind::OneOf(&["", "tcp", "unix"])),
    (&["http", "tls", "certificate"], Kind::File),
    (&["http", "tls", "key"], Kind::File),
    (&["http", "http2", "disabled"], Kind::Truth),
    (&["log", "formatter"], Kind::OneOf(&["", "text", "json", "logstash"])),
    (&["log", "accesslog", "disabled"], Kind::Truth),
    (&["storage", "filesystem"], Kind::Map),
    (&["storage", "filesystem", "maxthreads"], Kind::Number),
    (&["storage", "inmemory"], Kind::Map),
    (&["storage", "delete"], Kind::Map),
    (&["storage", "delete", "enabled"], Kind::Truth),
    (&["storage", "redirect", "disable"], Kind::Truth),
    (&["storage", "maintenance", "readonly"], Kind::Map),
    (&["storage", "maintenance", "readonly", "enabled"], Kind::Truth),
    (&["storage", "maintenance", "uploadpurging", "enabled"], Kind::Truth),
    (&["storage", "maintenance", "uploadpurging", "age"], Kind::Time),
    (&["storage", "maintenance", "uploadpurging", "interval"], Kind::Time),
    (&["health", "storagedriver", "enabled"], Kind::Truth),
    (&["health", "storagedriver", "interval"], Kind::Time),
    (&["health", "storagedriver", "threshold"], Kind::Number),
    (&["redis", "db"], Kind::Number),
    (&["catalog", "maxentries"], Kind::Number),
    (&["log", "fields"], Kind::Map),
    (&["log", "accesslog"], Kind::Map),
    (&["reporting"], Kind::Map),
    (&["compatibility"], Kind::Map),
    (&["compatibility", "schema1"], Kind::Map),
    (&["proxy", "remoteurl"], Kind::Url),
    (&["auth", "token", "rootcertbundle"], Kind::File),
];

/// Checks them.
pub(super) fn check_values(host: &Host<'_>, file: FileId, root: &Node) -> Result<(), Because> {
    let bad = |node: &Node, keys: &[&str]| Err(wrong(file, node.span, &keys.join("."), "this value is not taken"));
    for (keys, kind) in VALUES {
        if let Some(node) = root.at(keys).filter(|node| !node.is_null() && !fits(host, node, kind)) {
            return bad(node, keys);
        }
    }
    let endpoints = root.at(&["notifications", "endpoints"]).map(Node::items).unwrap_or_default();
    for (key, kind) in [("timeout", Kind::Time), ("backoff", Kind::Time), ("threshold", Kind::Number)] {
        let values = endpoints.iter().filter_map(|endpoint| endpoint.get(key));
        if let Some(node) = values.filter(|node| !node.is_null()).find(|node| !fits(host, node, kind)) {
            return bad(node, &["notifications", "endpoints", key]);
        }
    }
    let redis = root.at(&["redis", "addr"]).and_then(Node::text).is_some_and(|text| !text.is_empty());
    for key in ["blobdescriptor", "layerinfo"] {
        if let Some(node) = root.at(&["storage", "cache", key]).filter(|node| node.text() == Some("redis") && !redis) {
            return bad(node, &["storage", "cache", key]);
        }
    }
    if let Some(node) = root.at(&["storage", "s3"]).filter(|node| node.get("bucket").is_none()) {
        return bad(node, &["storage", "s3"]);
    }
    for list in ["allow", "deny"] {
        let patterns = root.at(&["validation", "manifests", "urls", list]).map(Node::items).unwrap_or_default();
        let sound = |node: &&Node| node.text().is_none_or(|text| fancy_regex::Regex::new(text).is_ok());
        if let Some(node) = patterns.iter().find(|node| !sound(node)) {
            return bad(node, &["validation", "manifests", "urls", list]);
        }
    }
    let known = ["cloudfront", "redirect", "alicdn"];
    let middlewares = root.get("middleware").map(Node::pairs).unwrap_or_default();
    for (kind, list) in middlewares {
        let foreign = |item: &&Node| {
            let name = item.get("name").and_then(Node::text).unwrap_or_default();
            kind.text() != Some("storage") || !known.contains(&name)
        };
        if let Some(item) = list.items().iter().find(foreign) {
            return bad(item, &["middleware"]);
        }
    }
    Ok(())
}

fn fits(host: &Host<'_>, node: &Node, kind: Kind) -> bool {
    let text = node.text();
    match kind {
        Kind::Truth => node.truth().is_some() && is_plain(node),
        Kind::Time => text.is_some_and(|text| text.parse::<i64>().is_ok() || is_time(text)),
        Kind::Number => text.is_some_and(|text| text.parse::<i64>().is_ok()),
        Kind::Map => node.is_map(),
        Kind::Lists => node.pairs().iter().all(|(_, value)| value.is_list() || value.is_null()),
        Kind::Url => {
            let closed = |text: &str| text.matches('[').count() == text.matches(']').count();
            text.is_some_and(|text| closed(text) && !text.contains(char::is_control))
        }
        Kind::File => text.is_some_and(|text| {
            text.is_empty()
                || matches!(host.read(&Host::path(Path::new("/"), text)), Content::Read(..) | Content::Unknown(_))
        }),
        Kind::Address => text.is_some_and(|text| text.is_empty() || text.starts_with('/') || has_port(text)),
        Kind::OneOf(known) => text.is_some_and(|text| known.contains(&text)),
    }
}

fn is_plain(node: &Node) -> bool {
    matches!(node.content, crate::yaml::Content::Scalar { plain: true, .. })
}

fn is_time(text: &str) -> bool {
    let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
    let mut rest = text.trim_start_matches(['-', '+']);
    while !rest.is_empty() {
        let behind = rest.trim_start_matches(|found: char| found.is_ascii_digit() || found == '.');
        let unit = behind.find(|found: char| found.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind_unit) = behind.split_at(unit);
        if behind.len() == rest.len() || !units.contains(&unit) {
            return false;
        }
        rest = behind_unit;
    }
    !text.is_empty()
}

/// Whether Go can listen there: a port of digits, or the name of a service that the machine may know.
fn has_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    if host.contains(char::is_whitespace) || host.contains(':') && !bracketed {
        return false;
    }
    let number = port.strip_prefix(['+', '-']).unwrap_or(port);
    if number.starts_with(|first: char| first.is_ascii_digit()) {
        return port.parse::<u16>().is_ok();
    }
    port.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}
