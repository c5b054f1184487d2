//! Dynamic files in TOML, as the tree that YAML gives (Traefik `paerser/file`, `decodeFileToNode`).

use toml::de::{DeTable, DeValue};

use crate::source::Span;
use crate::yaml::{BadYaml, Content, Node};

/// Reads a document.
///
/// # Errors
/// It is no TOML.
pub(super) fn read(bytes: &[u8]) -> Result<Node, BadYaml> {
    let bad = |message: &str, span| BadYaml { message: message.to_owned(), span };
    let text = std::str::from_utf8(bytes).map_err(|_| bad("this is no UTF-8", Span::at(0)))?;
    let root = DeTable::parse(text).map_err(|error| {
        let span = error.span().map_or(Span::at(0), |span| Span::new(span.start, span.end));
        bad("this is no TOML", span)
    })?;
    let span = root.span();
    Ok(Node { content: table(root.get_ref()), span: Span::new(span.start, span.end) })
}

fn table(table: &DeTable<'_>) -> Content {
    let key = |text: &str, span: std::ops::Range<usize>| Node {
        content: Content::Scalar { text: text.to_owned(), plain: false },
        span: Span::new(span.start, span.end),
    };
    let pairs = table.iter().map(|(name, value)| {
        let at = value.span();
        (key(name.get_ref(), name.span()), Node { content: node(value.get_ref()), span: Span::new(at.start, at.end) })
    });
    Content::Map(pairs.collect())
}

fn node(value: &DeValue<'_>) -> Content {
    let scalar = |text: String, plain| Content::Scalar { text, plain };
    match value {
        DeValue::String(text) => scalar(text.to_string(), false),
        DeValue::Integer(number) => scalar(number.as_str().to_owned(), true),
        DeValue::Float(number) => scalar(number.as_str().to_owned(), true),
        DeValue::Boolean(truth) => scalar(truth.to_string(), true),
        DeValue::Datetime(time) => scalar(time.to_string(), true),
        DeValue::Array(items) => Content::List(
            items
                .iter()
                .map(|item| {
                    let at = item.span();
                    Node { content: node(item.get_ref()), span: Span::new(at.start, at.end) }
                })
                .collect(),
        ),
        DeValue::Table(inner) => table(inner),
    }
}
