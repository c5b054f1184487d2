//! The tree that a configuration file is read into, and what is noticed while it is built.

use super::line::Directive;
use crate::answer::Missing;
use crate::source::{Place, Span};

/// A node of the tree.
#[derive(Debug, Clone)]
pub(super) enum Node<'s> {
    /// A plain directive.
    Directive(Directive<'s>),
    /// A section and what stands in it.
    Section {
        /// The opening line.
        open: Directive<'s>,
        /// Its body.
        body: Vec<Node<'s>>,
    },
}

/// A fault of the text itself, found while the tree is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SyntaxFault {
    /// Sections do not match; the server's words.
    Unbalanced(String),
    /// A line is too long.
    TooLong {
        /// The most bytes.
        limit: usize,
    },
    /// The arguments of what is executed while the file is read are refused: its name, and the server's words.
    Refused(String, String),
    /// A section that is decided while the file is read may not stand in it.
    Forbidden(String),
    /// A file that is to be included is not there.
    Missing(String),
    /// What is not known, and had to be read here.
    Unknown(Missing),
}

/// A conditional section that was false.
#[derive(Debug, Clone)]
pub(super) struct Skipped<'s> {
    /// The opening line.
    pub open: Directive<'s>,
    /// The lines inside, as directives, whatever sections they stand in.
    pub lines: Vec<Directive<'s>>,
}

/// A conditional section that was true.
#[derive(Debug, Clone)]
pub(super) struct Fulfilled<'s> {
    /// The opening line.
    pub open: Directive<'s>,
    /// Where it stands, from its opening to its closing line.
    pub span: Span,
}

/// A comment that takes the next line with it.
#[derive(Debug, Clone)]
pub(super) struct Swallowing<'s> {
    /// Where the comment's first physical line stands.
    pub comment: Place,
    /// The lost line, read as a directive.
    pub lost: Directive<'s>,
}

/// What a file was read into.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree<'s> {
    /// The nodes, bodies of true conditional sections spliced in.
    pub nodes: Vec<Node<'s>>,
    /// What is wrong with the text, in order; the first is what the server logs.
    pub faults: Vec<(SyntaxFault, Place)>,
    /// Conditional sections that are false.
    pub skipped: Vec<Skipped<'s>>,
    /// Conditional sections that are true.
    pub fulfilled: Vec<Fulfilled<'s>>,
    /// The section from which on nothing is read, because the nesting is too deep.
    pub too_deep: Option<Place>,
    /// Comments that go on.
    pub swallowing: Vec<Swallowing<'s>>,
}
