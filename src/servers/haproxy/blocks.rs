//! Lines between `.if` and `.endif` (HAProxy `src/cfgparse.c`, `src/cfgcond.c`).

use super::config::{Read, wrong};
use super::words::Word;
use crate::answer::{Because, Missing, Reason};

/// The version that the answers are those of.
const VERSION: (u32, u32) = (2, 6);

/// How far a block has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    /// Its lines count.
    On,
    /// Its lines do not, but those of another branch may.
    Waiting,
    /// A branch before has counted.
    Done,
}

/// The blocks that are open.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<Branch>,
}

impl Blocks {
    /// Whether a line says nothing: one of the blocks themselves, or one that does not count.
    ///
    /// # Errors
    /// What HAProxy refuses, or what cannot be told.
    pub(super) fn passes(&mut self, head: &Word, rest: &[Word]) -> Read<bool> {
        let counts = |open: &[Branch]| open.iter().all(|branch| *branch == Branch::On);
        let lonely = || wrong(head.place, &head.text, "there is no `.if`");
        let outer = self.open.get(..self.open.len().saturating_sub(1)).is_some_and(counts);
        match head.text.as_str() {
            ".if" if !counts(&self.open) => self.open.push(Branch::Done),
            ".if" => {
                let on = holds(head, rest)?;
                self.open.push(if on { Branch::On } else { Branch::Waiting });
            }
            ".elif" => {
                let last = self.open.last_mut().ok_or_else(lonely)?;
                *last = match *last {
                    Branch::Waiting if outer && holds(head, rest)? => Branch::On,
                    Branch::On => Branch::Done,
                    other @ (Branch::Waiting | Branch::Done) => other,
                };
            }
            ".else" => {
                let last = self.open.last_mut().ok_or_else(lonely)?;
                *last = if *last == Branch::Waiting { Branch::On } else { Branch::Done };
            }
            ".endif" => {
                self.open.pop().ok_or_else(lonely)?;
            }
            _ if !counts(&self.open) => {}
            ".alert" => return Err(wrong(head.place, ".alert", "the configuration refuses itself")),
            ".notice" | ".warning" | ".diag" => {}
            text if text.starts_with('.') => return Err(wrong(head.place, text, "there is no such directive")),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn holds(head: &Word, rest: &[Word]) -> Read<bool> {
    let text: String = rest.iter().map(|word| word.text.as_str()).collect();
    let (negated, text) = text.strip_prefix('!').map_or((false, text.as_str()), |text| (true, text));
    let version = |text: &str| {
        let (major, minor) = text.split_once('.')?;
        let minor = minor.split('.').next().unwrap_or_default();
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    let inner = |name: &str| text.strip_prefix(name)?.strip_suffix(')');
    let value = if text.is_empty() {
        Some(false)
    } else if let Ok(number) = text.parse::<i64>() {
        Some(number != 0)
    } else if let Some(least) = inner("version_atleast(") {
        version(least.trim_matches('"')).map(|least| VERSION >= least)
    } else if let Some(most) = inner("version_before(") {
        version(most.trim_matches('"')).map(|most| VERSION < most)
    } else {
        None
    };
    match value {
        Some(value) => Ok(value != negated),
        None => {
            let missing = Missing::Condition { directive: head.text.clone() };
            Err(Because::at(Reason::CannotTell { missing }, head.place))
        }
    }
}
