//! Lines of words (Squid `src/ConfigParser.cc`).

use nom::bytes::complete::{tag, take_till, take_while};
use nom::sequence::delimited;
use nom::{IResult, Parser};

use crate::source::Span;

/// The words of a line, each with whether it stands in quotes, and where the line lies.
pub(super) type Line = (Vec<(String, bool)>, Span);

/// The lines with words in them; a word that begins with `#` begins a comment, one in double quotes is told apart.
///
/// A line ends at a carriage return as well. Comments and empty lines are passed over before anything else, also where a
/// line goes on, and what goes on beyond the end of the file is lost (`parseOneConfigFile`).
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let (mut all, mut start) = (Vec::new(), 0);
    let mut begun: Option<(Vec<u8>, usize)> = None;
    for whole in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = whole.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        let text = line.trim_ascii_start();
        let at = start + line.len() - text.len();
        let end = start + line.trim_ascii_end().len();
        start += whole.len();
        if matches!(text, [] | [b'#', ..]) {
            continue;
        }
        let (mut joined, first) = begun.take().unwrap_or((Vec::new(), at));
        if let Some(text) = text.strip_suffix(b"\\") {
            joined.extend_from_slice(text);
            begun = Some((joined, first));
            continue;
        }
        joined.extend_from_slice(text);
        let words = words(&joined);
        if !words.is_empty() {
            all.push((words, Span::new(first, end.max(first))));
        }
    }
    all
}

fn words(line: &[u8]) -> Vec<(String, bool)> {
    let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
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
        all.push((String::from_utf8_lossy(word).into_owned(), is_quoted));
        rest = behind;
    }
}
