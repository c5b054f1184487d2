//! Single values as `gopkg.in/yaml.v3` reads them, and as text (its `resolve.go`; `paerser/file/raw_node.go`,
//! `getSimpleValue`).

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{digit0, digit1, one_of};
use nom::combinator::{all_consuming, opt, recognize, value as same, verify};
use nom::multi::many1_count;
use nom::{IResult, Parser};

use crate::yaml::{Content, Node};

/// The text of a single value: a number or a truth value in Go's own way of writing.
pub(super) fn value(node: &Node) -> Option<String> {
    let Content::Scalar { text, plain } = &node.content else { return None };
    if !plain {
        return Some(text.clone());
    }
    Some(match text.as_str() {
        "True" | "TRUE" => "true".to_owned(),
        "False" | "FALSE" => "false".to_owned(),
        _ => whole(text).or_else(|| real(text)).unwrap_or_else(|| text.clone()),
    })
}

/// A whole number: also in other bases, with underscores.
fn whole(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    if !first.is_ascii_digit() && !matches!(first, '+' | '-') {
        return None;
    }
    let digits = text.replace('_', "");
    let (negative, bare) = match digits.strip_prefix('-') {
        Some(bare) => (true, bare),
        None => (false, digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let lower = bare.to_ascii_lowercase();
    let number = match (lower.get(..2), lower.get(2..)) {
        (Some("0x"), Some(rest)) => i128::from_str_radix(rest, 16),
        (Some("0o"), Some(rest)) => i128::from_str_radix(rest, 8),
        (Some("0b"), Some(rest)) => i128::from_str_radix(rest, 2),
        (Some(start), _) if start.starts_with('0') => i128::from_str_radix(&lower, 8),
        _ => lower.parse(),
    };
    let number = number.ok().filter(|_| !bare.starts_with(['+', '-']))?;
    let number = if negative { -number } else { number };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number).then(|| number.to_string())
}

/// A number with a point or an exponent.
fn real(text: &str) -> Option<String> {
    let sign = || opt(one_of("+-"));
    let digits = alt((recognize((digit1, opt((tag("."), digit0)))), recognize((tag("."), digit1))));
    let form: IResult<&str, _> =
        all_consuming(recognize((sign(), digits, opt((one_of("eE"), sign(), digit1))))).parse(text);
    form.ok()?;
    let number = format!("{:.6}", text.parse::<f64>().ok()?);
    Some(number.strip_suffix(".000000").unwrap_or(&number).to_owned())
}

/// Whether it is read as a time of the calendar.
pub(super) fn is_date(text: &str) -> bool {
    let year = || verify(digit1, |digits: &str| digits.len() == 4);
    let two = |most: u8| {
        verify(digit1, move |digits: &str| digits.len() <= 2 && digits.parse::<u8>().is_ok_and(|number| number <= most))
    };
    let month = verify(two(12), |digits: &str| !digits.trim_start_matches('0').is_empty());
    let day = verify(two(31), |digits: &str| !digits.trim_start_matches('0').is_empty());
    let zone = alt((recognize(tag("Z")), recognize((one_of("+-"), two(24), tag(":"), two(60)))));
    let clock = (two(23), tag(":"), two(59), tag(":"), two(59), opt((tag("."), digit1)));
    let clock = (one_of("Tt "), clock, opt(zone));
    let form: IResult<&str, _> =
        all_consuming(recognize((year(), tag("-"), month, tag("-"), day, opt(clock)))).parse(text);
    form.is_ok()
}

/// Go's `strconv.ParseBool`.
pub(super) fn is_truth(text: &str) -> bool {
    ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"].contains(&text)
}

/// Go's `time.ParseDuration`.
pub(super) fn is_span(text: &str) -> bool {
    let sign = opt(one_of("+-"));
    let number = verify(recognize((digit0, opt((tag("."), digit0)))), |number: &str| number.contains(is_digit));
    let unit = alt((tag("ns"), tag("us"), tag("µs"), tag("μs"), tag("ms"), tag("s"), tag("m"), tag("h")));
    let form: IResult<&str, _> =
        all_consuming((sign, alt((same((), many1_count((number, unit))), same((), tag("0")))))).parse(text);
    form.is_ok()
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_anew() {
        let text = |text: &str| {
            value(&Node {
                content: Content::Scalar { text: text.to_owned(), plain: true },
                span: crate::source::Span::at(0),
            })
        };
        for (read, written) in
            [("0x10", "16"), ("010", "8"), ("1_000", "1000"), ("1e3", "1000"), ("1.5", "1.500000"), ("-1", "-1")]
        {
            assert_eq!(text(read).as_deref(), Some(written));
        }
        assert_eq!(text("yes").as_deref(), Some("yes"));
    }

    #[test]
    fn spans_and_dates() {
        assert!(["1s", "1h30m", "0", "-1.5ms", ".5s"].iter().all(|text| is_span(text)));
        assert!(!["", "1", "s", "1d", "5 s"].iter().any(|text| is_span(text)));
        assert!(is_date("2001-1-02") && is_date("2001-01-01T10:00:00Z"));
        assert!(!is_date("2001-13-01") && !is_date("201-01-01"));
    }
}
