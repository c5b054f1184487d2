//! What no report may show of a configuration: comments, credentials in headers and URLs, and stored passwords.

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till, take_until, take_while1};
use nom::combinator::recognize;
use nom::{IResult, Parser};

use crate::source::Span;

/// The secret ranges.
pub(super) fn secrets(bytes: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let start = bytes.len() - rest.len();
        let line = line(rest).map_or(rest, |(_, line)| line);
        if let Some(at) = secret(line) {
            found.push(Span::new(start + at, start + line.len()));
        }
        rest = rest.get(line.len() + 1..).unwrap_or_default();
    }
    found
}

fn line(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b'\n')(input)
}

/// Where the secret of a line begins, if it has one.
fn secret(line: &[u8]) -> Option<usize> {
    let comment = recognize((take_till(|byte: u8| !byte.is_ascii_whitespace()), tag("#")));
    let url = recognize((take_until("://"), tag("://"), nom::combinator::peek((take_until("@"), tag("@")))));
    let basic = recognize((
        alt((take_until("uthorization"), take_until("UTHORIZATION"))),
        till_basic,
        tag_no_case("basic "),
        nom::combinator::peek(take_while1(|byte| byte != b' ')),
    ));
    let hash =
        recognize((take_until("$"), tag("$"), alt((tag("apr1"), tag("2y"), tag("6"), tag("5"), tag("y"))), tag("$")));
    let (_, before) = alt((comment, url, basic, hash)).parse(line).ok()?;
    Some(before.len())
}

/// Up to the `Basic` of an Authorization header.
fn till_basic(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let mut rest = input;
    loop {
        let shut: IResult<&[u8], &[u8]> = tag_no_case("basic ").parse(rest);
        match rest {
            _ if shut.is_ok() => {
                let before = input.get(..input.len() - rest.len()).unwrap_or_default();
                return Ok((rest, before));
            }
            [_, behind @ ..] => rest = behind,
            [] => return Err(nom::Err::Error(nom::error::Error::new(input, nom::error::ErrorKind::Tag))),
        }
    }
}
