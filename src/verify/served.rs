//! The same of a server other than Apache: it is asked itself, on a configuration that does nothing but ask for a login.

use std::path::{Path, PathBuf};

use super::passwords::Verdict;
use crate::answer::{Answer, Client, Login, Request, Scheme, Server, Startup, Survey, Trace};
use crate::credentials::Secret;
use crate::finding::Severity;
use crate::hash::{Crypt, Outcome, Scheme as Stored};
use crate::read::{Fault, Files};
use crate::rules::{self, Case};
use crate::servers::{Kind, StandIn};
use crate::source::{Place, Sources};

/// A password file and the server that reads it.
pub struct Served<'f> {
    stand_in: StandIn<'f>,
    crypt: Crypt,
    path: PathBuf,
}

/// One user's login there, before the password is known.
pub struct ServedLogin<'s> {
    served: &'s Served<'s>,
    user: Vec<u8>,
}

impl<'f> Served<'f> {
    /// A server that reads this file; `None`: it has no such files.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(server: Kind, crypt: Crypt, files: &'f dyn Files, path: &Path) -> Result<Option<Self>, Fault> {
        files.read(path)?;
        let stand_in = StandIn::new(server, files, path);
        Ok(stand_in.map(|stand_in| Self { stand_in, crypt, path: path.to_owned() }))
    }

    /// The login of a user.
    #[must_use]
    pub fn login(&self, user: &[u8]) -> ServedLogin<'_> {
        ServedLogin { served: self, user: user.to_vec() }
    }
}

impl ServedLogin<'_> {
    /// The verdict, if it is the same for every password.
    #[must_use]
    pub fn settled(&self) -> Option<Verdict> {
        let verdict = self.asked(Login::Holder(self.user.clone()));
        (verdict.result != Outcome::Match).then_some(verdict)
    }

    /// The verdict on a password.
    #[must_use]
    pub fn with(&self, password: &[u8]) -> Verdict {
        let password = Secret::new(password.to_vec());
        self.asked(Login::Password { user: self.user.clone(), password, scheme: Scheme::Basic })
    }

    fn asked(&self, login: Login) -> Verdict {
        let sources = Sources::default();
        let stand_in = &self.served.stand_in;
        let request = Request {
            path: stand_in.path.as_bytes().to_vec(),
            method: stand_in.method.to_owned(),
            login,
            client: Client::Elsewhere,
            https: false,
            headers: vec![("Host".to_owned(), b"localhost".to_vec())],
        };
        let ask = |server: &dyn Server| {
            let answer = match server.startup() {
                Startup::Ok => server.answer(&request, &mut Trace::unwanted()),
                Startup::Fails(because) => Answer { status: Some(0), because },
                Startup::Unknown(because) => Answer { status: None, because },
            };
            (answer, server.survey())
        };
        let opened = stand_in.open(self.served.crypt, &sources, ask);
        let (answer, survey) = opened.unwrap_or((Answer { status: None, because: Vec::new() }, Survey::default()));
        self.verdict(&answer, &survey, &sources)
    }

    fn verdict(&self, answer: &Answer, survey: &Survey, sources: &Sources) -> Verdict {
        let own = |place: &Place| sources.get(place.file).is_some_and(|source| source.path() == self.served.path);
        let entry = survey.user_files.iter().find_map(|used| {
            let entry = used.file.entry(&self.user)?;
            Some((Place::new(used.file.file, entry.span), Stored::of(&entry.stored)))
        });
        let entry = entry.filter(|(place, _)| own(place));
        let result = match answer.status {
            None => Outcome::Unknown,
            Some(1..=399) => Outcome::Match,
            Some(401 | 407) => Outcome::Mismatch,
            Some(_) => Outcome::Error,
        };
        let line = |place: Place| sources.get(place.file).map(|source| source.position(place.span.start).line);
        let fault = answer.reason().and_then(|because| because.place).filter(own);
        let told = fault.and_then(|place| self.told(place, survey, sources));
        let plain = match (result, entry) {
            (Outcome::Match, _) => None,
            (_, None) => Some("the file has no such user"),
            (Outcome::Unknown, _) => Some("one comparison costs more than htlint spends"),
            (..) => Some("the password does not fit this entry"),
        };
        Verdict {
            result,
            scheme: entry.map(|(_, scheme)| scheme),
            why: plain.map(|plain| told.unwrap_or_else(|| plain.to_owned())),
            advice: None,
            line: entry.map(|(place, _)| place).or(fault).and_then(line),
            unread: Vec::new(),
        }
    }

    /// What a rule says of the place that decided.
    fn told(&self, place: Place, survey: &Survey, sources: &Sources) -> Option<String> {
        let Survey { areas, causes, remarks, user_files } = survey;
        let folder = self.served.path.parent().unwrap_or(Path::new("/"));
        let case = Case { causes, areas, remarks, user_files, sources, folder };
        let mut findings = rules::run(&case).into_iter();
        let wanted = findings.find(|finding| finding.place == place && finding.severity == Severity::Error);
        wanted.map(|finding| finding.message)
    }
}
