//! Single values as Envoy reads them: YAML becomes JSON, and JSON a message (Envoy `source/common/protobuf/yaml_utility.cc`,
//! `parseYamlNode`; yaml-cpp `convert.cpp`; protobuf `src/google/protobuf/json/internal`, its older rules).

use nom::bytes::complete::tag;
use nom::character::complete::{char, digit1};
use nom::combinator::{all_consuming, opt, recognize, verify};
use nom::{IResult, Parser};

use crate::yaml::{Content, Node};

/// A single value in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Truth(bool),
    /// A number of 32 bits.
    Number(i64),
    Text(String),
}

impl Value {
    /// What a scalar becomes; `None`: it is none.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let Content::Scalar { text, plain } = &node.content else { return None };
        if !plain {
            return Some(Self::Text(text.clone()));
        }
        if node.is_null() {
            return Some(Self::Null);
        }
        Some(match (truth(text), whole(text)) {
            (Some(truth), _) => Self::Truth(truth),
            (None, Some(number)) if i32::try_from(number).is_ok() => Self::Number(number),
            // A larger one is written as a text.
            (None, Some(number)) => Self::Text(number.to_string()),
            (None, None) => Self::Text(text.clone()),
        })
    }

    /// As a truth value.
    pub(super) fn as_truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "y" | "1" => Some(true),
                "false" | "f" | "no" | "n" | "0" => Some(false),
                _ => None,
            },
            Self::Null | Self::Number(_) => None,
        }
    }

    /// As a whole number.
    pub(super) fn as_whole(&self) -> Option<i128> {
        match self {
            Self::Number(number) => Some(i128::from(*number)),
            Self::Text(text) => {
                let written = || {
                    let number = text.parse::<f64>().ok().filter(|number| number.fract() == 0.0)?;
                    format!("{number:.0}").parse().ok()
                };
                text.parse().ok().or_else(written)
            }
            Self::Null | Self::Truth(_) => None,
        }
    }

    /// As a number with a point.
    pub(super) fn as_real(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.to_string().parse().ok(),
            Self::Text(text) => text.parse().ok(),
            Self::Null | Self::Truth(_) => None,
        }
    }

    /// As a text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Truth(_) | Self::Number(_) => None,
        }
    }
}

/// The words of yaml-cpp: in small letters, in capitals, or with a capital.
fn truth(text: &str) -> Option<bool> {
    let mut letters = text.chars();
    let first = letters.next()?;
    let rest = letters.as_str();
    let small = !rest.contains(|letter: char| letter.is_ascii_uppercase());
    let large = first.is_ascii_uppercase() && !rest.contains(|letter: char| letter.is_ascii_lowercase());
    match text.to_ascii_lowercase().as_str() {
        _ if !small && !large => None,
        "y" | "yes" | "true" | "on" => Some(true),
        "n" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// A whole number of 64 bits, as C++ reads it: in base 16 behind `0x`, in base 8 behind `0`.
fn whole(text: &str) -> Option<i64> {
    let (negative, bare) = match text.strip_prefix('-') {
        Some(bare) => (true, bare),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !bare.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let number = match (bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X")), bare.strip_prefix('0')) {
        (Some(digits), _) => i128::from_str_radix(digits, 16),
        (None, Some(digits)) if !digits.is_empty() => i128::from_str_radix(digits, 8),
        (None, _) => bare.parse(),
    };
    let number = number.ok()?;
    i64::try_from(if negative { -number } else { number }).ok()
}

/// A span of time in seconds, as `5s` or `0.5s`.
pub(super) fn span(text: &str) -> Option<f64> {
    let part = (char('.'), verify(digit1, |digits: &str| digits.len() <= 9));
    let number = recognize((opt(char('-')), digit1, opt(part)));
    let whole: IResult<&str, (&str, &str)> = all_consuming((number, tag("s"))).parse(text);
    let (_, (number, _)) = whole.ok()?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words() {
        let of = |text: &str| {
            let content = Content::Scalar { text: text.to_owned(), plain: true };
            Value::of(&Node { content, span: crate::source::Span::at(0) }).unwrap()
        };
        assert_eq!(of("0x10"), Value::Number(16));
        assert_eq!(of("010"), Value::Number(8));
        assert_eq!(of("99999999999"), Value::Text("99999999999".to_owned()));
        assert_eq!(
            (of("Yes"), of("y"), of("yEs")),
            (Value::Truth(true), Value::Truth(true), Value::Text("yEs".to_owned()))
        );
        assert_eq!(of("1e3").as_whole(), Some(1000));
        assert_eq!((of("1.5").as_whole(), of("true").as_whole()), (None, None));
        assert_eq!((span("0.5s"), span(".5s"), span("5"), span("+5s")), (Some(0.5), None, None, None));
    }
}
