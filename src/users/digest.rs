//! Digest files, `user:realm:hash` a line, as mod_authn_file reads them (modules/aaa/mod_authn_file.c, `get_realm_hash`).

use crate::lines::{LineLimit, logical_lines};
use crate::source::{FileId, Span};
use crate::words::field;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestEntry {
    /// The user.
    pub user: Box<[u8]>,
    /// The realm.
    pub realm: Box<[u8]>,
    /// What must be md5(user:realm:password) in lower-case hexadecimal. A secret.
    pub stored: Box<[u8]>,
    /// Where the name stands.
    pub user_span: Span,
    /// Where the line stands.
    pub span: Span,
}

impl DigestEntry {
    /// Whether the stored text is of the shape that the server computes: 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.stored.len() == 32 && self.stored.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// A digest file as it was read.
#[derive(Debug)]
pub struct DigestFile {
    /// Its source.
    pub file: FileId,
    /// Its lines with three fields.
    pub entries: Vec<DigestEntry>,
    /// Its lines of a user and a realm alone, whose stored text is empty.
    short: Vec<DigestEntry>,
}

impl DigestFile {
    /// Reads a digest file; a line of another shape lets nobody in, and is no entry.
    #[must_use]
    pub fn read(file: FileId, bytes: &[u8]) -> Self {
        let lines = logical_lines(bytes, LineLimit::PASSWORDS).filter(|line| !line.is_skipped() && !line.too_long);
        let (mut entries, mut short) = (Vec::new(), Vec::new());
        for line in lines {
            let text = line.text.bytes();
            let (behind, user) = field(text).unwrap_or((&[], text));
            let (last, realm) = field(behind).unwrap_or((&[], behind));
            let (_, stored) = field(last).unwrap_or((&[], last));
            let kept = if realm.len() < behind.len() { &mut entries } else { &mut short };
            if user.len() < text.len() {
                let (user_span, span) = (line.text.span(0, user.len()), line.span);
                kept.push(DigestEntry {
                    user: user.into(),
                    realm: realm.into(),
                    stored: stored.into(),
                    user_span,
                    span,
                });
            }
        }
        Self { file, entries, short }
    }

    /// The line that decides: the first whose user and realm both fit, byte for byte.
    #[must_use]
    pub fn entry(&self, user: &[u8], realm: &[u8]) -> Option<&DigestEntry> {
        let fits = |entry: &&DigestEntry| *entry.user == *user && *entry.realm == *realm;
        let first = [self.entries.iter().find(fits), self.short.iter().find(fits)];
        first.into_iter().flatten().min_by_key(|entry| entry.span.start)
    }
}
