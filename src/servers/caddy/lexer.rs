//! Tokens of a Caddyfile (Caddy `caddyconfig/caddyfile/lexer.go`), after its `{$VARIABLES}` are replaced
//! (`parse.go`, `replaceEnvVars`).

use std::collections::BTreeMap;

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_until, take_while, take_while1};
use nom::combinator::{opt, recognize, value, verify};
use nom::multi::{fold_many0, many0_count};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::source::Span;

/// A word of a Caddyfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The word without its quotes.
    pub text: String,
    /// The line it begins in, counted over all files.
    pub line: usize,
    /// The lines that it goes over.
    pub breaks: usize,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Where it stands in the file.
    pub span: Span,
}

/// A text with its variables replaced, and the way back to the file.
pub(super) struct Replaced {
    pub bytes: Vec<u8>,
    /// Offsets in the text, and the offsets in the file that they come from.
    pieces: Vec<(usize, usize)>,
}

impl Replaced {
    fn origin(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|(start, _)| *start <= at);
        index.checked_sub(1).and_then(|index| self.pieces.get(index)).map_or(at, |(start, file)| file + (at - start))
    }
}

/// Replaces `{$NAME}` and `{$NAME:default}`; a name that is not set is replaced by nothing.
pub(super) fn replace_variables(bytes: &[u8], env: &BTreeMap<String, String>) -> Replaced {
    let mut done = Replaced { bytes: Vec::with_capacity(bytes.len()), pieces: vec![(0, 0)] };
    let mut rest = bytes;
    while let Ok((behind, (before, inside))) = variable(rest) {
        done.bytes.extend_from_slice(before);
        let inside = String::from_utf8_lossy(inside);
        let (name, default) = inside.split_once(':').unwrap_or((&inside, ""));
        let text = env.get(name).map_or(default, String::as_str);
        let at = bytes.len() - rest.len() + before.len();
        done.pieces.push((done.bytes.len(), at));
        done.bytes.extend_from_slice(text.as_bytes());
        done.pieces.push((done.bytes.len(), bytes.len() - behind.len()));
        rest = behind;
    }
    done.bytes.extend_from_slice(rest);
    done
}

fn variable(text: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    (take_until("{$"), delimited(tag("{$"), verify(take_until("}"), |name: &[u8]| !name.is_empty()), tag("}")))
        .parse(text)
}

/// Cuts a text into tokens; `line` is the number of its first line.
pub(super) fn tokens(text: &Replaced, mut line: usize) -> Vec<Token> {
    let whole: &[u8] = text.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text.bytes);
    let skipped = text.bytes.len() - whole.len();
    let mut rest = whole;
    let mut all = Vec::new();
    loop {
        let (behind, breaks) = between(rest);
        line += breaks;
        if behind.is_empty() {
            return all;
        }
        let Ok((next, (word, quoted))) = token(behind) else { return all };
        let start = whole.len() - behind.len();
        let raw = behind.get(..behind.len() - next.len()).unwrap_or_default();
        let breaks = count_breaks(raw);
        let span =
            Span::new(text.origin(skipped + start), text.origin(skipped + start + raw.len().saturating_sub(1)) + 1);
        let text = String::from_utf8_lossy(&word).into_owned();
        all.push(Token { text, line, breaks, quoted, span });
        line += breaks;
        rest = next;
    }
}

fn count_breaks(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c)
}

/// Skips blanks, comments and escaped line ends; says how many lines were ended.
fn between(text: &[u8]) -> (&[u8], usize) {
    let comment = value((), (tag("#"), take_till(|byte| byte == b'\n')));
    let blanks = value((), take_while1(is_blank));
    let escaped = value((), tag("\\\n"));
    let skipped: IResult<&[u8], usize> = many0_count(alt((blanks, escaped, comment))).parse(text);
    let rest = skipped.map_or(text, |(rest, _)| rest);
    let skipped = text.get(..text.len() - rest.len()).unwrap_or_default();
    // An escaped line end does not end the line for what asks whether a token stands on a new one.
    let escapes = skipped.windows(2).filter(|pair| pair == b"\\\n").count();
    (rest, count_breaks(skipped).saturating_sub(escapes))
}

fn token(text: &[u8]) -> IResult<&[u8], (Vec<u8>, bool)> {
    let raw = delimited(tag("`"), take_while(|byte| byte != b'`'), opt(tag("`"))).map(<[u8]>::to_vec);
    alt((quoted.map(|word| (word, true)), raw.map(|word| (word, true)), bare.map(|word| (word, false)))).parse(text)
}

fn quoted(text: &[u8]) -> IResult<&[u8], Vec<u8>> {
    let one = |text| take(1_usize).parse(text);
    // Any other escape keeps its backslash.
    let escaped = preceded(tag("\\"), tag("\""));
    let plain = verify(one, |byte: &[u8]| byte != b"\"");
    let inside = fold_many0(
        alt((escaped, recognize((tag("\\"), verify(one, |byte: &[u8]| byte != b"\""))), plain)),
        Vec::new,
        |mut all: Vec<u8>, piece: &[u8]| {
            all.extend_from_slice(piece);
            all
        },
    );
    delimited(tag("\""), inside, opt(tag("\""))).parse(text)
}

/// A word up to the next blank; a backslash in front of a line end goes with it.
fn bare(text: &[u8]) -> IResult<&[u8], Vec<u8>> {
    let escaped = value(&b""[..], tag("\\\n"));
    let plain = recognize(verify(take(1_usize), |byte: &[u8]| !byte.iter().copied().all(is_blank)));
    let (rest, word) = fold_many0(alt((escaped, plain)), Vec::new, |mut all: Vec<u8>, piece: &[u8]| {
        all.extend_from_slice(piece);
        all
    })
    .parse(text)?;
    if rest.len() == text.len() {
        return Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::TakeWhile1)));
    }
    Ok((rest, word))
}
