//! From the bytes of a configuration file to a tree of directives and sections, as httpd builds it before it looks at any
//! directive (server/config.c, `ap_build_config`): variables are replaced and conditional sections decided on the way.

use super::conditions::{Conditions, Lines, OnRead, Portion, Truth};
use super::line::Directive;
use super::tree::{Fulfilled, Node, Skipped, Swallowing, SyntaxFault, Tree};
use crate::lines::{LineLimit, LogicalLine, Text, logical_lines};
use crate::source::{FileId, Place, Span};

/// Reads a file into a tree. Faults are data; reading goes on behind each as well as can be.
pub(super) fn parse<'s>(
    file: FileId,
    bytes: &'s [u8],
    limit: LineLimit,
    conditions: &mut dyn Conditions<'s>,
) -> Tree<'s> {
    let lines = Lines::File(logical_lines(bytes, limit));
    let mut builder = Builder {
        file,
        bytes,
        limit,
        lines,
        conditions,
        tree: Tree::default(),
        depth: 0,
        read_to: 0,
        spliced: Vec::new(),
        splices: 0,
    };
    let nodes = builder.container(None);
    builder.tree.nodes = nodes;
    builder.tree
}

/// How deep sections may nest before htlint reads no further; the server has no limit of its own but its stack. Files that are
/// included count to a limit of their own, which the server has.
const DEEPEST: usize = 64;

/// How many times kept lines are read before htlint reads no further; the server has no limit.
const MOST_SPLICES: usize = 100_000;

struct Builder<'s, 'c> {
    file: FileId,
    bytes: &'s [u8],
    limit: LineLimit,
    lines: Lines<'s>,
    conditions: &'c mut dyn Conditions<'s>,
    tree: Tree<'s>,
    depth: usize,
    read_to: usize,
    /// What is left of the text around kept lines that are read in its midst.
    spliced: Vec<(Lines<'s>, FileId, &'s [u8])>,
    splices: usize,
}

/// A section that is still open.
struct Open<'s> {
    open: Directive<'s>,
    body: Vec<Node<'s>>,
}

impl<'s> Builder<'s, '_> {
    /// Reads up to the closing tag of a true conditional section, or to the end of the file.
    fn container(&mut self, of: Option<&Directive<'s>>) -> Vec<Node<'s>> {
        let mut stack: Vec<Open<'s>> = Vec::new();
        let mut nodes = Vec::new();
        while let Some(line) = self.next_line() {
            if line.too_long {
                let limit = self.limit.ended;
                self.fault(SyntaxFault::TooLong { limit }, line.span);
                return nodes;
            }
            self.note_swallowed(&line);
            if line.is_skipped() {
                continue;
            }
            if stack.is_empty() && of.is_some_and(|section| closes_whole(line.text.bytes(), &section.name.value)) {
                return nodes;
            }
            let directive = self.directive(line);
            match directive.name.value.as_slice() {
                [] => {}
                [b'<', b'/', ..] => self.close(&directive, &mut stack, &mut nodes),
                [b'<', ..] => self.open(directive, &mut stack, &mut nodes),
                _ => self.plain(directive, &mut stack, &mut nodes),
            }
        }
        self.end_of_file(stack, nodes, of.is_some())
    }

    /// A directive: some are executed at once, and what they bring is read in their place.
    fn plain(&mut self, directive: Directive<'s>, stack: &mut [Open<'s>], nodes: &mut Vec<Node<'s>>) {
        match self.conditions.on_read(&directive) {
            OnRead::Later => add(Node::Directive(directive), stack, nodes),
            OnRead::Done => {}
            OnRead::Fails(fault) => self.fault(fault, directive.span),
            OnRead::Splices(portion) => self.splice(portion),
            OnRead::Reads(portions) => {
                for portion in portions {
                    for node in self.portion(portion, stack.len()) {
                        add(node, stack, nodes);
                    }
                }
            }
        }
    }

    /// Reads another file, or kept lines, as the server does in the place of the directive that asks for it.
    fn portion(&mut self, portion: Portion<'s>, around: usize) -> Vec<Node<'s>> {
        let lines = std::mem::replace(&mut self.lines, portion.lines);
        let spliced = std::mem::take(&mut self.spliced);
        let (file, bytes) = (self.file, self.bytes);
        (self.file, self.bytes) = (portion.file, portion.bytes);
        self.depth += around;
        let read_to = self.read_to;
        let nodes = self.container(None);
        self.depth -= around;
        self.read_to = read_to;
        self.lines = lines;
        self.spliced = spliced;
        (self.file, self.bytes) = (file, bytes);
        self.conditions.left();
        nodes
    }

    /// Reads kept lines before the rest of the file, as if they stood in it (modules/core/mod_macro.c, `use_macro`).
    fn splice(&mut self, portion: Portion<'s>) {
        let lines = std::mem::replace(&mut self.lines, portion.lines);
        self.spliced.push((lines, self.file, self.bytes));
        (self.file, self.bytes) = (portion.file, portion.bytes);
        self.splices += 1;
        if self.splices > MOST_SPLICES {
            self.tree.too_deep = Some(Place::new(self.file, Span::at(0)));
        }
    }

    fn next_line(&mut self) -> Option<LogicalLine<'s>> {
        let line = loop {
            match self.lines.next().filter(|_| self.tree.too_deep.is_none()) {
                Some(line) => break line,
                None => (self.lines, self.file, self.bytes) = self.spliced.pop().inspect(|_| self.conditions.left())?,
            }
        };
        self.read_to = line.span.end;
        Some(line)
    }

    /// At the end of the file a conditional section closes silently, and any other is a fault (`ap_build_config`).
    fn end_of_file(&mut self, stack: Vec<Open<'s>>, mut nodes: Vec<Node<'s>>, conditional: bool) -> Vec<Node<'s>> {
        let mut inner: Option<Node<'s>> = None;
        // The server names the outermost one.
        for open in stack.iter().filter(|_| !conditional && self.tree.too_deep.is_none()) {
            let message = format!("{}> was not closed", open.open.name());
            self.tree.faults.push((SyntaxFault::Unbalanced(message), open.open.place()));
        }
        for mut open in stack.into_iter().rev() {
            open.body.extend(inner.take());
            inner = Some(Node::Section { open: open.open, body: open.body });
        }
        nodes.extend(inner);
        nodes
    }

    fn open(&mut self, directive: Directive<'s>, stack: &mut Vec<Open<'s>>, nodes: &mut Vec<Node<'s>>) {
        if self.depth + stack.len() >= DEEPEST {
            self.tree.too_deep = Some(directive.place());
            return;
        }
        match self.conditions.decide(&directive) {
            None => stack.push(Open { open: directive, body: Vec::new() }),
            Some(Truth::Refused(message)) => {
                self.fault(SyntaxFault::Refused(directive.name(), message), directive.span);
                self.soak(&directive);
            }
            Some(Truth::Forbidden) => {
                self.fault(SyntaxFault::Forbidden(directive.name()), directive.span);
                self.soak(&directive);
            }
            Some(Truth::PassedOver) => {}
            Some(Truth::False) => self.soak(&directive),
            Some(Truth::Kept) => self.keep(&directive),
            Some(Truth::True) => {
                let around = stack.len() + 1;
                self.depth += around;
                let body = self.container(Some(&directive));
                self.depth -= around;
                let span = Span::new(directive.span.start, self.read_to);
                self.tree.fulfilled.push(Fulfilled { open: directive, span });
                for node in body {
                    add(node, stack, nodes);
                }
            }
        }
    }

    fn close(&mut self, tag: &Directive<'s>, stack: &mut Vec<Open<'s>>, nodes: &mut Vec<Node<'s>>) {
        let name = tag.name.value.get(2..).unwrap_or_default();
        let Some(name) = name.strip_suffix(b">") else {
            let message = format!("{}> directive missing closing '>'", tag.name());
            self.fault(SyntaxFault::Unbalanced(message), tag.span);
            return;
        };
        let closes =
            |open: &Open<'s>| open.open.name.value.get(1..).is_some_and(|open| open.eq_ignore_ascii_case(name));
        let shown = String::from_utf8_lossy(name).into_owned();
        match stack.last() {
            None => self.fault(SyntaxFault::Unbalanced(spare(&shown)), tag.span),
            Some(open) if closes(open) => close_top(stack, nodes),
            Some(open) => {
                let expected = String::from_utf8_lossy(open.open.name.value.get(1..).unwrap_or_default()).into_owned();
                let message = format!("Expected </{expected}> but saw </{shown}>");
                self.fault(SyntaxFault::Unbalanced(message), tag.span);
                if let Some(depth) = stack.iter().rposition(closes) {
                    while stack.len() > depth {
                        close_top(stack, nodes);
                    }
                }
            }
        }
    }

    /// Skips the body of a false section; sections inside must balance by name (server/core.c, `ap_soak_end_container`).
    fn soak(&mut self, section: &Directive<'s>) {
        let mut open = vec![section.name.value.clone()];
        let mut skipped = Skipped { open: section.clone(), lines: Vec::new() };
        while let Some(line) = self.next_line() {
            if line.too_long {
                self.fault(SyntaxFault::TooLong { limit: self.limit.ended }, line.span);
                break;
            }
            self.note_swallowed(&line);
            if line.is_skipped() {
                continue;
            }
            let directive = Directive::plain(self.file, line.text, line.span);
            match directive.name.value.as_slice() {
                [b'<', b'/', name @ ..] => {
                    let name = name.split_last().map(|(_, name)| name).unwrap_or_default();
                    let expected = open.last().and_then(|open| open.get(1..)).unwrap_or_default();
                    if !expected.eq_ignore_ascii_case(name) {
                        let (expected, name) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(name));
                        let message = format!("Expected </{expected}> but saw </{name}>");
                        self.fault(SyntaxFault::Unbalanced(message), directive.span);
                    }
                    open.pop();
                    if open.is_empty() {
                        break;
                    }
                }
                [b'<', ..] => {
                    open.push(directive.skipped_name());
                    skipped.lines.push(directive);
                }
                _ => skipped.lines.push(directive),
            }
        }
        if let Some(name) = open.last() {
            let name = String::from_utf8_lossy(name.get(1..).unwrap_or_default()).into_owned();
            let message = format!("Expected </{name}> before end of configuration");
            self.fault(SyntaxFault::Unbalanced(message), section.span);
        }
        self.tree.skipped.push(skipped);
    }

    /// Keeps the lines of a body as they stand, up to the closing tag (modules/core/mod_macro.c,
    /// `get_lines_till_end_token`).
    fn keep(&mut self, section: &Directive<'s>) {
        let mut kept = Vec::new();
        let mut open = 1_usize;
        while let Some(line) = self.next_line() {
            let tag = Directive::plain(self.file, line.text.clone(), line.span);
            let name = tag.name.value.strip_prefix(b"</").and_then(|name| name.strip_suffix(b">"));
            let own = section.name.value.get(1..).unwrap_or_default();
            if name.is_some_and(|name| name.eq_ignore_ascii_case(own)) {
                open -= 1;
            } else if tag.is(&section.name()) {
                open += 1;
            }
            if open == 0 {
                break;
            }
            if !line.is_skipped() {
                kept.push(line);
            }
        }
        let kept =
            if open == 0 { self.conditions.keep(section, kept) } else { Err("expected token not found".to_owned()) };
        if let Err(message) = kept {
            self.fault(SyntaxFault::Refused(section.name(), message), section.span);
        }
    }

    fn directive(&mut self, line: LogicalLine<'s>) -> Directive<'s> {
        Directive::read(self.file, line, &|name| self.conditions.variable(name))
    }

    fn note_swallowed(&mut self, line: &LogicalLine<'s>) {
        let Some(start) = line.continued_at.first().copied().filter(|_| line.is_comment()) else { return };
        let lost = self.bytes.get(start..line.span.end).unwrap_or_default();
        if let Some(lost) = logical_lines(lost, self.limit).next().filter(|lost| !lost.is_skipped()) {
            let span = Span::new(start, start + lost.span.end);
            let lost = Directive::plain(
                self.file,
                Text::literal(self.bytes.get(span.range()).unwrap_or_default(), start),
                span,
            );
            let comment = Place::new(self.file, Span::new(line.span.start, start - 1));
            self.tree.swallowing.push(Swallowing { comment, lost });
        }
    }

    fn fault(&mut self, fault: SyntaxFault, span: Span) {
        self.tree.faults.push((fault, Place::new(self.file, span)));
    }
}

fn add<'s>(node: Node<'s>, stack: &mut [Open<'s>], nodes: &mut Vec<Node<'s>>) {
    match stack.last_mut() {
        Some(open) => open.body.push(node),
        None => nodes.push(node),
    }
}

fn close_top<'s>(stack: &mut Vec<Open<'s>>, nodes: &mut Vec<Node<'s>>) {
    if let Some(Open { open, body }) = stack.pop() {
        add(Node::Section { open, body }, stack, nodes);
    }
}

fn spare(name: &str) -> String {
    format!("</{name}> without matching <{name}> section")
}

/// Whether a line is, whole, the closing tag of a section.
fn closes_whole(line: &[u8], section: &[u8]) -> bool {
    let name = line.strip_prefix(b"</").and_then(|line| line.strip_suffix(b">"));
    name.is_some_and(|name| section.get(1..).is_some_and(|open| open.eq_ignore_ascii_case(name)))
}
