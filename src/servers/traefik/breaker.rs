//! Expressions of `circuitBreaker` (Traefik's `vulcand/oxy/v2/cbreaker/predicates.go`).

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{digit1, multispace0};
use nom::combinator::{all_consuming, map, recognize, value};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded, separated_pair};
use nom::{IResult, Parser};

/// The deepest parentheses.
const DEEPEST: usize = 50;

/// An expression: whether a service in good health never makes it true.
pub(super) struct Expression {
    pub quiet: bool,
}

impl Expression {
    /// Reads one; `None`: Traefik refuses it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (_, quiet) = all_consuming(delimited(multispace0, |text| any(text, 0), multispace0)).parse(text).ok()?;
        Some(Self { quiet })
    }
}

fn spaced<'t, O>(
    inner: impl Parser<&'t str, Output = O, Error = nom::error::Error<&'t str>>,
) -> impl Parser<&'t str, Output = O, Error = nom::error::Error<&'t str>> {
    delimited(multispace0, inner, multispace0)
}

fn any(text: &str, depth: usize) -> IResult<&str, bool> {
    let all =
        |text| map(separated_list1(spaced(tag("&&")), |text| one(text, depth)), |all| all.contains(&true)).parse(text);
    map(separated_list1(spaced(tag("||")), all), |any| !any.contains(&false)).parse(text)
}

fn one(text: &str, depth: usize) -> IResult<&str, bool> {
    if depth < DEEPEST {
        let inner = delimited(tag("("), spaced(|text| any(text, depth + 1)), tag(")"));
        return alt((inner, errors, latency, codes)).parse(text);
    }
    alt((errors, latency, codes)).parse(text)
}

/// A number with a point: the others are of another kind to Go.
fn fraction(text: &str) -> IResult<&str, f64> {
    let (rest, digits) = recognize((digit1, tag("."), digit1)).parse(text)?;
    Ok((rest, digits.parse().unwrap_or_default()))
}

fn whole(text: &str) -> IResult<&str, u64> {
    map(digit1, |digits: &str| digits.parse().unwrap_or(u64::MAX)).parse(text)
}

/// Whether an operator is `>`; the others may be true of nothing at all.
fn above(text: &str) -> IResult<&str, bool> {
    let others = alt((tag(">="), tag("<="), tag("=="), tag("!="), tag("<")));
    spaced(alt((value(false, others), value(true, tag(">"))))).parse(text)
}

fn errors(text: &str) -> IResult<&str, bool> {
    let nothing = (tag("NetworkErrorRatio"), spaced(tag("(")), tag(")"));
    map((nothing, above, fraction), |(_, above, _)| above).parse(text)
}

fn latency(text: &str) -> IResult<&str, bool> {
    let argument = delimited(spaced(tag("(")), fraction, preceded(multispace0, tag(")")));
    map((tag("LatencyAtQuantileMS"), argument, above, whole), |(_, _, above, limit)| above && limit > 0).parse(text)
}

/// Statuses of errors alone do not come from a service in good health.
fn codes(text: &str) -> IResult<&str, bool> {
    let two = |text| separated_pair(whole, spaced(tag(",")), whole).parse(text);
    let four = separated_pair(two, spaced(tag(",")), two);
    let arguments = delimited(spaced(tag("(")), four, preceded(multispace0, tag(")")));
    map((tag("ResponseCodeRatio"), arguments, above, fraction), |(_, ((low, _), _), above, _)| above && low >= 500)
        .parse(text)
}
