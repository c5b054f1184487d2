//! Password files read as comma-separated values with a colon for the comma (Go encoding/csv, `readRecord`, with the
//! settings of abbot/go-http-auth: comments, leading blanks trimmed, quotes strict).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while};
use nom::combinator::{eof, opt, peek, value};
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::password::{Entry, UserFile};
use super::reading::{ReadFile, Reading, Spoiled, Spoiling, trim};
use crate::source::{FileId, Span};

type Cut<'s, T> = IResult<&'s [u8], T>;

/// A field and where it stands, without its quotes.
struct Field {
    text: Vec<u8>,
    span: Span,
}

/// Reads a file; the first fault ends the reading.
pub(super) fn read(file: FileId, bytes: &[u8]) -> ReadFile {
    let (mut entries, mut spoiled, mut want) = (Vec::new(), None, None);
    let mut rest = bytes;
    while !rest.is_empty() && spoiled.is_none() {
        let start = bytes.len() - rest.len();
        if let Ok((behind, ())) = skipped(rest) {
            rest = behind;
            continue;
        }
        match record(rest, bytes.len()) {
            Ok((behind, fields)) => {
                let end = start + take_line(rest);
                let span = Span::new(start, end);
                let have = fields.len();
                if have != *want.get_or_insert(have) {
                    spoiled = Some(Spoiled { what: Spoiling::Refused("a line with another number of fields"), span });
                }
                rest = behind;
                entries.extend(entry(fields, span));
            }
            Err(_) => {
                let span = Span::new(start, start + take_line(rest));
                spoiled = Some(Spoiled { what: Spoiling::Refused("a quotation mark out of place"), span });
            }
        }
    }
    if want == Some(1) && spoiled.is_none() {
        spoiled = Some(Spoiled { what: Spoiling::NoColon, span: Span::at(0) });
    }
    let file = UserFile::of_entries(file, bytes, entries, Vec::new(), Reading::Csv.winner());
    ReadFile { file, spoiled }
}

fn entry(fields: Vec<Field>, span: Span) -> Option<Entry> {
    let mut fields = fields.into_iter();
    let (user, stored) = (fields.next()?, fields.next()?);
    let rest = fields.map(|field| field.text).collect::<Vec<_>>().join(&b':');
    let user_span = user.span;
    Some(Entry { user: user.text.into(), stored: stored.text.into(), rest: rest.into(), user_span, span })
}

/// Bytes of the first line without its end.
fn take_line(text: &[u8]) -> usize {
    let line: Cut<'_, &[u8]> = take_till(|byte| byte == b'\n').parse(text);
    line.map_or(text.len(), |(_, line)| line.len())
}

/// CR LF, LF, or a CR at the very end.
fn line_end(text: &[u8]) -> Cut<'_, &[u8]> {
    alt((tag("\r\n"), tag("\n"), terminated(tag("\r"), eof), eof)).parse(text)
}

/// An empty line or a comment.
fn skipped(text: &[u8]) -> Cut<'_, ()> {
    let comment = preceded(tag("#"), take_till(|byte| byte == b'\n'));
    let comment = (comment, alt((tag("\n"), eof)));
    let ends = alt((tag("\r\n"), tag("\n"), terminated(tag("\r"), eof)));
    alt((value((), comment), value((), ends))).parse(text)
}

fn record(text: &[u8], whole: usize) -> Cut<'_, Vec<Field>> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let behind = blanks(rest);
        let start = whole - behind.len();
        let (behind, field) = alt((quoted, bare)).parse(behind)?;
        let span = Span::new(start, whole - behind.len());
        fields.push(Field { text: field, span });
        let (behind, more) = opt(tag(":")).parse(behind)?;
        rest = behind;
        if more.is_none() {
            let (rest, _) = line_end(rest)?;
            return Ok((rest, fields));
        }
    }
}

/// What follows the blanks in front of a field; the line's end stays.
fn blanks(text: &[u8]) -> &[u8] {
    let line = text.get(..take_line(text)).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let kept = match str::from_utf8(line) {
        Ok(line) => line.trim_start().len(),
        Err(_) => line.len() - line.iter().take_while(|byte| trim(std::slice::from_ref(byte)).is_empty()).count(),
    };
    text.get(line.len() - kept..).unwrap_or_default()
}

fn bare(text: &[u8]) -> Cut<'_, Vec<u8>> {
    let (behind, field) = take_while(|byte| !matches!(byte, b':' | b'\n')).parse(text)?;
    let ends = matches!(behind, [] | [b'\n', ..]);
    let cut = field.strip_suffix(b"\r").filter(|_| ends).unwrap_or(field);
    if cut.contains(&b'"') {
        return Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Char)));
    }
    Ok((text.get(cut.len()..).unwrap_or_default(), cut.to_vec()))
}

fn quoted(text: &[u8]) -> Cut<'_, Vec<u8>> {
    let plain = |text| -> Cut<'_, &[u8]> {
        let (behind, plain) = take_till(|byte| byte == b'"').parse(text)?;
        if plain.is_empty() {
            return Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::TakeTill1)));
        }
        Ok((behind, plain))
    };
    let piece = alt((value(&b"\""[..], tag("\"\"")), plain));
    let inside = fold_many0(piece, Vec::new, |mut all: Vec<u8>, piece: &[u8]| {
        all.extend_from_slice(piece);
        all
    });
    let close = (tag("\""), peek(alt((tag(":"), line_end))));
    delimited(tag("\""), inside, close).parse(text)
}
