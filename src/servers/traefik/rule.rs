//! Rules of routers (Traefik `pkg/rules`, `pkg/muxer/http/matcher.go`).

use std::net::IpAddr;

use fancy_regex::Regex;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::multispace0;
use nom::combinator::{all_consuming, map, verify};
use nom::multi::{many0, separated_list0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::gate::in_range;

/// The deepest parentheses.
const DEEPEST: usize = 50;

/// What a rule looks at.
pub(super) struct Asked<'r> {
    pub path: &'r str,
    pub query: &'r str,
    pub method: &'r str,
    /// In small letters, without a port.
    pub host: &'r str,
    pub client: Option<IpAddr>,
    pub headers: &'r [(String, Vec<u8>)],
}

/// A rule.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    All(Vec<Rule>),
    One(Vec<Rule>),
    Not(Box<Rule>),
    Host(String),
    HostPattern(Regex),
    Path(String),
    PathPrefix(String),
    PathPattern(Regex),
    Method(String),
    Header(String, String),
    HeaderPattern(String, Regex),
    Query(String, Option<String>),
    QueryPattern(String, Regex),
    Client(IpAddr, u32),
}

impl Rule {
    /// Reads a rule; `None`: Traefik refuses it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (_, rule) = all_consuming(delimited(multispace0, |text| any(text, 0), multispace0)).parse(text).ok()?;
        Some(rule)
    }

    /// Whether it takes a request.
    pub(super) fn takes(&self, asked: &Asked<'_>) -> bool {
        let fits = |pattern: &Regex, text: &str| pattern.is_match(text).unwrap_or(false);
        match self {
            Self::All(all) => all.iter().all(|rule| rule.takes(asked)),
            Self::One(all) => all.iter().any(|rule| rule.takes(asked)),
            Self::Not(rule) => !rule.takes(asked),
            Self::Host(host) if host == "*" => true,
            Self::Host(host) if host.starts_with("*.") => {
                let parent = asked.host.split_once('.').map(|(_, parent)| parent);
                parent.is_some() && parent == host.get(2..)
            }
            Self::Host(host) => host == asked.host || asked.host.strip_suffix('.') == Some(host),
            // A name that the host is an alias of is tried too, and there is none.
            Self::HostPattern(pattern) => fits(pattern, asked.host) || fits(pattern, ""),
            Self::Path(path) => path == asked.path,
            Self::PathPrefix(path) => asked.path.starts_with(path.as_str()),
            Self::PathPattern(pattern) => fits(pattern, asked.path),
            Self::Method(method) => method == asked.method,
            Self::Header(name, value) => values(name, asked).any(|have| have == *value),
            Self::HeaderPattern(name, pattern) => values(name, asked).any(|have| fits(pattern, &have)),
            Self::Query(name, value) => {
                pairs(asked).any(|(key, have)| key == name && value.as_deref().is_none_or(|value| value == have))
            }
            Self::QueryPattern(name, pattern) => pairs(asked).any(|(key, have)| key == name && fits(pattern, have)),
            Self::Client(address, bits) => asked.client.is_some_and(|client| in_range(*address, *bits, client)),
        }
    }
}

fn values<'r>(name: &str, asked: &'r Asked<'_>) -> impl Iterator<Item = String> + use<'r> {
    let name = name.to_owned();
    let sent = asked
        .headers
        .iter()
        .filter(move |(known, _)| known.eq_ignore_ascii_case(&name) && !known.eq_ignore_ascii_case("host"));
    sent.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
}

fn pairs<'r>(asked: &'r Asked<'_>) -> impl Iterator<Item = (&'r str, &'r str)> {
    asked.query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// An address, perhaps with a number of bits.
pub(super) fn range(text: &str) -> Option<(IpAddr, u32)> {
    match text.split_once('/') {
        Some((address, bits)) => Some((address.parse().ok()?, bits.parse().ok()?)),
        None => text.parse().ok().map(|address| (address, 128)),
    }
}

type Cut<'t> = IResult<&'t str, Rule>;

fn failed<T>(text: &str) -> IResult<&str, T> {
    Err(nom::Err::Error(nom::error::Error::new(text, nom::error::ErrorKind::Verify)))
}

fn any(text: &str, depth: usize) -> Cut<'_> {
    if depth > DEEPEST {
        return failed(text);
    }
    let (rest, first) = all(text, depth)?;
    let (rest, mut more) =
        many0(preceded((multispace0, tag("||"), multispace0), |text| all(text, depth))).parse(rest)?;
    more.insert(0, first);
    Ok((rest, Rule::One(more)))
}

fn all(text: &str, depth: usize) -> Cut<'_> {
    let (rest, first) = one(text, depth)?;
    let (rest, mut more) =
        many0(preceded((multispace0, tag("&&"), multispace0), |text| one(text, depth))).parse(rest)?;
    more.insert(0, first);
    Ok((rest, Rule::All(more)))
}

fn one(text: &str, depth: usize) -> Cut<'_> {
    if depth > DEEPEST {
        return failed(text);
    }
    alt((
        map(preceded((tag("!"), multispace0), |text| one(text, depth + 1)), |rule| Rule::Not(Box::new(rule))),
        delimited((tag("("), multispace0), |text| any(text, depth + 1), (multispace0, tag(")"))),
        call,
    ))
    .parse(text)
}

fn call(text: &str) -> Cut<'_> {
    let raw = delimited(tag("`"), take_till(|found| found == '`'), tag("`"));
    let quoted = delimited(
        tag("\""),
        verify(take_till(|found| found == '"'), |text: &str| !text.contains(['\\', '\n'])),
        tag("\""),
    );
    let argument = delimited(multispace0, alt((raw, quoted)), multispace0);
    let name = take_while1(|found: char| found.is_ascii_alphanumeric());
    let arguments = delimited(tag("("), separated_list0(tag(","), argument), (multispace0, tag(")")));
    let (rest, (name, arguments)) = (name, arguments).parse(text)?;
    match matcher(name, &arguments) {
        Some(rule) => Ok((rest, rule)),
        None => failed(text),
    }
}

fn matcher(name: &str, arguments: &[&str]) -> Option<Rule> {
    let pattern = |text: &str| Regex::new(text).ok();
    if arguments.iter().any(|argument| argument.is_empty()) && !name.eq_ignore_ascii_case("host") {
        return None;
    }
    let rooted = |text: &str| text.starts_with('/').then(|| text.to_owned());
    let own = |value: &str| value.to_owned();
    Some(match (name.to_ascii_lowercase().as_str(), arguments) {
        ("host", [host]) if host.is_ascii() => Rule::Host(host.to_ascii_lowercase()),
        ("hostregexp", [text]) if text.is_ascii() => Rule::HostPattern(pattern(text)?),
        ("path", [path]) => Rule::Path(rooted(path)?),
        ("pathprefix", [path]) => Rule::PathPrefix(rooted(path)?),
        ("pathregexp", [text]) => Rule::PathPattern(pattern(text)?),
        ("method", [method]) => Rule::Method(method.to_ascii_uppercase()),
        ("header", [name, value]) => Rule::Header(own(name), own(value)),
        ("headerregexp", [name, text]) => Rule::HeaderPattern(own(name), pattern(text)?),
        ("query", [name]) => Rule::Query(own(name), Some(String::new())),
        ("query", [name, value]) => Rule::Query(own(name), Some(own(value))),
        ("queryregexp", [name, text]) => Rule::QueryPattern(own(name), pattern(text)?),
        ("clientip", [text]) => {
            let (address, bits) = range(text)?;
            Rule::Client(address, bits)
        }
        _ => return None,
    })
}
