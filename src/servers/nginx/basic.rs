//! A login with a password file (src/http/modules/ngx_http_auth_basic_module.c).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use nom::bytes::complete::{tag_no_case, take_till, take_while};
use nom::combinator::rest;
use nom::{IResult, Parser};

use super::access::Opinion;
use super::asked::Asked;
use super::exchange::{Exchange, Known};
use super::tree::Item;
use crate::answer::{Because, Missing, Reason};
use crate::gate::{fate, nearest};
use crate::hash::{Crypt, Life, Limits, Outcome, Verifier, judge, verify};
use crate::lines::is_blank;
use crate::read::{Fault, FileType, Located, Obstacle, Refusal, server_path};
use crate::source::{FileId, Place, Source};
use crate::users::{UserFile, nginx_line, read_nginx};

/// User and password of an Authorization header, if it is a sound Basic one with a user
/// (src/http/ngx_http_core_module.c, `ngx_http_auth_basic_user`).
pub(super) fn credentials(asked: &Asked) -> Option<(Vec<u8>, Vec<u8>)> {
    let header = asked.header("authorization")?;
    let parsed: IResult<&[u8], &[u8]> =
        (tag_no_case("basic "), take_while(|byte| byte == b' '), rest).map(|(_, _, encoded)| encoded).parse(header);
    let (_, encoded) = parsed.ok()?;
    let plain = decoded(encoded)?;
    let cut: IResult<&[u8], &[u8]> = take_till(|byte| byte == b':').parse(plain.as_slice());
    let (behind, user) = cut.ok()?;
    let password = behind.strip_prefix(b":")?;
    (!user.is_empty()).then(|| (user.to_vec(), password.to_vec()))
}

/// Base64 up to the first `=`, whose last bits do not count (src/core/ngx_string.c, `ngx_decode_base64`).
fn decoded(encoded: &[u8]) -> Option<Vec<u8>> {
    let loose = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let cut: IResult<&[u8], &[u8]> = take_till(|byte| byte == b'=').parse(encoded);
    let (_, digits) = cut.ok()?;
    GeneralPurpose::new(&STANDARD, loose).decode(digits).ok()
}

/// A password file as a worker gets it.
pub(super) enum Opened {
    /// Its place among the sources.
    Read(FileId),
    /// It cannot be opened: the status, and why.
    Failed(u16, Reason),
}

impl Exchange<'_, '_> {
    /// `auth_basic` with `auth_basic_user_file` (`ngx_http_auth_basic_handler`).
    pub(super) fn by_login(&mut self) -> Known<Opinion> {
        let (Some(realm), Some(file)) = (self.setting("auth_basic"), self.setting("auth_basic_user_file")) else {
            return Ok(Opinion::None);
        };
        let value = self.value(realm.arg(0), realm)?;
        if value == b"off" {
            self.step(Some(realm.place), || "auth_basic is off".to_owned());
            return Ok(Opinion::None);
        }
        let Some((user, password)) = credentials(self.asked) else {
            self.step(Some(realm.place), || "auth_basic asks for a login".to_owned());
            return Ok(Opinion::No(401, None));
        };
        let path = self.value(file.arg(0), file)?;
        let path = self.site.folder.join(server_path(&path));
        match self.site.opened(&path, file)? {
            Opened::Failed(status, reason) => Ok(Opinion::No(status, Some(Because::at(reason, file.place_of(0))))),
            Opened::Read(id) => self.compare(id, &user, &password, file),
        }
    }

    fn compare(&mut self, id: FileId, user: &[u8], password: &[u8], file: &Item) -> Known<Opinion> {
        let bytes = self.site.sources.get(id).map(Source::bytes).unwrap_or_default();
        let Some(line) = nginx_line(bytes, user) else {
            let users = self.site.users(id);
            let nearest = nearest(users.deciding().map(|entry| &*entry.user), user);
            let name = String::from_utf8_lossy(user).into_owned();
            let because = Because::at(Reason::UserMissing { name, nearest }, file.place_of(0));
            return Ok(Opinion::No(401, Some(because)));
        };
        let stored = bytes.get(line.stored.range()).unwrap_or_default();
        let place = Place::new(id, line.whole);
        let because =
            |reason| Some(Because::at(reason, place).with(file.place, "this auth_basic_user_file leads to the entry"));
        self.step(Some(place), || "this entry decides".to_owned());
        let verifier = Verifier::Nginx(self.site.target.crypt);
        if self.asked.holder.is_some() {
            return Ok(match self.site.fate(id, user) {
                None => Opinion::Yes,
                Some(reason @ Reason::CannotTell { .. }) => {
                    return Err(Box::new(Because::at(reason, place)));
                }
                Some(reason) => Opinion::No(self.site.mismatch(stored), because(reason)),
            });
        }
        match verify(stored, password, verifier, Limits::default()) {
            Outcome::Match => {
                self.user = Some(user.to_vec());
                Ok(Opinion::Yes)
            }
            Outcome::Mismatch | Outcome::Error => {
                let dead = self.site.fate(id, user).filter(|_| judge(stored, verifier) != Life::Alive);
                let reason = dead.unwrap_or(Reason::WrongPassword);
                Ok(Opinion::No(self.site.mismatch(stored), because(reason)))
            }
            Outcome::Unknown => Err(Box::new(Because::at(Reason::CannotTell { missing: Missing::Cost }, place))),
        }
    }
}

impl super::site::Site<'_> {
    /// The entries of a password file.
    pub(super) fn users(&self, id: FileId) -> Arc<UserFile> {
        let read = || Arc::new(read_nginx(id, self.sources.get(id).map(Source::bytes).unwrap_or_default()));
        self.users.borrow_mut().entry(id).or_insert_with(read).clone()
    }

    /// Why the right password of a user does not fit, or why that cannot be told; `None`: it fits.
    fn fate(&self, id: FileId, user: &[u8]) -> Option<Reason> {
        let users = self.users(id);
        let entry = users.entry(user)?;
        let blank = |byte: Option<&u8>| byte.is_some_and(|byte| is_blank(*byte));
        if blank(entry.user.first()) || blank(entry.user.last()) {
            return Some(Reason::BlankInEntry { part: "the user name" });
        }
        fate(&users, entry, Verifier::Nginx(self.target.crypt))
    }

    /// The status of a password that does not match: where crypt(3) gives NULL for a text that it cannot use, an error
    /// (`ngx_http_auth_basic_crypt_handler`).
    fn mismatch(&self, stored: &[u8]) -> u16 {
        let own = ["$apr1$", "{PLAIN}", "{SSHA}", "{SHA}"].iter().any(|mark| stored.starts_with(mark.as_bytes()));
        let crypt = self.target.crypt;
        if own || !matches!(crypt, Crypt::OldGlibc) {
            return 401;
        }
        match verify(stored, b"x", Verifier::Crypt(crypt), Limits::default()) {
            Outcome::Error => 500,
            Outcome::Match | Outcome::Mismatch | Outcome::Unknown => 401,
        }
    }

    /// Opens a password file as the worker does, once.
    pub(super) fn opened(&self, path: &Path, item: &Item) -> Known<Opened> {
        let missing = |missing| Err(Box::new(Because::at(Reason::CannotTell { missing }, item.place_of(0))));
        let shown = path.display().to_string();
        if super::disk::is_too_long(path.as_os_str().as_encoded_bytes()) {
            let fault = "(36)File name too long".to_owned();
            return Ok(Opened::Failed(500, Reason::UserFileUnreadable { path: shown, fault }));
        }
        let Located::Local { path: local, .. } = super::include::locate(self.target, path) else {
            return missing(Missing::Path { path: shown });
        };
        if let Some(id) = self.user_files.borrow().get(&local) {
            return Ok(Opened::Read(*id));
        }
        if let Some(account) = &self.disk.account
            && let Err(refusal) = account.may_open(self.target.files, &local)
        {
            return match refused(&refusal, &shown) {
                Some((status, reason)) => Ok(Opened::Failed(status, reason)),
                None => missing(Missing::Content { path: shown }),
            };
        }
        self.read_users(local, &shown, item)
    }

    fn read_users(&self, local: PathBuf, shown: &str, item: &Item) -> Known<Opened> {
        let path = shown.to_owned();
        match self.target.files.read(&local) {
            Ok(bytes) => {
                let mut source = Source::new(local.clone(), bytes);
                let secrets = UserFile::secrets(&source);
                source.set_secrets(secrets);
                let id = self.sources.add(source);
                self.user_files.borrow_mut().insert(local, id);
                Ok(Opened::Read(id))
            }
            Err(Fault::Missing) => Ok(Opened::Failed(403, self.missing_file(path, item))),
            Err(Fault::Directory) => {
                let what = FileType::Directory.words().to_owned();
                Ok(Opened::Failed(500, Reason::UserFileNotRegular { path, what }))
            }
            Err(fault @ (Fault::NotADirectory | Fault::Loop)) => {
                Ok(Opened::Failed(500, Reason::UserFileUnreadable { path, fault: fault.to_string() }))
            }
            Err(Fault::Denied | Fault::NotRegular(_) | Fault::TooLarge { .. } | Fault::Other(_)) => {
                let missing = Missing::Content { path };
                Err(Box::new(Because::at(Reason::CannotTell { missing }, item.place_of(0))))
            }
        }
    }

    fn missing_file(&self, path: String, item: &Item) -> Reason {
        let written = String::from_utf8_lossy(item.arg(0)).into_owned();
        let foreign = match item.arg(0) {
            [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => Some("a Windows path"),
            [b'~', ..] => Some("a path of a shell"),
            text if text.starts_with(b"http://") || text.starts_with(b"https://") => Some("a URL"),
            _ => None,
        };
        match foreign {
            Some(form) => Reason::UserFileForeign { written, form },
            None => Reason::UserFileMissing { path },
        }
    }
}

fn refused(refusal: &Refusal, shown: &str) -> Option<(u16, Reason)> {
    let path = shown.to_owned();
    let unreadable =
        |fault: &str| Some((500, Reason::UserFileUnreadable { path: path.clone(), fault: fault.to_owned() }));
    match refusal.what {
        Obstacle::Missing => Some((403, Reason::UserFileMissing { path })),
        Obstacle::NotADirectory => unreadable("(20)Not a directory"),
        Obstacle::Unsearchable | Obstacle::Unreadable => unreadable("(13)Permission denied"),
        Obstacle::Loop => unreadable("(40)Too many levels of symbolic links"),
        Obstacle::NotRegular(FileType::Directory) => {
            Some((500, Reason::UserFileNotRegular { path, what: FileType::Directory.words().to_owned() }))
        }
        Obstacle::NotRegular(_) | Obstacle::Unseen => None,
    }
}
