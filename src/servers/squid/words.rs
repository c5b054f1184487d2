//! Lines of words (Squid `src/ConfigParser.cc`).

use nom::bytes::complete::{tag, take_till, take_while};
use nom::sequence::delimited;
use nom::{IResult, Parser};

use crate::source::Span;

/// The words of a line, each with whether it stands in quotes, and where the line lies.
pub(super) type Line = (Vec<(String, bool)>, Span);

/// The lines with words in them; a word that begins with `#` begins a comment, one in double quotes is told apart.
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut all = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (behind, line) = whole_line(rest);
        let start = bytes.len() - rest.len();
        let words = words(line);
        let trimmed = line.trim_ascii_end().len();
        let indent = line.len() - line.trim_ascii_start().len();
        if !words.is_empty() {
            all.push((words, Span::new(start + indent, start + trimmed)));
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    all
}

/// A line with those that a backslash at its end continues it on.
fn whole_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut length = 0;
    loop {
        let rest = bytes.get(length..).unwrap_or_default();
        let cut: IResult<&[u8], &[u8]> = take_till(|byte| byte == b'\n').parse(rest);
        let (_, line) = cut.unwrap_or((&[], rest));
        length += line.len();
        let continued = line.trim_ascii_end().ends_with(b"\\") && length < bytes.len();
        if !continued {
            let (line, behind) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
            return (behind, line);
        }
        length += 1;
    }
}

fn words(line: &[u8]) -> Vec<(String, bool)> {
    let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let continued = |word: &[u8], behind: &[u8]| word == b"\\" && behind.trim_ascii_start().len() < behind.len();
    let mut rest = line;
    let mut all = Vec::new();
    loop {
        let skipped: IResult<&[u8], &[u8]> = take_while(blank).parse(rest);
        rest = skipped.map_or(rest, |(rest, _)| rest);
        if rest.is_empty() || rest.first() == Some(&b'#') {
            return all;
        }
        let quoted: IResult<&[u8], &[u8]> = delimited(tag("\""), take_till(|byte| byte == b'"'), tag("\"")).parse(rest);
        let (behind, word, is_quoted) = match quoted {
            Ok((behind, word)) => (behind, word, true),
            Err(_) => {
                let bare: IResult<&[u8], &[u8]> = take_till(blank).parse(rest);
                let (behind, word) = bare.unwrap_or((&[], rest));
                (behind, word, false)
            }
        };
        if !continued(word, behind) {
            all.push((String::from_utf8_lossy(word).into_owned(), is_quoted));
        }
        rest = behind;
    }
}
