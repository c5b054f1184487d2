//! What Traefik's reader of files takes, and what it drops silently (`paerser`: `file/raw_node.go`,
//! `parser/nodes_metadata.go`, `parser/element_fill.go`).

use super::scalar::{is_date, is_span, is_truth, value};
use crate::answer::{Because, Reason};
use crate::source::{FileId, Place, Span};
use crate::yaml::{self, Content, Node};

/// A structure a line: its name and its fields, each with its kind. A kind is `s` text, `b` truth, `i` `u` `f` numbers,
/// `d` a span of time, `*` anything, `-` never read, `@` a structure (`?`: it may be empty), `[` a list, `{` a map of
/// these (Traefik `pkg/config/static`, `pkg/config/dynamic` and what they hold).
const FIELDS: &str = include_str!("fields.txt");

/// What a file was refused for.
#[derive(Debug)]
pub(super) struct Misfit {
    span: Span,
    /// A field that the structure has not; none: a value is of the wrong kind.
    unknown: Option<String>,
    message: String,
}

impl Misfit {
    pub(super) fn because(self, file: FileId) -> Because {
        let reason = match self.unknown {
            Some(name) => Reason::UnknownDirective { name, nearest: None },
            None => Reason::WrongArguments { name: "YAML".to_owned(), message: self.message },
        };
        Because::at(reason, Place::new(file, self.span))
    }
}

type Read<T> = Result<T, Misfit>;

fn misfit<T>(node: &Node, message: impl Into<String>) -> Read<T> {
    Err(Misfit { span: node.span, unknown: None, message: message.into() })
}

fn unknown<T>(key: &Node, name: &str) -> Read<T> {
    Err(Misfit { span: key.span, unknown: Some(name.to_owned()), message: format!("there is no field `{name}`") })
}

/// The document as Traefik keeps it: without what is nothing, what is switched off, and what the top does not know.
///
/// # Errors
/// What it refuses.
pub(super) fn decode(root: &Node, structure: &str) -> Read<Node> {
    if let Some(key) = yaml::duplicate(root) {
        return misfit(key, "a key stands there twice");
    }
    if !root.is_map() && !root.is_null() {
        return misfit(root, "this is no map");
    }
    let known = |key: &Node| key.text().is_some_and(|key| kind(structure, key).is_some());
    let pairs = root.pairs().iter().filter(|(key, value)| known(key) && !value.is_null()).cloned().collect();
    fields(structure, &raw(&Node { content: Content::Map(pairs), span: root.span })?)
}

/// The kind of a field, whatever its case.
fn kind(structure: &str, field: &str) -> Option<&'static str> {
    let mut lines = FIELDS.lines().filter_map(|line| line.split_once(':'));
    let (_, all) = lines.find(|(name, _)| *name == structure)?;
    let mut all = all.split_whitespace().filter_map(|one| one.split_once('='));
    all.find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, kind)| kind)
}

/// Without keys of nothing; items of nothing, lists in lists and dates are refused.
fn raw(node: &Node) -> Read<Node> {
    let content = match &node.content {
        Content::Scalar { text, plain } if *plain && is_date(text) => return misfit(node, "a date is not read"),
        Content::Scalar { .. } => node.content.clone(),
        Content::List(items) => {
            if let Some(item) = items.iter().find(|item| item.is_null() || item.is_list()) {
                return misfit(item, "a list holds texts or maps");
            }
            Content::List(items.iter().map(raw).collect::<Read<_>>()?)
        }
        Content::Map(pairs) => {
            let pairs = pairs.iter().filter(|(_, value)| !value.is_null());
            Content::Map(pairs.map(|(key, value)| Ok((key.clone(), raw(value)?))).collect::<Read<_>>()?)
        }
    };
    Ok(Node { content, span: node.span })
}

/// What stands below a value: the pairs of a map, the maps of a list.
fn children(node: &Node) -> Vec<(Node, &Node)> {
    let index =
        |item: &Node| Node { content: Content::Scalar { text: "[0]".to_owned(), plain: false }, span: item.span };
    let items = node.items().iter().filter(|item| item.is_map()).map(|item| (index(item), item));
    node.pairs().iter().map(|(key, value)| (key.clone(), value)).chain(items).collect()
}

fn is_leaf(node: &Node) -> bool {
    children(node).is_empty()
}

/// A structure's fields.
fn fields(structure: &str, node: &Node) -> Read<Node> {
    let mut kept = Vec::new();
    for (key, value) in children(node) {
        let name = key.text().unwrap_or_default().to_owned();
        let Some(kind) = kind(structure, &name) else { return unknown(&key, &name) };
        if let Some(value) = part(kind, &key, value)? {
            kept.push((key, value));
        }
    }
    Ok(Node { content: Content::Map(kept), span: node.span })
}

/// A field's value; `None`: it is switched off.
fn part(kind: &str, key: &Node, node: &Node) -> Read<Option<Node>> {
    if kind == "-" {
        return Ok(None);
    }
    if let Some(inner) = kind.strip_prefix('[') {
        return list(inner, node).map(Some);
    }
    let (sort, name) = kind.split_at(1);
    if !matches!(sort, "@" | "{") {
        return scalar(kind, node).map(Some);
    }
    let may_be_empty = kind.contains('?');
    if is_leaf(node) {
        if !may_be_empty {
            return misfit(key, format!("`{}` cannot stand alone", key.text().unwrap_or_default()));
        }
        let off = value(node).is_none_or(|text| !text.is_empty() && !text.eq_ignore_ascii_case("true"));
        return Ok((!off || node.is_map()).then(|| node.clone()));
    }
    if sort == "@" {
        return fields(name.trim_end_matches('?'), node).map(Some);
    }
    let name = name.trim_start_matches('?');
    let pairs = children(node).into_iter().map(|(key, value)| Ok((key, element(name, value)?)));
    Ok(Some(Node { content: Content::Map(pairs.collect::<Read<_>>()?), span: node.span }))
}

/// A value of a map, or an item of a list: a structure may be left out here.
fn element(kind: &str, node: &Node) -> Read<Node> {
    match kind.strip_prefix('@') {
        Some(structure) => fields(structure.trim_end_matches('?'), node),
        None if kind == "*" => Ok(node.clone()),
        None if kind.starts_with('[') => Ok(part(kind, node, node)?.unwrap_or_else(|| node.clone())),
        None => take(kind, node),
    }
}

fn list(inner: &str, node: &Node) -> Read<Node> {
    if inner.starts_with('@') {
        let items = children(node).into_iter().map(|(_, item)| element(inner, item)).collect::<Read<_>>()?;
        if node.is_map() {
            return Ok(node.clone());
        }
        return Ok(Node { content: Content::List(items), span: node.span });
    }
    if let Some((key, _)) = children(node).iter().find(|(_, item)| !is_leaf(item)) {
        return unknown(key, key.text().unwrap_or_default());
    }
    if node.is_map() {
        return Ok(Node { content: Content::List(Vec::new()), span: node.span });
    }
    let parts = node.items().iter().filter(|item| !item.is_map());
    let parts: Vec<Node> = parts.map(|item| take(inner, item)).collect::<Read<_>>()?;
    if let Some(text) = value(node).filter(|text| !text.is_empty() && inner != "s")
        && !text.split(',').all(|one| reads(inner, one.trim()))
    {
        return misfit(node, "this is of the wrong kind");
    }
    Ok(if node.is_list() { Node { content: Content::List(parts), span: node.span } } else { node.clone() })
}

fn scalar(kind: &str, node: &Node) -> Read<Node> {
    if is_leaf(node) { take(kind, node) } else { misfit(node, "this must be a single value") }
}

/// A value, written as Go writes it.
fn take(kind: &str, node: &Node) -> Read<Node> {
    // A map of nothing is an empty text, a list never reads as something.
    let text = value(node).unwrap_or_else(|| if node.items().is_empty() { String::new() } else { "-".to_owned() });
    if !reads(kind, &text) {
        return misfit(node, "this is of the wrong kind");
    }
    let text = if kind == "b" { text.starts_with(['1', 't', 'T']).to_string() } else { text };
    let whole = node.text().is_some().then_some(Content::Scalar { text, plain: false });
    Ok(Node { content: whole.unwrap_or_else(|| node.content.clone()), span: node.span })
}

fn reads(kind: &str, text: &str) -> bool {
    match kind {
        "b" => is_truth(text),
        "i" => text.parse::<i64>().is_ok(),
        "u" => text.parse::<u64>().is_ok(),
        "f" => text.parse::<f64>().is_ok(),
        "d" => text.parse::<i64>().is_ok() || is_span(text),
        _ => true,
    }
}
