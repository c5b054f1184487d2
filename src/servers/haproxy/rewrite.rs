//! Rules that write a part of the request anew (HAProxy `src/http_act.c`, `src/vars.c`).

use std::collections::BTreeMap;

use fancy_regex::{Captures, Regex};
use nom::branch::alt;
use nom::bytes::complete::{tag, take};
use nom::combinator::{map, verify};
use nom::multi::many0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::judge::Way;
use super::sample::{Sample, calls, formatted};
use super::words::Word;
use crate::answer::Login;
use crate::credentials::Secret;
use crate::gate::target_path;

/// What is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Path,
    PathAndQuery,
    Whole,
    Query,
    Method,
}

/// A change of the request.
#[derive(Debug, Clone)]
pub(super) enum Rewrite {
    Set(Part, String),
    /// Where a pattern fits, the part becomes this.
    Replace(Part, Regex, String),
    SetHeader(String, String),
    AddHeader(String, String),
    DropHeader(String),
    Variable(String, Sample),
    Text(String, String),
    Unset(String),
    /// A change that is not worked out, of this part.
    Opaque(String),
}

impl Rewrite {
    /// The change of an action with its arguments; nothing: the action changes nothing.
    pub(super) fn of(action: &str, arguments: &[Word]) -> Option<Self> {
        let first = || arguments.first().map(|word| word.text.clone()).unwrap_or_default();
        let second = || arguments.get(1).map(|word| word.text.clone()).unwrap_or_default();
        let (word, inner) = action.split_once('(').unwrap_or((action, ""));
        let name = inner.trim_end_matches(')').split(',').next().unwrap_or_default().to_owned();
        let part = match word.split_once('-').map_or("", |(_, part)| part) {
            "path" => Some(Part::Path),
            "pathq" => Some(Part::PathAndQuery),
            "uri" => Some(Part::Whole),
            "query" => Some(Part::Query),
            "method" => Some(Part::Method),
            _ => None,
        };
        Some(match (word, part) {
            ("set-path" | "set-pathq" | "set-uri" | "set-query" | "set-method", Some(part)) => Self::Set(part, first()),
            ("replace-path" | "replace-pathq" | "replace-uri", Some(part)) => match Regex::new(&first()) {
                Ok(pattern) => Self::Replace(part, pattern, second()),
                Err(_) => Self::Opaque("path".to_owned()),
            },
            ("normalize-uri", _) => Self::Opaque("path".to_owned()),
            ("set-src", _) => Self::Opaque("src".to_owned()),
            ("set-header", _) => Self::SetHeader(first().to_lowercase(), second()),
            ("add-header", _) => Self::AddHeader(first().to_lowercase(), second()),
            ("del-header", _) if arguments.len() == 1 => Self::DropHeader(first().to_lowercase()),
            ("del-header" | "replace-header" | "replace-value", _) => Self::Opaque(first().to_lowercase()),
            ("set-var", _) => match calls(&first()).and_then(|calls| Sample::of(&calls)) {
                Some(sample) => Self::Variable(name, sample),
                None => Self::Opaque(name),
            },
            ("set-var-fmt", _) => Self::Text(name, first()),
            ("unset-var", _) => Self::Unset(name),
            _ => return None,
        })
    }

    /// The part that is not known where it is not known whether the rule holds.
    pub(super) fn part(&self) -> &str {
        match self {
            Self::Set(Part::Method, _) | Self::Replace(Part::Method, ..) => "method",
            Self::Set(..) | Self::Replace(..) => "path",
            Self::SetHeader(name, _)
            | Self::AddHeader(name, _)
            | Self::DropHeader(name)
            | Self::Variable(name, _)
            | Self::Text(name, _)
            | Self::Unset(name)
            | Self::Opaque(name) => name,
        }
    }

    /// Changes the request.
    pub(super) fn apply(&self, way: &mut Way<'_>) {
        if self.done(way).is_none() {
            way.changed.push(self.part().to_owned());
        }
    }

    fn done(&self, way: &mut Way<'_>) -> Option<()> {
        match self {
            Self::Set(part, format) => {
                let text = formatted(format, way)?;
                set(*part, &text, way);
            }
            Self::Replace(part, pattern, format) => {
                let have = held(*part, way);
                let Some(groups) = pattern.captures(have.as_str()).ok()? else { return Some(()) };
                let text = filled(format, &groups)?;
                set(*part, &text, way);
            }
            Self::SetHeader(name, format) => {
                let text = formatted(format, way)?;
                drop_header(name, way);
                add_header(name, &text, way);
                way.changed.retain(|changed| changed != name);
            }
            Self::AddHeader(name, format) => {
                let text = formatted(format, way)?;
                add_header(name, &text, way);
            }
            Self::DropHeader(name) => {
                drop_header(name, way);
                way.changed.retain(|changed| changed != name);
            }
            Self::Variable(name, sample) => {
                let values = sample.values(way).ok()?;
                if let Some(value) = values.last() {
                    way.variables.insert(name.clone(), value.clone());
                }
                way.changed.retain(|changed| changed != name);
            }
            Self::Text(name, format) => {
                let text = formatted(format, way)?;
                way.variables.insert(name.clone(), text);
                way.changed.retain(|changed| changed != name);
            }
            Self::Unset(name) => {
                way.variables.remove(name);
                way.changed.retain(|changed| changed != name);
            }
            Self::Opaque(_) => return None,
        }
        Some(())
    }
}

fn held(part: Part, way: &Way<'_>) -> String {
    let whole = String::from_utf8_lossy(&way.request.path).into_owned();
    match part {
        Part::Path => String::from_utf8_lossy(target_path(&way.request.path)).into_owned(),
        Part::PathAndQuery | Part::Whole => whole,
        Part::Query => whole.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        Part::Method => way.request.method.clone(),
    }
}

fn set(part: Part, text: &str, way: &mut Way<'_>) {
    let query = held(Part::Query, way);
    let has_query = way.request.path.contains(&b'?');
    match part {
        Part::Path if has_query => way.request.path = format!("{text}?{query}").into_bytes(),
        Part::Path | Part::PathAndQuery | Part::Whole => way.request.path = text.as_bytes().to_vec(),
        Part::Query => {
            let text = text.strip_prefix('?').unwrap_or(text);
            way.request.path = format!("{}?{text}", held(Part::Path, way)).into_bytes();
        }
        // The method that conditions look at is the one that came.
        Part::Method => {}
    }
}

/// `\1` and its kin.
fn filled(format: &str, groups: &Captures<'_, str>) -> Option<String> {
    let group = preceded(tag("\\"), verify(take(1_usize), |text: &str| text.chars().all(|one| one.is_ascii_digit())));
    let of = |number: &str| {
        let group = number.parse().ok().and_then(|number| groups.get(number));
        group.map_or("", |group| group.as_str()).to_owned()
    };
    let plain = |text: &str| text.to_owned();
    let other = verify(take(1_usize), |text: &str| !text.contains('%'));
    let parsed: IResult<&str, Vec<String>> = many0(alt((map(group, of), map(other, plain)))).parse(format);
    parsed.ok().filter(|(rest, _)| rest.is_empty()).map(|(_, pieces)| pieces.concat())
}

fn drop_header(name: &str, way: &mut Way<'_>) {
    if name == "authorization" {
        way.request.login = Login::Anonymous;
    }
    way.request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
}

fn add_header(name: &str, text: &str, way: &mut Way<'_>) {
    if name != "authorization" {
        way.request.headers.push((name.to_owned(), text.as_bytes().to_vec()));
    } else if way.request.login == Login::Anonymous {
        way.request.login = Login::Header(Secret::new(text.as_bytes().to_vec()));
    }
}

/// The lines of files of patterns, by their names.
pub(super) type Lists = BTreeMap<String, Vec<String>>;

/// The patterns in a file: without blanks in front, comments and empty lines (`pat_ref_read_from_file`).
pub(super) fn patterns(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_start_matches([' ', '\t']));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}
