//! What is looked at: a part of the request, and what is made of it (HAProxy `src/http_fetch.c`, `src/http_conv.c`,
//! `src/sample.c`).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_till, take_while1};
use nom::combinator::{all_consuming, opt, value};
use nom::multi::{many0, separated_list0};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::judge::{STYLE, Way};
use crate::answer::{Client, Login};
use crate::gate::{Presented, percent_decoded, target_path};

/// A part of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fetch {
    Path,
    PathAndQuery,
    Url,
    Query,
    /// Host and path.
    Base,
    /// A header's values, cut at commas or whole, all or one of them.
    Header {
        name: String,
        whole: bool,
        which: Option<i64>,
    },
    /// How many values a header has.
    Count(String),
    Cookie(String),
    Parameter(String),
    Method,
    Version,
    User,
    Password,
    Scheme,
    Token,
    Address,
    Constant(String),
    Variable(String),
}

/// What is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Lower,
    Upper,
    Decoded,
    /// `word(N,DELIMITERS)`
    Word(usize, String),
    /// `field(N,DELIMITERS)`
    Field(usize, String),
    Base64,
    Length,
}

/// A part and the steps behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    pub fetch: Fetch,
    pub steps: Vec<Step>,
}

/// What a sample comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// Bytes, or whatever a variable holds: how to compare must be said.
    Any,
}

/// A name and its arguments.
type Call<'t> = (&'t str, Vec<String>);

/// `name(a,b),name,...`; nothing: it cannot be read.
pub(super) fn calls(text: &str) -> Option<Vec<Call<'_>>> {
    let name = || take_while1(|letter: char| letter.is_ascii_alphanumeric() || "_.-+".contains(letter));
    let parsed: IResult<&str, Vec<Call<'_>>> =
        all_consuming(nom::multi::separated_list1(tag(","), (name(), arguments))).parse(text);
    parsed.ok().map(|(_, calls)| calls)
}

fn arguments(text: &str) -> IResult<&str, Vec<String>> {
    let quoted = |mark: &'static str| {
        let end = mark.chars().next().unwrap_or('"');
        delimited(tag(mark), take_till(move |letter| letter == end), tag(mark))
    };
    let piece = || {
        alt((quoted("\""), quoted("'"), preceded(tag("\\"), nom::bytes::complete::take(1_usize)), is_not("\"'\\,()")))
    };
    let one = many0(piece()).map(|pieces: Vec<&str>| pieces.concat());
    let list = delimited(tag("("), separated_list0(tag(","), one), tag(")"));
    opt(list).map(Option::unwrap_or_default).parse(text)
}

impl Sample {
    /// The sample of these calls; nothing: one that is not worked out.
    pub(super) fn of(calls: &[Call<'_>]) -> Option<Self> {
        let ((name, arguments), behind) = calls.split_first()?;
        let steps = behind.iter().map(|(name, arguments)| step(name, arguments)).collect::<Option<_>>()?;
        Some(Self { fetch: fetch(name, arguments)?, steps })
    }

    /// What it comes to.
    pub(super) fn kind(&self) -> Kind {
        match (self.steps.last(), &self.fetch) {
            (Some(Step::Length), _) | (None, Fetch::Count(_)) => Kind::Number,
            (Some(Step::Base64), _) | (None, Fetch::Variable(_)) => Kind::Any,
            (Some(_) | None, _) => Kind::Text,
        }
    }

    /// Its values; nothing for what is not there.
    ///
    /// # Errors
    /// The part that is not known.
    pub(super) fn values(&self, way: &Way<'_>) -> Result<Vec<String>, String> {
        let mut values = self.fetch.values(way)?;
        for step in &self.steps {
            values = values.iter().filter_map(|value| step.apply(value)).collect();
        }
        Ok(values)
    }
}

fn fetch(name: &str, arguments: &[String]) -> Option<Fetch> {
    let first = || arguments.first().filter(|first| !first.is_empty()).cloned();
    let which = || arguments.get(1).map(|which| which.parse::<i64>().ok());
    Some(match name {
        "path" => Fetch::Path,
        "pathq" => Fetch::PathAndQuery,
        "url" => Fetch::Url,
        "query" => Fetch::Query,
        "base" => Fetch::Base,
        "hdr" | "req.hdr" | "req.fhdr" => Fetch::Header {
            name: first()?.to_lowercase(),
            whole: name.ends_with("fhdr"),
            which: match which() {
                None => None,
                Some(which) => Some(which?),
            },
        },
        "hdr_cnt" | "req.hdr_cnt" if arguments.len() == 1 => Fetch::Count(first()?.to_lowercase()),
        "cook" | "req.cook" => Fetch::Cookie(first()?),
        "urlp" | "url_param" if arguments.len() == 1 => Fetch::Parameter(first()?),
        "method" => Fetch::Method,
        "req.ver" | "req_ver" => Fetch::Version,
        "http_auth_user" => Fetch::User,
        "http_auth_pass" => Fetch::Password,
        "http_auth_type" => Fetch::Scheme,
        "http_auth_bearer" if arguments.is_empty() => Fetch::Token,
        "src" => Fetch::Address,
        "str" => Fetch::Constant(arguments.first().cloned().unwrap_or_default()),
        "var" if arguments.len() == 1 => Fetch::Variable(first()?),
        _ => return None,
    })
}

fn step(name: &str, arguments: &[String]) -> Option<Step> {
    let pair = || Some((arguments.first()?.parse().ok()?, arguments.get(1)?.clone()));
    Some(match (name, arguments.len()) {
        ("lower", 0) => Step::Lower,
        ("upper", 0) => Step::Upper,
        ("url_dec", 0) => Step::Decoded,
        ("b64dec", 0) => Step::Base64,
        ("length", 0) => Step::Length,
        ("word", 2) => pair().map(|(number, marks)| Step::Word(number, marks))?,
        ("field", 2) => pair().map(|(number, marks)| Step::Field(number, marks))?,
        _ => return None,
    })
}

impl Step {
    fn apply(&self, value: &str) -> Option<String> {
        Some(match self {
            Self::Lower => value.to_ascii_lowercase(),
            Self::Upper => value.to_ascii_uppercase(),
            Self::Decoded => String::from_utf8_lossy(&percent_decoded(value.as_bytes())?).into_owned(),
            Self::Base64 => String::from_utf8_lossy(&STANDARD.decode(value).ok()?).into_owned(),
            Self::Length => value.len().to_string(),
            Self::Word(number, marks) => {
                let mut words = value.split(|letter| marks.contains(letter)).filter(|word| !word.is_empty());
                words.nth(number.checked_sub(1)?)?.to_owned()
            }
            Self::Field(number, marks) => {
                value.split(|letter| marks.contains(letter)).nth(number.checked_sub(1)?)?.to_owned()
            }
        })
    }
}

impl Fetch {
    /// The part of the request that rules may have written anew.
    pub(super) fn part(&self) -> &str {
        match self {
            Self::Path | Self::PathAndQuery | Self::Url | Self::Query | Self::Parameter(_) => "path",
            Self::Base => "host",
            Self::Header { name, .. } | Self::Count(name) => name,
            Self::Cookie(_) => "cookie",
            Self::Method => "method",
            Self::User | Self::Password | Self::Scheme | Self::Token => "authorization",
            Self::Address => "src",
            Self::Variable(name) => name,
            Self::Version | Self::Constant(_) => "",
        }
    }

    fn values(&self, way: &Way<'_>) -> Result<Vec<String>, String> {
        let unknown = || self.part().to_owned();
        if way.changed.iter().any(|changed| changed.eq_ignore_ascii_case(self.part())) {
            return Err(unknown());
        }
        let text = String::from_utf8_lossy(&way.request.path).into_owned();
        let path = || String::from_utf8_lossy(target_path(&way.request.path)).into_owned();
        let query = || text.split_once('?').map(|(_, query)| query.to_owned());
        let pair = |pairs: &str, mark: char, name: &str| {
            let mut pairs = pairs.split(mark).filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let presented = || Presented::of(&way.request.login, STYLE);
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(match self {
            Self::Path => vec![path()],
            Self::PathAndQuery => {
                let from = text.find("://").and_then(|at| text.get(at + 3..)?.find('/').map(|slash| at + 3 + slash));
                vec![text.get(from.unwrap_or(0)..).unwrap_or_default().to_owned()]
            }
            Self::Url => vec![text],
            Self::Query => vec![query().unwrap_or_default()],
            Self::Base => vec![format!("{}{}", lossy(way.request.header("host").unwrap_or_default()), path())],
            Self::Header { name, whole, which } => {
                let all = header(way, name, *whole).ok_or_else(unknown)?;
                match which {
                    None => all,
                    Some(which) => one_of(all, *which).into_iter().collect(),
                }
            }
            Self::Count(name) => vec![header(way, name, false).ok_or_else(unknown)?.len().to_string()],
            Self::Cookie(name) => {
                let cookies = way.request.header("cookie").map(lossy);
                cookies.and_then(|text| pair(&text, ';', name)).into_iter().collect()
            }
            Self::Parameter(name) => query().and_then(|text| pair(&text, '&', name)).into_iter().collect(),
            Self::Method => vec![way.request.method.clone()],
            Self::Version => vec!["1.1".to_owned()],
            Self::User => presented().name().map(lossy).into_iter().collect(),
            Self::Password => match presented() {
                Presented::Somebody { password, .. } => vec![lossy(&password)],
                Presented::Holder(_) => return Err(unknown()),
                Presented::Nobody | Presented::Colonless(_) => Vec::new(),
            },
            Self::Scheme if presented().name().is_some() => vec!["Basic".to_owned()],
            Self::Scheme | Self::Token => bearer(way, *self == Self::Token).into_iter().collect(),
            Self::Address => match way.request.client {
                Client::Address(address) => vec![address.to_string()],
                Client::Welcome | Client::Elsewhere => return Err(unknown()),
            },
            Self::Constant(text) => vec![text.clone()],
            Self::Variable(name) => way.variables.get(name).cloned().into_iter().collect(),
        })
    }
}

/// One of the values, counted from the start or, below zero, from the end.
fn one_of(values: Vec<String>, which: i64) -> Option<String> {
    let at = usize::try_from(which.unsigned_abs()).ok()?.checked_sub(1)?;
    if which > 0 { values.into_iter().nth(at) } else { values.into_iter().rev().nth(at) }
}

fn bearer(way: &Way<'_>, token: bool) -> Option<String> {
    let Login::Header(header) = &way.request.login else { return None };
    let text = String::from_utf8_lossy(header.reveal()).into_owned();
    let (scheme, rest) = text.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(if token { rest.trim_start().to_owned() } else { scheme.to_owned() })
}

/// The values of a header, cut at commas or whole; nothing: what a login is sent as is not known.
fn header(way: &Way<'_>, name: &str, whole: bool) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    if name == "authorization" {
        match &way.request.login {
            Login::Anonymous => {}
            Login::Header(header) => texts.push(String::from_utf8_lossy(header.reveal()).trim().to_owned()),
            Login::Holder(_) => return None,
            Login::Password { .. } => match Presented::of(&way.request.login, STYLE) {
                Presented::Somebody { user, password } => {
                    texts.push(format!("Basic {}", STANDARD.encode([user.as_slice(), b":", &password].concat())));
                }
                Presented::Nobody | Presented::Holder(_) | Presented::Colonless(_) => return None,
            },
        }
    }
    let own = way.request.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    texts.extend(own.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned()));
    if whole {
        return Some(texts);
    }
    let cut = texts.iter().flat_map(|text| text.split(',')).map(|piece| piece.trim().to_owned());
    Some(cut.filter(|piece| !piece.is_empty()).collect())
}

/// A format of text with `%[...]` in it; nothing: it holds what is not worked out.
pub(super) fn formatted(text: &str, way: &Way<'_>) -> Option<String> {
    let sample = delimited(tag("%["), take_till(|letter| letter == ']'), tag("]"));
    let parsed: IResult<&str, Vec<Piece<'_>>> = all_consuming(many0(alt((
        sample.map(Piece::Sample),
        value(Piece::Text("%"), tag("%%")),
        is_not("%").map(Piece::Text),
    ))))
    .parse(text);
    let (_, pieces) = parsed.ok()?;
    let mut whole = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => whole.push_str(text),
            Piece::Sample(text) => {
                let values = Sample::of(&calls(text)?)?.values(way).ok()?;
                whole.push_str(values.last().map_or("", String::as_str));
            }
        }
    }
    Some(whole)
}

#[derive(Clone)]
enum Piece<'t> {
    Text(&'t str),
    Sample(&'t str),
}

/// The variables that rules have set.
pub(super) type Variables = BTreeMap<String, String>;
