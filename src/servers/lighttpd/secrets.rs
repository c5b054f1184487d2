//! What no report may show of a configuration file: comments, which hold passwords more often than one would think, and
//! strings that carry a login.

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_until};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::{IResult, Parser};

use crate::source::Span;

/// The secret ranges.
#[must_use]
pub(super) fn secrets(bytes: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let start = bytes.len() - rest.len();
        let (behind, shown) = if let Ok((behind, _)) = comment(rest) {
            (behind, 1)
        } else if let Ok((behind, text)) = string(rest) {
            (behind, if carries_login(text) { 1 } else { text.len() })
        } else {
            (take_other(rest), usize::MAX)
        };
        let end = bytes.len() - behind.len();
        if start.saturating_add(shown) < end {
            found.push(Span::new(start + shown, end));
        }
        rest = behind;
    }
    found
}

fn comment(rest: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize((tag("#"), take_till(|byte| byte == b'\n'))).parse(rest)
}

fn string(rest: &[u8]) -> IResult<&[u8], &[u8]> {
    let plain = verify(take(1_usize), |byte: &[u8]| byte != b"\"");
    recognize((tag("\""), many0_count(alt((tag("\\\""), plain))), opt(tag("\"")))).parse(rest)
}

fn take_other(rest: &[u8]) -> &[u8] {
    let other: IResult<&[u8], &[u8]> = take_till(|byte| matches!(byte, b'#' | b'"')).parse(rest);
    other.map_or(&[], |(behind, _)| behind)
}

/// `Basic YWxp...` for a request header, or `user:password@` in a URL.
fn carries_login(text: &[u8]) -> bool {
    let parsed = |result: IResult<&[u8], &[u8]>| result.is_ok();
    parsed(take_until("Basic ").parse(text))
        || parsed(recognize((take_until("://"), tag("://"), take_until("@"))).parse(text))
}
