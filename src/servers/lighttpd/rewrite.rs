//! `url.redirect` and `url.rewrite` (keyvalue.c; mod_rewrite.c, `process_rewrite_rules`).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_while_m_n};
use nom::character::complete::one_of;
use nom::combinator::{map, recognize, verify};
use nom::sequence::{delimited, preceded};

use super::block::Setting;
use super::condition::DIALECT;
use super::cut::cut;
use super::request::Parsed;
use super::value::Element;
use crate::answer::{Because, Missing, Reason};
use crate::pattern::{Groups, Pattern, PatternFault};

/// The most groups that a rule's pattern may have.
const MOST_GROUPS: usize = 19;

/// What a list of rules makes of a target.
pub(super) enum Rewritten {
    /// No rule fits, or the one that does is empty.
    Nothing,
    /// A new target, by the rule of this number.
    Target(Vec<u8>, usize),
}

/// A piece of a replacement.
enum Piece {
    /// Text.
    Text(Vec<u8>),
    /// `$1`: a group of the rule's pattern.
    Group(usize),
    /// `%1`: a group of the condition around.
    Outer(usize),
    /// `${...}` and `%{...}`.
    Extended(bool, Vec<u8>),
}

/// A rule's pattern, percent signs in capitals as in the targets it meets.
///
/// # Errors
/// See [`PatternFault`].
pub(super) fn pattern(key: &[u8], normalize: bool) -> Result<Pattern, PatternFault> {
    let key = if normalize { capitals(key) } else { key.to_vec() };
    match Pattern::compile_as(&key, DIALECT) {
        Ok(pattern) if pattern.groups > MOST_GROUPS => Err(PatternFault::Refused),
        other => other,
    }
}

/// `%2f` as `%2F`, bytes beyond ASCII as `%XX`.
fn capitals(key: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(key.len());
    let mut rest = key;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, behind) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                text.extend([b'%', high.to_ascii_uppercase(), low.to_ascii_uppercase()]);
                rest = after;
            }
            (0x80.., _) => text.extend(format!("%{byte:02X}").bytes()),
            _ => text.push(*byte),
        }
    }
    text
}

/// The first rule that fits a target; `outer` gives the groups of the condition around the rules.
///
/// # Errors
/// What would have to be known.
pub(super) fn apply<'e>(
    rules: impl Iterator<Item = &'e Element>,
    setting: &Setting,
    parsed: &Parsed,
    normalize: bool,
    outer: impl Fn() -> Option<Groups>,
) -> Result<Rewritten, Box<Because>> {
    let name = || String::from_utf8_lossy(&setting.key).into_owned();
    for (index, rule) in rules.enumerate() {
        let undecided =
            || Because::at(Reason::CannotTell { missing: Missing::Pattern { directive: name() } }, rule.place);
        let pattern = pattern(rule.key.as_deref().unwrap_or_default(), normalize).map_err(|_| undecided())?;
        let Some(groups) = pattern.find(&parsed.target).ok_or_else(undecided)? else { continue };
        let replacement = rule.value.text().unwrap_or_default();
        if replacement.is_empty() {
            return Ok(Rewritten::Nothing);
        }
        let text = replaced(replacement, &groups, parsed, outer).ok_or_else(undecided)?;
        return Ok(Rewritten::Target(text, index));
    }
    Ok(Rewritten::Nothing)
}

fn replaced(
    replacement: &[u8],
    groups: &Groups,
    parsed: &Parsed,
    outer: impl Fn() -> Option<Groups>,
) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut rest = replacement;
    while !rest.is_empty() {
        let (behind, piece) = piece(rest).ok()?;
        rest = behind;
        match piece {
            Piece::Text(plain) => text.extend(plain),
            Piece::Group(number) => text.extend(groups.get(number).map_or(&[][..], Vec::as_slice)),
            Piece::Outer(number) => text.extend(outer()?.get(number).map_or(&[][..], Vec::as_slice)),
            Piece::Extended(own, inner) => text.extend(extended(own, &inner, groups, parsed, &text)?),
        }
    }
    Some(text)
}

fn piece(rest: &[u8]) -> nom::IResult<&[u8], Piece> {
    let digit = || take_while_m_n(1, 1, |byte: u8| byte.is_ascii_digit());
    let number = |digit: &[u8]| digit.first().map_or(0, |byte| usize::from(byte - b'0'));
    let inside = || delimited(tag("{"), take_till(|byte| byte == b'}'), tag("}"));
    alt((
        map(preceded(tag("$"), digit()), move |digit| Piece::Group(number(digit))),
        map(preceded(tag("%"), digit()), move |digit| Piece::Outer(number(digit))),
        map(preceded(tag("$"), inside()), |inner: &[u8]| Piece::Extended(true, inner.to_vec())),
        map(preceded(tag("%"), inside()), |inner: &[u8]| Piece::Extended(false, inner.to_vec())),
        map(alt((tag("$$"), tag("%%"))), |twice: &[u8]| Piece::Text(twice.iter().take(1).copied().collect())),
        map(recognize((one_of("$%"), verify(take(1_usize), |next: &[u8]| next != b"{"))), |text: &[u8]| {
            Piece::Text(text.to_vec())
        }),
        map(take(1_usize), |text: &[u8]| Piece::Text(text.to_vec())),
    ))
    .parse(rest)
}

/// `${url.path}`, `${qsa}`, `${1}`; the escaping forms are left open.
fn extended(own: bool, inner: &[u8], groups: &Groups, parsed: &Parsed, before: &[u8]) -> Option<Vec<u8>> {
    let raw = inner.strip_prefix(b"noesc:").or_else(|| inner.strip_prefix(b"noescape:"));
    let (inner, raw) = (raw.unwrap_or(inner), raw.is_some());
    match inner {
        b"url.scheme" => Some(parsed.scheme.as_bytes().to_vec()),
        b"url.authority" => Some(parsed.host.clone()),
        b"url.path" => Some(cut(&parsed.target, b'?').0.to_vec()),
        b"url.query" => Some(parsed.query.clone()),
        b"qsa" if parsed.query.is_empty() => Some(Vec::new()),
        b"qsa" => {
            let mark = if before.contains(&b'?') { b"&" } else { b"?" };
            Some([mark.as_slice(), &parsed.query].concat())
        }
        [digit @ b'0'..=b'9'] if own => {
            let group = groups.get(usize::from(digit - b'0')).cloned().unwrap_or_default();
            // By default such a group is escaped where it must be; what need not be stays.
            let plain = group.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte));
            (plain || raw).then_some(group)
        }
        _ => None,
    }
}
