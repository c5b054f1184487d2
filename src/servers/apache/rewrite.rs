//! What mod_rewrite makes of a path, as far as its rules tell without their conditions (modules/mappers/mod_rewrite.c,
//! `apply_rewrite_list`, `apply_rewrite_rule`).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_until};
use nom::combinator::{map, recognize, verify};
use nom::multi::many0;
use nom::sequence::{delimited, preceded};

use super::content::{Rewrite, RewriteRule};
use super::expr::Pattern;
use super::world::{Question, World};
use crate::answer::{Because, Missing, Reason};
use crate::source::Place;

/// What becomes of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rewritten {
    /// It stays.
    Kept,
    /// The server answers at once.
    Answered(u16, Place),
    /// It becomes another one.
    Path(Vec<u8>, Place),
    /// Can't tell.
    Unknown(Because),
}

/// A piece of a substitution.
enum Piece<'t> {
    Text(&'t [u8]),
    Group(usize),
    Variable,
}

/// Applies rules to a path: a URL path at server level, one relative to the folder in a per-directory file.
pub(super) fn rewritten(rewrite: &Rewrite, path: &[u8], world: &World) -> Rewritten {
    if rewrite.engine != Some(true) {
        return Rewritten::Kept;
    }
    let mut path = path.to_owned();
    let mut changed = None;
    let mut chained = true;
    for rule in &rewrite.rules {
        let runs = std::mem::replace(&mut chained, true);
        if !runs {
            chained = !rule.has(b"C", b"chain");
            continue;
        }
        let Some(groups) = rule.matches(&path, world) else {
            chained = !rule.has(b"C", b"chain");
            continue;
        };
        if let Some(status) = rule.status() {
            return Rewritten::Answered(status, rule.place);
        }
        if rule.target != b"-" {
            match substituted(&rule.target, &groups) {
                Some(to) if is_url(&to) => return Rewritten::Answered(302, rule.place),
                Some(to) => {
                    path = before_query(&to).to_owned();
                    changed = Some(rule.place);
                }
                None => return Rewritten::Unknown(rule.unknown("a variable in the substitution")),
            }
        }
        if rule.has(b"P", b"proxy") || rule.has(b"N", b"next") || rule.has(b"S", b"skip") {
            return Rewritten::Unknown(rule.unknown("RewriteRule"));
        }
        if rule.has(b"L", b"last") || rule.has(b"END", b"end") {
            break;
        }
    }
    match changed {
        Some(place) => Rewritten::Path(path, place),
        None => Rewritten::Kept,
    }
}

impl RewriteRule {
    /// The groups of a match; `None` if the rule does not apply.
    fn matches(&self, path: &[u8], world: &World) -> Option<Vec<Vec<u8>>> {
        let found = self.pattern.as_ref().and_then(|pattern| pattern.find(path));
        let groups = match found {
            Some(found) if self.negated => {
                if found.is_some() {
                    None
                } else {
                    Some(Vec::new())
                }
            }
            Some(found) => found,
            None => self.asks("RewriteRule", world).then(Vec::new),
        }?;
        let holds = self.conditions == 0 || self.asks("RewriteCond", world);
        holds.then_some(groups)
    }

    fn asks(&self, directive: &str, world: &World) -> bool {
        let missing = Missing::Condition { directive: directive.to_owned() };
        world.ask(Question::Holds(self.place), missing, self.place)
    }

    fn unknown(&self, what: &str) -> Because {
        let missing = Missing::Condition { directive: what.to_owned() };
        Because::at(Reason::CannotTell { missing }, self.place)
    }

    fn flags(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.flags.split(|byte| *byte == b',').map(|flag| {
            let flag = flag.trim_ascii();
            let at = flag.iter().position(|byte| *byte == b'=');
            match at {
                Some(at) => (flag.get(..at).unwrap_or_default(), flag.get(at + 1..)),
                None => (flag, None),
            }
        })
    }

    fn has(&self, short: &[u8], long: &[u8]) -> bool {
        self.flags().any(|(name, _)| name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(long))
    }

    /// The status that the rule's flags answer with.
    fn status(&self) -> Option<u16> {
        if self.has(b"F", b"forbidden") {
            return Some(403);
        }
        if self.has(b"G", b"gone") {
            return Some(410);
        }
        let redirect =
            self.flags().find(|(name, _)| name.eq_ignore_ascii_case(b"R") || name.eq_ignore_ascii_case(b"redirect"));
        redirect.map(|(_, value)| match value {
            Some(b"permanent") => 301,
            Some(b"seeother") => 303,
            Some(digits) => std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(302),
            None => 302,
        })
    }
}

impl Pattern {
    /// `to` with the groups of a match for `$0` to `$9`; `None` if the pattern is not found, or cannot be told.
    #[must_use]
    pub(super) fn replaced(&self, subject: &[u8], to: &[u8]) -> Option<Vec<u8>> {
        substituted(to, &self.find(subject)??)
    }
}

/// A substitution with its groups filled in; `None` if it holds a variable.
fn substituted(target: &[u8], groups: &[Vec<u8>]) -> Option<Vec<u8>> {
    let escaped = preceded(tag::<_, _, ()>("\\"), take(1_usize));
    let digit = verify(take(1_usize), |digit: &[u8]| digit.first().is_some_and(u8::is_ascii_digit));
    let group = map(preceded(tag("$"), digit), |digit: &[u8]| {
        Piece::Group(digit.first().map_or(0, |digit| usize::from(digit - b'0')))
    });
    let variable = map(
        alt((recognize(delimited(tag("%{"), take_until("}"), tag("}"))), recognize((tag("%"), take_digit)))),
        |_| Piece::Variable,
    );
    let plain = take_till(|byte| matches!(byte, b'$' | b'%' | b'\\'));
    let text = verify(plain, |text: &[u8]| !text.is_empty());
    let piece =
        alt((map(escaped, Piece::Text), group, variable, map(text, Piece::Text), map(take(1_usize), Piece::Text)));
    let (_, pieces) = many0(piece).parse(target).ok()?;
    let mut made = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => made.extend_from_slice(text),
            Piece::Group(index) => made.extend(groups.get(index).cloned().unwrap_or_default()),
            Piece::Variable => return None,
        }
    }
    Some(made)
}

fn take_digit(input: &[u8]) -> nom::IResult<&[u8], &[u8], ()> {
    verify(take(1_usize), |digit: &[u8]| digit.first().is_some_and(u8::is_ascii_digit)).parse(input)
}

fn is_url(target: &[u8]) -> bool {
    [b"http://".as_slice(), b"https://", b"ftp://"].iter().any(|scheme| target.starts_with(scheme))
}

fn before_query(path: &[u8]) -> &[u8] {
    take_till::<_, _, ()>(|byte| byte == b'?')(path).map_or(path, |(_, path)| path)
}
