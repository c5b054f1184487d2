//! Radicale's answers (Radicale `radicale/app/__init__.py`, `_handle_request`; `radicale/app/*.py`).

use std::path::Path;

use super::ini::{Ini, read};
use super::names::Allowed;
use super::presented::presented;
use super::rights::Rights;
use super::settings::{check, is_on};
use crate::answer::{Answer, Because, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Checked, Content, Host, Opened, Post, Presented, Profile, percent_decoded, surveyed, target_path};
use crate::hash::{Encryption, Verifier};
use crate::read::Fault;
use crate::source::{FileId, Place, Sources, Span};
use crate::users::Reading;

/// What Radicale makes of a password file in its default mode.
pub(in crate::servers) const PROFILE: Profile = Profile {
    reading: Reading::Radicale,
    verifier: Verifier::Radicale(Encryption::Autodetect { bcrypt: false, argon2: false }),
};
/// Backends that ask other services.
const FOREIGN: [&str; 3] = ["dovecot", "imap", "oauth2"];

/// How it is told who comes.
pub(super) enum Auth {
    /// Everybody is who they say.
    None,
    /// Nobody is let in.
    DenyAll,
    /// By the password file.
    Htpasswd(Opened),
    /// By this header of a proxy in front.
    Header(Option<&'static str>),
    /// By another service.
    Foreign(Because),
}

/// A Radicale that was configured.
pub(super) struct Radicale<'a> {
    pub(super) host: Host<'a>,
    startup: Startup,
    pub(super) auth: Auth,
    pub(super) rights: Rights,
    ini: Ini,
    pub(super) storage: String,
    web: bool,
    pub(super) place: Option<Place>,
    /// Whether requests are to be decoded in a way that Python does not know.
    undecodable: bool,
}

/// Opens a `config`.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let parsed = read(&bytes);
    let file = host.keep(target.config.to_owned(), bytes, Vec::new());
    let mut server = Radicale {
        startup: Startup::Ok,
        auth: Auth::DenyAll,
        rights: Rights::OwnerOnly,
        ini: Ini::default(),
        storage: String::new(),
        web: true,
        place: None,
        undecodable: false,
        host,
    };
    let taken = match parsed {
        Err(bad) => Err(wrong(file, bad.span, "config", bad.message)),
        Ok(ini) => server.take(file, ini),
    };
    match taken {
        Ok(()) => {}
        Err(because) if matches!(because.reason, Reason::CannotTell { .. }) => {
            server.startup = Startup::Unknown(vec![because]);
        }
        Err(because) => server.startup = Startup::Fails(vec![because]),
    }
    Ok(server)
}

fn wrong(file: FileId, span: Span, name: &str, message: &str) -> Because {
    let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
    Because::at(reason, Place::new(file, span))
}

impl Radicale<'_> {
    fn take(&mut self, file: FileId, ini: Ini) -> Result<(), Because> {
        check(file, &ini)?;
        self.ini = ini;
        let text = |section: &str, name: &str, default: &str| {
            self.ini.get(section, name).map_or_else(|| default.to_owned(), |setting| setting.value.clone())
        };
        let at = |section: &str, name: &str| self.ini.get(section, name).map_or(Span::at(0), |setting| setting.span);
        let (kind, kind_span) = (text("auth", "type", "denyall"), at("auth", "type"));
        self.web = match text("web", "type", "internal").as_str() {
            "internal" => true,
            "none" => false,
            _ => return Err(wrong(file, at("web", "type"), "type", "there is no such module")),
        };
        let encodings =
            ["utf-8", "utf8", "ascii", "latin-1", "latin1", "iso-8859-1", "iso-8859-15", "cp1252", "utf-16"];
        self.undecodable = !encodings.contains(&text("encoding", "request", "utf-8").to_lowercase().as_str());
        self.storage = text("storage", "filesystem_folder", "/var/lib/radicale/collections");
        self.place = Some(Place::new(file, kind_span));
        if is_on(&self.ini, "auth", "lc_username") && is_on(&self.ini, "auth", "uc_username") {
            return Err(wrong(file, at("auth", "uc_username"), "uc_username", "not together with lc_username"));
        }
        let encryption = text("auth", "htpasswd_encryption", "autodetect");
        let span = at("auth", "htpasswd_encryption");
        let path = (text("auth", "htpasswd_filename", "/etc/radicale/users"), at("auth", "htpasswd_filename"));
        let rights = (text("rights", "type", "owner_only"), at("rights", "type"));
        let rights_file = (text("rights", "file", "/etc/radicale/rights"), at("rights", "file"));
        let folder = at("storage", "filesystem_folder");
        self.auth = match kind.as_str() {
            "none" => Auth::None,
            "denyall" => Auth::DenyAll,
            "htpasswd" => {
                let mode = mode(&encryption)
                    .ok_or_else(|| wrong(file, span, "htpasswd_encryption", "there is no such method"));
                let opened = self.passwords(file, &path, mode.clone().unwrap_or(PROFILE.verifier))?;
                mode?;
                Auth::Htpasswd(opened)
            }
            "remote_user" | "http_remote_user" => Auth::Header(None),
            "oauth2" if text("auth", "oauth2_token_endpoint", "").is_empty() => {
                return Err(wrong(file, kind_span, "oauth2_token_endpoint", "it is missing"));
            }
            "http_x_remote_user" => Auth::Header(Some("x-remote-user")),
            // They need Python modules of their own at the start.
            "ldap" | "pam" => {
                let missing = Missing::Module { name: format!("Python's {kind}"), directive: "type".to_owned() };
                return Err(Because::at(Reason::CannotTell { missing }, Place::new(file, kind_span)));
            }
            name if FOREIGN.contains(&name) || name.contains('.') => {
                let missing = Missing::Provider { name: name.to_owned() };
                Auth::Foreign(Because::at(Reason::CannotTell { missing }, Place::new(file, kind_span)))
            }
            name => {
                let reason = Reason::UnknownAuthType {
                    name: name.to_owned(),
                    nearest: Some("htpasswd".to_owned()),
                    module: None,
                };
                return Err(Because::at(reason, Place::new(file, kind_span)));
            }
        };
        self.rights = self.rights(file, &rights, &rights_file)?;
        self.check_storage(file, folder)
    }

    fn passwords(&self, file: FileId, (path, span): &(String, Span), verifier: Verifier) -> Result<Opened, Because> {
        let profile = Profile { verifier, ..PROFILE };
        let place = Place::new(file, *span);
        let server = Host::path(Path::new("/"), path.strip_prefix("~/").unwrap_or(path));
        let latin =
            self.ini.get("encoding", "stock").is_some_and(|stock| stock.value.to_lowercase().starts_with("latin"));
        if latin {
            let missing = Missing::Condition { directive: "stock".to_owned() };
            return Ok(Opened::Unknown(Because::at(Reason::CannotTell { missing }, place)));
        }
        let opened = self.host.book(profile, &server, place);
        if let Opened::Spoiled(_, because) | Opened::Fault(because) = opened { Err(because) } else { Ok(opened) }
    }

    fn rights(
        &self,
        file: FileId,
        (kind, span): &(String, Span),
        (path, file_span): &(String, Span),
    ) -> Result<Rights, Because> {
        if kind != "from_file" {
            return Rights::named(kind).ok_or_else(|| wrong(file, *span, "type", "there is no such module"));
        }
        let place = Place::new(file, *file_span);
        match self.host.read(&Host::path(Path::new("/"), path)) {
            Content::Read(local, bytes) => {
                let id = self.host.keep(local, bytes.clone(), Vec::new());
                Rights::file(&bytes).map_err(|bad| wrong(id, bad.span, "rights", bad.message))
            }
            Content::Fault(reason) | Content::Unknown(reason) => Err(Because::at(reason, place)),
        }
    }

    /// The folder of the collections is made if it can be (`multifilesystem`, `_makedirs_synced`).
    fn check_storage(&self, file: FileId, span: Span) -> Result<(), Because> {
        let folder = Host::path(Path::new("/"), &self.storage).join("collection-root");
        let there =
            |path: &&Path| self.host.locate(path).is_some_and(|(local, _)| self.host.target.files.stat(&local).is_ok());
        let nearest = folder.ancestors().find(there);
        if nearest == Some(folder.as_path()) || nearest.and_then(|path| self.host.may_write(path)) != Some(false) {
            return Ok(());
        }
        Err(wrong(file, span, "filesystem_folder", "the folder cannot be made"))
    }

    /// Who it is; the first of an error: the answer.
    fn user(&self, request: &Request, trace: &mut Trace) -> Result<String, Answer> {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let name_of = |presented: &Presented| presented.name().map(|name| String::from_utf8_lossy(name).into_owned());
        let presented = presented(request)?;
        match &self.auth {
            Auth::None => Ok(name_of(&presented).unwrap_or_default()),
            Auth::DenyAll if presented == Presented::Nobody => Ok(String::new()),
            Auth::DenyAll => Err(Answer::of(
                401,
                self.place
                    .map_or(Because::nowhere(Reason::DeniedByRule), |place| Because::at(Reason::DeniedByRule, place)),
            )),
            Auth::Header(Some(name)) => {
                Ok(request.header(name).map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default())
            }
            Auth::Header(None) => Ok(String::new()),
            Auth::Foreign(_) if presented == Presented::Nobody => Ok(String::new()),
            Auth::Foreign(because) => Err(Answer::unknown(because.clone())),
            Auth::Htpasswd(opened) => {
                let Some(name) = name_of(&presented) else { return Ok(String::new()) };
                if !name.is_empty() && !self.allowed("validate_user_value").takes_user(&self.decoded(&name)) {
                    return Err(plain(401));
                }
                let wanted = self.renamed(&name);
                let presented = presented.renamed(|_| wanted.clone().into_bytes());
                let book = match opened {
                    Opened::Book(book) | Opened::Spoiled(book, _) => book,
                    Opened::Unknown(because) | Opened::Fault(because) => return Err(Answer::unknown(because.clone())),
                };
                match book.check(&presented) {
                    Checked::Passed(_) if !is_safe(&wanted) => Err(plain(401)),
                    // A storage that takes no name with a dot in front fails on it.
                    Checked::Passed(_) if wanted.starts_with('.') => Err(plain(500)),
                    Checked::Passed(_) => {
                        trace.step(self.place, || format!("the password of {wanted} fits"));
                        Ok(wanted)
                    }
                    Checked::Nobody => Ok(String::new()),
                    Checked::Refused(because) => Err(Answer::of(401, because)),
                    Checked::Raised(because) => Err(Answer::of(500, because)),
                    Checked::Unknown(because) => Err(Answer::unknown(because)),
                }
            }
        }
    }

    /// The name with what is percent-encoded in it, if the options say so.
    fn decoded(&self, name: &str) -> String {
        let decoded =
            is_on(&self.ini, "auth", "urldecode_username").then(|| percent_decoded(name.as_bytes())).flatten();
        decoded.map_or_else(|| name.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn allowed(&self, option: &str) -> Allowed {
        self.ini.get("server", option).and_then(|setting| Allowed::named(&setting.value)).unwrap_or(Allowed::Minimal)
    }

    /// The name as the options change it (`BaseAuth.login`).
    fn renamed(&self, name: &str) -> String {
        let on = |name: &str| is_on(&self.ini, "auth", name);
        let mut name = name.to_owned();
        if on("lc_username") {
            name = name.to_lowercase();
        }
        if on("uc_username") {
            name = name.to_uppercase();
        }
        name = self.decoded(&name);
        if on("strip_domain") {
            name = name.split('@').next().unwrap_or_default().to_owned();
        }
        name
    }
}

/// A name that can be a folder's.
fn is_safe(name: &str) -> bool {
    !name.is_empty() && !name.contains('/') && name != "." && name != ".."
}

fn mode(name: &str) -> Option<Verifier> {
    Some(Verifier::Radicale(match name {
        "autodetect" => return Some(PROFILE.verifier),
        "plain" => Encryption::Plain,
        "md5" => Encryption::Md5,
        "sha256" => Encryption::Sha256,
        "sha512" => Encryption::Sha512,
        "bcrypt" => Encryption::Bcrypt,
        "argon2" => Encryption::Argon2,
        _ => return None,
    }))
}

/// The methods that it has words for; any other is answered 405.
const METHODS: &str = "DELETE GET HEAD MKCALENDAR MKCOL MOVE OPTIONS POST PROPFIND PROPPATCH PUT REPORT";

impl Server for Radicale<'_> {
    fn name(&self) -> &'static str {
        "radicale"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let Some(place) = self.place else { return surveyed(self, &[]) };
        let books = match &self.auth {
            Auth::Htpasswd(Opened::Book(book) | Opened::Spoiled(book, _)) => vec![book.clone()],
            Auth::Htpasswd(_) | Auth::None | Auth::DenyAll | Auth::Header(_) | Auth::Foreign(_) => Vec::new(),
        };
        let post = Post {
            host: None,
            path: Some("/".to_owned()),
            probe: b"/".to_vec(),
            method: "PROPFIND",
            place,
            realm: self.ini.get("auth", "realm").map(|realm| realm.value.clone()),
            books,
            guarded: !matches!(self.auth, Auth::None),
            unseen: matches!(self.auth, Auth::Htpasswd(Opened::Unknown(_)) | Auth::Foreign(_)),
        };
        surveyed(self, &[post])
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let path = percent_decoded(target_path(&request.path)).unwrap_or_default();
        let path = String::from_utf8_lossy(&path).into_owned();
        if !self.allowed("validate_path_value").takes_path(&path) {
            return plain(400);
        }
        if !METHODS.split(' ').any(|method| method == request.method) {
            return plain(405);
        }
        if matches!(path.trim_end_matches('/'), "/.well-known/caldav" | "/.well-known/carddav") {
            return plain(301);
        }
        if path.starts_with("/.well-known/") {
            return plain(404);
        }
        if self.undecodable {
            return plain(500);
        }
        let user = match self.user(request, trace) {
            Ok(user) => user,
            Err(answer) => return answer,
        };
        let get = matches!(request.method.as_str(), "GET" | "HEAD");
        // A user's own collection is looked for at the login.
        if !user.is_empty() && self.letters(&user, &user).is_none() {
            return plain(500);
        }
        match (request.method.as_str(), path.as_str()) {
            ("OPTIONS", _) => return plain(200),
            ("POST", _) => return plain(405),
            (_, path) if get && path.trim_matches('/').is_empty() => return plain(302),
            (_, "/.web") if get => return plain(if self.web { 302 } else { 200 }),
            (_, path) if get && path.starts_with("/.web/") && !self.web => return plain(302),
            (_, "/.web/" | "/.web/index.html" | "/.web/fn.js" | "/.web/css/main.css") if get => return plain(200),
            (_, path) if get && path.starts_with("/.web/") => {
                let missing = Missing::Path { path: path.to_owned() };
                return Answer::unknown(Because {
                    place: self.place,
                    ..Because::nowhere(Reason::CannotTell { missing })
                });
            }
            _ => {}
        }
        if self.letters(&user, &user).is_none() {
            return plain(500);
        }
        trace.step(self.place, || format!("the rights of `{user}` decide"));
        self.decide(request, &user, path.trim_matches('/'))
    }
}
