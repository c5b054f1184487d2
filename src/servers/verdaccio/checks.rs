//! What Verdaccio refuses to start on (`@verdaccio/config`).

use crate::yaml::{Content, Node};

/// The first part that is refused, its name, and why.
pub(super) fn refused(root: &Node) -> Option<(&Node, &'static str, &'static str)> {
    for (name, node) in root.get("packages").map(Node::pairs).unwrap_or_default() {
        if !node.is_map() && !node.is_list() {
            return Some((name, "packages", "an entry must be a map"));
        }
        let lists = ["access", "publish", "unpublish", "proxy"];
        if let Some(list) = lists.iter().filter_map(|key| node.get(key)).find(|list| list.is_map()) {
            return Some((list, "packages", "this must be a text or a list"));
        }
    }
    for (name, node) in root.get("uplinks").map(Node::pairs).unwrap_or_default() {
        if node.get("url").is_none_or(Node::is_null) {
            return Some((name, "uplinks", "an uplink needs its url"));
        }
    }
    let file = root.at(&["auth", "htpasswd", "file"]).filter(|file| !file.is_null());
    if let Some(file) = file.filter(|file| !is_text(file)) {
        return Some((file, "file", "this must be a text"));
    }
    let level = root.at(&["log", "level"]).filter(|level| level.text().is_some() && !level.is_null());
    let levels = ["fatal", "error", "warn", "http", "info", "debug", "trace", "silent"];
    if let Some(level) = level.filter(|level| !level.text().is_some_and(|text| levels.contains(&text))) {
        return Some((level, "level", "there is no such level"));
    }
    let size = root.get("max_body_size").filter(|size| size.text().is_some() && !size.is_null());
    size.filter(|size| !size.text().is_some_and(is_size)).map(|size| (size, "max_body_size", "this is no size"))
}

/// Whether it is a text to `js-yaml`.
fn is_text(node: &Node) -> bool {
    match &node.content {
        Content::Scalar { text, plain } => {
            !plain || (text.parse::<f64>().is_err() && !matches!(text.as_str(), "true" | "false"))
        }
        Content::List(_) | Content::Map(_) => false,
    }
}

/// A number of bytes (npm `bytes`).
fn is_size(text: &str) -> bool {
    let units = ["kb", "mb", "gb", "tb", "pb", "b"];
    let lower = text.to_lowercase();
    let number = units.iter().find_map(|unit| lower.strip_suffix(unit)).unwrap_or(&lower);
    number.trim_end().parse::<f64>().is_ok() || number.starts_with(|found: char| found.is_ascii_digit())
}
