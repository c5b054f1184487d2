//! RewriteRule and RewriteCond, as far as the server refuses to read them (modules/mappers/mod_rewrite.c,
//! `cmd_rewriterule`, `cmd_rewritecond`).

use nom::branch::alt;
use nom::bytes::complete::{take, take_till};
use nom::character::complete::{anychar, char, digit1, one_of};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::others::{is_status, refuses};
use crate::lines::is_blank;
use crate::servers::apache::expr::{Origin, parse_condition};
use crate::servers::apache::secrets::displayed;
use crate::words::blanks;

/// Flags of a rule; whatever begins with `D` is taken as well.
const RULE_FLAGS: [&str; 40] = [
    "b",
    "backrefescaping",
    "bnp",
    "backrefernoplus",
    "bctls",
    "c",
    "chain",
    "co",
    "cookie",
    "e",
    "env",
    "end",
    "f",
    "forbidden",
    "g",
    "gone",
    "h",
    "handler",
    "l",
    "last",
    "ne",
    "noescape",
    "n",
    "next",
    "ns",
    "nosubreq",
    "nc",
    "nocase",
    "p",
    "proxy",
    "pt",
    "passthrough",
    "qsa",
    "qsappend",
    "qsd",
    "qsdiscard",
    "s",
    "skip",
    "t",
    "type",
];
/// More of them.
const NEWER_RULE_FLAGS: [&str; 5] = ["qsl", "qslast", "unsafeprefixstat", "unsafeallow3f", "unc"];
/// Flags of a condition.
const CONDITION_FLAGS: [&str; 6] = ["nocase", "nc", "ornext", "or", "novary", "nv"];
/// Tests of a file, behind a `-`.
const FILE_TESTS: &[u8] = b"fsdxhLlUF";
/// Comparisons of numbers, behind a `-`.
const COMPARISONS: [&[u8]; 6] = [b"lt", b"le", b"gt", b"ge", b"eq", b"ne"];

/// Why the server refuses a rule.
pub(super) fn rule(line: &[u8]) -> Option<String> {
    let refused = match arguments(line) {
        None => format!("bad argument line '{}'", text(line)),
        Some((pattern, _, field)) => field.and_then(|field| flags(field, rule_flag)).or_else(|| {
            let pattern = pattern.strip_prefix(b"!").unwrap_or(pattern);
            refuses(pattern).then(|| uncompiled(pattern))
        })?,
    };
    Some(format!("RewriteRule: {refused}"))
}

/// Why the server refuses a condition; or an expression.
pub(super) fn condition(line: &[u8]) -> Option<String> {
    let refused = match arguments(line) {
        None => format!("bad argument line '{}'", text(line)),
        Some((subject, pattern, field)) => field.and_then(|field| flags(field, condition_flag)).or_else(|| {
            if subject.eq_ignore_ascii_case(b"expr") {
                let bad = parse_condition(pattern, Origin::MainConfig).is_err();
                return bad.then(|| format!("cannot compile expression \"{}\"", text(pattern)));
            }
            let pattern = pattern.strip_prefix(b"!").unwrap_or(pattern);
            let is_regex = is_regex(pattern);
            (is_regex && refuses(pattern)).then(|| uncompiled(pattern))
        })?,
    };
    Some(format!("RewriteCond: {refused}"))
}

fn uncompiled(pattern: &[u8]) -> String {
    format!("cannot compile regular expression '{}'", text(pattern))
}

/// For a message, without what would be a secret.
fn text(bytes: &[u8]) -> String {
    displayed(bytes, true)
}

fn is_regex(pattern: &[u8]) -> bool {
    match pattern {
        [b'-', test] => !FILE_TESTS.contains(test),
        [b'-', one, two, _, ..] => !COMPARISONS.contains(&[*one, *two].as_slice()),
        [b'<' | b'>' | b'=', _, ..] => false,
        _ => true,
    }
}

/// The first, the second and perhaps the third argument.
pub(super) type Arguments<'l> = (&'l [u8], &'l [u8], Option<&'l [u8]>);

/// The two or three arguments; what is behind them is not looked at (`parseargline`). `None`: fewer.
pub(super) fn arguments(line: &[u8]) -> Option<Arguments<'_>> {
    let (rest, (first, ended)) = argument(line).ok()?;
    if !ended {
        return None;
    }
    let (rest, (second, _)) = argument(rest).ok()?;
    let (rest, _) = blanks(rest).ok()?;
    let third = if rest.is_empty() { None } else { argument(rest).ok().map(|(_, (third, _))| third) };
    Some((first, second, third))
}

/// An argument, and whether a blank or a quote ends it.
fn argument(input: &[u8]) -> IResult<&[u8], (&[u8], bool)> {
    let (input, quote) = preceded(blanks, opt(one_of("\"'"))).parse(input)?;
    let blank = |found: &char| u8::try_from(*found).is_ok_and(is_blank);
    let escaped = recognize((char('\\'), verify(anychar, blank)));
    let ordinary = |found: &char| quote.map_or_else(|| !blank(found), |quote| *found != quote);
    let (rest, argument) = recognize(many0_count(alt((escaped, recognize(verify(anychar, ordinary)))))).parse(input)?;
    let (rest, end) = opt(take(1_usize)).parse(rest)?;
    Ok((rest, (argument, end.is_some())))
}

/// The first refusal in a list of flags (`cmd_parseflagfield`).
fn flags(field: &[u8], judge: fn(&[u8], &[u8]) -> Option<String>) -> Option<String> {
    let Some(list) = field.strip_prefix(b"[").and_then(|list| list.strip_suffix(b"]")) else {
        return Some("bad flag delimiters".to_owned());
    };
    let list = [list, b","].concat();
    let mut rest = list.as_slice();
    while let Ok((behind, flag)) = flag(rest) {
        if let Some(refused) = flag.and_then(|(key, value)| judge(key, value)) {
            return Some(refused);
        }
        rest = behind;
    }
    None
}

type Flag<'l> = (&'l [u8], &'l [u8]);

/// The flags of a field that was found good, each with its value.
pub(super) fn flag_list(field: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let list = field.strip_prefix(b"[").and_then(|list| list.strip_suffix(b"]")).unwrap_or_default();
    let list = [list, b","].concat();
    let (mut rest, mut all) = (list.as_slice(), Vec::new());
    while let Ok((behind, flag)) = flag(rest) {
        all.extend(flag.map(|(key, value)| (key.to_owned(), value.to_owned())));
        rest = behind;
    }
    all
}

/// The next flag and its value, and the comma behind it. Blanks with no flag behind them make all that follows the name
/// of one.
fn flag(input: &[u8]) -> IResult<&[u8], Option<Flag<'_>>> {
    let (list, _) = blanks(input)?;
    let (rest, flag) = take_till(|byte| byte == b',')(list)?;
    let (rest, _) = take(1_usize)(rest)?;
    let flag = if flag.is_empty() && list.len() < input.len() { list } else { flag.trim_ascii_end() };
    let (value, key) = take_till(|byte| byte == b'=')(flag)?;
    Ok((rest, Some((key, value.strip_prefix(b"=").unwrap_or(value)))))
}

fn rule_flag(key: &[u8], value: &[u8]) -> Option<String> {
    let is = |name: &&str| key.eq_ignore_ascii_case(name.as_bytes());
    if is(&"bne") {
        return value.is_empty().then(|| "flag 'BNE' wants a list of characters (i.e. [BNE=...])".to_owned());
    }
    if is(&"r") || is(&"redirect") {
        let digits: IResult<&[u8], &[u8]> = digit1(value);
        let status = str::from_utf8(digits.ok()?.1).ok()?.parse().unwrap_or(0);
        let refused = || format!("invalid HTTP response code '{}' for flag 'R'", text(value));
        return (!is_status(status)).then(refused);
    }
    let known = RULE_FLAGS.iter().chain(&NEWER_RULE_FLAGS).any(is);
    let known = known || key.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'd'));
    (!known).then(|| unknown(key))
}

fn condition_flag(key: &[u8], _: &[u8]) -> Option<String> {
    let known = CONDITION_FLAGS.iter().any(|name| key.eq_ignore_ascii_case(name.as_bytes()));
    (!known).then(|| unknown(key))
}

fn unknown(key: &[u8]) -> String {
    format!("unknown flag '{}'", text(key))
}
/// modules/mappers/mod_rewrite.c, `cmd_rewritebase`.
pub(super) fn base(base: &[u8], in_section: bool) -> Option<String> {
    let refused = match base {
        _ if !in_section => "RewriteBase: only valid in per-directory config files",
        [] => "RewriteBase: empty URL not allowed",
        [b'/', ..] => return None,
        _ => "RewriteBase: argument is not a valid URL",
    };
    Some(refused.to_owned())
}
