//! A server that was opened on its configuration, and its answers put into words.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;

use crate::answer::{Answer, Because, Cause, ReasonKind, Request, Server, Startup, Trace};
use crate::finding::Outcome;
use crate::lint::{self, Options, paths_for};
use crate::read::{Files, Unread};
use crate::rules;
use crate::servers::{Kind, open};
use crate::source::{Place, Sources};
use crate::stop::Stop;

/// A reason in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The reason's id.
    pub id: &'static str,
    /// A sentence.
    pub message: String,
    /// The line to edit; `None` if no file says it.
    pub place: Option<Place>,
    /// The code of the line that the server's error log gets.
    pub log: Option<&'static str>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// Whether the server starts at all: `ok`, `fail` or `unknown`.
    pub startup: &'static str,
    /// The status; `None`: can't tell, or the server does not start.
    pub status: Option<u16>,
    /// Whether all that decides is known.
    pub certain: bool,
    /// Why; without certainty, what is missing.
    pub reasons: Vec<Rc<Spoken>>,
}

/// Reasons that were put into words, by what they are about; a new one of the same kind takes the place of an old one.
type Words = HashMap<(Option<Place>, ReasonKind), (Because, Rc<Spoken>)>;

/// A server, open for questions.
pub struct Simulator<'s> {
    server: &'s dyn Server,
    startup: Startup,
    sources: &'s Sources,
    folder: &'s Path,
    words: RefCell<Words>,
}

/// Reasons that no file is at fault for, so that no rule speaks of them.
const OF_ONE_LOGIN: [(ReasonKind, &str); 2] = [
    (ReasonKind::NotAuthorized, "the login is right, and no rule lets this user in"),
    (ReasonKind::WrongPassword, "the password is not the one that this entry was made of"),
];

/// Opens the server that `config` is for and lets `work` ask it.
///
/// # Errors
/// The configuration cannot be read, or nothing tells which server it is for.
pub fn simulate<R>(
    files: &dyn Files,
    options: &Options,
    config: &Path,
    kind: Option<Kind>,
    work: impl FnOnce(&Simulator<'_>) -> R,
) -> Result<R, Stop> {
    let config = options.here.join(config);
    let Some(kind) = kind.or_else(|| Kind::of_config(&config)) else {
        return Err(Stop::NoServer(config));
    };
    let paths = paths_for(files, options, &config)?;
    let told = lint::config(files, options, std::slice::from_ref(&config))?;
    let target = lint::target(files, options, &told, &paths, &config);
    let sources = Sources::default();
    let server =
        open(kind, &target, &sources).map_err(|fault| Stop::Unread(vec![Unread { path: config.clone(), fault }]))?;
    let startup = server.startup();
    let words = RefCell::default();
    Ok(work(&Simulator { server: server.as_ref(), startup, sources: &sources, folder: &options.here, words }))
}

impl Simulator<'_> {
    /// The files that were read.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        self.sources
    }

    /// The server's name.
    #[must_use]
    pub fn server(&self) -> &'static str {
        self.server.name()
    }

    /// Whether it starts at all: `ok`, `fail` or `unknown`.
    #[must_use]
    pub fn startup(&self) -> &'static str {
        match self.startup {
            Startup::Ok => "ok",
            Startup::Fails(_) => "fail",
            Startup::Unknown(_) => "unknown",
        }
    }

    /// What becomes of a request.
    #[must_use]
    pub fn ask(&self, request: &Request, trace: &mut Trace) -> Simulated {
        match &self.startup {
            Startup::Fails(because) => Simulated {
                startup: "fail",
                status: None,
                certain: true,
                reasons: because.iter().map(|because| self.spoken(because, None)).collect(),
            },
            Startup::Unknown(because) => self.unknown("unknown", because),
            Startup::Ok => match self.server.answer(request, trace) {
                Answer { status: None, because } => self.unknown("ok", &because),
                Answer { status: Some(status), because } => Simulated {
                    startup: "ok",
                    status: Some(status),
                    certain: true,
                    reasons: because.iter().map(|because| self.spoken(because, Some(status))).collect(),
                },
            },
        }
    }

    fn unknown(&self, startup: &'static str, because: &[Because]) -> Simulated {
        let reasons = because.iter().map(|because| self.spoken(because, None)).collect();
        Simulated { startup, status: None, certain: false, reasons }
    }

    /// A reason in the words of the rule that explains it.
    fn spoken(&self, because: &Because, status: Option<u16>) -> Rc<Spoken> {
        let key = (because.place, because.reason.kind());
        if let Some((_, spoken)) = self.words.borrow().get(&key).filter(|(known, _)| known == because) {
            return spoken.clone();
        }
        let spoken = Rc::new(Spoken {
            id: because.reason.kind().id(),
            message: self.message(because, status),
            place: because.place,
            log: because.log,
        });
        self.words.borrow_mut().insert(key, (because.clone(), spoken.clone()));
        spoken
    }

    fn message(&self, because: &Because, status: Option<u16>) -> String {
        let cause = Cause { because: because.clone(), outcome: Outcome { logins: None, status } };
        let found = rules::explain(&cause, self.sources, self.folder);
        let plain = || OF_ONE_LOGIN.iter().find(|(kind, _)| *kind == because.reason.kind()).map(|(_, words)| *words);
        found.map_or_else(|| plain().unwrap_or(because.reason.kind().id()).to_owned(), |found| found.message)
    }
}
