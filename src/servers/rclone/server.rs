//! rclone's answers to its arguments, one a line (rclone `cmd/serve/http/http.go`, `lib/http`).

use std::cell::Cell;
use std::path::Path;

use super::flags::{Argument, Flags, wrong};
use crate::answer::{Answer, Because, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{
    Book, Checked, Content, Host, Opened, Post, Presented, Profile, Style, go_path, is_out_of_sight, surveyed,
};
use crate::hash::Verifier;
use crate::read::{Fault, FileType};
use crate::source::{FileId, Place, Sources, Span};
use crate::users::{Entry, Reading, UserFile, Winner};

/// What rclone makes of a password file.
pub(in crate::servers) const PROFILE: Profile = Profile { reading: Reading::Csv, verifier: Verifier::GoAuth };
/// An rclone that was started.
struct Rclone<'a> {
    host: Host<'a>,
    startup: Startup,
    opened: Option<Opened>,
    place: Option<Place>,
    base: String,
    root: String,
    realm: Option<String>,
    /// A flag that decides which files are there.
    filter: Option<(&'static str, Place)>,
    /// Whether a login has met what cannot be read: the file counts as read from then on, with nobody in it
    /// (abbot/go-http-auth `users.go`, `ReloadIfNeeded`).
    spent: Cell<bool>,
}

/// Opens a file of arguments.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let arguments = arguments(&bytes);
    let secret =
        |index: usize| arguments.get(index).filter(|(text, _)| text == "--pass").and_then(|_| arguments.get(index + 1));
    let secrets = (0..arguments.len()).filter_map(secret).map(|(_, span)| *span).collect();
    let file = host.keep(target.config.to_owned(), bytes, secrets);
    let mut server = Rclone {
        host,
        startup: Startup::Ok,
        opened: None,
        place: None,
        base: String::new(),
        root: String::new(),
        realm: None,
        filter: None,
        spent: Cell::new(false),
    };
    match server.take(file, &arguments) {
        Ok(()) => {}
        Err(because) if matches!(because.reason, Reason::CannotTell { .. }) => {
            server.startup = Startup::Unknown(vec![because]);
        }
        Err(because) => server.startup = Startup::Fails(vec![because]),
    }
    Ok(server)
}

fn arguments(bytes: &[u8]) -> Vec<Argument> {
    let mut all = Vec::new();
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        if !text.is_empty() {
            all.push((String::from_utf8_lossy(text).into_owned(), Span::new(start, start + text.len())));
        }
        start += line.len();
    }
    all
}

impl Rclone<'_> {
    fn take(&mut self, file: FileId, arguments: &[Argument]) -> Result<(), Because> {
        let flags = Flags::read(file, arguments)?;
        let none = Place::new(file, Span::at(0));
        match flags.roots.as_slice() {
            [(root, _)] => self.root.clone_from(root),
            [] => return Err(wrong("serve", "the folder is missing", none)),
            [_, (_, more), ..] => return Err(wrong("serve", "one folder, and no more", Place::new(file, *more))),
        }
        if let Some((_, place)) = flags
            .given
            .iter()
            .find(|(name, ..)| matches!(*name, "--help" | "-h"))
            .map(|(name, _, place)| (name, *place))
        {
            return Err(wrong("--help", "nothing is served", place));
        }
        if let Some((path, place)) = flags.value("--template")
            && let Content::Fault(_) = self.host.read(&Host::path(Path::new("/"), path))
        {
            return Err(wrong("--template", "the file cannot be read", place));
        }
        match (flags.value("--cert"), flags.value("--key")) {
            (Some((_, place)), None) | (None, Some((_, place))) => {
                return Err(wrong("--cert", "it goes together with --key", place));
            }
            (Some((_, place)), Some(_)) => {
                let missing = Missing::Condition { directive: "--cert".to_owned() };
                return Err(Because::at(Reason::CannotTell { missing }, place));
            }
            (None, None) => {
                if let Some((_, place)) = flags.value("--client-ca") {
                    return Err(wrong("--client-ca", "it goes together with --cert and --key", place));
                }
            }
        }
        self.filter = flags.filter();
        self.base = flags.value("--baseurl").map(|(url, _)| url.trim_matches('/').to_owned()).unwrap_or_default();
        self.realm = flags.value("--realm").map(|(realm, _)| realm.to_owned());
        let pass = flags.value("--pass").map(|(pass, _)| pass.to_owned()).unwrap_or_default();
        if let Some((path, place)) = flags.value("--htpasswd") {
            self.place = Some(place);
            self.opened = Some(self.host.book(PROFILE, &Host::path(Path::new("/"), path), place));
        } else if let Some((user, place)) = flags.value("--user") {
            self.place = Some(place);
            self.opened = Some(Opened::Book(single(user, &pass, place)));
        }
        Ok(())
    }

    fn file(&self, path: &str) -> Option<FileType> {
        let root = Host::path(Path::new("/"), &self.root);
        let path = path.trim_start_matches('/');
        // Its own file system knows no folder of this name.
        if path.split('/').any(|part| matches!(part, "." | "..")) {
            return None;
        }
        let kind = |server: &Path| {
            let (local, _) = self.host.locate(server)?;
            self.host.target.files.stat(&local).ok().map(|stat| stat.kind)
        };
        // A root that is a file is a folder of that file alone.
        if kind(&root) == Some(FileType::Regular) {
            return root.file_name().and_then(|name| name.to_str()).filter(|name| *name == path).and(kind(&root));
        }
        kind(&root.join(path))
    }
}

/// The one account of `--user` and `--pass`.
fn single(user: &str, pass: &str, place: Place) -> Book {
    let entry = Entry {
        user: user.as_bytes().into(),
        stored: pass.as_bytes().into(),
        rest: Box::default(),
        user_span: place.span,
        span: place.span,
    };
    let list = UserFile::of_entries(place.file, b"", vec![entry], Vec::new(), Winner::First);
    Book::of(std::sync::Arc::new(list), Verifier::Text, place)
}

impl Server for Rclone<'_> {
    fn name(&self) -> &'static str {
        "rclone"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let Some(place) = self.place else { return surveyed(self, &[]) };
        // Only the first login is left without an answer.
        self.spent.set(true);
        let books = match &self.opened {
            Some(Opened::Book(book) | Opened::Spoiled(book, _)) => vec![book.clone()],
            Some(Opened::Fault(_) | Opened::Unknown(_)) | None => Vec::new(),
        };
        let path = if self.base.is_empty() { "/".to_owned() } else { format!("/{}/", self.base) };
        let post = Post {
            host: None,
            probe: path.clone().into_bytes(),
            path: Some(path),
            method: "GET",
            place,
            realm: self.realm.clone(),
            books,
            guarded: true,
            unseen: matches!(self.opened, Some(Opened::Unknown(_))),
        };
        surveyed(self, &[post])
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let path = match go_path(request) {
            Ok(path) => path,
            Err(status) => return plain(status),
        };
        let base = if self.base.is_empty() { String::new() } else { format!("/{}", self.base) };
        // A longer name that only begins as the base does is asked for a login too.
        let Some(path) = path.strip_prefix(&base) else {
            return plain(404);
        };
        if let Some(opened) = &self.opened
            && let Some(answer) = self.gate(opened, request, trace)
        {
            return answer;
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return plain(405);
        }
        if !path.starts_with('/') {
            return plain(404);
        }
        if path == "/" {
            return Answer::pass();
        }
        if let Some((name, place)) = self.filter {
            let missing = Missing::Condition { directive: name.to_owned() };
            return Answer::unknown(Because::at(Reason::CannotTell { missing }, place));
        }
        let wanted = if path.ends_with('/') { FileType::Directory } else { FileType::Regular };
        plain(if self.file(path) == Some(wanted) { 200 } else { 404 })
    }
}

impl Rclone<'_> {
    /// The library's check (abbot/go-http-auth `basic.go`, `CheckAuth`); what it cannot read is a panic, and the
    /// connection is closed.
    fn gate(&self, opened: &Opened, request: &Request, trace: &mut Trace) -> Option<Answer> {
        let asked = Answer { status: Some(401), because: Vec::new() };
        let presented = Presented::of_exact(&request.login, Style::GO);
        if presented.name().is_none_or(<[u8]>::is_empty) {
            trace.step(self.place, || "no credentials: a login is asked for".to_owned());
            return Some(asked);
        }
        let book = match opened {
            Opened::Book(book) => book,
            Opened::Fault(because) if is_out_of_sight(&because.reason) => {
                return Some(Answer::of(0, because.clone()));
            }
            Opened::Spoiled(_, because) | Opened::Fault(because) => {
                let status = if self.spent.replace(true) { 401 } else { 0 };
                return Some(Answer::of(status, because.clone()));
            }
            Opened::Unknown(because) => return Some(Answer::unknown(because.clone())),
        };
        match book.check(&presented) {
            Checked::Passed(_) => None,
            Checked::Nobody => Some(asked),
            Checked::Refused(because) | Checked::Raised(because) => Some(Answer::of(401, because)),
            Checked::Unknown(because) => Some(Answer::unknown(because)),
        }
    }
}
