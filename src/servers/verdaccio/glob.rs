//! Which packages a pattern is for: minimatch, as `@verdaccio/core` asks it.

use std::collections::HashSet;

/// The most patterns that braces are multiplied out to.
const MOST: usize = 64;

/// Whether a pattern is for a package; `None`: it has something in it that htlint does not read.
pub(super) fn fits(pattern: &str, name: &str) -> Option<bool> {
    if ["+(", "@(", "?(", "*(", "!(", "\\"].iter().any(|mark| pattern.contains(mark)) || pattern.contains("[:") {
        return None;
    }
    let (pattern, negated) = match pattern.strip_prefix('!') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    if pattern.starts_with('#') {
        return Some(false);
    }
    let mut all = Vec::new();
    spread(pattern, &mut all)?;
    let name: Vec<char> = name.chars().collect();
    Some(all.iter().any(|one| Glob::new(one, &name).fits(0, 0)) != negated)
}

/// `{a,b}`, multiplied out; `None`: too many.
fn spread(pattern: &str, all: &mut Vec<String>) -> Option<()> {
    let Some((before, inner, behind)) = braces(pattern) else {
        all.push(pattern.to_owned());
        return (all.len() <= MOST).then_some(());
    };
    inner.into_iter().try_for_each(|part| spread(&format!("{before}{part}{behind}"), all))
}

/// The first braces with a comma: what stands before, between and behind.
fn braces(pattern: &str) -> Option<(&str, Vec<&str>, &str)> {
    let open = pattern.find('{')?;
    let (before, rest) = pattern.split_at_checked(open)?;
    let rest = rest.get(1..)?;
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, letter) in rest.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth == 0 => {
                parts.push(rest.get(start..at)?);
                start = at + 1;
            }
            '}' => {
                parts.push(rest.get(start..at)?);
                return (parts.len() > 1).then_some((before, parts, rest.get(at + 1..)?));
            }
            _ => {}
        }
    }
    None
}

/// A pattern and a name, and the pairs of places in them that are known not to fit: no pair is tried twice.
struct Glob<'n> {
    pattern: Vec<char>,
    name: &'n [char],
    failed: HashSet<(usize, usize)>,
}

impl<'n> Glob<'n> {
    fn new(pattern: &str, name: &'n [char]) -> Self {
        Self { pattern: pattern.chars().collect(), name, failed: HashSet::new() }
    }

    fn fits(&mut self, from: usize, at: usize) -> bool {
        if self.failed.contains(&(from, at)) {
            return false;
        }
        let fits = self.try_at(from, at);
        if !fits {
            self.failed.insert((from, at));
        }
        fits
    }

    fn try_at(&mut self, from: usize, at: usize) -> bool {
        let next = self.name.get(at).copied();
        let starts = at == 0 || self.name.get(at - 1) == Some(&'/');
        match self.pattern.get(from).copied() {
            None => next.is_none(),
            Some('*') if self.is_globstar(from) => self.globstar(from, at),
            // A star takes no dot at the beginning of a part, and never a slash.
            Some('*') => {
                self.fits(from + 1, at)
                    || (next.is_some_and(|next| next != '/' && !(starts && next == '.')) && self.fits(from, at + 1))
            }
            Some('?') => next.is_some_and(|next| next != '/') && self.fits(from + 1, at + 1),
            Some('[') => match self.class(from, next) {
                Some((end, within)) => within && self.fits(end, at + 1),
                None => next == Some('[') && self.fits(from + 1, at + 1),
            },
            Some(letter) => next == Some(letter) && self.fits(from + 1, at + 1),
        }
    }

    /// `**` as a whole part.
    fn is_globstar(&self, from: usize) -> bool {
        let begins = from == 0 || self.pattern.get(from - 1) == Some(&'/');
        begins && self.pattern.get(from + 1) == Some(&'*') && matches!(self.pattern.get(from + 2), None | Some('/'))
    }

    /// Any number of parts.
    fn globstar(&mut self, from: usize, at: usize) -> bool {
        let last = from + 2 == self.pattern.len();
        let ends: Vec<usize> =
            (at..=self.name.len()).filter(|end| *end == at || self.name.get(end - 1) == Some(&'/')).collect();
        if last {
            return true;
        }
        ends.into_iter().any(|end| self.fits(from + 3, end))
    }

    /// `[a-z]`: where it ends, and whether a letter is in it.
    fn class(&self, from: usize, letter: Option<char>) -> Option<(usize, bool)> {
        let length = self.pattern.get(from + 1..)?.iter().position(|mark| *mark == ']')?;
        let marks = self.pattern.get(from + 1..from + 1 + length)?;
        let (marks, turned) = match marks {
            ['!' | '^', rest @ ..] => (rest, true),
            marks => (marks, false),
        };
        let letter = letter.filter(|letter| *letter != '/');
        let (mut within, mut rest) = (false, marks);
        while let Some((first, more)) = rest.split_first() {
            let last = match more {
                ['-', last, after @ ..] => {
                    rest = after;
                    last
                }
                _ => {
                    rest = more;
                    first
                }
            };
            within |= letter.is_some_and(|letter| (*first..=*last).contains(&letter));
        }
        Some((from + 2 + length, letter.is_some() && within != turned))
    }
}
