//! A parsed document: scalars, lists and maps, each with its place.

use crate::source::Span;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Where it stands.
    pub span: Span,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A single value.
    Scalar {
        /// The text without quotes and escapes.
        text: String,
        /// Whether it stands without quotes, so that `true`, `12` and nothing are no text.
        plain: bool,
    },
    /// Values one after the other.
    List(Vec<Node>),
    /// Keys and values in their order.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// Whether it is nothing: empty, `~`, `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar { text, plain } => *plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
            Content::List(_) | Content::Map(_) => false,
        }
    }

    /// The truth value that YAML 1.1 and Go's libraries read; `None`: it is none.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self.text()? {
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
            _ => None,
        }
    }

    /// The items of a list; of anything else none.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            Content::Scalar { .. } | Content::Map(_) => &[],
        }
    }

    /// The pairs of a map; of anything else none.
    #[must_use]
    pub fn pairs(&self) -> &[(Node, Node)] {
        match &self.content {
            Content::Map(pairs) => pairs,
            Content::Scalar { .. } | Content::List(_) => &[],
        }
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.content, Content::List(_))
    }

    /// The pair of a key.
    #[must_use]
    pub fn pair(&self, key: &str) -> Option<&(Node, Node)> {
        self.pairs().iter().find(|(name, _)| name.text() == Some(key))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|(_, value)| value)
    }

    /// The pair of a key, the last one if it stands there twice.
    #[must_use]
    pub fn last(&self, key: &str) -> Option<&(Node, Node)> {
        self.pairs().iter().rev().find(|(name, _)| name.text() == Some(key))
    }

    /// The value behind several keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The value of a key in whatever case.
    #[must_use]
    pub fn get_any_case(&self, key: &str) -> Option<&Node> {
        let same = |name: &Node| name.text().is_some_and(|name| name.eq_ignore_ascii_case(key));
        self.pairs().iter().find(|(name, _)| same(name)).map(|(_, value)| value)
    }
}

/// The spans of all single values but these: what of a document nobody need see.
#[must_use]
pub fn but(root: &Node, shown: impl Iterator<Item = Span> + Clone) -> Vec<Span> {
    let mut hidden = Vec::new();
    values(root, &mut hidden);
    hidden.retain(|span| !shown.clone().any(|shown| shown == *span));
    hidden
}

fn values(node: &Node, found: &mut Vec<Span>) {
    match &node.content {
        Content::Scalar { .. } => found.push(node.span),
        Content::List(items) => items.iter().for_each(|item| values(item, found)),
        Content::Map(pairs) => pairs.iter().for_each(|(_, value)| values(value, found)),
    }
}
