//! An area: a set of requests that share their fate, and the people who may come to it.

use std::path::PathBuf;

use super::reason::Answer;
use crate::source::{FileId, Place};

/// What becomes of an area, first that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// A stranger gets in although authentication is configured.
    Open,
    /// Nobody at all gets in with a login.
    Lockout,
    /// Something that decides is not known.
    Unknown,
    /// Some get in with a login, and no stranger does.
    Ok,
}

impl Verdict {
    /// The lower-case word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Lockout => "lockout",
            Self::Unknown => "unknown",
            Self::Ok => "ok",
        }
    }
}

/// A user of an area and the answer to that user with the right password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user name as the server compares it.
    pub name: Vec<u8>,
    /// The entry that decides; `None` for a user who is only asked for.
    pub place: Option<Place>,
    /// What the server answers to the holder.
    pub answer: Answer,
    /// What it answers to the password that was given for this user; `None`: none was.
    pub given: Option<Answer>,
}

impl Person {
    /// Whether the right password gets this person in; `None`: can't tell.
    #[must_use]
    pub fn can_log_in(&self) -> Option<bool> {
        self.answer.passes()
    }
}

/// A directory, a set of files in it and a set of methods in which authentication is written down or was meant to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The server that answers here: `apache`.
    pub server: &'static str,
    /// The host it holds for; `None`: any, or the only one.
    pub host: Option<String>,
    /// Whether the server starts at all.
    pub starts: bool,
    /// The folder on this machine that it holds for.
    pub directory: Option<PathBuf>,
    /// The URL prefix it holds for, where that is known.
    pub path: Option<String>,
    /// Which files of the folder, in the server's own words (`<Files "admin.php">`); `None`: those that no such section names.
    pub files: Option<String>,
    /// The directive or section that makes it an area.
    pub place: Place,
    /// The methods it holds for; `None`: all.
    pub methods: Option<Vec<&'static str>>,
    /// The realm that the browser shows.
    pub realm: Option<String>,
    /// Whether the text asks for a login here, so that an open area is a fault and not a choice.
    pub guarded: bool,
    /// What a stranger gets.
    pub anonymous: Answer,
    /// Every known user.
    pub people: Vec<Person>,
    /// The files that decide here: configurations, password and group files.
    pub decided_by: Vec<FileId>,
    /// What the holder of an entry gets that htlint could not see; `None`: it saw all entries.
    pub unseen: Option<Answer>,
}

impl Area {
    /// The area's verdict, by the order that [`Verdict`] gives.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.starts {
            return Verdict::Lockout;
        }
        if self.anonymous.passes() == Some(true) {
            return Verdict::Open;
        }
        let mut fates = self.people.iter().map(|person| &person.answer).chain(self.unseen.as_ref());
        if self.anonymous.status.is_some() && fates.clone().all(|answer| answer.passes() == Some(false)) {
            return Verdict::Lockout;
        }
        if self.anonymous.status.is_none() || fates.any(|answer| answer.status.is_none()) {
            return Verdict::Unknown;
        }
        Verdict::Ok
    }
}
