//! A RewriteRule and its RewriteConds (modules/mappers/mod_rewrite.c, `rewriterule_entry`, `rewritecond_entry`).

use super::super::expr;
use super::super::expr::Pattern;
use crate::source::Place;

/// A RewriteRule.
#[derive(Debug, Clone)]
pub(in super::super) struct Rule {
    /// The conditions before it.
    pub conditions: Vec<Condition>,
    /// The pattern; `None`: one that only the server can compile.
    pub pattern: Option<Pattern>,
    /// `!pattern`.
    pub negated: bool,
    /// The substitution.
    pub output: Vec<u8>,
    /// The flags.
    pub flags: Vec<RuleFlag>,
    /// `E`: the variables.
    pub env: Vec<Vec<u8>>,
    /// `H`.
    pub handler: Option<Vec<u8>>,
    /// The status of `R`, `F` and `G`.
    pub status: u16,
    /// The directive.
    pub place: Place,
}

/// A flag of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum RuleFlag {
    /// `C`.
    Chain,
    /// No substitution: `-`, `F`, `G`.
    NoSubstitution,
    /// The status is the answer.
    Status,
    /// `R`.
    Redirect,
    /// `L`.
    Last,
    /// `END`.
    End,
    /// `N`: at most so many rounds.
    Next(usize),
    /// `S`.
    Skip(usize),
    /// `NS`.
    NoSubrequest,
    /// `P`.
    Proxy,
    /// `PT`.
    PassThrough,
    /// `QSA`.
    Append,
    /// `QSD`.
    Discard,
    /// `QSL`.
    LastMark,
    /// A literal `?` at the end, or `QSD` without any `?`.
    NoQuery,
    /// `DPI`.
    DiscardPathInfo,
    /// `B`, with the bytes that are escaped; empty: all that are no letters.
    EscapeGroups(Vec<u8>),
    /// `BNP`: a blank becomes `%20`.
    NoPlus,
    /// `UnsafeAllow3F`.
    AllowMark,
    /// `UnsafePrefixStat`.
    AnyPrefix,
    /// `UNC`.
    KeepSlashes,
    /// `NE`.
    NoEscape,
}

impl Rule {
    /// Whether it has a flag that takes no value.
    #[must_use]
    pub(in super::super) fn has(&self, flag: &RuleFlag) -> bool {
        self.flags.contains(flag)
    }
}

/// A RewriteCond.
#[derive(Debug, Clone)]
pub(in super::super) struct Condition {
    /// What is tested, as written.
    pub input: Vec<u8>,
    /// How.
    pub test: Test,
    /// `!`.
    pub negated: bool,
    /// `OR`.
    pub or_next: bool,
    /// `NC`.
    pub ignore_case: bool,
    /// The directive.
    pub place: Place,
}

/// A test of a condition.
#[derive(Debug, Clone)]
pub(in super::super) enum Test {
    /// A pattern; `None`: one that only the server can compile.
    Matches(Option<Pattern>),
    /// `-f`, `-s`, `-d`, `-x`, `-l`.
    File(u8),
    /// `-U`: a sub-request for a URL path.
    Url,
    /// `-F`: a sub-request for a file.
    Subrequest,
    /// `<`, `>=` and so on, as texts.
    Text(Compared, Vec<u8>),
    /// `-lt` and so on, as numbers.
    Number(Compared, Vec<u8>),
    /// `expr`; `None`: one that cannot be read.
    Expression(Option<expr::Condition>),
}

/// What an order must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Order {
    /// Less.
    Less,
    /// More.
    More,
    /// The same.
    Same,
}

/// A comparison: strictly, or with equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Compared {
    /// What the order must be.
    pub order: Order,
    /// Whether equality will do.
    pub or_same: bool,
}

impl Compared {
    /// Whether an ordering is as it must be.
    #[must_use]
    pub(in super::super) fn holds(self, found: std::cmp::Ordering) -> bool {
        match self.order {
            Order::Less => found.is_lt() || (self.or_same && found.is_eq()),
            Order::More => found.is_gt() || (self.or_same && found.is_eq()),
            Order::Same => found.is_eq(),
        }
    }
}
