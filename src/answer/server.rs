//! The trait that every server's room fills.

use std::sync::Arc;

use super::area::Area;
use super::reason::{Answer, Because, Cause};
use super::remark::Noted;
use super::request::Request;
use super::step::Trace;
use crate::hash::Verifier;
use crate::source::{Place, Span, Spanned};
use crate::users::UserFile;

/// Where accounts are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Written {
    /// In a file of their own, as `htpasswd` writes it.
    #[default]
    File,
    /// In a configuration.
    Config,
    /// In a Compose file, where each `$` is doubled.
    Compose,
}

/// A password file and who reads it.
#[derive(Debug, Clone)]
pub struct UserFileInUse {
    /// The entries as the server reads them.
    pub file: Arc<UserFile>,
    /// Whether it is a file of its own.
    pub written: Written,
    /// What checks the passwords in it.
    pub verifier: Verifier,
    /// What checks them in other servers that read the same file.
    pub others: Vec<Verifier>,
    /// The directives that lead here; empty: nothing does.
    pub readers: Vec<Place>,
}

/// A password file that a configuration names, before anything is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFileSetting {
    /// The path as the server takes it.
    pub path: Vec<u8>,
    /// Where it is written.
    pub span: Span,
}

/// The password files that the text of one configuration file names, whether or not the rest of it makes sense.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFileSettings {
    /// The settings, in their order.
    pub files: Vec<UserFileSetting>,
    /// The lists of accounts, `user:hash`, that stand in the text itself.
    pub lists: Vec<Vec<Spanned<String>>>,
    /// What no report may show of the text.
    pub secrets: Vec<Span>,
}

/// All that a server's room has to say of the files it was given.
#[derive(Debug, Default)]
pub struct Survey {
    /// Where authentication stands, and what becomes of it.
    pub areas: Vec<Area>,
    /// What is wrong, each with the answer it leads to, whether or not an area shows it.
    pub causes: Vec<Cause>,
    /// What changes no answer.
    pub remarks: Vec<Noted>,
    /// The password files that were read.
    pub user_files: Vec<UserFileInUse>,
}

impl Survey {
    /// The same of a server that does not start, for these reasons: nobody gets an answer anywhere.
    #[must_use]
    pub fn refused(mut self, because: &[Because]) -> Self {
        for area in &mut self.areas {
            let answers = area.people.iter_mut().map(|person| &mut person.answer).chain(area.unseen.as_mut());
            for answer in answers.chain([&mut area.anonymous]) {
                *answer = Answer { status: Some(0), because: because.to_vec() };
            }
            area.starts = false;
        }
        self
    }
}

/// Whether a server starts on its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Startup {
    /// It does.
    Ok,
    /// It refuses, for these reasons, the one it would tell first.
    Fails(Vec<Because>),
    /// Can't tell: this is missing.
    Unknown(Vec<Because>),
}

/// A server: from its files to its answers. Only an implementation of this knows what the server does.
pub trait Server {
    /// The server's name in reports: `apache`.
    fn name(&self) -> &'static str;

    /// Whether it starts at all; a site without a main configuration is served by a server that runs.
    fn startup(&self) -> Startup {
        Startup::Ok
    }

    /// Everything there is to say without being asked.
    fn survey(&self) -> Survey;

    /// What the server answers to one request: the status that the client gets in the end; 0 if the connection is closed
    /// without an answer. Only asked where [`Server::startup`] does not fail.
    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer;
}
