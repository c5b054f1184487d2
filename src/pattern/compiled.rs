//! Patterns: what PCRE2 (10.42) compiles, written again for the engine at hand. What is outside the part of the language
//! read here is "undecided", never guessed.

use std::borrow::Cow;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::combinator::{opt, value};

use super::class::{class, literal};
use super::options::Options;
use super::pieces::{Called, called, extension, is_verb, name, quantifier};

/// A pattern that the server compiles.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// How many capturing groups it has.
    pub groups: usize,
    /// The groups with names, by their numbers.
    pub names: Vec<(String, usize)>,
    engine: Option<Box<fancy_regex::Regex>>,
    dialect: Dialect,
    /// Whether it asks for the bounds of words, which bytes beyond ASCII may be.
    bounded: bool,
}

/// Why there is no [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternFault {
    /// PCRE2 does not compile it.
    Refused,
    /// Not known.
    Undecided,
}

/// The options that a server compiles its patterns with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dialect {
    /// `PCRE2_UTF`: pattern and subject are UTF-8; a subject that is not is an error.
    pub utf: bool,
    /// `PCRE2_DOTALL`: `.` fits a line feed as well.
    pub dot_all: bool,
    /// `PCRE2_DOLLAR_ENDONLY`: `$` fits the very end alone, not before a line feed that ends the subject.
    pub dollar_end_only: bool,
    /// `PCRE2_CASELESS`.
    pub ignore_case: bool,
    /// Whether a subject may hold bytes of 0x80 and more; without UTF.
    pub bytes: bool,
}

/// What `$0` to `$9` hold after a match.
pub type Groups = Vec<Vec<u8>>;

impl Pattern {
    /// Compiles as httpd does (`ap_regcomp` sets DOTALL and DOLLAR_ENDONLY by default); fails where PCRE2 does, and where
    /// what PCRE2 does is not known.
    ///
    /// # Errors
    /// See [`PatternFault`].
    pub fn compile(pattern: &[u8], ignore_case: bool) -> Result<Self, PatternFault> {
        let dialect = Dialect { dot_all: true, dollar_end_only: true, ignore_case, bytes: true, ..Dialect::default() };
        Self::compile_as(pattern, dialect)
    }

    /// Compiles with these options; fails where PCRE2 does, and where what PCRE2 does is not known.
    ///
    /// # Errors
    /// See [`PatternFault`].
    pub fn compile_as(pattern: &[u8], dialect: Dialect) -> Result<Self, PatternFault> {
        if dialect.utf && str::from_utf8(pattern).is_err() {
            return Err(PatternFault::Refused);
        }
        let options = Options::of(dialect);
        let mut writer =
            Writer { faithful: true, caseless: dialect.ignore_case, options, dialect, ..Writer::default() };
        writer.foreign = !pattern.is_ascii();
        let rest = writer.alternatives(pattern, 0)?;
        if !rest.is_empty() || writer.references > writer.groups || writer.calls_nobody() {
            return Err(PatternFault::Refused);
        }
        // PCRE2's own limit is 64 KiB of compiled code.
        if writer.size > 40_000 {
            return Err(PatternFault::Undecided);
        }
        let alike = dialect.utf || !writer.foreign || (dialect.bytes && !writer.caseless);
        let faithful = writer.faithful && alike && !writer.caseless_reference;
        let flags = if dialect.ignore_case { "(?si)" } else { "(?s)" };
        let text = format!("{flags}{}", writer.text);
        let engine = faithful.then(|| fancy_regex::Regex::new(&text).ok().map(Box::new)).flatten();
        Ok(Self { groups: writer.groups, names: writer.names, engine, dialect, bounded: writer.bounded })
    }

    /// A pattern of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { groups: 1, names: Vec::new(), engine: None, dialect: Dialect::default(), bounded: false }
    }

    /// What the groups hold if it is found in `subject`, `Some(None)` if it is not; `None`: can't tell.
    #[must_use]
    pub fn find(&self, subject: &[u8]) -> Option<Option<Groups>> {
        let utf = self.dialect.utf;
        let subject = match str::from_utf8(subject) {
            Ok(text) if utf || subject.is_ascii() => Cow::Borrowed(text),
            Err(_) if utf => return Some(None),
            // A byte is the character of that number: what is no ASCII is compared as it is.
            _ if self.dialect.bytes && !self.bounded => subject.iter().map(|byte| char::from(*byte)).collect(),
            _ => return None,
        };
        let found = self.engine.as_ref()?.captures(&*subject).ok()?;
        let narrow = |text: &str| text.chars().filter_map(|found| u8::try_from(u32::from(found)).ok()).collect();
        let bytes = |text: &str| if utf { text.into() } else { narrow(text) };
        let text = |group: Option<fancy_regex::Match<'_>>| group.map_or_else(Vec::new, |group| bytes(group.as_str()));
        Some(found.map(|groups| groups.iter().map(text).collect()))
    }

    /// Whether it is found in `subject`; `None`: can't tell.
    #[must_use]
    pub fn is_match(&self, subject: &[u8]) -> Option<bool> {
        self.find(subject).map(|found| found.is_some())
    }
}

/// What is written for the engine at hand, and what was met on the way.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) text: String,
    pub(super) groups: usize,
    /// The highest group that is referred to.
    pub(super) references: usize,
    /// Whether one of these is compared without case.
    pub(super) caseless_reference: bool,
    /// The groups that are called, which may come later.
    calls: Vec<Call>,
    pub(super) size: usize,
    pub(super) faithful: bool,
    /// Whether it holds anything beyond ASCII.
    pub(super) foreign: bool,
    /// Whether any of it is without case.
    pub(super) caseless: bool,
    pub(super) bounded: bool,
    pub(super) dialect: Dialect,
    pub(super) options: Options,
    behind: usize,
    pub(super) names: Vec<(String, usize)>,
}

/// A group that is called.
enum Call {
    Number(usize),
    Name(String),
}

/// What an item is to a quantifier behind it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Item {
    Repeatable,
    Assertion,
    Lookahead,
    /// A comment, or the edge of a quotation: a quantifier behind it belongs to what stands before.
    Nothing,
}

type Rest<'s> = Result<&'s [u8], PatternFault>;

impl Writer {
    /// Reads up to the end or an unmatched `)`.
    fn alternatives<'s>(&mut self, mut rest: &'s [u8], depth: usize) -> Rest<'s> {
        if depth > 60 {
            return Err(PatternFault::Undecided);
        }
        loop {
            match rest {
                [] | [b')', ..] => return Ok(rest),
                [b'|', behind @ ..] => {
                    self.text.push('|');
                    self.size += 8;
                    rest = behind;
                }
                _ => rest = self.quantified(rest, depth)?,
            }
        }
    }

    fn quantified<'s>(&mut self, rest: &'s [u8], depth: usize) -> Rest<'s> {
        let (start, size) = (self.text.len(), self.size);
        let rest = self.options.skip(rest);
        if matches!(rest, [] | [b')' | b'|', ..]) {
            return Ok(rest);
        }
        let (rest, item) = self.item(rest, depth)?;
        let mut rest = self.options.skip(rest);
        if let Some((behind, quantifier)) = quantifier(rest) {
            let (low, high) = quantifier?;
            if item == Item::Assertion {
                return Err(PatternFault::Refused);
            }
            if item == Item::Nothing {
                return Err(PatternFault::Undecided);
            }
            self.faithful &= item != Item::Lookahead;
            if self.behind > 0 && high != Some(low) {
                return Err(PatternFault::Refused);
            }
            let mode = alt((value("?", tag::<_, _, ()>("?")), value("+", tag("+"))));
            let (behind, mode) = opt(mode).parse(behind).map_err(|_| PatternFault::Undecided)?;
            let mode = if self.options.ungreedy { swapped(mode) } else { mode };
            let body = self.text.split_off(start);
            let high = high.map_or(String::new(), |high| high.to_string());
            self.text.push_str(&match mode {
                Some("+") => format!("(?>(?:{body}){{{low},{high}}})"),
                other => format!("(?:{body}){{{low},{high}}}{}", other.unwrap_or_default()),
            });
            let times = low.max(high.parse().unwrap_or(0)).max(1);
            self.size = size.saturating_add((self.size - size + 10).saturating_mul(times));
            rest = self.options.skip(behind);
            if self::quantifier(rest).is_some() {
                return Err(PatternFault::Refused);
            }
        }
        Ok(rest)
    }

    fn item<'s>(&mut self, rest: &'s [u8], depth: usize) -> Result<(&'s [u8], Item), PatternFault> {
        self.size += 4;
        let (first, behind) = rest.split_first().ok_or(PatternFault::Refused)?;
        match first {
            b'*' | b'+' | b'?' => Err(PatternFault::Refused),
            b'{' if quantifier(rest).is_some() => Err(PatternFault::Refused),
            b'(' => self.group(behind, depth),
            b'[' => {
                self.size += 36;
                self.class(behind)
            }
            b'\\' => self.escape(behind),
            b'$' if self.options.multiline => Ok((behind, self.push("(?=\\n|$)", Item::Assertion))),
            b'$' if !self.dialect.dollar_end_only => Ok((behind, self.push("(?=\\n?$)", Item::Assertion))),
            b'$' => Ok((behind, self.push("$", Item::Assertion))),
            // A line feed at the very end begins no line.
            b'^' if self.options.multiline => Ok((behind, self.push("(?:^|(?<=\\n)(?!$))", Item::Assertion))),
            b'^' => Ok((behind, self.push("^", Item::Assertion))),
            b'.' if !self.options.dot_all => Ok((behind, self.push("[^\\n]", Item::Repeatable))),
            b'.' => Ok((behind, self.push(".", Item::Repeatable))),
            byte if self.dialect.utf && !byte.is_ascii() => self.character(rest),
            byte => {
                literal(*byte, &mut self.text);
                Ok((behind, Item::Repeatable))
            }
        }
    }

    pub(super) fn push(&mut self, written: &str, item: Item) -> Item {
        self.text.push_str(written);
        item
    }

    /// Behind `[`.
    fn class<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let read = class(rest, self.options.spaced, &mut self.text);
        let behind = read.as_ref().map_or(0, |(behind, _)| behind.len());
        let members = rest.get(..rest.len() - behind).unwrap_or_default();
        if self.dialect.utf && !members.is_ascii() {
            return Err(PatternFault::Undecided);
        }
        // A number of a character beyond ASCII may stand in it.
        self.foreign |= self.caseless && members.contains(&b'\\');
        let (rest, foreign) = read?;
        self.foreign |= foreign;
        Ok((rest, Item::Repeatable))
    }

    /// A character of UTF-8 that stands for itself.
    fn character<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let text = str::from_utf8(rest).map_err(|_| PatternFault::Undecided)?;
        let first = text.chars().next().ok_or(PatternFault::Undecided)?;
        self.text.push(first);
        Ok((rest.get(first.len_utf8()..).unwrap_or_default(), Item::Repeatable))
    }

    /// Behind `(`.
    fn group<'s>(&mut self, rest: &'s [u8], depth: usize) -> Result<(&'s [u8], Item), PatternFault> {
        if let Some(behind) = extension(rest)? {
            return Ok((behind, Item::Nothing));
        }
        let outer = self.options;
        let plain = ["?:", "?=", "?!", "?>", "?<=", "?<!"];
        let found = plain.iter().find_map(|opening| Some((*opening, rest.strip_prefix(opening.as_bytes())?)));
        let (opening, body) = match (found, rest) {
            (Some(found), _) => found,
            (None, [b'?', b'<' | b'\'', b'0'..=b'9', ..] | [b'?', b'P', b'<', b'0'..=b'9', ..]) => {
                return Err(PatternFault::Refused);
            }
            (None, [b'?', b'P', b'=', behind @ ..]) => return self.called(behind, ")"),
            (None, [b'*', ..]) if !is_verb(rest) => return Err(PatternFault::Refused),
            (None, [b'?', b'&' | b'R' | b'0'..=b'9' | b'+' | b'P', ..] | [b'?', b'-', b'0'..=b'9', ..])
                if !rest.starts_with(b"?P<") =>
            {
                return self.call(rest);
            }
            (None, [b'?', b'<' | b'P' | b'\'', ..]) => ("", self.named(rest)?),
            (None, [b'?', behind @ ..]) => match self.options.change(behind)? {
                (options, true, behind) => {
                    self.turn(options);
                    return Ok((behind, Item::Nothing));
                }
                (options, false, body) => {
                    self.text.push_str("(?:");
                    self.turn(options);
                    return self.grouped(body, "", outer, depth);
                }
            },
            (None, [b'*', ..]) => return Err(PatternFault::Undecided),
            (None, _) if self.options.no_capture => ("?:", rest),
            (None, _) => ("", rest),
        };
        self.groups += usize::from(opening.is_empty());
        self.size += 16;
        self.text.push('(');
        self.text.push_str(opening);
        self.grouped(body, opening, outer, depth)
    }

    /// The inside of a group, up to its end; options that it sets end with it.
    fn grouped<'s>(
        &mut self,
        body: &'s [u8],
        opening: &str,
        outer: Options,
        depth: usize,
    ) -> Result<(&'s [u8], Item), PatternFault> {
        let looks_back = usize::from(matches!(opening, "?<=" | "?<!"));
        self.behind += looks_back;
        let behind = self.alternatives(body, depth + 1)?;
        self.behind -= looks_back;
        self.options = outer;
        let behind = behind.strip_prefix(b")").ok_or(PatternFault::Refused)?;
        self.text.push(')');
        let lookahead = matches!(opening, "?=" | "?!" | "?<=" | "?<!");
        Ok((behind, if lookahead { Item::Lookahead } else { Item::Repeatable }))
    }

    /// Options from here on.
    fn turn(&mut self, options: Options) {
        if options.ignore_case != self.options.ignore_case {
            self.text.push_str(if options.ignore_case { "(?i)" } else { "(?-i)" });
        }
        self.caseless |= options.ignore_case;
        self.options = options;
    }

    /// A group that is called, which is not followed; one that there is not does not compile.
    fn call<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let (behind, called) = called(rest).ok_or(PatternFault::Undecided)?;
        self.calls.push(match called {
            Called::Number(number) => Call::Number(number),
            Called::Ahead(number) => Call::Number(self.groups + number),
            Called::Back(number) => {
                Call::Number((self.groups + 1).checked_sub(number).filter(|n| *n > 0).ok_or(PatternFault::Refused)?)
            }
            Called::Name(name) => Call::Name(name),
        });
        self.faithful = false;
        Ok((behind, Item::Repeatable))
    }

    fn calls_nobody(&self) -> bool {
        self.calls.iter().any(|call| match call {
            Call::Number(number) => *number > self.groups,
            Call::Name(name) => !self.names.iter().any(|(known, _)| known == name),
        })
    }

    /// The name of a group; no two may have the same.
    fn named<'s>(&mut self, rest: &'s [u8]) -> Rest<'s> {
        let names = matches!(rest, [b'?', b'<' | b'\'', ..] | [b'?', b'P', b'<', ..]);
        let refused = if names { PatternFault::Refused } else { PatternFault::Undecided };
        let (behind, name) = name(rest).ok_or(refused)?;
        if self.names.iter().any(|(known, _)| *known == name) {
            return Err(PatternFault::Refused);
        }
        self.names.push((name, self.groups + 1));
        Ok(behind)
    }
}

/// What a quantifier is where `(?U)` turns greed round.
fn swapped(mode: Option<&'static str>) -> Option<&'static str> {
    match mode {
        None => Some("?"),
        Some("?") => None,
        other => other,
    }
}
