//! Configuration text as a tree, so that it shrinks by its parts.

use proptest::prelude::*;
use proptest::strategy::Union;

/// A line, or a section around lines.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Line(String),
    /// What stands behind `<`, and the body.
    Section(String, Vec<Node>),
}

/// Several nodes, to be put in a row.
pub(crate) type Nodes = Vec<Node>;

/// Where configuration text stands: what is an error in one kind of file stops the server in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Main,
    PerDir,
}

/// What the parts of one case have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) place: Place,
    /// Whether logins are mostly by Digest.
    pub(crate) digest: bool,
}

impl Style {
    /// How many of a thousand lines are wrong on purpose.
    fn broken(self) -> u32 {
        match self.place {
            Place::Main => 1,
            Place::PerDir => 18,
        }
    }
}

pub(crate) fn render(nodes: &[Node]) -> String {
    nodes.iter().map(text).collect()
}

fn text(node: &Node) -> String {
    match node {
        Node::Line(line) => format!("{line}\n"),
        Node::Section(open, body) => {
            let name = open.split_whitespace().next().unwrap_or_default();
            let inner: String = render(body).lines().map(|line| format!("\t{line}\n")).collect();
            format!("<{open}>\n{inner}</{name}>\n")
        }
    }
}

/// One of these words, by weight; it shrinks towards the first.
pub(crate) fn word(choice: &'static [(u32, &'static str)]) -> BoxedStrategy<String> {
    Union::new_weighted(choice.iter().map(|(weight, word)| (*weight, Just((*word).to_owned()))).collect()).boxed()
}

/// A line `NAME ARGUMENTS`: mostly one of the good arguments, seldom one of the bad ones.
pub(crate) fn line(
    style: Style,
    name: &'static str,
    good: &'static [(u32, &'static str)],
    bad: &'static [&'static str],
) -> BoxedStrategy<Nodes> {
    let good = word(good);
    let arguments = if bad.is_empty() {
        good
    } else {
        let bad = prop::sample::select(bad).prop_map(str::to_owned);
        prop_oneof![1000 - style.broken() => good, style.broken() => bad].boxed()
    };
    arguments.prop_map(move |arguments| vec![Node::Line(format!("{name} {arguments}"))]).boxed()
}

/// These nodes with that probability of a hundred, else none.
pub(crate) fn maybe(percent: u32, nodes: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    one_of(vec![(100 - percent, Just(Vec::new()).boxed()), (percent, nodes)])
}

/// All of them in a row.
pub(crate) fn row(parts: Vec<BoxedStrategy<Nodes>>) -> BoxedStrategy<Nodes> {
    parts.prop_map(|parts| parts.concat()).boxed()
}

/// So many of them in a row.
pub(crate) fn some(count: impl Into<prop::collection::SizeRange>, nodes: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    prop::collection::vec(nodes, count).prop_map(|parts| parts.concat()).boxed()
}

/// One of these, by weight; what has none never.
pub(crate) fn one_of(choice: Vec<(u32, BoxedStrategy<Nodes>)>) -> BoxedStrategy<Nodes> {
    Union::new_weighted(choice.into_iter().filter(|(weight, _)| *weight > 0).collect()).boxed()
}

/// A section around nodes.
pub(crate) fn section(open: BoxedStrategy<String>, body: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    (open, body).prop_map(|(open, body)| vec![Node::Section(open, body)]).boxed()
}
