//! Header and RequestHeader, as far as the server refuses to read them (modules/metadata/mod_headers.c, `header_cmd`,
//! `header_inout_cmd`).

use nom::bytes::complete::{tag, take, take_till, take_until, take_while};
use nom::character::complete::{anychar, char};
use nom::combinator::{map, opt, peek, recognize};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::others::refuses;
use crate::servers::apache::secrets::displayed;

const ACTIONS: &str = "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', \
                       'note', 'edit', or 'edit*'.";

/// Why the server refuses the arguments.
pub(super) fn header(name: &str, words: &[&[u8]]) -> Option<String> {
    let of_request = name == "RequestHeader";
    let condition = |word: &&[u8]| word.eq_ignore_ascii_case(b"always") || word.eq_ignore_ascii_case(b"onsuccess");
    let words = words.get(usize::from(!of_request && words.first().is_some_and(condition))..).unwrap_or_default();
    if words.len() > 5 {
        return Some(format!("{name} has too many arguments"));
    }
    let action = words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    let word = |index: usize| words.get(index).copied();
    let (value, third, fourth) = (word(2), word(3), word(4));
    let (clause, refused) = match action.as_slice() {
        b"note" if of_request => (None, Some("RequestHeader does not support the 'note' action")),
        b"edit" | b"edit*" => (fourth, edit(value, third)),
        b"set" | b"setifempty" | b"add" | b"append" | b"merge" | b"note" => {
            let missing = value.is_none().then_some("Header requires three arguments");
            (third, fourth.map(|_| "Too many arguments to directive").or(missing))
        }
        b"unset" => (value, more(third, fourth, "header unset takes two arguments")),
        b"echo" => {
            let strange = of_request.then_some("Header echo only valid on Header directives");
            let uncompiled =
                word(1).filter(|header| refuses(header)).map(|_| "Header echo regex could not be compiled");
            (value, more(third, fourth, "Header echo takes two arguments").or(strange).or(uncompiled))
        }
        _ => (None, Some(ACTIONS)),
    };
    let written = match action.as_slice() {
        b"edit" | b"edit*" => third,
        b"unset" | b"echo" => None,
        _ => value,
    };
    let refused = refused.map(str::to_owned).or_else(|| clause.and_then(unknown_clause));
    refused.or_else(|| written.and_then(unknown_format))
}

/// A `%` with a letter behind it that stands for nothing; whether `expr=` begins an expression is not judged.
fn unknown_format(value: &[u8]) -> Option<String> {
    let mut rest = value;
    if value.get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"expr=")) {
        return None;
    }
    while let Ok((behind, letter)) = letter(rest) {
        match letter {
            Some(b'%' | b'D' | b't' | b'e' | b's' | b'l' | b'i' | b'b') => rest = behind,
            letter => {
                return Some(format!("Unrecognized header format %{}", String::from_utf8_lossy(letter.as_slice())));
            }
        }
    }
    None
}

/// The letter of the next format; `None` where the text ends behind a name in braces. Fails if no format is left: a `%`
/// at the end stands for itself.
fn letter(input: &[u8]) -> IResult<&[u8], Option<u8>> {
    let name = (char('{'), take_till(|byte| byte == b'}'), take_while(|byte| byte == b'}'));
    let format = preceded((take_until("%"), tag("%"), peek(anychar)), (opt(recognize(name)), opt(take(1_usize))));
    map(format, |(_, letter): (_, Option<&[u8]>)| letter.and_then(|letter| letter.first().copied())).parse(input)
}

fn edit(value: Option<&[u8]>, substitute: Option<&[u8]>) -> Option<&'static str> {
    match (value, substitute) {
        (Some(value), Some(_)) => refuses(value).then_some("Header edit regex could not be compiled"),
        _ => Some("Header edit requires a match and a substitution"),
    }
}

fn more(third: Option<&[u8]>, fourth: Option<&[u8]>, words: &'static str) -> Option<&'static str> {
    fourth.map(|_| "Too many arguments to directive").or_else(|| third.map(|_| words))
}

/// The clause behind a header; whether an expression is one is not judged.
fn unknown_clause(clause: &[u8]) -> Option<String> {
    let lower = clause.to_ascii_lowercase();
    match lower.as_slice() {
        b"env=" | b"env=!" => {
            Some("error: missing environment variable name. envclause should be in the form env=envar ".to_owned())
        }
        b"early" => None,
        lower if lower.starts_with(b"env=") || lower.starts_with(b"expr=") => None,
        _ => Some(format!("Unknown parameter: {}", displayed(clause, true))),
    }
}
