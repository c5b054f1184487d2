//! What kind of file the lines look like, whatever its name says.

use nom::bytes::complete::take_while_m_n;
use nom::combinator::all_consuming;
use nom::{IResult, Parser};

use crate::lines::{LineLimit, is_blank, logical_lines};
use crate::words::field;

/// The kinds of user file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contents {
    /// `user:hash`, or anything that fits no other kind.
    Passwords,
    /// `user:realm:32 hexadecimal digits` on every line.
    Digest,
    /// `group: member member` on every line.
    Groups,
    /// No line that says anything.
    Empty,
}

impl Contents {
    /// Judges by the lines; a kind other than passwords needs all of them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut kind = Self::Empty;
        let lines = logical_lines(bytes, LineLimit::LARGE).filter(|line| !line.is_skipped());
        for line in lines {
            let next = of_line(line.text.bytes());
            if next == Self::Passwords || (kind != Self::Empty && kind != next) {
                return Self::Passwords;
            }
            kind = next;
        }
        kind
    }
}

fn of_line(line: &[u8]) -> Contents {
    let (behind, _) = field(line).unwrap_or((&[], line));
    let (behind, second) = field(behind).unwrap_or((&[], behind));
    let (_, third) = field(behind).unwrap_or((&[], behind));
    if all_consuming(digest).parse(third).is_ok() {
        return Contents::Digest;
    }
    let marked = second.iter().any(|byte| matches!(byte, b'$' | b'{'));
    if third.is_empty() && !marked && second.first().copied().is_some_and(is_blank) {
        return Contents::Groups;
    }
    Contents::Passwords
}

fn digest(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while_m_n(32, 32, |byte: u8| byte.is_ascii_hexdigit()).parse(input)
}

/// Bytes that are no plain text with LF line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// EF BB BF at the start.
    Utf8Bom,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// CR alone as line end, throughout: one single line to httpd.
    CarriageReturns,
}

impl Encoding {
    /// Tells from the first bytes, and for CR line ends from the whole text.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Some(Self::Utf8Bom),
            [0xff, 0xfe, ..] => Some(Self::Utf16Le),
            [0xfe, 0xff, ..] => Some(Self::Utf16Be),
            [first, 0, third, 0, ..] if *first != 0 && *third != 0 => Some(Self::Utf16Le),
            [0, second, 0, fourth, ..] if *second != 0 && *fourth != 0 => Some(Self::Utf16Be),
            _ => carriage_returns(bytes).then_some(Self::CarriageReturns),
        }
    }

    /// The words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Utf8Bom => "a UTF-8 byte order mark",
            Self::Utf16Le => "UTF-16 (little-endian)",
            Self::Utf16Be => "UTF-16 (big-endian)",
            Self::CarriageReturns => "bare carriage returns as line ends",
        }
    }
}

/// A CR with more text behind it and no LF anywhere.
fn carriage_returns(bytes: &[u8]) -> bool {
    let inner = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', inner).is_some()
}
