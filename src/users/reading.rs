//! How programs other than httpd cut a password file into entries, and what spoils the whole file for them.

use nom::bytes::complete::{take_till, take_while};
use nom::{IResult, Parser};

use super::csv;
use super::password::{Entry, Oddity, UserFile, Winner};
use crate::lines::is_blank;
use crate::source::{FileId, Span};

/// Whose rules a file is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading {
    /// The container registry (distribution `registry/auth/htpasswd/htpasswd.go`, `parseHTPasswd`).
    Distribution,
    /// rclone's library (abbot/go-http-auth `users.go`, `reload_htpasswd`, over Go's encoding/csv).
    Csv,
    /// Traefik (`pkg/middlewares/auth/auth.go`, `getLinesFromFile`, `parserBasicUser`).
    Traefik,
    /// Envoy (`source/extensions/filters/http/basic_auth/config.cc`, `readHtpasswd`).
    Envoy,
    /// Squid (`src/auth/basic/NCSA/basic_ncsa_auth.cc`, `read_passwd_file`).
    Squid,
    /// Verdaccio (verdaccio-htpasswd `utils.js`, `parseHTPasswd`).
    Verdaccio,
    /// Radicale (`radicale/auth/htpasswd.py`, `_read_htpasswd`).
    Radicale,
    /// h2o (`share/h2o/mruby/htpasswd.rb`, `lookup`).
    H2o,
}

/// What makes a program refuse the file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoiling {
    /// A line without a colon.
    NoColon,
    /// A line longer than this many bytes.
    TooLong(usize),
    /// An entry of another form than this program takes, in words.
    Refused(&'static str),
    /// A second entry of the same user.
    Duplicate,
    /// A stored text of another kind than `{SHA}` and 28 characters.
    Unsupported,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// No entry at all.
    Empty,
}

/// What spoils a file, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoiled {
    /// What.
    pub what: Spoiling,
    /// The line.
    pub span: Span,
}

/// A file as one program reads it.
#[derive(Debug)]
pub struct ReadFile {
    /// Its entries; those before the fault where one spoils the file.
    pub file: UserFile,
    /// What keeps the program from using any of them.
    pub spoiled: Option<Spoiled>,
}

/// Where lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// At LF.
    Lf,
    /// At LF or CRLF.
    LfOrCrLf,
    /// At LF, CRLF or CR (Python's text mode).
    Any,
}

/// A line and where it starts.
struct Line<'s> {
    text: &'s [u8],
    start: usize,
    /// The bytes that end it.
    ended: usize,
}

impl Line<'_> {
    fn span(&self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }
}

/// What a program makes of one line.
enum Cut<'s> {
    Nothing,
    NoColon,
    Entry { user: &'s [u8], stored: &'s [u8], rest: &'s [u8] },
    Spoils(Spoiling),
}

impl Reading {
    /// Cuts a file.
    #[must_use]
    pub fn read(self, file: FileId, bytes: &[u8]) -> ReadFile {
        if self == Self::Csv {
            return csv::read(file, bytes);
        }
        let mut taken = Taken { reading: self, entries: Vec::new(), oddities: Vec::new(), spoiled: None };
        if self == Self::Radicale && str::from_utf8(bytes).is_err() {
            taken.spoiled = Some(Spoiled { what: Spoiling::NotUtf8, span: Span::at(0) });
        }
        for line in lines(bytes, self.ends()) {
            taken.take(&line);
        }
        let nothing = match self {
            Self::Envoy => bytes.is_empty(),
            Self::Traefik => taken.entries.is_empty(),
            Self::Distribution | Self::Csv | Self::Squid | Self::Verdaccio | Self::Radicale | Self::H2o => false,
        };
        if nothing {
            taken.spoiled.get_or_insert(Spoiled { what: Spoiling::Empty, span: Span::at(0) });
        }
        let file = UserFile::of_entries(file, bytes, taken.entries, taken.oddities, self.winner());
        ReadFile { file, spoiled: taken.spoiled }
    }

    /// Which of several entries of a user decides.
    #[must_use]
    pub fn winner(self) -> Winner {
        match self {
            Self::H2o => Winner::Any,
            Self::Envoy | Self::Radicale => Winner::First,
            Self::Distribution | Self::Csv | Self::Traefik | Self::Squid | Self::Verdaccio => Winner::Last,
        }
    }

    fn ends(self) -> Ends {
        match self {
            Self::Distribution | Self::Verdaccio => Ends::LfOrCrLf,
            Self::Radicale => Ends::Any,
            Self::Csv | Self::Traefik | Self::Envoy | Self::Squid | Self::H2o => Ends::Lf,
        }
    }

    fn cut<'s>(self, line: &Line<'s>) -> Cut<'s> {
        match self {
            Self::Distribution => distribution(line),
            Self::Traefik => traefik(line.text),
            Self::Envoy => envoy(line.text),
            Self::Squid => squid(line.text),
            Self::Verdaccio => verdaccio(line.text),
            Self::Radicale => radicale(line.text),
            Self::H2o => h2o(line.text),
            Self::Csv => Cut::Nothing,
        }
    }
}

struct Taken {
    reading: Reading,
    entries: Vec<Entry>,
    oddities: Vec<Oddity>,
    spoiled: Option<Spoiled>,
}

impl Taken {
    fn take(&mut self, line: &Line<'_>) {
        let span = line.span();
        match self.reading.cut(line) {
            Cut::Nothing => {}
            Cut::NoColon => self.oddities.push(Oddity::NoColon { span, remark: false }),
            Cut::Spoils(what) => {
                self.spoiled.get_or_insert(Spoiled { what, span });
            }
            Cut::Entry { user, stored, rest } => {
                let at = line.start + (user.as_ptr().addr() - line.text.as_ptr().addr());
                let user_span = Span::new(at, at + user.len());
                let refuses = matches!(self.reading, Reading::Envoy | Reading::Radicale);
                if refuses && self.entries.iter().any(|entry| *entry.user == *user) {
                    self.spoiled.get_or_insert(Spoiled { what: Spoiling::Duplicate, span });
                }
                self.entries.push(Entry {
                    user: user.into(),
                    stored: stored.into(),
                    rest: rest.into(),
                    user_span,
                    span,
                });
            }
        }
    }
}

/// Cuts text into lines; the last one need not be ended.
fn lines(bytes: &[u8], ends: Ends) -> impl Iterator<Item = Line<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = bytes.len() - rest.len();
        let cut: IResult<&[u8], &[u8]> =
            take_till(|byte| byte == b'\n' || (byte == b'\r' && ends == Ends::Any)).parse(rest);
        let (behind, text) = cut.unwrap_or((&[], rest));
        let ended = match behind {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        rest = behind.get(ended..).unwrap_or_default();
        let cr = ends == Ends::LfOrCrLf && text.last() == Some(&b'\r');
        let text = text.get(..text.len() - usize::from(cr)).unwrap_or_default();
        Some(Line { text, start, ended: ended + usize::from(cr) })
    })
}

/// Text without the blanks that Unicode knows around it, as Go and JavaScript trim it.
#[must_use]
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let ascii = |byte: &u8| is_blank(*byte) || matches!(byte, b'\r' | b'\n' | 0x0b | 0x0c);
    match str::from_utf8(text) {
        Ok(text) => text.trim().as_bytes(),
        Err(_) => {
            let start = text.iter().take_while(|byte| ascii(byte)).count();
            let end = text.len() - text.iter().rev().take_while(|byte| ascii(byte)).count();
            text.get(start..end).unwrap_or_default()
        }
    }
}

/// The same with byte order marks, which are blanks to JavaScript.
fn trim_with_marks(mut text: &[u8]) -> &[u8] {
    loop {
        let next = trim(text);
        let next = next.strip_prefix(b"\xef\xbb\xbf").unwrap_or(next);
        let next = next.strip_suffix(b"\xef\xbb\xbf").unwrap_or(next);
        if next.len() == text.len() {
            return text;
        }
        text = next;
    }
}

/// What stands before the first colon and all that stands behind it.
fn at_colon(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let cut: IResult<&[u8], &[u8]> = take_till(|byte| byte == b':').parse(text);
    let (behind, user) = cut.ok()?;
    Some((user, behind.get(1..)?))
}

fn whole<'s>((user, stored): (&'s [u8], &'s [u8])) -> Cut<'s> {
    Cut::Entry { user, stored, rest: &[] }
}

fn distribution<'s>(line: &Line<'s>) -> Cut<'s> {
    /// The scanner's buffer, which takes the line with its end (Go `bufio.MaxScanTokenSize`).
    const LONGEST: usize = 64 * 1024;
    if line.text.len() + line.ended.max(1) > LONGEST {
        return Cut::Spoils(Spoiling::TooLong(LONGEST - 1));
    }
    match trim(line.text) {
        [] | [b'#', ..] => Cut::Nothing,
        text => at_colon(text).map_or(Cut::Spoils(Spoiling::NoColon), whole),
    }
}

fn traefik(line: &[u8]) -> Cut<'_> {
    match trim(line) {
        [] | [b'#', ..] => Cut::Nothing,
        text => traefik_entry(text),
    }
}

fn traefik_entry(text: &[u8]) -> Cut<'_> {
    match at_colon(text) {
        None => Cut::Spoils(Spoiling::NoColon),
        Some((_, stored)) if stored.contains(&b':') => Cut::Spoils(Spoiling::Refused("an entry with a second colon")),
        Some(entry) => whole(entry),
    }
}

/// What spoils a list for Traefik if this is one of its entries.
#[must_use]
pub fn traefik_spoils(text: &[u8]) -> Option<Spoiling> {
    match traefik_entry(text) {
        Cut::Spoils(what) => Some(what),
        Cut::Nothing | Cut::NoColon | Cut::Entry { .. } => None,
    }
}

fn envoy(line: &[u8]) -> Cut<'_> {
    /// Characters of SHA-1 in base64.
    const DIGEST: usize = 28;
    if line.first().is_none_or(|byte| *byte == b'#') {
        return Cut::Nothing;
    }
    match at_colon(line) {
        None => Cut::Spoils(Spoiling::NoColon),
        Some(([], _)) => Cut::Spoils(Spoiling::Refused("an entry without a user name")),
        Some((_, [])) => Cut::Spoils(Spoiling::Refused("an entry without a stored password")),
        Some((user, stored)) => match stored.strip_prefix(b"{SHA}") {
            Some(digest) if digest.len() == DIGEST => whole((user, stored)),
            Some(_) | None => Cut::Spoils(Spoiling::Unsupported),
        },
    }
}

fn squid(line: &[u8]) -> Cut<'_> {
    if line.first().is_none_or(|byte| matches!(byte, b'#' | b' ' | 0)) {
        return Cut::Nothing;
    }
    let token = |text| -> IResult<&'_ [u8], &'_ [u8]> {
        let between = |byte| matches!(byte, b':' | b'\r');
        (take_while(between), take_till(move |byte| between(byte) || byte == 0)).map(|(_, token)| token).parse(text)
    };
    let Ok((behind, user)) = token(line) else { return Cut::Nothing };
    let Ok((rest, stored)) = token(behind) else { return Cut::Nothing };
    match (user, stored) {
        ([], _) => Cut::Nothing,
        (_, []) => Cut::NoColon,
        _ => Cut::Entry { user, stored, rest },
    }
}

fn verdaccio(line: &[u8]) -> Cut<'_> {
    let Some((user, behind)) = at_colon(line) else {
        return if trim_with_marks(line).is_empty() { Cut::Nothing } else { Cut::NoColon };
    };
    let (stored, rest) = at_colon(behind).unwrap_or((behind, &[]));
    Cut::Entry { user: trim_with_marks(user), stored: trim_with_marks(stored), rest }
}

fn radicale(line: &[u8]) -> Cut<'_> {
    if trim(line).first().is_none_or(|byte| *byte == b'#') {
        return Cut::Nothing;
    }
    match at_colon(line) {
        None => Cut::Spoils(Spoiling::NoColon),
        Some(([], _)) => Cut::Spoils(Spoiling::Refused("an entry without a user name")),
        Some((_, [])) => Cut::Spoils(Spoiling::Refused("an entry without a stored password")),
        Some(entry) => whole(entry),
    }
}

fn h2o(line: &[u8]) -> Cut<'_> {
    let text = line.strip_suffix(b"\r").unwrap_or(line);
    if text.is_empty() {
        return Cut::Nothing;
    }
    match at_colon(text) {
        Some(entry) => whole(entry),
        // The name alone, with nothing stored.
        None => Cut::Entry { user: text, stored: &[], rest: &[] },
    }
}
