//! A list of rules, applied to a request (modules/mappers/mod_rewrite.c, `apply_rewrite_list`, `apply_rewrite_rule`).

use super::conditions::hold;
use super::expand::{Found, expand};
use super::lookup::{Around, Lookup};
use super::query::split_query;
use super::rule::{Rule, RuleFlag};
use super::schemes::scheme_length;
use crate::answer::{Because, Missing, Reason};
use crate::source::Place;

/// Twice `LimitRequestLine`: a longer name ends the request.
const LONGEST: usize = 2 * 8190;
/// Rounds by `N` that are followed.
const MOST_ROUNDS: usize = 32_000;

/// The request, as the rules change it.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Course {
    /// `r->filename`.
    pub filename: Vec<u8>,
    /// `r->path_info`.
    pub path_info: Vec<u8>,
    /// `r->args`.
    pub query: Option<Vec<u8>>,
    /// Variables that rules set, or unset; the last word counts.
    pub variables: Vec<(String, Option<Vec<u8>>)>,
    /// A handler that a rule forces.
    pub handler: Option<Vec<u8>>,
    /// `r->status`.
    pub status: u16,
    /// Whether `END` was met.
    pub ended: bool,
    /// Whether the URL of the server itself was taken off.
    pub reduced: bool,
    /// Whether this is the name of something another server is asked for.
    pub proxied: bool,
}

/// What a list of rules comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Applied {
    /// Nothing.
    Kept,
    /// The file name, or the query, is another now, by this rule.
    Changed(Place),
    /// It goes to other modules as the URL path (`PT`).
    PassedThrough(Place),
    /// The answer.
    Answered(u16, Place),
}

/// How one rule went.
enum Went {
    Past,
    Matched,
    Substituted,
    Refused,
}

/// Applies rules; those of a folder (`directory`) see names relative to it.
///
/// # Errors
/// What cannot be told.
pub(in super::super) fn apply(
    rules: &[Rule],
    directory: Option<&[u8]>,
    course: &mut Course,
    lookup: &dyn Lookup,
) -> Result<Applied, Box<Because>> {
    let mut applied = Applied::Kept;
    let mut round = 1;
    let mut at = 0;
    while let Some(rule) = rules.get(at) {
        at += 1;
        let skipped = [RuleFlag::NoSubrequest, RuleFlag::Redirect].iter().any(|flag| rule.has(flag));
        if lookup.is_subrequest() && skipped {
            continue;
        }
        let went = one(rule, directory, course, lookup)?;
        if matches!(went, Went::Past) {
            // The rest of a chain is passed over, and the first rule behind it with it.
            while rules.get(at - 1).is_some_and(|rule| rule.has(&RuleFlag::Chain)) {
                at += 1;
            }
            continue;
        }
        if course.filename.len() > LONGEST {
            return Ok(Applied::Answered(500, rule.place));
        }
        if matches!(went, Went::Refused) {
            return Ok(Applied::Answered(403, rule.place));
        }
        if rule.has(&RuleFlag::Status) {
            return Ok(Applied::Answered(rule.status, rule.place));
        }
        if matches!(went, Went::Substituted) {
            applied = Applied::Changed(rule.place);
        }
        if rule.has(&RuleFlag::PassThrough) {
            return Ok(Applied::PassedThrough(rule.place));
        }
        course.ended |= rule.has(&RuleFlag::End);
        if [RuleFlag::End, RuleFlag::Proxy, RuleFlag::Last].iter().any(|flag| rule.has(flag)) {
            break;
        }
        if let Some(most) = rounds(rule) {
            round += 1;
            if round >= most {
                return Ok(Applied::Answered(500, rule.place));
            }
            if round > MOST_ROUNDS {
                return Err(unknown(rule, "RewriteRule"));
            }
            at = 0;
            continue;
        }
        at += skip(rule);
    }
    Ok(applied)
}

fn rounds(rule: &Rule) -> Option<usize> {
    rule.flags.iter().find_map(|flag| if let RuleFlag::Next(most) = flag { Some(*most) } else { None })
}

fn skip(rule: &Rule) -> usize {
    let skip = |flag: &RuleFlag| if let RuleFlag::Skip(count) = flag { Some(*count) } else { None };
    rule.flags.iter().rev().find_map(skip).unwrap_or_default()
}

fn unknown(rule: &Rule, what: &str) -> Box<Because> {
    let missing = Missing::Condition { directive: what.to_owned() };
    Box::new(Because::at(Reason::CannotTell { missing }, rule.place))
}

/// What a rule's pattern sees.
fn subject(course: &Course, directory: Option<&[u8]>) -> Vec<u8> {
    let Some(directory) = directory else { return course.filename.clone() };
    let whole = [course.filename.as_slice(), &course.path_info].concat();
    let inside = whole.strip_prefix(directory).filter(|_| !course.proxied);
    inside.map(<[u8]>::to_vec).unwrap_or(whole)
}

fn one(rule: &Rule, directory: Option<&[u8]>, course: &mut Course, lookup: &dyn Lookup) -> Result<Went, Box<Because>> {
    let subject = subject(course, directory);
    let found = rule.pattern.as_ref().and_then(|pattern| pattern.find(&subject));
    let groups = match (found, rule.negated) {
        (Some(None), true) => Some(Vec::new()),
        (Some(Some(groups)), false) => Some(groups),
        (Some(_), _) => return Ok(Went::Past),
        (None, _) if !lookup.ask("RewriteRule", rule.place) => return Ok(Went::Past),
        (None, _) => None,
    };
    let mut found = Found { rule: groups, condition: Some(Vec::new()) };
    let around = Around { lookup, course };
    if !hold(rule, &mut found, around) {
        return Ok(Went::Past);
    }
    let substitutes = !rule.has(&RuleFlag::NoSubstitution);
    let made = if substitutes {
        let made = expand(&rule.output, &found, Some(rule), around);
        let made = made.ok_or_else(|| unknown(rule, "a variable in the substitution"))?;
        if made.unsafe_mark && !rule.has(&RuleFlag::AllowMark) {
            return Ok(Went::Refused);
        }
        Some(made.text)
    } else {
        None
    };
    let (variables, handler) = side_effects(rule, &found, around)?;
    course.variables.extend(variables);
    course.handler = handler.or(course.handler.take());
    let Some(made) = made else { return Ok(Went::Matched) };
    substitute(rule, made, directory, course, lookup);
    Ok(Went::Substituted)
}

type Effects = (Vec<(String, Option<Vec<u8>>)>, Option<Vec<u8>>);

/// What `E` and `H` do.
fn side_effects(rule: &Rule, found: &Found, around: Around<'_>) -> Result<Effects, Box<Because>> {
    let expanded = |text: &Vec<u8>| {
        let expanded = expand(text, found, Some(rule), around).map(|expanded| expanded.text);
        expanded.ok_or_else(|| unknown(rule, "a variable in a flag"))
    };
    let variables = rule.env.iter().map(|text| expanded(text).map(|text| variable(&text))).collect::<Result<_, _>>()?;
    let handler = rule.handler.as_ref().map(expanded).transpose()?;
    let handler = handler.map(|name| name.to_ascii_lowercase()).filter(|name| !name.is_empty());
    Ok((variables, handler))
}

/// `NAME:value`, `NAME`, or `!NAME` (`do_expand_env`).
fn variable(text: &[u8]) -> (String, Option<Vec<u8>>) {
    let shown = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    if let Some(unset) = text.strip_prefix(b"!") {
        return (shown(unset), None);
    }
    let name: Vec<u8> = text.iter().copied().take_while(|byte| *byte != b':').collect();
    (shown(&name), Some(text.get(name.len() + 1..).unwrap_or_default().to_vec()))
}

fn substitute(rule: &Rule, made: Vec<u8>, directory: Option<&[u8]>, course: &mut Course, lookup: &dyn Lookup) {
    let mut made = made;
    let mut prefixed = false;
    if !course.proxied && made.first() != Some(&b'/') && scheme_length(&made).is_none() {
        let elsewhere = [RuleFlag::Proxy, RuleFlag::Redirect].iter().any(|flag| rule.has(flag));
        let prefix = match directory {
            Some(directory) => Some(directory),
            None if elsewhere => None,
            None => Some(b"/".as_slice()),
        };
        if let Some(prefix) = prefix {
            made = [prefix, &made].concat();
            prefixed = true;
        }
    }
    course.filename = made;
    if directory.is_some() && rule.has(&RuleFlag::DiscardPathInfo) {
        course.path_info.clear();
    }
    split_query(course, rule);
    let qualified = |name: &[u8]| match scheme_length(name) {
        Some(_) => name.to_vec(),
        None => [b"http://localhost/", name.strip_prefix(b"/").unwrap_or(name)].concat(),
    };
    if rule.has(&RuleFlag::Proxy) {
        course.filename = [b"proxy:".as_slice(), &qualified(&course.filename)].concat();
        return;
    }
    if rule.has(&RuleFlag::Redirect) {
        course.filename = qualified(&course.filename);
        course.status = rule.status;
        return;
    }
    if let Some(own) = lookup.own_path(&course.filename) {
        course.filename = own;
        course.reduced = true;
    }
    if scheme_length(&course.filename).is_some() {
        course.status = rule.status;
        return;
    }
    if !rule.has(&RuleFlag::KeepSlashes) && !prefixed && !rule.output.starts_with(b"//") {
        while course.filename.starts_with(b"//") {
            course.filename.remove(0);
        }
    }
}
