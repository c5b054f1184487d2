//! Variables in the values of a Compose file (compose-go `template/template.go`, `SubstituteWithOptions`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while};
use nom::character::complete::satisfy;
use nom::combinator::{opt, recognize, value};
use nom::{IResult, Parser};

/// Defaults in one another.
const DEEPEST: usize = 50;

/// Why Compose refuses a value, and the whole file with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// `${` and no variable behind it (`InvalidTemplateError`).
    Invalid,
    /// A variable that must have a value has none (`MissingRequiredError`).
    Required,
    /// More defaults in one another than htlint follows.
    TooDeep,
}

/// What follows a name in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Default { empty: bool },
    Present { empty: bool },
    Required { empty: bool },
}

/// The value with its variables replaced; `$$` is `$`, and a `$` that no name follows stays.
///
/// # Errors
/// Compose refuses it.
pub fn substitute(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, Refused> {
    filled(text, variable, 0)
}

fn filled(text: &str, variable: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<String, Refused> {
    if depth > DEEPEST {
        return Err(Refused::TooDeep);
    }
    let mut filled_in = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (behind, plain) = plain(rest);
        filled_in.push_str(plain);
        rest = match behind.strip_prefix('$') {
            None => return Ok(filled_in),
            Some(marked) => match marked.chars().next() {
                Some('$') => {
                    filled_in.push('$');
                    marked.strip_prefix('$').unwrap_or(marked)
                }
                Some('{') => {
                    let (behind, braced) = Braced::read(marked).ok_or(Refused::Invalid)?;
                    filled_in.push_str(&braced.value(variable, depth)?);
                    behind
                }
                _ => match name(marked) {
                    Ok((behind, name)) => {
                        filled_in.push_str(&variable(name).unwrap_or_default());
                        behind
                    }
                    Err(_) => {
                        filled_in.push('$');
                        marked
                    }
                },
            },
        };
    }
}

fn plain(text: &str) -> (&str, &str) {
    let cut: IResult<&str, &str> = take_till(|found| found == '$').parse(text);
    cut.unwrap_or(("", text))
}

/// A name; Go's pattern `(?i)[_a-z][_a-z0-9]*` takes two more letters for `s` and `k`.
fn name(text: &str) -> IResult<&str, &str> {
    let letter = |found: char| found.is_ascii_alphabetic() || matches!(found, '_' | '\u{17f}' | '\u{212a}');
    recognize((satisfy(letter), take_while(move |found: char| letter(found) || found.is_ascii_digit()))).parse(text)
}

fn operator(text: &str) -> IResult<&str, Operator> {
    let (text, colon) = opt(tag(":")).parse(text)?;
    let empty = colon.is_some();
    alt((
        value(Operator::Default { empty }, tag("-")),
        value(Operator::Present { empty }, tag("+")),
        value(Operator::Required { empty }, tag("?")),
    ))
    .parse(text)
}

/// What stands in braces.
struct Braced<'t> {
    name: &'t str,
    operator: Option<(Operator, &'t str)>,
}

impl<'t> Braced<'t> {
    /// Reads it; the text behind comes first.
    fn read(text: &'t str) -> Option<(&'t str, Self)> {
        let inner = text.strip_prefix('{')?;
        let (behind, name) = name(inner).ok()?;
        if let Some(behind) = behind.strip_prefix('}') {
            return Some((behind, Self { name, operator: None }));
        }
        let (argument, operator) = operator(behind).ok()?;
        // The pattern reaches to the last brace of the line, and is then cut at the one that closes.
        let line = argument.lines().next().unwrap_or_default();
        let widest = line.rfind('}')?;
        let before = text.len() - argument.len();
        let end = closing(text.get(..before + widest + 1)?).map_or(widest, |end| end.saturating_sub(before));
        let behind = argument.get(end + 1..)?;
        Some((behind, Self { name, operator: Some((operator, argument.get(..end)?)) }))
    }

    fn value(&self, variable: &dyn Fn(&str) -> Option<String>, depth: usize) -> Result<String, Refused> {
        let found = variable(self.name);
        let Some((operator, argument)) = self.operator else { return Ok(found.unwrap_or_default()) };
        let counts = |empty: bool| found.as_ref().is_some_and(|found| !empty || !found.is_empty());
        match operator {
            Operator::Default { empty } if !counts(empty) => filled(argument, variable, depth + 1),
            Operator::Present { empty } if counts(empty) => filled(argument, variable, depth + 1),
            Operator::Required { empty } if !counts(empty) => {
                filled(argument, variable, depth + 1).and(Err(Refused::Required))
            }
            Operator::Default { .. } | Operator::Present { .. } | Operator::Required { .. } => {
                Ok(found.unwrap_or_default())
            }
        }
    }
}

/// The offset of the brace that closes the first one; what stands right behind an opening one is not looked at
/// (`getFirstBraceClosingIndex`).
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'}' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                bytes.next();
            }
            _ => {}
        }
    }
    None
}
