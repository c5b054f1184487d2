//! Patterns: what PCRE2 (10.42) compiles, written again for the engine at hand. What is outside the part of the language
//! read here is "undecided", never guessed.

use std::borrow::Cow;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::combinator::{opt, value};

use super::class::{class, hexadecimal, literal, set};
use super::pieces::{extension, is_wide, name, quantifier};

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
        let (body, marked) = opt(tag::<_, _, ()>("(?i)")).parse(pattern).map_err(|_| PatternFault::Undecided)?;
        let ignore_case = dialect.ignore_case || marked.is_some();
        let foreign = dialect.bytes && !ignore_case;
        let faithful = dialect.utf || foreign || pattern.is_ascii();
        let mut writer = Writer { faithful, foreign, dialect, ..Writer::default() };
        let rest = writer.alternatives(body, 0)?;
        if !rest.is_empty() || writer.references > writer.groups {
            return Err(PatternFault::Refused);
        }
        // PCRE2's own limit is 64 KiB of compiled code.
        if writer.size > 40_000 {
            return Err(PatternFault::Undecided);
        }
        let faithful = writer.faithful && !(ignore_case && writer.references > 0);
        let flags = if ignore_case { "(?si)" } else { "(?s)" };
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

#[derive(Default)]
struct Writer {
    text: String,
    groups: usize,
    references: usize,
    size: usize,
    faithful: bool,
    foreign: bool,
    bounded: bool,
    dialect: Dialect,
    behind: usize,
    names: Vec<(String, usize)>,
}

/// What an item is to a quantifier behind it.
#[derive(Clone, Copy, PartialEq)]
enum Item {
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
        let (mut rest, item) = self.item(rest, depth)?;
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
            let body = self.text.split_off(start);
            let high = high.map_or(String::new(), |high| high.to_string());
            self.text.push_str(&match mode {
                Some("+") => format!("(?>(?:{body}){{{low},{high}}})"),
                other => format!("(?:{body}){{{low},{high}}}{}", other.unwrap_or_default()),
            });
            let times = low.max(high.parse().unwrap_or(0)).max(1);
            self.size = size.saturating_add((self.size - size + 10).saturating_mul(times));
            rest = behind;
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
            b'$' if !self.dialect.dollar_end_only => Ok((behind, self.push("(?=\\n?$)", Item::Assertion))),
            b'$' => Ok((behind, self.push("$", Item::Assertion))),
            b'^' => Ok((behind, self.push("^", Item::Assertion))),
            b'.' if !self.dialect.dot_all => Ok((behind, self.push("[^\\n]", Item::Repeatable))),
            b'.' => Ok((behind, self.push(".", Item::Repeatable))),
            byte if self.dialect.utf && !byte.is_ascii() => self.character(rest),
            byte => {
                literal(*byte, &mut self.text);
                Ok((behind, Item::Repeatable))
            }
        }
    }

    fn push(&mut self, written: &str, item: Item) -> Item {
        self.text.push_str(written);
        item
    }

    /// Behind `[`.
    fn class<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let read = class(rest, &mut self.text);
        let behind = read.as_ref().map_or(0, |behind| behind.len());
        let members = rest.get(..rest.len() - behind).unwrap_or_default();
        if self.dialect.utf && !members.is_ascii() {
            return Err(PatternFault::Undecided);
        }
        read.map(|rest| (rest, Item::Repeatable))
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
        let plain = ["?:", "?=", "?!", "?>", "?i:", "?<=", "?<!"];
        let found = plain.iter().find_map(|opening| Some((*opening, rest.strip_prefix(opening.as_bytes())?)));
        let (opening, body) = match (found, rest) {
            (Some(found), _) => found,
            (None, [b'?', b'<', b'0'..=b'9', ..] | [b'?', b'P', b'<', b'0'..=b'9', ..]) => {
                return Err(PatternFault::Refused);
            }
            (None, [b'?', b'P', b'=', behind @ ..]) => return self.called(behind, ")"),
            (None, [b'?' | b'*', ..]) => ("", self.named(rest)?),
            (None, _) => ("", rest),
        };
        self.groups += usize::from(opening.is_empty());
        self.size += 16;
        self.text.push('(');
        self.text.push_str(opening);
        let looks_back = usize::from(matches!(opening, "?<=" | "?<!"));
        self.behind += looks_back;
        let behind = self.alternatives(body, depth + 1)?;
        self.behind -= looks_back;
        let behind = behind.strip_prefix(b")").ok_or(PatternFault::Refused)?;
        self.text.push(')');
        let lookahead = matches!(opening, "?=" | "?!" | "?<=" | "?<!");
        Ok((behind, if lookahead { Item::Lookahead } else { Item::Repeatable }))
    }

    /// The name of a group; no two may have the same.
    fn named<'s>(&mut self, rest: &'s [u8]) -> Rest<'s> {
        let names = matches!(rest, [b'?', b'<', ..] | [b'?', b'P', b'<', ..]);
        let refused = if names { PatternFault::Refused } else { PatternFault::Undecided };
        let (behind, name) = name(rest).ok_or(refused)?;
        if self.names.iter().any(|(known, _)| *known == name) {
            return Err(PatternFault::Refused);
        }
        self.names.push((name, self.groups + 1));
        Ok(behind)
    }

    /// Behind a backslash outside a class.
    fn escape<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let (first, behind) = rest.split_first().ok_or(PatternFault::Refused)?;
        if let Some(members) = set(*first) {
            self.text.push_str(&format!("[{members}]"));
            self.size += 36;
            return Ok((behind, Item::Repeatable));
        }
        match first {
            b'b' | b'B' => {
                self.bounded = true;
                self.text.push('\\');
                self.text.push(char::from(*first));
                Ok((behind, Item::Assertion))
            }
            b'A' | b'G' => Ok((behind, self.push("^", Item::Assertion))),
            b'K' => Ok((behind, self.push("\\K", Item::Assertion))),
            b'N' if !behind.starts_with(b"{") || quantifier(behind).is_some() => {
                Ok((behind, self.push("[^\\n]", Item::Repeatable)))
            }
            b'R' => Ok((behind, self.push("(?>\\x0D\\x0A|[\\x0A-\\x0D\\x{85}])", Item::Repeatable))),
            b'Q' => Ok((self.quoted(behind), Item::Nothing)),
            b'E' => Ok((behind, Item::Nothing)),
            b'k' => match behind.split_first() {
                Some((b'<', behind)) => self.called(behind, ">"),
                Some((b'{', behind)) => self.called(behind, "}"),
                Some((b'\'', behind)) => self.called(behind, "'"),
                _ => Err(PatternFault::Refused),
            },
            b'l' | b'L' | b'u' | b'U' | b'F' => Err(PatternFault::Refused),
            b'N' => Err(if self.dialect.utf { PatternFault::Undecided } else { PatternFault::Refused }),
            b'z' => Ok((behind, self.push("$", Item::Assertion))),
            b'Z' => {
                self.text.push_str("(?=\\n?$)");
                Ok((behind, Item::Assertion))
            }
            b'1'..=b'9' if !behind.first().is_some_and(u8::is_ascii_digit) => {
                self.references = self.references.max(usize::from(first - b'0'));
                self.text.push_str(&format!("(?:\\{})", char::from(*first)));
                Ok((behind, Item::Repeatable))
            }
            b'x' if !self.dialect.utf && is_wide(behind) => Err(PatternFault::Refused),
            _ => {
                let (behind, byte) = hexadecimal(rest)?;
                literal(byte, &mut self.text);
                self.faithful &= self.foreign || byte.is_ascii();
                Ok((behind, Item::Repeatable))
            }
        }
    }
}

impl Writer {
    /// What a group of a name holds; behind the mark before the name.
    fn called<'s>(&mut self, rest: &'s [u8], end: &str) -> Result<(&'s [u8], Item), PatternFault> {
        let name = take_while1::<_, _, ()>(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
        let (behind, name) = (name, tag(end)).map(|(name, _)| name).parse(rest).map_err(|_| PatternFault::Refused)?;
        let known = self.names.iter().find(|(known, _)| known.as_bytes() == name);
        // It may come later.
        let (_, number) = known.ok_or(PatternFault::Undecided)?;
        self.references = self.references.max(*number);
        self.text.push_str(&format!("(?:\\{number})"));
        Ok((behind, Item::Repeatable))
    }

    /// Up to `\E`, all stands for itself.
    fn quoted<'s>(&mut self, rest: &'s [u8]) -> &'s [u8] {
        let mut rest = rest;
        loop {
            rest = match rest {
                [] => return rest,
                [b'\\', b'E', behind @ ..] => return behind,
                [byte, behind @ ..] => {
                    literal(*byte, &mut self.text);
                    behind
                }
            };
        }
    }
}
