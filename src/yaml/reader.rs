//! From text to nodes: the events of the `saphyr-parser` crate, with its places by characters turned into bytes.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::node::{Content, Node};
use crate::source::Span;

/// The most parts that a document may have once its aliases are replaced: more is a bomb.
const MOST_PARTS: usize = 200_000;
/// The deepest nesting.
const DEEPEST: usize = 100;

/// Text that is no YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadYaml {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Reads the first document of a text; an empty one is null.
///
/// # Errors
/// It is no YAML or no UTF-8, or too large.
pub fn read(bytes: &[u8]) -> Result<Node, BadYaml> {
    whole(bytes, true)
}

/// The same where `<<` is a key like any other.
///
/// # Errors
/// It is no YAML or no UTF-8, or too large.
pub fn read_unmerged(bytes: &[u8]) -> Result<Node, BadYaml> {
    whole(bytes, false)
}

fn whole(bytes: &[u8], merges: bool) -> Result<Node, BadYaml> {
    let text = str::from_utf8(bytes).map_err(|fault| BadYaml {
        message: "this is no UTF-8".to_owned(),
        span: Span::new(fault.valid_up_to(), fault.valid_up_to() + 1),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = bytes.len() - text.len();
    if let Some(tab) = leading_tab(text) {
        let message = "a tab cannot start the document".to_owned();
        return Err(BadYaml { message, span: Span::at(skipped + tab) });
    }
    read_text(text, skipped, merges).or_else(|bad| {
        // A tab behind a colon is a blank to everybody but the crate.
        let blanks = text.replace(":\t", ": ");
        if blanks == text { Err(bad) } else { read_text(&blanks, skipped, merges) }
    })
}

/// A tab in front of the first thing that is said, which the crate takes and nobody else does.
fn leading_tab(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim_start_matches(' ');
        if said.starts_with('\t') {
            return (!said.trim().is_empty()).then(|| at + line.len() - said.len());
        }
        if !said.trim_end().is_empty() && !said.starts_with('#') && said.trim_end() != "---" {
            return None;
        }
        at += line.len();
    }
    None
}

fn read_text(text: &str, skipped: usize, merges: bool) -> Result<Node, BadYaml> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        offsets: Offsets::new(text, skipped),
        anchors: HashMap::new(),
        parts: 0,
        merges,
    };
    reader.document()
}

/// Byte offsets of characters.
struct Offsets {
    /// None if every character is one byte.
    table: Option<Vec<usize>>,
    skipped: usize,
    end: usize,
}

impl Offsets {
    fn new(text: &str, skipped: usize) -> Self {
        let table = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self { table, skipped, end: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        let at = match &self.table {
            None => index.min(self.end),
            Some(table) => table.get(index).copied().unwrap_or(self.end),
        };
        at + self.skipped
    }
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    offsets: Offsets,
    anchors: HashMap<usize, Node>,
    parts: usize,
    /// Whether `<<` brings the pairs of its map.
    merges: bool,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Node, BadYaml> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => {
                    return Ok(Node { content: Content::Scalar { text: String::new(), plain: true }, span });
                }
                Event::Alias(_)
                | Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd => {
                    let node = self.node(event, span, 0)?;
                    self.rest()?;
                    return Ok(node);
                }
            }
        }
    }

    /// Goes on to the end of the document: a fault behind it counts.
    fn rest(&mut self) -> Result<(), BadYaml> {
        loop {
            let (event, _) = self.next()?;
            if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), BadYaml> {
        match self.parser.next_event() {
            None => Ok((Event::StreamEnd, Span::at(self.offsets.byte(usize::MAX)))),
            Some(Ok((event, span))) => {
                let span = Span::new(self.offsets.byte(span.start.index()), self.offsets.byte(span.end.index()));
                Ok((event, span))
            }
            Some(Err(fault)) => Err(self.bad(&fault)),
        }
    }

    fn bad(&self, fault: &ScanError) -> BadYaml {
        let at = self.offsets.byte(fault.marker().index());
        BadYaml { message: fault.info().to_owned(), span: Span::at(at) }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, BadYaml> {
        self.parts += 1;
        if self.parts > MOST_PARTS || depth > DEEPEST {
            return Err(BadYaml { message: "this document is too large or too deep".to_owned(), span });
        }
        match event {
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let known = known.ok_or_else(|| BadYaml { message: "an unknown alias".to_owned(), span })?;
                self.parts += size(&known);
                Ok(known)
            }
            Event::Scalar(text, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let node = Node { content: Content::Scalar { text: text.into_owned(), plain }, span };
                Ok(self.anchored(anchor, node))
            }
            Event::SequenceStart(anchor, _) => self.list(anchor, span, depth),
            Event::MappingStart(anchor, _) => self.map(anchor, span, depth),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err(BadYaml { message: "the document ends too early".to_owned(), span }),
        }
    }

    fn list(&mut self, anchor: usize, start: Span, depth: usize) -> Result<Node, BadYaml> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                let node = Node { content: Content::List(items), span: start.to(span) };
                return Ok(self.anchored(anchor, node));
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn map(&mut self, anchor: usize, start: Span, depth: usize) -> Result<Node, BadYaml> {
        let mut pairs: Vec<(Node, Node)> = Vec::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let known =
                    |pairs: &[(Node, Node)], key: &Node| pairs.iter().any(|(name, _)| name.text() == key.text());
                for (key, value) in merged {
                    if !known(&pairs, &key) {
                        pairs.push((key, value));
                    }
                }
                let node = Node { content: Content::Map(pairs), span: start.to(span) };
                return Ok(self.anchored(anchor, node));
            }
            let key = self.node(event, span, depth + 1)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if self.merges && key.text() == Some("<<") {
                let from = if value.is_list() { value.items() } else { std::slice::from_ref(&value) };
                merged.extend(from.iter().flat_map(|map| map.pairs().iter().cloned()));
            } else {
                pairs.push((key, value));
            }
        }
    }

    fn anchored(&mut self, anchor: usize, node: Node) -> Node {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }
}

fn size(node: &Node) -> usize {
    match &node.content {
        Content::Scalar { .. } => 1,
        Content::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Content::Map(pairs) => 1 + pairs.iter().map(|(key, value)| size(key) + size(value)).sum::<usize>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_bytes_and_aliases_stand_for_what_they_name() {
        let text = "ä: &a [x, 'y']\nb: *a\nc:\n  <<: {k: v}\n";
        let node = read(text.as_bytes()).unwrap();
        assert_eq!(node.at(&["c", "k"]).and_then(Node::text), Some("v"));
        let items = node.get("b").unwrap().items();
        assert_eq!(&text.as_bytes()[items[0].span.range()], b"x");
        assert!(matches!(items[1].content, Content::Scalar { plain: false, .. }));
    }

    #[test]
    fn a_fault_has_a_place() {
        assert!(read(b"a: b\n  c: d\n").is_err());
        assert!(read(b"a: [\n").is_err());
        assert!(read(b"# x\n\ta: b\n").is_err());
        assert!(read(b"").unwrap().is_null());
    }
}
