//! What the server opens when it starts: logs, its pid file, the types of files (server/log.c,
//! `ap_open_logs`; modules/loggers/mod_log_config.c; modules/http/mod_mime.c, `mime_post_config`).

use std::path::{Path, PathBuf};

use nom::Parser;
use nom::bytes::complete::take_until;

use super::include::MainFiles;
use crate::answer::{Because, Missing, Reason};
use crate::read::{FileType, NULL_DEVICE, merge, server_path};
use crate::servers::apache::config::Set;
use crate::servers::apache::product::{Fault, Main};
use crate::source::Place;
use crate::words::words;

/// Facilities of syslog (server/log.c, `facilities`).
const FACILITIES: [&str; 20] = [
    "auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp", "local0",
    "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

/// What of it cannot be opened.
pub(super) struct Opening<'m, 'a> {
    /// The server.
    pub main: &'m Main,
    /// Its files.
    pub files: &'m MainFiles<'a>,
    /// The configuration as a whole.
    pub whole: Place,
}

impl Opening<'_, '_> {
    /// The faults, in the order in which the server would find them.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let process = &self.main.process;
        let mut faults: Vec<Fault> = process.logs.iter().filter_map(|log| self.log(log)).collect();
        if !process.has_error_log {
            let logs = self.path(b"logs");
            let missing = self.files.kind(&logs).is_some_and(|kind| kind != Some(FileType::Directory));
            faults.extend(missing.then(|| refused("Cannot access directory 'logs/' for main error log", self.whole)));
        }
        faults.extend(process.pid_file.as_ref().and_then(|file| self.pid_file(file)));
        if self.main.profile.modules.has(b"mod_mime.c") {
            faults.extend(self.types());
        }
        faults.extend(process.charsets.as_ref().and_then(|set| self.charsets(set)));
        if self.main.profile.modules.has(b"mod_ssl.c") {
            let hosts = self.main.hosts.iter().map(|host| host.within(&self.main.host));
            let all = std::iter::once(self.main.host.clone()).chain(hosts);
            faults
                .extend(all.filter(|host| host.secured.is_needed == Some(true)).filter_map(|host| self.secured(&host)));
        }
        faults
    }

    /// Where a written path leads on the server.
    pub(super) fn path(&self, written: &[u8]) -> PathBuf {
        let written = server_path(written);
        merge(Path::new(&self.main.profile.server_root), &written).unwrap_or(written)
    }

    /// A log, or the program that it is piped to (server/log.c, `open_error_log`).
    fn log(&self, log: &Set<Vec<u8>>) -> Option<Fault> {
        let text = String::from_utf8_lossy(&log.value).into_owned();
        if let Some(fault) = undefined(&text, log.place) {
            return Some(fault);
        }
        match log.value.as_slice() {
            [b'|', b'$', ..] => None,
            [b'|', b'|', program @ ..] | [b'|', program @ ..] => {
                let program = words(program).first().map(|word| word.value.to_vec()).unwrap_or_default();
                let missing = program.starts_with(b"/") && self.files.kind(&server_path(&program)) == Some(None);
                missing.then(|| refused(&format!("unable to start piped log program '{text}'"), log.place))
            }
            b"syslog" => None,
            [b's', b'y', b's', b'l', b'o', b'g', b':', facility @ ..] => {
                let facility: Vec<u8> = facility.iter().copied().take_while(|byte| *byte != b':').collect();
                let known = facility.is_empty() || FACILITIES.iter().any(|name| facility == name.as_bytes());
                (!known).then(|| refused(&format!("could not open syslog error log {text}"), log.place))
            }
            value => {
                let path = self.path(value);
                self.unwritable(&path)
                    .then(|| refused(&format!("could not open log file {}", path.display()), log.place))
            }
        }
    }

    fn pid_file(&self, file: &Set<Vec<u8>>) -> Option<Fault> {
        let text = String::from_utf8_lossy(&file.value).into_owned();
        let path = self.path(&file.value);
        let message = || format!("could not create {}", path.display());
        undefined(&text, file.place).or_else(|| self.unwritable(&path).then(|| refused(&message(), file.place)))
    }

    /// Whether a file cannot be written: its folder is missing, or it is one itself.
    fn unwritable(&self, path: &Path) -> bool {
        let folder = path.parent().and_then(|folder| self.files.kind(folder));
        folder.is_some_and(|kind| kind != Some(FileType::Directory))
            || self.files.kind(path) == Some(Some(FileType::Directory))
    }

    fn types(&self) -> Option<Fault> {
        let set = self.main.process.types.as_ref();
        let written = set.map_or(b"mime.types".as_slice(), |set| set.value.as_slice());
        let path = self.path(written);
        let kind = self.files.kind(&path)?;
        let readable = kind == Some(FileType::Regular) || path == Path::new(NULL_DEVICE);
        let message = format!("could not open mime types config file {}.", path.display());
        (!readable).then(|| logged(refused(&message, set.map_or(self.whole, |set| set.place)), "AH01597"))
    }

    /// modules/aaa/mod_authnz_ldap.c, `authnz_ldap_post_config`.
    fn charsets(&self, set: &Set<Vec<u8>>) -> Option<Fault> {
        let path = self.path(&set.value);
        let known = |bytes: &[u8]| {
            let lower = bytes.to_ascii_lowercase();
            take_until::<_, _, nom::error::Error<&[u8]>>("utf-8").parse(lower.as_slice()).is_ok()
        };
        match self.files.bytes(&path)? {
            Ok(bytes) if known(&bytes) => None,
            Ok(_) => Some(logged(refused("could not find the UTF-8 charset in the file", set.place), "AH01752")),
            Err(_) => Some(logged(refused("could not open charset conversion config file", set.place), "AH01751")),
        }
    }
}

fn undefined(text: &str, place: Place) -> Option<Fault> {
    let (_, rest) = text.split_once("${")?;
    let (name, _) = rest.split_once('}')?;
    let missing = Missing::Variable { name: name.to_owned() };
    Some(Fault { status: 0, because: Because::at(Reason::CannotTell { missing }, place) })
}

/// The server goes away with this message.
pub(super) fn refused(message: &str, place: Place) -> Fault {
    Fault { status: 0, because: Because::at(Reason::StartupRefused { message: message.to_owned() }, place) }
}

/// The same with the code of the log line.
pub(super) fn logged(fault: Fault, code: &'static str) -> Fault {
    Fault { because: fault.because.logged(code), ..fault }
}
