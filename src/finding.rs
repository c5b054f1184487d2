//! What a rule says: a severity, a place, what the server will do there, and what to write instead.

use crate::source::Place;

/// A rule's name: kebab-case, the bad pattern itself, public for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Everything that changes nobody's access today.
    Note,
    /// Very likely unintended: changes who gets in, or exposes secrets.
    Warning,
    /// A person who should get in cannot, the server fails, or protection that is written down is not in force.
    Error,
}

impl Severity {
    /// The lower-case word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How many holders of an entry get in where a finding applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logins {
    /// Nobody.
    None,
    /// Some of them.
    Some,
    /// All of them.
    All,
}

impl Logins {
    /// The lower-case word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some => "some",
            Self::All => "all",
        }
    }
}

/// What the server answers where a finding applies; `None` is "can't tell" or "does not matter here".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Outcome {
    /// How many holders get in.
    pub logins: Option<Logins>,
    /// The HTTP status that the others get.
    pub status: Option<u16>,
}

/// Another place of the story, with a few words on its part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// Its part in the story: a short phrase without a full stop.
    pub message: String,
}

/// One thing to tell the user. No text in it ever holds a password, a hash or a salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule that says it.
    pub rule: RuleId,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong and what the server does about it: one sentence without a full stop.
    pub message: String,
    /// The words under the marked bytes: a short phrase.
    pub label: String,
    /// Why the server does so: a sentence or two, log line (AH code) included.
    pub why: String,
    /// What to write instead: a sentence or two; empty if nothing need be done.
    pub help: String,
    /// The line to edit.
    pub place: Place,
    /// The other places of the story.
    pub related: Vec<Label>,
    /// What the server answers.
    pub outcome: Outcome,
}
