//! A configuration that was read, and the questions that all of the server's modules put to it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;

use super::block::{Block, Setting};
use super::modules::Loaded;
use super::options::ParseOptions;
use super::people::UserFileState;
use super::require::Rule;
use crate::answer::{Because, Missing, Reason, Startup, Target};
use crate::read::Account;
use crate::source::{FileId, Place, Sources};

/// The server on its configuration.
pub struct Lighttpd<'a> {
    pub(super) target: &'a Target<'a>,
    pub(super) sources: &'a Sources,
    pub(super) blocks: Vec<Block>,
    pub(super) modules: Vec<Loaded>,
    /// The rules of every `auth.require`, by the place of its key.
    pub(super) rules: BTreeMap<Place, Vec<Rule>>,
    /// The configuration's files.
    pub(super) files: Vec<FileId>,
    pub(super) startup: Startup,
    /// The workers' account, where this machine is the server.
    pub(super) account: Option<Account>,
    pub(super) options: ParseOptions,
    pub(super) user_files: RefCell<HashMap<PathBuf, Rc<UserFileState>>>,
}

/// Whether a block holds for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    /// It does.
    Yes,
    /// Its own condition does not.
    No,
    /// A block around it or before its `else` rules it out.
    Skipped,
    /// Can't tell.
    Unknown,
}

impl Lighttpd<'_> {
    /// Whether a module is loaded.
    #[must_use]
    pub(super) fn has_module(&self, name: &str) -> bool {
        self.modules.iter().any(|module| module.name == name.as_bytes())
    }

    /// What a key holds in the global block.
    #[must_use]
    pub(super) fn global(&self, key: &str) -> Option<&Setting> {
        self.blocks.first().and_then(|block| block.setting(key.as_bytes()))
    }

    /// What a key holds for a request: the last of the blocks that hold decides.
    ///
    /// # Errors
    /// It hangs on a condition of which nothing is known.
    pub(super) fn effective(&self, truths: &[Truth], key: &str) -> Result<Option<&Setting>, Box<Because>> {
        self.last_of(truths, &[key], |_| true)
    }

    /// The same of several keys that fill one place, and of those settings alone that `counts` lets pass.
    ///
    /// # Errors
    /// It hangs on a condition of which nothing is known.
    pub(super) fn last_of(
        &self,
        truths: &[Truth],
        keys: &[&str],
        counts: impl Fn(&Setting) -> bool,
    ) -> Result<Option<&Setting>, Box<Because>> {
        for (block, truth) in self.blocks.iter().zip(truths).rev() {
            let own = keys.iter().rev().filter_map(|key| block.setting(key.as_bytes())).find(|setting| counts(setting));
            match (own, truth) {
                (Some(_), Truth::Unknown) => return Err(Box::new(undecided(&block.written, block.place))),
                (Some(setting), Truth::Yes) => return Ok(Some(setting)),
                (None, _) | (Some(_), Truth::No | Truth::Skipped) => {}
            }
        }
        Ok(None)
    }

    /// The truth of a key that is one, else `default`.
    ///
    /// # Errors
    /// It hangs on a condition of which nothing is known.
    pub(super) fn flag(&self, truths: &[Truth], key: &str, default: bool) -> Result<bool, Box<Because>> {
        let setting = self.effective(truths, key)?;
        Ok(setting.and_then(|setting| setting.value.truth()).unwrap_or(default))
    }
}

/// Can't tell, for want of what a condition says.
#[must_use]
pub(super) fn undecided(written: &str, place: Place) -> Because {
    let missing = Missing::Condition { directive: written.to_owned() };
    Because::at(Reason::CannotTell { missing }, place)
}
