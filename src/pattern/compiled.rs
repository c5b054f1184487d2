//! Patterns: what PCRE2 (10.42) compiles, written again for the engine at hand. What is outside the part of the language
//! read here is "undecided", never guessed.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::combinator::{opt, value};
use nom::sequence::{delimited, preceded};

use super::class::{class, hexadecimal, literal, set};

/// A pattern that the server compiles.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// How many capturing groups it has.
    pub groups: usize,
    engine: Option<fancy_regex::Regex>,
    utf: bool,
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
}

/// What `$0` to `$9` hold after a match.
pub type Groups = Vec<Vec<u8>>;

impl Pattern {
    /// Compiles; fails where PCRE2 does, and where what PCRE2 does is not known.
    ///
    /// # Errors
    /// See [`PatternFault`].
    pub fn compile(pattern: &[u8], dialect: Dialect) -> Result<Self, PatternFault> {
        if dialect.utf && str::from_utf8(pattern).is_err() {
            return Err(PatternFault::Refused);
        }
        let ignore_case = dialect.ignore_case;
        let mut writer = Writer { faithful: dialect.utf || pattern.is_ascii(), dialect, ..Writer::default() };
        let (body, marked) = opt(tag::<_, _, ()>("(?i)")).parse(pattern).map_err(|_| PatternFault::Undecided)?;
        let ignore_case = ignore_case || marked.is_some();
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
        let engine = faithful.then(|| fancy_regex::Regex::new(&format!("{flags}{}", writer.text)).ok()).flatten();
        Ok(Self { groups: writer.groups, engine, utf: dialect.utf })
    }

    /// What the groups hold if it is found in `subject`, `Some(None)` if it is not; `None`: can't tell.
    #[must_use]
    pub fn find(&self, subject: &[u8]) -> Option<Option<Groups>> {
        let Ok(subject) = str::from_utf8(subject) else {
            return self.utf.then_some(None);
        };
        if !self.utf && !subject.is_ascii() {
            return None;
        }
        let found = self.engine.as_ref()?.captures(subject).ok()?;
        let text = |group: Option<fancy_regex::Match<'_>>| group.map_or_else(Vec::new, |group| group.as_str().into());
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
    dialect: Dialect,
}

/// What an item is to a quantifier behind it.
#[derive(Clone, Copy, PartialEq)]
enum Item {
    Repeatable,
    Assertion,
    Lookahead,
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
            self.faithful &= item != Item::Lookahead;
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
                class(behind, &mut self.text).map(|rest| (rest, Item::Repeatable))
            }
            b'\\' => self.escape(behind),
            b'$' if !self.dialect.dollar_end_only => Ok((behind, self.push("(?=\\n?$)", Item::Assertion))),
            b'$' => Ok((behind, self.push("$", Item::Assertion))),
            b'^' => Ok((behind, self.push("^", Item::Assertion))),
            b'.' if !self.dialect.dot_all => Ok((behind, self.push("[^\\n]", Item::Repeatable))),
            b'.' => Ok((behind, self.push(".", Item::Repeatable))),
            byte if !byte.is_ascii() => self.character(rest),
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

    /// A character of UTF-8 that stands for itself.
    fn character<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let text = str::from_utf8(rest).map_err(|_| PatternFault::Undecided)?;
        let first = text.chars().next().ok_or(PatternFault::Undecided)?;
        self.text.push(first);
        Ok((rest.get(first.len_utf8()..).unwrap_or_default(), Item::Repeatable))
    }

    /// Behind `(`.
    fn group<'s>(&mut self, rest: &'s [u8], depth: usize) -> Result<(&'s [u8], Item), PatternFault> {
        let plain = ["?:", "?=", "?!", "?>", "?i:"];
        let found = plain.iter().find_map(|opening| Some((*opening, rest.strip_prefix(opening.as_bytes())?)));
        let (opening, body) = match (found, rest) {
            (Some(found), _) => found,
            (None, [b'?' | b'*', ..]) => match name(rest) {
                Some(behind) => ("", behind),
                None => return Err(PatternFault::Undecided),
            },
            (None, _) => ("", rest),
        };
        self.groups += usize::from(opening.is_empty());
        self.size += 16;
        self.text.push('(');
        self.text.push_str(opening);
        let behind = self.alternatives(body, depth + 1)?;
        let behind = behind.strip_prefix(b")").ok_or(PatternFault::Refused)?;
        self.text.push(')');
        let lookahead = matches!(opening, "?=" | "?!");
        Ok((behind, if lookahead { Item::Lookahead } else { Item::Repeatable }))
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
                self.text.push('\\');
                self.text.push(char::from(*first));
                Ok((behind, Item::Assertion))
            }
            b'A' => Ok((behind, self.push("^", Item::Assertion))),
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
            _ => {
                let (behind, byte) = hexadecimal(rest)?;
                literal(byte, &mut self.text);
                self.faithful &= byte.is_ascii();
                Ok((behind, Item::Repeatable))
            }
        }
    }
}

/// `?<name>` or `?P<name>`: counted like any group.
fn name(rest: &[u8]) -> Option<&[u8]> {
    let first = take_while_m_n::<_, _, ()>(1, 1, |byte: u8| byte.is_ascii_alphabetic() || byte == b'_');
    let more = take_while_m_n(0, 31, |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
    delimited((tag("?"), opt(tag("P")), tag("<")), (first, more), tag(">")).parse(rest).ok().map(|(rest, _)| rest)
}

type Bounds = Result<(usize, Option<usize>), PatternFault>;

/// A quantifier and what follows it; PCRE2 takes numbers up to 65535, the smaller first.
fn quantifier(rest: &[u8]) -> Option<(&[u8], Bounds)> {
    let number = || take_while1::<_, _, ()>(|byte: u8| byte.is_ascii_digit());
    let most = preceded(tag(","), opt(number()));
    let braces = delimited(tag("{"), (number(), opt(most)), tag("}"));
    let short = alt((value((0, None), tag("*")), value((1, None), tag("+")), value((0, Some(1)), tag("?"))));
    alt((short.map(Ok), braces.map(|(low, most)| bounds(low, most)))).parse(rest).ok()
}

fn bounds(low: &[u8], most: Option<Option<&[u8]>>) -> Bounds {
    let number = |digits: &[u8]| str::from_utf8(digits).ok()?.parse::<u16>().ok().map(usize::from);
    let low = number(low).ok_or(PatternFault::Refused)?;
    let high = match most {
        None => Some(low),
        Some(None) => None,
        Some(Some(high)) => Some(number(high).ok_or(PatternFault::Refused)?),
    };
    if high.is_some_and(|high| high < low) { Err(PatternFault::Refused) } else { Ok((low, high)) }
}
