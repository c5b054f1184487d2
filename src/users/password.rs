//! Password files, `user:hash` a line, as mod_authn_file reads them (modules/aaa/mod_authn_file.c, `check_password`).

use std::collections::HashMap;

use super::contents::{Contents, Encoding};
use crate::lines::{LineLimit, LogicalLine, logical_lines};
use crate::source::{FileId, Source, Span};
use crate::words::field;

/// One line with a colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name: all before the first colon.
    pub user: Box<[u8]>,
    /// The stored password: from behind the colons up to the next one. A secret.
    pub stored: Box<[u8]>,
    /// What follows the colon behind the stored password, which the server ignores. A secret as well.
    pub rest: Box<[u8]>,
    /// Where the name stands.
    pub user_span: Span,
    /// Where the whole line stands.
    pub span: Span,
}

/// A line that is no plain entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Oddity {
    /// A line without a colon: no login ever fits it.
    NoColon {
        /// Where it stands; its text is a secret.
        span: Span,
        /// Whether it looks like somebody's comment in another language's manner (`//`, `;`, `--`).
        remark: bool,
    },
    /// A comment that has the shape of an entry: `#user:hash`.
    CommentedEntry {
        /// The name behind the mark.
        user: Box<[u8]>,
        /// What stands behind the colon. A secret.
        stored: Box<[u8]>,
        /// Where the line stands.
        span: Span,
    },
    /// A physical line that a backslash at the end of the one before took away.
    Swallowed {
        /// The user that it would have made; `None` if it has no colon.
        user: Option<Box<[u8]>>,
        /// The line that ends in the backslash.
        by: Span,
        /// Whether that line is a comment.
        comment: bool,
        /// Where the lost line stands.
        span: Span,
    },
    /// A NUL that hides the rest of its line.
    Nul {
        /// Where the NUL stands.
        span: Span,
    },
    /// A line that ends the reading.
    TooLong {
        /// Where it stands.
        span: Span,
        /// The most bytes that the reader takes.
        limit: usize,
        /// Entries that are lost with it.
        lost: Vec<Box<[u8]>>,
    },
    /// The last line has no newline: whatever is appended runs into it.
    NoFinalNewline {
        /// Where the last line stands.
        span: Span,
    },
}

/// Which entry of a name decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    /// The first.
    First,
    /// The last.
    Last,
    /// Every one is tried, in order.
    Any,
}

/// A password file as it was read.
#[derive(Debug)]
pub struct UserFile {
    /// Its source.
    pub file: FileId,
    /// The lines with a colon that the reader reaches, in order.
    pub entries: Vec<Entry>,
    /// Everything else worth a word, in order.
    pub oddities: Vec<Oddity>,
    /// Bytes at its start or throughout that are no text of the expected kind.
    pub encoding: Option<Encoding>,
    /// What kind of file its lines look like.
    pub contents: Contents,
    winner: Winner,
    deciders: HashMap<Box<[u8]>, Decider>,
}

/// What decides for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decider {
    /// The entry of this number, or all of the name where every one is tried.
    Entry(usize),
    /// A line without a colon: no password fits it.
    Bare(Span),
}

impl UserFile {
    /// Reads a password file. Nothing is a fault: what cannot be an entry is an [`Oddity`].
    #[must_use]
    pub fn read(file: FileId, bytes: &[u8]) -> Self {
        let mut read = Self::empty(file, bytes, Winner::First);
        let mut last = None;
        for line in logical_lines(bytes, LineLimit::PASSWORDS) {
            last = (!line.ended).then_some(line.span);
            read.take(&line, bytes);
        }
        if let Some(span) = last.filter(|span| !span.is_empty()) {
            read.oddities.push(Oddity::NoFinalNewline { span });
        }
        read
    }

    /// A password file whose lines another reader has cut.
    #[must_use]
    pub(super) fn of(file: FileId, bytes: &[u8], entries: Vec<Entry>, oddities: Vec<Oddity>) -> Self {
        let contents = Contents::of(bytes);
        Self { contents, ..Self::of_entries(file, bytes, entries, oddities, Winner::First) }
    }

    /// Accounts that were cut by another reader's rules; `bytes` is what they were cut from.
    #[must_use]
    pub fn of_entries(file: FileId, bytes: &[u8], entries: Vec<Entry>, oddities: Vec<Oddity>, winner: Winner) -> Self {
        let empty = Self::empty(file, bytes, winner);
        let mut read = Self { contents: Contents::Passwords, oddities, ..empty };
        for entry in entries {
            read.add(entry);
        }
        read
    }

    fn empty(file: FileId, bytes: &[u8], winner: Winner) -> Self {
        Self {
            file,
            entries: Vec::new(),
            oddities: Vec::new(),
            encoding: Encoding::of(bytes),
            contents: Contents::of(bytes),
            winner,
            deciders: HashMap::new(),
        }
    }

    fn add(&mut self, entry: Entry) {
        let this = Decider::Entry(self.entries.len());
        let decider = self.deciders.entry(entry.user.clone()).or_insert(this);
        if self.winner == Winner::Last {
            *decider = this;
        }
        self.entries.push(entry);
    }

    /// The entry that decides for a user: the first of that name (or the one that the reader's rule says), compared byte
    /// for byte.
    #[must_use]
    pub fn entry(&self, user: &[u8]) -> Option<&Entry> {
        match self.deciders.get(user)? {
            Decider::Entry(index) => self.entries.get(*index),
            Decider::Bare(_) => None,
        }
    }

    /// The line without a colon that is this name, where it stands before every entry of the name: it decides, and no
    /// password fits it.
    #[must_use]
    pub fn bare_name(&self, user: &[u8]) -> Option<Span> {
        match self.deciders.get(user)? {
            Decider::Entry(_) => None,
            Decider::Bare(span) => Some(*span),
        }
    }

    /// Every entry that decides, in order.
    pub fn deciding(&self) -> impl Iterator<Item = &Entry> {
        let decides = |(index, entry): &(usize, &Entry)| {
            self.winner == Winner::Any || self.deciders.get(&entry.user) == Some(&Decider::Entry(*index))
        };
        self.entries.iter().enumerate().filter(decides).map(|(_, entry)| entry)
    }

    /// Every entry that another one of the same name makes void, with that one.
    pub fn overshadowed(&self) -> impl Iterator<Item = (&Entry, &Entry)> {
        let numbered = self.entries.iter().enumerate().filter(|_| self.winner != Winner::Any);
        numbered.filter_map(|(index, entry)| match self.deciders.get(&entry.user)? {
            Decider::Entry(other) if *other != index => Some((entry, self.entries.get(*other)?)),
            Decider::Entry(_) | Decider::Bare(_) => None,
        })
    }

    /// The byte ranges that no report may show: all behind a user's colon, lines without one, and comments.
    #[must_use]
    pub fn secrets(source: &Source) -> Vec<Span> {
        let bytes = source.bytes();
        if matches!(Encoding::of(bytes), Some(Encoding::Utf16Le | Encoding::Utf16Be)) {
            return vec![Span::new(0, bytes.len())];
        }
        let mut secrets = Vec::new();
        let mut start = 0;
        for physical in bytes.split_inclusive(|byte| *byte == b'\n') {
            let end = start + physical.len();
            let line = physical.strip_suffix(b"\n").unwrap_or(physical);
            let (behind, user) = field(line).unwrap_or((&[], line));
            let is_entry = user.len() < line.len() && !line.starts_with(b"#");
            let shown = if is_entry { line.len() - behind.len() } else { 0 };
            secrets.push(Span::new(start + shown, start + line.len()));
            start = end;
        }
        secrets.retain(|span| !span.is_empty());
        secrets
    }

    fn take(&mut self, line: &LogicalLine<'_>, bytes: &[u8]) {
        if line.too_long {
            let lost = entries_behind(bytes.get(line.span.start..).unwrap_or_default());
            self.oddities.push(Oddity::TooLong { span: line.span, limit: LineLimit::PASSWORDS.ended, lost });
            return;
        }
        if let Some(at) = line.cut_by_nul {
            self.oddities.push(Oddity::Nul { span: Span::new(at, at + 1) });
        }
        self.note_swallowed(line, bytes);
        if line.is_comment() {
            self.note_commented(line);
        } else if !line.is_skipped() {
            self.take_entry(line);
        }
    }

    fn take_entry(&mut self, line: &LogicalLine<'_>) {
        let text = line.text.bytes();
        let (behind, user) = field(text).unwrap_or((&[], text));
        if user.len() == text.len() {
            let remark = [&b"//"[..], b";", b"--", b"!", b"/*", b"*", b"<"].iter().any(|mark| text.starts_with(mark));
            self.oddities.push(Oddity::NoColon { span: line.span, remark });
            self.deciders.entry(text.into()).or_insert(Decider::Bare(line.span));
            return;
        }
        let (rest, stored) = field(behind).unwrap_or((&[], behind));
        self.add(Entry {
            user: user.into(),
            stored: stored.into(),
            rest: rest.into(),
            user_span: line.text.span(0, user.len()),
            span: line.span,
        });
    }

    fn note_commented(&mut self, line: &LogicalLine<'_>) {
        let text = line.text.bytes().get(1..).unwrap_or_default();
        let (behind, user) = field(text).unwrap_or((&[], text));
        let (_, stored) = field(behind).unwrap_or((&[], behind));
        let one_word = !user.is_empty() && !user.iter().any(|byte| crate::lines::is_blank(*byte));
        if one_word && user.len() < text.len() {
            let (user, stored) = (user.into(), stored.into());
            self.oddities.push(Oddity::CommentedEntry { user, stored, span: line.span });
        }
    }

    fn note_swallowed(&mut self, line: &LogicalLine<'_>, bytes: &[u8]) {
        let ends = line.continued_at.iter().skip(1).map(|next| next - 1).chain([line.span.end]);
        for (start, end) in line.continued_at.iter().copied().zip(ends) {
            let lost = bytes.get(start..end).unwrap_or_default();
            let user = field(lost).ok().filter(|(_, user)| user.len() < lost.len() && !lost.starts_with(b"#"));
            self.oddities.push(Oddity::Swallowed {
                user: user.map(|(_, user)| user.into()),
                by: Span::new(line.span.start, start - 1),
                comment: line.is_comment(),
                span: Span::new(start, end),
            });
        }
    }
}

/// The users that a file would have from here on, had the line that ends the reading been shorter.
fn entries_behind(bytes: &[u8]) -> Vec<Box<[u8]>> {
    logical_lines(bytes, LineLimit::LARGE)
        .filter(|line| !line.is_skipped())
        .filter_map(|line| {
            let text = line.text.bytes();
            let (_, user) = field(text).ok()?;
            (user.len() < text.len()).then(|| user.into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> UserFile {
        let sources = crate::source::Sources::default();
        let file = sources.add(Source::new("f".into(), text.into()));
        UserFile::read(file, text.as_bytes())
    }

    fn users(file: &UserFile) -> Vec<String> {
        file.entries.iter().map(|entry| String::from_utf8_lossy(&entry.user).into_owned()).collect()
    }

    #[test]
    fn all_but_names_is_secret_and_lines_without_a_colon_wholly() {
        let source = Source::new("f".into(), b"alice:pw:x\npasted\n# bob:pw\n:x\n".to_vec());
        let secrets = [Span::new(6, 10), Span::new(11, 17), Span::new(18, 26), Span::new(28, 29)];
        assert_eq!(UserFile::secrets(&source), secrets);
    }

    #[test]
    fn the_first_line_of_a_name_decides() {
        let file = read("a:1\nb:2\na:3\n");
        assert_eq!(&*file.entry(b"a").unwrap().stored, b"1");
        assert_eq!(file.overshadowed().count(), 1);
        assert_eq!(file.deciding().count(), 2);
    }

    #[test]
    fn colons_in_a_row_are_one_and_a_fourth_field_is_ignored() {
        let file = read("  a::h:rest:more\r\nnone\n");
        assert_eq!(users(&file), ["a"]);
        assert_eq!((&*file.entries[0].stored, &*file.entries[0].rest), (&b"h"[..], &b"rest:more"[..]));
        assert!(matches!(file.oddities[..], [Oddity::NoColon { remark: false, .. }]));
    }

    #[test]
    fn a_comment_that_goes_on_takes_the_next_entry() {
        let file = read("# x \\\na:1\nb:2");
        assert_eq!(users(&file), ["b"]);
        assert!(matches!(&file.oddities[0], Oddity::Swallowed { user: Some(user), .. } if **user == *b"a"));
        assert!(matches!(file.oddities[1], Oddity::NoFinalNewline { .. }));
    }
}
