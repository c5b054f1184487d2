//! What no report may show of a configuration file: comments, which hold passwords more often than one would think, lines
//! of a password file that strayed here, and user names and passwords in URLs.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_until, take_while1};
use nom::character::complete::char;
use nom::combinator::{recognize, verify};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use crate::lines::is_blank;
use crate::source::Span;

/// The secret ranges of a configuration file.
#[must_use]
pub(super) fn secrets(bytes: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let start = bytes.len() - rest.len();
        let line = line(rest).map_or(rest, |(_, line)| line);
        of_line(line, start, &mut found);
        rest = rest.get(line.len() + 1..).unwrap_or_default();
    }
    found
}

fn line(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b'\n')(input)
}

fn of_line(line: &[u8], start: usize, found: &mut Vec<Span>) {
    let mut rest = line;
    let mut first = true;
    while let Ok((behind, word)) = next_word(rest) {
        let at = start + (line.len() - behind.len() - word.len());
        let end = start + line.len();
        if first && word.starts_with(b"#") {
            return found.push(Span::new(at + 1, end));
        }
        if let Ok((secret, _)) = mark(first, word) {
            return found.push(Span::new(at + (word.len() - secret.len()), end));
        }
        first = false;
        rest = behind;
    }
}

fn next_word(input: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(take_till(|byte| !is_blank(byte)), take_while1(|byte| !is_blank(byte))).parse(input)
}

/// What stands before the secret part of a word.
fn mark(first: bool, word: &[u8]) -> IResult<&[u8], &[u8]> {
    let alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    let hash = recognize((take_until("$"), char('$'), take_while1(alphanumeric), char('$')));
    // `{SHA}`, and not the `${NAME}` of a variable.
    let scheme = recognize((
        verify(take_until("{"), |before: &[u8]| before.last() != Some(&b'$')),
        char('{'),
        take_while1(alphanumeric),
        char('}'),
    ));
    let url = recognize((take_until("://"), tag("://"), nom::combinator::peek(terminated(take_until("@"), tag("@")))));
    if first && !word.starts_with(b"<") {
        let entry = recognize((take_until(":"), char(':'), nom::combinator::peek(take_while1(|_| true))));
        return alt((entry, hash)).parse(word);
    }
    alt((url, hash, scheme)).parse(word)
}

/// A word for a message: without what would be a secret.
#[must_use]
pub(super) fn displayed(word: &[u8], first: bool) -> String {
    match mark(first, word) {
        Ok((secret, _)) => {
            format!("{}…", String::from_utf8_lossy(word.get(..word.len() - secret.len()).unwrap_or_default()))
        }
        Err(_) => String::from_utf8_lossy(word).into_owned(),
    }
}
