//! What an expression is, once read.

use super::names::{BinaryOperator, Function, UnaryOperator, Variable};
use super::regex::Pattern;
use super::subnet::Subnet;
use crate::source::Spanned;

/// A string expression: AuthType, AuthName, the arguments of `Require user` and its kind.
#[derive(Debug, Clone)]
pub struct StringExpr {
    /// Its pieces as one word.
    pub word: Spanned<Word>,
}

/// What gives a text.
#[derive(Debug, Clone)]
pub enum Word {
    /// Text after escapes, up to the first NUL that an escape made.
    Text(Vec<u8>),
    /// A number as it is written; a text in all but `-R` and `-ipmatch`, which want quotes.
    Digits(Vec<u8>),
    /// `%{NAME}`.
    Variable(Variable),
    /// `$0` to `$9`.
    Backref(usize),
    /// `%{function:argument}` or `function(word)`.
    Call(Function, Box<Spanned<Word>>),
    /// One behind the other: the pieces of a quoted text, or words joined by dots.
    Concat(Vec<Spanned<Word>>),
}

/// A boolean expression: `Require expr`, `<If>`, `<ElseIf>`.
#[derive(Debug, Clone)]
pub enum Condition {
    /// `true`, `false`.
    Constant(bool),
    /// `!`, `not`.
    Not(Box<Spanned<Condition>>),
    /// `||`, `or`.
    Or(Vec<Spanned<Condition>>),
    /// `&&`, `and`.
    And(Vec<Spanned<Condition>>),
    /// `==`, `-lt` and their kind.
    Compare(Comparison, Spanned<Word>, Spanned<Word>),
    /// `=~`, or `!~` where the flag is set.
    Match(bool, Spanned<Word>, Spanned<Pattern>),
    /// `in`, `-in`.
    In(Spanned<Word>, Haystack),
    /// `-n` and its kind.
    Unary(UnaryOperator, Spanned<Word>),
    /// `-R`: whether the client's address lies in the network.
    RemoteIn(Subnet),
    /// `-strmatch` and its kind.
    Binary(BinaryOperator, Spanned<Word>, Spanned<Word>),
    /// `-ipmatch`: whether the address lies in the network.
    IpMatch(Spanned<Word>, Subnet),
}

/// How two words are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// As integers (`-eq`, `eq`), else byte by byte (`==`).
    pub numeric: bool,
    /// Whether it holds when the left is less.
    pub less: bool,
    /// Whether it holds when both are equal.
    pub equal: bool,
    /// Whether it holds when the left is greater.
    pub greater: bool,
}

/// Where `in` looks.
#[derive(Debug, Clone)]
pub enum Haystack {
    /// `{ ..., ... }`.
    Words(Vec<Spanned<Word>>),
    /// `PeerExtList(word)`: extensions of the client's certificate (`ssl_engine_vars.c`).
    PeerExtList(Spanned<Word>),
}

impl StringExpr {
    /// Every variable it names, those in arguments of functions too.
    #[must_use]
    pub fn variables(&self) -> Vec<&Variable> {
        let mut found = Vec::new();
        self.word.value.collect(&mut found);
        found
    }
}

impl Condition {
    /// Whether it names `REMOTE_USER`, in any case and anywhere: then a false `Require expr` asks for a login instead
    /// of refusing (`expr_lookup_fn` of `mod_authz_core.c`, which sees names while they are read).
    #[must_use]
    pub fn mentions_remote_user(&self) -> bool {
        self.variables().iter().any(|variable| variable.name() == "REMOTE_USER")
    }

    /// Every variable it names.
    #[must_use]
    pub fn variables(&self) -> Vec<&Variable> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'t>(&'t self, found: &mut Vec<&'t Variable>) {
        match self {
            Self::Constant(_) | Self::RemoteIn(_) => {}
            Self::Not(inner) => inner.value.collect(found),
            Self::Or(all) | Self::And(all) => all.iter().for_each(|one| one.value.collect(found)),
            Self::Compare(_, left, right) | Self::Binary(_, left, right) => {
                left.value.collect(found);
                right.value.collect(found);
            }
            Self::Match(_, word, _) | Self::Unary(_, word) | Self::IpMatch(word, _) => word.value.collect(found),
            Self::In(needle, haystack) => {
                needle.value.collect(found);
                match haystack {
                    Haystack::Words(words) => words.iter().for_each(|word| word.value.collect(found)),
                    Haystack::PeerExtList(word) => word.value.collect(found),
                }
            }
        }
    }
}

impl Word {
    fn collect<'t>(&'t self, found: &mut Vec<&'t Variable>) {
        match self {
            Self::Text(_) | Self::Digits(_) | Self::Backref(_) => {}
            Self::Variable(variable) => found.push(variable),
            Self::Call(_, argument) => argument.value.collect(found),
            Self::Concat(words) => words.iter().for_each(|word| word.value.collect(found)),
        }
    }
}
