//! Words of a haproxy.cfg (HAProxy `src/tools.c`, `parse_line`).

use std::collections::BTreeMap;

use crate::source::{FileId, Place, Span};

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub place: Place,
}

/// A line that has words.
pub(super) type Line = Vec<Word>;

/// What cannot be read, and where.
pub(super) struct BadLine {
    pub message: &'static str,
    pub place: Place,
}

/// Cuts a file into lines of words.
///
/// # Errors
/// The first line that HAProxy refuses.
pub(super) fn lines(file: FileId, bytes: &[u8], env: &BTreeMap<String, String>) -> Result<Vec<Line>, BadLine> {
    let mut all = Vec::new();
    let mut start = 0;
    for whole in bytes.split_inclusive(|byte| *byte == b'\n') {
        let line = whole.strip_suffix(b"\n");
        let place = Place::new(file, Span::new(start, start + whole.len()));
        let Some(line) = line else {
            return Err(BadLine { message: "the last line is not ended", place });
        };
        let words = Cutter { line, file, start, env }.words()?;
        if !words.is_empty() {
            all.push(words);
        }
        start += whole.len();
    }
    Ok(all)
}

struct Cutter<'l> {
    line: &'l [u8],
    file: FileId,
    start: usize,
    env: &'l BTreeMap<String, String>,
}

impl Cutter<'_> {
    fn at(&self, from: usize, to: usize) -> Place {
        Place::new(self.file, Span::new(self.start + from, self.start + to))
    }

    fn words(&self) -> Result<Vec<Word>, BadLine> {
        let mut words = Vec::new();
        let mut word: Option<(Vec<u8>, usize)> = None;
        let (mut quote, mut at) = (None, 0);
        let end = |word: &mut Option<(Vec<u8>, usize)>, at: usize, words: &mut Vec<Word>| {
            if let Some((text, from)) = word.take() {
                words.push(Word { text: String::from_utf8_lossy(&text).into_owned(), place: self.at(from, at) });
            }
        };
        while let Some(byte) = self.line.get(at).copied() {
            let next = self.line.get(at + 1).copied();
            let mut used = 1;
            let add = match (byte, quote) {
                (b'#', None) => break,
                (b' ' | b'\t' | b'\r', None) => {
                    end(&mut word, at, &mut words);
                    at += 1;
                    continue;
                }
                (b'"' | b'\'', None) => {
                    quote = Some(byte);
                    Vec::new()
                }
                (mark, Some(open)) if mark == open => {
                    quote = None;
                    Vec::new()
                }
                (b'\\', None | Some(b'"')) => {
                    used = 2;
                    escaped(next, quote.is_some())
                }
                (b'$', Some(b'"')) => {
                    let (value, length) = self.variable(at)?;
                    used = length;
                    value
                }
                (byte, _) => vec![byte],
            };
            word.get_or_insert((Vec::new(), at)).0.extend(add);
            at += used;
        }
        if quote.is_some() {
            return Err(BadLine { message: "a quotation mark is not closed", place: self.at(0, self.line.len()) });
        }
        end(&mut word, at.min(self.line.len()), &mut words);
        Ok(words)
    }

    /// `$NAME` or `${NAME}` in double quotes: its value, and how many bytes it takes.
    fn variable(&self, at: usize) -> Result<(Vec<u8>, usize), BadLine> {
        let rest = self.line.get(at + 1..).unwrap_or_default();
        let braces = rest.first() == Some(&b'{');
        let name = rest.get(usize::from(braces)..).unwrap_or_default();
        let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = name.get(..length).unwrap_or_default();
        let first = name.first().copied().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let closed = !braces || rest.get(length + 1) == Some(&b'}');
        if !first || !closed {
            let message = "in double quotes `$` begins the name of a variable: write it in single quotes";
            return Err(BadLine { message, place: self.at(at, at + 1) });
        }
        let value = self.env.get(&*String::from_utf8_lossy(name)).cloned().unwrap_or_default();
        Ok((value.into_bytes(), 1 + length + 2 * usize::from(braces)))
    }
}

/// What a backslash makes of the next byte; of others it stays.
fn escaped(next: Option<u8>, quoted: bool) -> Vec<u8> {
    match next {
        Some(b'n') => vec![b'\n'],
        Some(b'r') => vec![b'\r'],
        Some(b't') => vec![b'\t'],
        Some(byte @ (b' ' | b'#' | b'\\' | b'"' | b'\'')) => vec![byte],
        Some(b'$') if quoted => vec![b'$'],
        Some(byte) => vec![b'\\', byte],
        None => vec![b'\\'],
    }
}
