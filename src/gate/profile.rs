//! What a program makes of a password file, whoever leads it there: how it cuts the file and which hashes it checks.

use std::sync::Arc;

use crate::answer::{Because, Reason};
use crate::hash::{Encryption, Scheme, Verifier, judge};
use crate::source::{FileId, Place};
use crate::users::{ReadFile, Reading, Spoiled, Spoiling, UserFile};

/// The pair of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// How the file is cut.
    pub reading: Reading,
    /// Which hashes are checked, and how.
    pub verifier: Verifier,
}

impl Profile {
    /// Reads a file; with the second, no account of it counts.
    #[must_use]
    pub fn read(self, file: FileId, bytes: &[u8]) -> (Arc<UserFile>, Verifier, Option<Because>) {
        let ReadFile { file, spoiled } = self.reading.read(file, bytes);
        // Which modules are loaded depends on what the file holds.
        let loads = matches!(self.verifier, Verifier::Radicale(Encryption::Autodetect { .. }));
        let texts = file.entries.iter().map(|entry| &*entry.stored);
        let verifier = if loads { Verifier::Radicale(Encryption::of_texts(texts)) } else { self.verifier };
        let because = spoiled.map(|spoiled| told(&file, bytes, verifier, spoiled));
        (Arc::new(file), verifier, because)
    }
}

fn told(file: &UserFile, bytes: &[u8], verifier: Verifier, spoiled: Spoiled) -> Because {
    let Spoiled { what, span } = spoiled;
    let reason = match what {
        Spoiling::NoColon => Reason::EntryWithoutColon,
        Spoiling::TooLong(limit) => Reason::UserLineTooLong { limit, lost: 0 },
        Spoiling::Refused(why) => Reason::RefusedEntry { why },
        Spoiling::Duplicate => Reason::RefusedEntry { why: "a second entry of the same user" },
        Spoiling::NotUtf8 => Reason::UserFileEncoding { what: "bytes that are no UTF-8" },
        Spoiling::Empty => Reason::RefusedEntry { why: "no entry at all" },
        Spoiling::Unsupported => unsupported(bytes.get(span.range()).unwrap_or_default(), verifier),
    };
    Because::at(reason, Place::new(file.file, span))
}

/// Why a stored text is not taken.
fn unsupported(line: &[u8], verifier: Verifier) -> Reason {
    let stored = crate::words::field(line).map_or(line, |(stored, _)| stored);
    let scheme = Scheme::of(stored);
    match judge(stored.trim_ascii(), verifier).is_alive() {
        Some(true) => Reason::BlankInEntry { part: "the stored password" },
        _ if scheme == Scheme::Plain => Reason::PlainTextPassword,
        _ if scheme == Scheme::Sha => Reason::RefusedEntry { why: "a {SHA} hash of another length" },
        _ => Reason::UnsupportedHash { scheme },
    }
}
