//! Options that a pattern sets for itself: `(?i)`, `(?s-m:...)`, `(?^x)`.

use nom::Parser;
use nom::bytes::complete::{tag, take_till};
use nom::combinator::{opt, recognize};

use super::compiled::{Dialect, PatternFault};

/// The options in force at a place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) dot_all: bool,
    /// `x`: blanks and comments are no part of the pattern.
    pub(super) extended: bool,
    /// `xx`: nor are blanks and tabs in a class.
    pub(super) spaced: bool,
    /// `n`: a group without a name does not capture.
    pub(super) no_capture: bool,
    pub(super) ungreedy: bool,
}

impl Options {
    pub(super) fn of(dialect: Dialect) -> Self {
        Self { ignore_case: dialect.ignore_case, dot_all: dialect.dot_all, ..Self::default() }
    }

    /// The options behind `(?`, whether that is all there is in the parentheses, and what follows (`parse_regex` of
    /// PCRE2).
    pub(super) fn change(self, rest: &[u8]) -> Result<(Self, bool, &[u8]), PatternFault> {
        let (mut options, mut rest) = (self, rest);
        let (mut on, mut may_turn_off) = (true, true);
        if let [b'^', behind @ ..] = rest {
            options = Self { ungreedy: options.ungreedy, ..Self::default() };
            may_turn_off = false;
            rest = behind;
        }
        loop {
            rest = match rest {
                [b')', behind @ ..] => return Ok((options, true, behind)),
                [b':', behind @ ..] => return Ok((options, false, behind)),
                [b'-', behind @ ..] if may_turn_off => {
                    (on, may_turn_off) = (false, false);
                    behind
                }
                [b'x', b'x', behind @ ..] => {
                    (options.extended, options.spaced) = (on, on);
                    behind
                }
                [letter, behind @ ..] => {
                    options.set(*letter, on)?;
                    behind
                }
                [] => return Err(PatternFault::Refused),
            };
        }
    }

    fn set(&mut self, letter: u8, on: bool) -> Result<(), PatternFault> {
        match letter {
            b'i' => self.ignore_case = on,
            b'm' => self.multiline = on,
            b's' => self.dot_all = on,
            b'n' => self.no_capture = on,
            b'U' => self.ungreedy = on,
            b'x' => (self.extended, self.spaced) = (on, false),
            // The same name for two groups, and groups of other kinds.
            b'J' | b'C' | b'(' | b'|' | b'*' => return Err(PatternFault::Undecided),
            _ => return Err(PatternFault::Refused),
        }
        Ok(())
    }

    /// What follows the blanks and comments that do not count.
    pub(super) fn skip(self, rest: &[u8]) -> &[u8] {
        let mut rest = rest;
        if !self.extended {
            return rest;
        }
        loop {
            rest = match rest {
                [b' ' | b'\t'..=b'\r', behind @ ..] => behind,
                [b'#', behind @ ..] => {
                    let line = (take_till(|byte| byte == b'\n'), opt(tag("\n")));
                    recognize(line)
                        .parse(behind)
                        .map_or_else(|_: nom::Err<()>| &[][..], |(behind, _): (&[u8], &[u8])| behind)
                }
                _ => return rest,
            };
        }
    }
}
