//! What stands behind a backslash outside a class.

use nom::Parser;
use nom::bytes::complete::{tag, take_while1};
use nom::combinator::opt;
use nom::sequence::delimited;

use super::class::{hexadecimal, literal, octal, property, set};
use super::compiled::{Item, PatternFault, Writer};
use super::pieces::{is_wide, quantifier};

impl Writer {
    /// Behind a backslash outside a class.
    pub(super) fn escape<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
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
            b'1'..=b'9' => self.numbered(rest),
            b'g' => self.referred(behind),
            b'p' | b'P' => {
                let (behind, members) = property(*first == b'P', behind, self.dialect.utf)?;
                self.size += 36;
                Ok((behind, self.push(&format!("(?-i:{members})"), Item::Repeatable)))
            }
            b'C' if !self.dialect.utf => Ok((behind, self.push(".", Item::Repeatable))),
            b'x' if !self.dialect.utf && is_wide(behind) => Err(PatternFault::Refused),
            _ => {
                let (behind, byte) = hexadecimal(rest)?;
                literal(byte, &mut self.text);
                self.foreign |= !byte.is_ascii();
                Ok((behind, Item::Repeatable))
            }
        }
    }

    /// What a group of a name holds; behind the mark before the name.
    pub(super) fn called<'s>(&mut self, rest: &'s [u8], end: &str) -> Result<(&'s [u8], Item), PatternFault> {
        let name = take_while1::<_, _, ()>(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
        let (behind, name) = (name, tag(end)).map(|(name, _)| name).parse(rest).map_err(|_| PatternFault::Refused)?;
        let known = self.names.iter().find(|(known, _)| known.as_bytes() == name);
        // It may come later.
        let (_, number) = known.ok_or(PatternFault::Undecided)?;
        Ok((behind, self.back(*number)))
    }

    /// What a group holds.
    fn back(&mut self, number: usize) -> Item {
        self.references = self.references.max(number);
        self.caseless_reference |= self.options.ignore_case;
        self.text.push_str(&format!("(?:\\{number})"));
        Item::Repeatable
    }

    /// Behind a backslash that a digit other than zero follows: a group, else a character by its octal number
    /// (`PRIV(check_escape)`).
    fn numbered<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let mut digits = take_while1::<_, _, ()>(|byte: u8| byte.is_ascii_digit());
        let (behind, digits) = digits.parse(rest).map_err(|_| PatternFault::Refused)?;
        let number = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        let high = matches!(rest, [b'8' | b'9', ..]);
        if let Some(number) = number.filter(|number| high || *number < 10_usize || *number <= self.groups) {
            return Ok((behind, self.back(number)));
        }
        let (behind, byte) = octal(rest).ok_or(PatternFault::Refused)?;
        literal(byte, &mut self.text);
        self.foreign |= !byte.is_ascii();
        if self.dialect.utf && !byte.is_ascii() { Err(PatternFault::Undecided) } else { Ok((behind, Item::Repeatable)) }
    }

    /// Behind `\g`: a group by its number, also counted backwards, or by its name; calls are not known.
    fn referred<'s>(&mut self, rest: &'s [u8]) -> Result<(&'s [u8], Item), PatternFault> {
        let digits = || take_while1::<_, &[u8], ()>(|byte: u8| byte.is_ascii_digit());
        let signed = || (opt(tag("-")), digits());
        let (behind, (sign, digits)) = match rest {
            [b'<' | b'\'', ..] => return Err(PatternFault::Undecided),
            [b'{', name, ..] if name.is_ascii_alphabetic() || *name == b'_' => {
                return self.called(rest.get(1..).unwrap_or_default(), "}");
            }
            [b'{', ..] => delimited(tag("{"), signed(), tag("}")).parse(rest),
            _ => signed().parse(rest),
        }
        .map_err(|_| PatternFault::Undecided)?;
        let number = str::from_utf8(digits).ok().and_then(|digits| digits.parse::<usize>().ok());
        let number = number.filter(|number| *number > 0).ok_or(PatternFault::Refused)?;
        let number = if sign.is_some() { (self.groups + 1).checked_sub(number) } else { Some(number) };
        let number = number.filter(|number| *number > 0).ok_or(PatternFault::Refused)?;
        Ok((behind, self.back(number)))
    }

    /// Up to `\E`, all stands for itself.
    pub(super) fn quoted<'s>(&mut self, rest: &'s [u8]) -> &'s [u8] {
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
