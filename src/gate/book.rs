//! The accounts that a server has read, from one file or several places, and the check of a login against them.

use std::sync::Arc;

use super::fate::{fate, nearest};
use super::presented::Presented;
use crate::answer::{Because, Missing, Reason};
use crate::hash::{Limits, Outcome, Verifier, verify};
use crate::source::{FileId, Place};
use crate::users::{Entry, UserFile};

/// Accounts and what checks their passwords.
#[derive(Debug, Clone)]
pub struct Book {
    /// The lists, in the order they are put together: a later one wins.
    pub lists: Vec<Arc<UserFile>>,
    /// What checks the passwords.
    pub verifier: Verifier,
    /// The directives that lead here.
    pub readers: Vec<Place>,
}

/// What became of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// Nobody was presented.
    Nobody,
    /// It is this user.
    Passed(Vec<u8>),
    /// It is not.
    Refused(Because),
    /// The code fails on the entry.
    Raised(Because),
    /// Can't tell.
    Unknown(Because),
}

/// A file that was opened for its accounts, or what kept the server from it.
#[derive(Debug, Clone)]
pub enum Opened {
    /// They are there.
    Book(Book),
    /// This spoils all of them.
    Spoiled(Book, Because),
    /// The file cannot be read by the server.
    Fault(Because),
    /// Can't tell.
    Unknown(Because),
}

impl Book {
    /// The accounts of one list.
    #[must_use]
    pub fn of(list: Arc<UserFile>, verifier: Verifier, reader: Place) -> Self {
        Self { lists: vec![list], verifier, readers: vec![reader] }
    }

    /// Every entry that decides, with its file, the first user first.
    pub fn deciding(&self) -> impl Iterator<Item = (FileId, &Entry)> {
        self.lists.iter().flat_map(|list| list.deciding().map(|entry| (list.file, entry)))
    }

    /// Every user and the place of the deciding entry, each once.
    #[must_use]
    pub fn people(&self) -> Vec<(Vec<u8>, Place)> {
        let mut people: Vec<(Vec<u8>, Place)> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for (file, entry) in self.deciding() {
            let place = Place::new(file, entry.span);
            match known.get(&entry.user).and_then(|index: &usize| people.get_mut(*index)) {
                Some((_, later)) => *later = place,
                None => {
                    known.insert(entry.user.clone(), people.len());
                    people.push((entry.user.to_vec(), place));
                }
            }
        }
        people
    }

    /// The entry that decides for a user.
    #[must_use]
    pub fn entry(&self, user: &[u8]) -> Option<(&UserFile, &Entry)> {
        self.lists.iter().rev().find_map(|list| Some((list.as_ref(), list.entry(user)?)))
    }

    /// What becomes of a login.
    #[must_use]
    pub fn check(&self, presented: &Presented) -> Checked {
        let Some(name) = presented.name() else { return Checked::Nobody };
        let Some((file, entry)) = self.entry(name) else { return Checked::Refused(self.absence(name)) };
        self.try_entry(file, entry, presented)
    }

    /// What becomes of a login when every entry of the name is tried until one fits or fails.
    #[must_use]
    pub fn check_all(&self, presented: &Presented) -> Checked {
        let Some(name) = presented.name() else { return Checked::Nobody };
        let entries = self.lists.iter().flat_map(|list| list.entries.iter().map(move |entry| (list, entry)));
        let mut last = None;
        for (file, entry) in entries.filter(|(_, entry)| *entry.user == *name) {
            let checked = self.try_entry(file, entry, presented);
            if !matches!(checked, Checked::Refused(_)) {
                return checked;
            }
            last = Some(checked);
        }
        last.unwrap_or_else(|| Checked::Refused(self.absence(name)))
    }

    fn try_entry(&self, file: &UserFile, entry: &Entry, presented: &Presented) -> Checked {
        let place = Place::new(file.file, entry.span);
        let dead = fate(file, entry, self.verifier).map(|reason| Because::at(reason, place));
        if self.verifier.raises(&entry.stored) {
            return Checked::Raised(dead.unwrap_or_else(|| Because::at(Reason::WrongPassword, place)));
        }
        let Presented::Somebody { user, password } = presented else {
            return match dead {
                None => Checked::Passed(entry.user.to_vec()),
                Some(because) if matches!(because.reason, Reason::CannotTell { .. }) => Checked::Unknown(because),
                Some(because) => Checked::Refused(because),
            };
        };
        match verify(&entry.stored, password, self.verifier, Limits::DEFAULT) {
            Outcome::Match => Checked::Passed(user.clone()),
            Outcome::Mismatch | Outcome::Error => {
                let hidden = |because: &Because| matches!(because.reason, Reason::UserFileEncoding { .. });
                let dead = dead.filter(|because| !hidden(because));
                Checked::Refused(dead.unwrap_or_else(|| Because::at(Reason::WrongPassword, place)))
            }
            Outcome::Unknown => Checked::Unknown(Because::at(Reason::CannotTell { missing: Missing::Cost }, place)),
        }
    }

    /// A user without an entry.
    fn absence(&self, name: &[u8]) -> Because {
        let names = self.deciding().map(|(_, entry)| &*entry.user);
        let nearest = nearest(names, name);
        Because::nowhere(Reason::UserMissing { name: String::from_utf8_lossy(name).into_owned(), nearest })
    }
}
