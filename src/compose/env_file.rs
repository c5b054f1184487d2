//! `.env` files (compose-go `dotenv/parser.go`): names and values, in which variables are replaced as well.

use std::collections::BTreeMap;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while, take_while_m_n};
use nom::character::complete::{char, none_of};
use nom::combinator::{map, recognize};
use nom::multi::fold_many0;
use nom::{IResult, Parser};

use super::template::substitute;

/// What is known of variables.
type Known<'k> = &'k dyn Fn(&str) -> Option<String>;

/// The variables of a file, where `outer` stands for the environment, which wins; `None`: Compose cannot read it.
#[must_use]
pub fn variables(text: &str, outer: Known<'_>) -> Option<BTreeMap<String, String>> {
    read(text, outer, &|value, known| substitute(value, known).ok())
}

/// The values of a file as they are written, with no variable replaced.
pub(super) fn unfilled(text: &str) -> BTreeMap<String, String> {
    read(text, &|_| None, &|value, _| Some(value.to_owned())).unwrap_or_default()
}

fn read(
    text: &str,
    outer: Known<'_>,
    fill: &dyn Fn(&str, Known<'_>) -> Option<String>,
) -> Option<BTreeMap<String, String>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(found);
        }
        if rest.starts_with('#') {
            rest = line(rest).0;
            continue;
        }
        let (behind, (name, assigned)) = name(rest)?;
        if !assigned {
            if let Some(value) = outer(&name) {
                found.insert(name, value);
            }
            rest = behind;
            continue;
        }
        let known = |name: &str| outer(name).or_else(|| found.get(name).cloned());
        let (behind, value) = value(behind, &|value| fill(value, &known))?;
        found.insert(name, value);
        rest = behind;
    }
}

/// The text behind a line, and the line.
fn line(text: &str) -> (&str, &str) {
    let cut: IResult<&str, &str> = take_till(|found| found == '\n').parse(text);
    cut.map_or(("", text), |(behind, line)| (behind.strip_prefix('\n').unwrap_or(behind), line))
}

fn is_blank(found: char) -> bool {
    matches!(found, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// A name, and whether a value follows (`locateKeyName`); the last line without `=` gives its value to no name.
fn name(text: &str) -> Option<(&str, (String, bool))> {
    let exported =
        text.strip_prefix("export").filter(|behind| behind.starts_with(|found: char| found.is_ascii_whitespace()));
    let text = exported.map_or(text, |behind| behind.trim_start_matches(is_blank));
    let fits = |found: char| is_blank(found) || found.is_alphanumeric() || "_.-[]".contains(found);
    let cut: IResult<&str, &str> = take_while(fits).parse(text);
    let (behind, name) = cut.ok()?;
    let (assigned, name, behind) = match behind.chars().next() {
        None => (true, "", text),
        Some('=' | ':') => (true, name, behind.get(1..)?),
        Some('\n') => (false, name, behind.get(1..)?),
        Some(_) => return None,
    };
    let name = name.trim_end();
    (!name.contains(' ')).then(|| (behind.trim_start_matches(is_blank), (name.to_owned(), assigned)))
}

/// A value: plain up to a comment, in single quotes as it is, in double quotes with escapes (`extractVarValue`).
fn value<'t>(text: &'t str, fill: &dyn Fn(&str) -> Option<String>) -> Option<(&'t str, String)> {
    let Some(quote) = text.chars().next().filter(|found| matches!(found, '"' | '\'')) else {
        let (behind, line) = line(text);
        let value = line.split_once(" #").map_or(line, |(value, _)| value).trim_end();
        return Some((behind, fill(value)?));
    };
    let (behind, inner) = quoted(quote, text.get(1..)?).ok()?;
    let value = if quote == '"' { fill(&unescaped(&inner))? } else { inner };
    Some((behind, value))
}

/// The text between quotes; of an escaped quote the backslash goes.
fn quoted(quote: char, text: &str) -> IResult<&str, String> {
    let marks = if quote == '"' { "\\\"" } else { "\\'" };
    let escaped = map((tag("\\"), char(quote)), |(_, found): (&str, char)| found.to_string());
    let kept = map(recognize((tag("\\"), none_of(marks))), str::to_owned);
    let double = map(recognize((tag("\\"), tag("\\"))), str::to_owned);
    let plain = map(none_of(marks), String::from);
    let pieces = alt((escaped, kept, double, plain));
    let joined = fold_many0(pieces, String::new, |text, piece| text + &piece);
    let end = char(quote);
    (joined, end).map(|(inner, _)| inner).parse(text)
}

/// Escapes of double quotes; `\$` becomes `$$`, which is no variable (`expandEscapes`).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let mut letters = behind.chars();
        let told = match letters.next() {
            Some('$') => "$$",
            Some('a') => "\u{7}",
            Some('b') => "\u{8}",
            Some('f') => "\u{c}",
            Some('n') => "\n",
            Some('r') => "\r",
            Some('t') => "\t",
            Some('v') => "\u{b}",
            Some('"') => "\"",
            Some('\\') => "\\",
            Some('0') => {
                let (behind, digits) = octal(letters.as_str());
                out.push_str(&digits);
                rest = behind;
                continue;
            }
            _ => {
                out.push('\\');
                rest = behind;
                continue;
            }
        };
        out.push_str(told);
        rest = letters.as_str();
    }
    out.push_str(rest);
    out
}

/// What Go makes of a backslash, a zero and up to three digits: a character of three octal digits, else the text
/// without the zero.
fn octal(text: &str) -> (&str, String) {
    let digits: IResult<&str, &str> = take_while_m_n(0, 3, |found: char| found.is_ascii_digit()).parse(text);
    let (behind, digits) = digits.unwrap_or((text, ""));
    let code = if digits.len() == 3 { u8::from_str_radix(digits, 8).ok() } else { None };
    (behind, code.map_or_else(|| format!("\\{digits}"), |code| char::from(code).to_string()))
}
