//! A Digest header that somebody wrote by hand (mod_auth.c, `mod_auth_digest_parse_authorization`,
//! `mod_auth_digest_validate_params` and `mod_auth_digest_validate_nonce`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while};
use nom::character::complete::{anychar, none_of};
use nom::combinator::recognize;
use nom::multi::{many0, many0_count};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::require::{Algorithms, Rule, algorithms};

/// A name and its value.
type Field<'t> = (&'t [u8], &'t [u8]);

/// The fields by their names, values without their quotes and with their backslashes.
fn fields(text: &[u8]) -> Vec<Field<'_>> {
    let parsed: IResult<&[u8], Vec<Field<'_>>> = many0(preceded(between, terminated(field, rest))).parse(text);
    parsed.map(|(_, fields)| fields).unwrap_or_default()
}

fn between(text: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(|byte: u8| matches!(byte, b' ' | b'\t' | b',')).parse(text)
}

fn rest(text: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b',').parse(text)
}

fn field(text: &[u8]) -> IResult<&[u8], Field<'_>> {
    let blanks = || take_while(|byte: u8| matches!(byte, b' ' | b'\t'));
    let name = take_till(|byte| matches!(byte, b'=' | b' ' | b'\t'));
    let escaped = recognize((tag("\\"), anychar));
    let inside = recognize(many0_count(alt((escaped, recognize(none_of("\"\\"))))));
    let quoted = delimited(tag("\""), inside, tag("\""));
    let bare = take_till(|byte| matches!(byte, b',' | b' ' | b'\t' | b'"'));
    let equals = (blanks(), tag("="), blanks());
    (terminated(name, equals), alt((quoted, bare))).parse(text)
}

/// The status; nothing: it hangs on the server's clock.
pub(super) fn status(text: &[u8], rule: &Rule, target: &[u8]) -> Option<u16> {
    let fields = fields(text);
    let of = |name: &str| fields.iter().rev().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value);
    let chained = of("qop").is_none() || (of("nc").is_some() && of("cnonce").is_some());
    let named = of("username").is_some() != of("username*").is_some();
    let (Some(realm), Some(nonce), Some(uri), Some(response)) = (of("realm"), of("nonce"), of("uri"), of("response"))
    else {
        return Some(400);
    };
    if !chained || !named {
        return Some(400);
    }
    if of("username*").is_some() {
        return None;
    }
    let wanted = algorithms(of("algorithm").unwrap_or_default());
    let Some(wanted) = wanted.filter(|wanted| realm == rule.realm && shares(*wanted, rule.algorithms)) else {
        return Some(401);
    };
    let digits = if wanted.md5 { 32 } else { 64 };
    let session = of("algorithm").is_some_and(|name| name.len() > 5 && name.to_ascii_lowercase().ends_with(b"-sess"));
    let right = response.len() == digits && response.iter().all(u8::is_ascii_hexdigit);
    let whole = of("qop").is_some_and(|qop| qop.eq_ignore_ascii_case(b"auth-int"));
    if !right || whole || uri != target || (session && of("cnonce").is_none()) {
        return Some(400);
    }
    // A nonce that is none of the server's is taken for an old one.
    let stamp: IResult<&[u8], &[u8]> = take_while(|byte: u8| byte.is_ascii_hexdigit()).parse(nonce);
    let stamped = stamp.is_ok_and(|(behind, stamp)| stamp.len() <= 16 && behind.starts_with(b":"));
    if stamped { None } else { Some(401) }
}

fn shares(one: Algorithms, other: Algorithms) -> bool {
    (one.md5 && other.md5) || (one.sha256 && other.sha256) || (one.sha512_256 && other.sha512_256)
}
