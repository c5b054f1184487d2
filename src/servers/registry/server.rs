//! The registry's answers (distribution `registry/handlers/app.go`, `authorized`; `registry/auth/htpasswd/access.go`).

use super::config::{access, check_rest, misplaced, wrong};
use super::routes::{Rights, Route, route};
use super::values::check_values;
use crate::answer::{Answer, Because, Login, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Book, Checked, Host, Opened, Post, Presented, Profile, Style, go_path, surveyed};
use crate::hash::Verifier;
use crate::read::Fault;
use crate::source::{FileId, Place, Sources};
use crate::users::Reading;
use crate::yaml::{self, Node};

/// What the registry makes of a password file.
pub(in crate::servers) const PROFILE: Profile =
    Profile { reading: Reading::Distribution, verifier: Verifier::GoBcrypt };
/// How the registry asks for a login.
pub(super) enum Access {
    /// Not at all.
    Open,
    /// By a password file.
    Htpasswd { opened: Box<Opened>, realm: String },
    /// Any `Authorization` header will do.
    Silly,
    /// By a token of another service.
    Token(Place),
}

/// A registry that was configured.
struct Registry {
    startup: Startup,
    access: Access,
    prefix: String,
    rights: Rights,
    /// Where `auth` stands; `None`: nowhere.
    auth: Option<Place>,
    /// Where `auth` stands under a key that does not know it.
    misplaced: Option<Place>,
}

/// Opens a registry's configuration.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let parsed = yaml::read(&bytes);
    let file = host.keep(target.config.to_owned(), bytes, Vec::new());
    Ok(match parsed {
        Err(bad) => Registry::refusing(wrong(file, bad.span, "YAML", bad.message)),
        Ok(root) => Registry::configured(&host, file, &root),
    })
}

impl Registry {
    fn refusing(because: Because) -> Self {
        Self {
            startup: Startup::Fails(vec![because]),
            access: Access::Open,
            prefix: String::new(),
            rights: Rights { delete: false, write: true },
            auth: None,
            misplaced: None,
        }
    }

    fn configured(host: &Host<'_>, file: FileId, root: &Node) -> Self {
        let auth = root.last("auth").map(|(key, _)| Place::new(file, key.span));
        let refused = |because| Self { auth, ..Self::refusing(because) };
        if let Err(because) = check_rest(file, root).and_then(|()| check_values(host, file, root)) {
            return refused(because);
        }
        let prefix = root.at(&["http", "prefix"]).and_then(Node::text).unwrap_or_default().to_owned();
        let truth = |keys: &[&str]| root.at(keys).and_then(Node::truth) == Some(true);
        let rights = Rights {
            delete: truth(&["storage", "delete", "enabled"]),
            write: !truth(&["storage", "maintenance", "readonly", "enabled"]),
        };
        let misplaced = misplaced(root).map(|span| Place::new(file, span));
        match access(host, file, root) {
            Err(because) => refused(because),
            Ok(access) => Self { startup: Startup::Ok, access, prefix, rights, auth, misplaced },
        }
    }

    fn books(&self) -> Vec<Book> {
        match &self.access {
            Access::Htpasswd { opened, .. } => match opened.as_ref() {
                Opened::Book(book) | Opened::Spoiled(book, _) => vec![book.clone()],
                Opened::Fault(_) | Opened::Unknown(_) => Vec::new(),
            },
            Access::Open | Access::Silly | Access::Token(_) => Vec::new(),
        }
    }
}

impl Server for Registry {
    fn name(&self) -> &'static str {
        "docker-registry"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let Some(place) = self.auth.or(self.misplaced) else { return surveyed(self, &[]) };
        let realm = match &self.access {
            Access::Htpasswd { realm, .. } => Some(realm.clone()),
            Access::Open | Access::Silly | Access::Token(_) => None,
        };
        let post = Post {
            host: None,
            path: Some("/v2/".to_owned()),
            probe: format!("{}/v2/", self.prefix.trim_end_matches('/')).into_bytes(),
            method: "GET",
            place,
            realm,
            books: self.books(),
            guarded: true,
            unseen: matches!(&self.access, Access::Htpasswd { opened, .. } if matches!(**opened, Opened::Unknown(_))),
        };
        surveyed(self, &[post])
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let path = match go_path(request) {
            Ok(path) => path,
            Err(status) => return Answer { status: Some(status), because: Vec::new() },
        };
        if path == "/" {
            trace.step(None, || "`/` is answered without a login".to_owned());
            return Answer::pass();
        }
        let Some(inside) = path.strip_prefix(self.prefix.trim_end_matches('/')).filter(|path| path.starts_with('/'))
        else {
            return Answer { status: Some(404), because: Vec::new() };
        };
        let past = match route(inside, &request.method, self.rights) {
            Route::Nothing => return Answer { status: Some(404), because: Vec::new() },
            Route::Redirected => return Answer { status: Some(301), because: Vec::new() },
            Route::Asked(past) => past,
        };
        match self.gate(request, trace) {
            Some(answer) => answer,
            None => Answer { status: Some(past), because: self.unguarded() },
        }
    }
}

impl Registry {
    /// Why nobody was asked, where somebody meant to.
    fn unguarded(&self) -> Vec<Because> {
        let open = matches!(self.access, Access::Open);
        let misplaced = self.misplaced.filter(|_| open && self.auth.is_none());
        misplaced.map(|place| Because::at(Reason::NothingRequired, place)).into_iter().collect()
    }

    /// The access controller's answer; `None`: it lets the request through (`registry/auth/htpasswd/access.go`,
    /// `Authorized`; `registry/handlers/app.go`, `authorized`).
    fn gate(&self, request: &Request, trace: &mut Trace) -> Option<Answer> {
        let opened = match &self.access {
            Access::Open => {
                trace.step(self.misplaced, || "no login is configured".to_owned());
                return None;
            }
            Access::Silly => {
                let presented = !matches!(request.login, Login::Anonymous);
                return (!presented).then(|| Answer { status: Some(401), because: Vec::new() });
            }
            Access::Token(place) => {
                let missing = Missing::Provider { name: "token".to_owned() };
                let anonymous = matches!(request.login, Login::Anonymous);
                return Some(if anonymous {
                    Answer { status: Some(401), because: Vec::new() }
                } else {
                    Answer::unknown(Because::at(Reason::CannotTell { missing }, *place))
                });
            }
            Access::Htpasswd { opened, .. } => opened,
        };
        let presented = Presented::of(&request.login, Style::GO);
        if matches!(presented, Presented::Nobody | Presented::Colonless(_)) {
            trace.step(self.auth, || "no credentials: a login is asked for".to_owned());
            return Some(Answer { status: Some(401), because: Vec::new() });
        }
        let book = match opened.as_ref() {
            Opened::Book(book) => book,
            Opened::Spoiled(_, because) => return Some(Answer::of(400, because.clone())),
            Opened::Unknown(because) => return Some(Answer::unknown(because.clone())),
            // A directory is opened and cannot be read; a missing file was made, with a user whose password is random.
            Opened::Fault(because) => {
                let made = matches!(because.reason, Reason::UserFileMissing { .. });
                return Some(Answer::of(if made { 401 } else { 400 }, because.clone()));
            }
        };
        match book.check(&presented) {
            Checked::Passed(user) => {
                trace.step(self.auth, || format!("the password of {} fits", String::from_utf8_lossy(&user)));
                None
            }
            Checked::Nobody => Some(Answer { status: Some(401), because: Vec::new() }),
            Checked::Refused(because) | Checked::Raised(because) => Some(Answer::of(401, because)),
            Checked::Unknown(because) => Some(Answer::unknown(because)),
        }
    }
}
