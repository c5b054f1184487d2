//! `rclone serve http` with `--htpasswd`: its arguments, one a line.

use std::path::Path;

use crate::answer::{Answer, Because, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Book, Checked, Host, Opened, Post, Presented, Profile, Style, go_path, surveyed};
use crate::hash::Verifier;
use crate::read::{Fault, FileType};
use crate::source::{FileId, Place, Sources, Span};
use crate::users::{Entry, Reading, UserFile, Winner};

/// What rclone makes of a password file.
pub(super) const PROFILE: Profile = Profile { reading: Reading::Csv, verifier: Verifier::GoAuth };
/// The flags of `serve http` that take a value (rclone `lib/http`, `lib/http/auth`).
const VALUED: [&str; 14] = [
    "--addr",
    "--baseurl",
    "--cert",
    "--client-ca",
    "--htpasswd",
    "--key",
    "--max-header-bytes",
    "--pass",
    "--realm",
    "--server-read-timeout",
    "--server-write-timeout",
    "--template",
    "--user",
    "--salt",
];

/// An rclone that was started.
struct Rclone<'a> {
    host: Host<'a>,
    startup: Startup,
    opened: Option<Opened>,
    place: Option<Place>,
    base: String,
    root: String,
    realm: Option<String>,
}

/// An argument and where it stands.
type Argument = (String, Span);

/// Opens a file of arguments.
///
/// # Errors
/// It cannot be read.
pub(super) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
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
    };
    if let Err(because) = server.take(file, &arguments) {
        server.startup = Startup::Fails(vec![because]);
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
        let (mut htpasswd, mut user, mut pass) = (None, None, String::new());
        let mut rest = arguments.iter();
        while let Some((text, span)) = rest.next() {
            let place = Place::new(file, *span);
            if !text.starts_with('-') {
                if self.root.is_empty() {
                    self.root.clone_from(text);
                }
                continue;
            }
            let (flag, value) = match text.split_once('=') {
                Some((flag, value)) => (flag, Some((value.to_owned(), *span))),
                None => (text.as_str(), None),
            };
            if !VALUED.contains(&flag) {
                self.unknown(flag, place)?;
                continue;
            }
            let value = value.or_else(|| rest.next().cloned());
            let Some((value, span)) = value else {
                let reason = Reason::WrongArguments { name: flag.to_owned(), message: "a value is missing".to_owned() };
                return Err(Because::at(reason, place));
            };
            match flag {
                "--htpasswd" => htpasswd = Some((value, Place::new(file, span))),
                "--user" => user = Some((value, Place::new(file, span))),
                "--pass" => pass = value,
                "--baseurl" => self.base = value.trim_matches('/').to_owned(),
                "--realm" => self.realm = Some(value),
                _ => {}
            }
        }
        match (htpasswd, user) {
            (Some((path, place)), _) if !path.is_empty() => {
                self.place = Some(place);
                self.opened = Some(self.host.book(PROFILE, &Host::path(Path::new("/"), &path), place));
            }
            (_, Some((user, place))) if !user.is_empty() => {
                self.place = Some(place);
                self.opened = Some(Opened::Book(single(&user, &pass, place)));
            }
            _ => {}
        }
        Ok(())
    }

    /// A flag that is near a known one is a slip; of the others rclone has hundreds.
    fn unknown(&self, flag: &str, place: Place) -> Result<(), Because> {
        let near = VALUED.into_iter().map(|known| (strsim::osa_distance(known, flag), known)).min();
        match near.filter(|(distance, _)| (1..=2).contains(distance)) {
            None => Ok(()),
            Some((_, known)) => {
                let reason = Reason::UnknownDirective { name: flag.to_owned(), nearest: Some(known.to_owned()) };
                Err(Because::at(reason, place))
            }
        }
    }

    fn file(&self, path: &str) -> Option<FileType> {
        let server = Host::path(Path::new("/"), &self.root).join(path.trim_start_matches('/'));
        let (local, _) = self.host.locate(&server)?;
        self.host.target.files.stat(&local).ok().map(|stat| stat.kind)
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
        let Some(path) = path.strip_prefix(&base).filter(|path| path.is_empty() || path.starts_with('/')) else {
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
        if path.is_empty() || path == "/" {
            return Answer::pass();
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
        if presented.name().is_none() {
            trace.step(self.place, || "no credentials: a login is asked for".to_owned());
            return Some(asked);
        }
        let book = match opened {
            Opened::Book(book) => book,
            Opened::Spoiled(_, because) | Opened::Fault(because) => return Some(Answer::of(0, because.clone())),
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
