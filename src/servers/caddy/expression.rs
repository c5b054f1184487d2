//! The part of the Common Expression Language that `expression` matchers are written in (Caddy
//! `modules/caddyhttp/celmatcher.go`).

use std::net::IpAddr;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::{char, i64 as number, multispace0};
use nom::combinator::{all_consuming, map, opt, recognize};
use nom::multi::{many0, separated_list0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::matcher::{Asked, Matcher, decide};
use super::placeholders::named;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Text(String),
    Number(i64),
    Truth(bool),
    List(Vec<Expression>),
    Placeholder(String),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Compare(Box<Expression>, String, Box<Expression>),
    /// A function of a value: the value, its name, its arguments.
    Method(Box<Expression>, String, Vec<Expression>),
    /// A function that stands for a matcher.
    Matcher(String, Vec<Expression>),
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Number(i64),
    Truth(bool),
    List(Vec<Value>),
}

impl Expression {
    /// Reads one; `None`: it is none, or holds what htlint does not read.
    pub(super) fn read(text: &str) -> Option<Self> {
        all_consuming(delimited(multispace0, either, multispace0)).parse(text).ok().map(|(_, read)| read)
    }

    /// Whether it holds for a request; `Err`: can't tell.
    pub(super) fn holds(&self, asked: &Asked<'_>) -> Result<bool, String> {
        match self.value(asked)? {
            Value::Truth(truth) => Ok(truth),
            Value::Text(_) | Value::Number(_) | Value::List(_) => Err("expression".to_owned()),
        }
    }

    fn value(&self, asked: &Asked<'_>) -> Result<Value, String> {
        let unknown = || "expression".to_owned();
        Ok(match self {
            Self::Text(text) => Value::Text(text.clone()),
            Self::Number(number) => Value::Number(*number),
            Self::Truth(truth) => Value::Truth(*truth),
            Self::List(list) => Value::List(list.iter().map(|one| one.value(asked)).collect::<Result<_, _>>()?),
            Self::Placeholder(name) => match (name.as_str(), asked.error) {
                ("http.error.status_code" | "err.status_code", Some(status)) => Value::Number(status.into()),
                _ => Value::Text(named(name, asked)?),
            },
            Self::Not(inner) => Value::Truth(!inner.holds(asked)?),
            Self::And(all) => Value::Truth(decide(all.iter().map(|one| one.holds(asked)), false)?),
            Self::Or(all) => Value::Truth(decide(all.iter().map(|one| one.holds(asked)), true)?),
            Self::Compare(left, sign, right) => {
                Value::Truth(compared(&left.value(asked)?, sign, &right.value(asked)?).ok_or_else(unknown)?)
            }
            Self::Method(of, name, arguments) => {
                let arguments: Vec<Value> = arguments.iter().map(|one| one.value(asked)).collect::<Result<_, _>>()?;
                let (Value::Text(of), [Value::Text(argument)]) = (of.value(asked)?, arguments.as_slice()) else {
                    return Err(unknown());
                };
                Value::Truth(match name.as_str() {
                    "startsWith" => of.starts_with(argument.as_str()),
                    "endsWith" => of.ends_with(argument.as_str()),
                    "contains" => of.contains(argument.as_str()),
                    "matches" => {
                        let pattern = fancy_regex::Regex::new(argument).map_err(|_| unknown())?;
                        pattern.is_match(&of).map_err(|_| unknown())?
                    }
                    _ => return Err(unknown()),
                })
            }
            Self::Matcher(name, arguments) => Value::Truth(matcher(name, arguments, asked)?),
        })
    }
}

fn compared(left: &Value, sign: &str, right: &Value) -> Option<bool> {
    let order = match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match sign {
        "==" => Some(left == right),
        "!=" => Some(left != right),
        "in" => match right {
            Value::List(list) => Some(list.contains(left)),
            Value::Text(_) | Value::Number(_) | Value::Truth(_) => None,
        },
        "<" => order.map(std::cmp::Ordering::is_lt),
        "<=" => order.map(std::cmp::Ordering::is_le),
        ">" => order.map(std::cmp::Ordering::is_gt),
        ">=" => order.map(std::cmp::Ordering::is_ge),
        _ => None,
    }
}

fn matcher(name: &str, arguments: &[Expression], asked: &Asked<'_>) -> Result<bool, String> {
    let words: Option<Vec<String>> =
        arguments.iter().map(|one| if let Expression::Text(text) = one { Some(text.clone()) } else { None }).collect();
    let unknown = || "expression".to_owned();
    let words = words.filter(|words| !words.is_empty()).ok_or_else(unknown)?;
    let matcher = match (name, words.as_slice()) {
        ("path", _) => Matcher::Path(words.iter().map(|path| path.to_lowercase()).collect()),
        ("method", _) => Matcher::Method(words),
        ("host", _) => Matcher::Host(words),
        ("protocol", [protocol]) => Matcher::Protocol(protocol.clone()),
        ("remote_ip", _) if words.iter().all(|word| word.parse::<IpAddr>().is_ok()) => Matcher::Client(words, false),
        ("path_regexp", [pattern] | [_, pattern]) => {
            Matcher::PathPattern(fancy_regex::Regex::new(pattern).map_err(|_| unknown())?)
        }
        _ => return Err(unknown()),
    };
    matcher.matches(asked)
}

fn spaced<'t, T>(
    inner: impl Parser<&'t str, Output = T, Error = nom::error::Error<&'t str>>,
) -> impl Parser<&'t str, Output = T, Error = nom::error::Error<&'t str>> {
    preceded(multispace0, inner)
}

fn either(text: &str) -> IResult<&str, Expression> {
    let more = many0(preceded(spaced(tag("||")), both));
    map((both, more), |(first, rest)| joined(first, rest, Expression::Or)).parse(text)
}

fn both(text: &str) -> IResult<&str, Expression> {
    let more = many0(preceded(spaced(tag("&&")), relation));
    map((relation, more), |(first, rest)| joined(first, rest, Expression::And)).parse(text)
}

fn joined(first: Expression, mut rest: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if rest.is_empty() {
        return first;
    }
    rest.insert(0, first);
    join(rest)
}

fn relation(text: &str) -> IResult<&str, Expression> {
    let sign = alt((tag("=="), tag("!="), tag("<="), tag(">="), tag("<"), tag(">"), tag("in ")));
    let join = |(left, right): (Expression, Option<(&str, Expression)>)| match right {
        Some((sign, right)) => Expression::Compare(Box::new(left), sign.trim_end().to_owned(), Box::new(right)),
        None => left,
    };
    map((unary, opt((spaced(sign), unary))), join).parse(text)
}

fn unary(text: &str) -> IResult<&str, Expression> {
    let not = map(preceded(char('!'), unary), |inner| Expression::Not(Box::new(inner)));
    spaced(alt((not, member))).parse(text)
}

fn member(text: &str) -> IResult<&str, Expression> {
    let (rest, first) = primary(text)?;
    let (rest, calls) = many0((preceded(char('.'), name), arguments)).parse(rest)?;
    let join = |of, (name, arguments): (&str, _)| Expression::Method(Box::new(of), name.to_owned(), arguments);
    Ok((rest, calls.into_iter().fold(first, join)))
}

fn primary(text: &str) -> IResult<&str, Expression> {
    let quoted = |quote: &'static str| {
        delimited(tag(quote), take_till(move |found| found == '\\' || quote.contains(found)), tag(quote))
    };
    let placeholder =
        delimited(char('{'), take_while1(|found: char| found.is_alphanumeric() || "._-".contains(found)), char('}'));
    let list = delimited(char('['), separated_list0(spaced(char(',')), spaced(either)), spaced(char(']')));
    alt((
        map(alt((quoted("'"), quoted("\""))), |text: &str| Expression::Text(text.to_owned())),
        map(number, Expression::Number),
        map(placeholder, |name: &str| Expression::Placeholder(name.to_owned())),
        map(list, Expression::List),
        delimited(char('('), either, spaced(char(')'))),
        map((name, arguments), |(name, arguments)| Expression::Matcher(name.to_owned(), arguments)),
        map(tag("true"), |_| Expression::Truth(true)),
        map(tag("false"), |_| Expression::Truth(false)),
    ))
    .parse(text)
}

fn name(text: &str) -> IResult<&str, &str> {
    recognize(take_while1(|found: char| found.is_ascii_alphanumeric() || found == '_')).parse(text)
}

fn arguments(text: &str) -> IResult<&str, Vec<Expression>> {
    delimited(char('('), separated_list0(spaced(char(',')), spaced(either)), spaced(char(')'))).parse(text)
}
