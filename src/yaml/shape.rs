//! Which keys a document may have: what a strict reader refuses.

use super::node::Node;

/// Paths of keys joined by dots, `*` for any key or item, and the keys that a map there may have. A path that is not
/// named is not looked at.
pub type Shape = &'static [(&'static str, &'static [&'static str])];

/// The first key that the shape does not know, whatever its case; a map that is not named is not entered unless one
/// below it is.
#[must_use]
pub fn unknown(node: &Node, shape: Shape) -> Option<&Node> {
    below(node, &mut Vec::new(), shape)
}

fn below<'n>(node: &'n Node, path: &mut Vec<String>, shape: Shape) -> Option<&'n Node> {
    let keys = shape.iter().find(|(known, _)| fits(known, path)).map(|(_, keys)| *keys);
    for (key, value) in node.pairs() {
        let name = key.text().unwrap_or_default();
        if keys.is_some_and(|keys| !keys.iter().any(|known| known.eq_ignore_ascii_case(name))) {
            return Some(key);
        }
        path.push(name.to_owned());
        let found = below(value, path, shape);
        path.pop();
        if found.is_some() {
            return found;
        }
    }
    for item in node.items() {
        path.push("*".to_owned());
        let found = below(item, path, shape);
        path.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

fn fits(known: &str, path: &[String]) -> bool {
    if known.is_empty() {
        return path.is_empty();
    }
    let known = known.split('.');
    known.clone().count() == path.len()
        && known.zip(path).all(|(known, have)| known == "*" || known.eq_ignore_ascii_case(have))
}

/// The first key that stands twice in one map.
#[must_use]
pub fn duplicate(node: &Node) -> Option<&Node> {
    let mut seen = std::collections::HashSet::new();
    for (key, value) in node.pairs() {
        if key.text().is_some_and(|name| !seen.insert(name)) {
            return Some(key);
        }
        if let Some(found) = duplicate(value) {
            return Some(found);
        }
    }
    node.items().iter().find_map(duplicate)
}
