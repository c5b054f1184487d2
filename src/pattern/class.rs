//! Characters of a pattern: escapes and bracketed classes, as PCRE2 reads them in the C locale.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while_m_n, take_while1};
use nom::character::complete::one_of;
use nom::combinator::{map_opt, opt, value};
use nom::sequence::{delimited, preceded};

use super::compiled::PatternFault;

/// Writes one byte that stands for itself.
pub(super) fn literal(byte: u8, text: &mut String) {
    if byte.is_ascii_alphabetic() {
        text.push(char::from(byte));
    } else {
        text.push_str(&format!("\\x{{{byte:02X}}}"));
    }
}

/// The members, between brackets, of `\d` and its kind.
pub(super) fn set(letter: u8) -> Option<&'static str> {
    match letter {
        b'd' => Some("0-9"),
        b'D' => Some("^0-9"),
        b'w' => Some("0-9A-Za-z_"),
        b'W' => Some("^0-9A-Za-z_"),
        b's' => Some(r"\x09-\x0D\x20"),
        b'S' => Some(r"^\x09-\x0D\x20"),
        b'h' => Some(r"\x09\x20\u{A0}"),
        b'H' => Some(r"^\x09\x20\u{A0}"),
        b'v' => Some(r"\x0A-\x0D\u{85}"),
        b'V' => Some(r"^\x0A-\x0D\u{85}"),
        _ => None,
    }
}

/// Behind a backslash: a byte by its escape (`\n`, `\x41`, `\060`, `\.`).
pub(super) fn hexadecimal(rest: &[u8]) -> Result<(&[u8], u8), PatternFault> {
    let hex = |least, most| {
        let digits = take_while_m_n::<_, &[u8], ()>(least, most, |byte: u8| byte.is_ascii_hexdigit());
        map_opt(digits, |digits: &[u8]| match digits {
            [] => Some(0),
            _ => u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok(),
        })
    };
    let octal =
        map_opt(preceded(tag("0"), take_while_m_n(0, 2, |byte| matches!(byte, b'0'..=b'7'))), |digits: &[u8]| {
            if digits.is_empty() { Some(0) } else { u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok() }
        });
    let named = alt((
        value(b'\n', tag("n")),
        value(b'\r', tag("r")),
        value(b'\t', tag("t")),
        value(0x0c, tag("f")),
        value(0x07, tag("a")),
        value(0x1b, tag("e")),
    ));
    let plain =
        map_opt(take(1_usize), |byte: &[u8]| byte.first().copied().filter(|byte| !byte.is_ascii_alphanumeric()));
    // Any number of digits, but one at the least.
    let number = |mark, radix: u32| {
        let digits = take_while1::<_, &[u8], ()>(move |byte| char::from(byte).is_digit(radix));
        map_opt(delimited(tag(mark), digits, tag("}")), move |digits: &[u8]| {
            u8::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()
        })
    };
    // A capital letter, of which one bit is turned round.
    let control = map_opt(preceded(tag("c"), take(1_usize)), |byte: &[u8]| {
        byte.first().filter(|byte| matches!(byte, b' '..=b'~')).map(|byte| byte.to_ascii_uppercase() ^ 0x40)
    });
    let mut any = alt((
        named,
        octal,
        number("x{", 16),
        number("o{", 8),
        control,
        preceded((tag("x"), nom::combinator::not(tag("{"))), hex(0, 2)),
        plain,
    ));
    // Letters that no version of PCRE2 gives a meaning; others are left open.
    any.parse(rest).map_err(|_: nom::Err<()>| match rest {
        [] | [b'i' | b'j' | b'm' | b'q' | b'y' | b'I' | b'J' | b'M' | b'O' | b'T' | b'Y', ..] => PatternFault::Refused,
        _ => PatternFault::Undecided,
    })
}

/// A byte by up to three octal digits; `None`: more than a byte.
pub(super) fn octal(rest: &[u8]) -> Option<(&[u8], u8)> {
    let mut digits = take_while_m_n::<_, &[u8], ()>(1, 3, |byte| matches!(byte, b'0'..=b'7'));
    let (behind, digits) = digits.parse(rest).ok()?;
    Some((behind, u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok()?))
}

/// Behind `\p` and `\P`: characters of a general category, which is asked with case even where the pattern has none.
pub(super) fn property(negated: bool, rest: &[u8], utf: bool) -> Result<(&[u8], String), PatternFault> {
    let letter = take_while_m_n::<_, &[u8], ()>(1, 1, |byte: u8| byte.is_ascii_alphabetic());
    let names = take_while_m_n(1, 60, |byte: u8| byte.is_ascii_alphanumeric() || b"_ &-:=".contains(&byte));
    let braced = delimited(tag("{"), (opt(tag("^")), names), tag("}"));
    let alone = letter.map(|name| (None, name));
    let (behind, (mark, name)) = alt((braced, alone)).parse(rest).map_err(|_| PatternFault::Refused)?;
    let known = CATEGORIES.iter().find(|known| known.as_bytes() == name).filter(|_| !utf);
    let negated = if negated != mark.is_some() { "^" } else { "" };
    match known {
        Some(name) => Ok((behind, format!("[{negated}\\p{{{name}}}]"))),
        // One letter that is no category is no property at all.
        None => Err(match name {
            [letter] if !b"CLMNPSZ".contains(&letter.to_ascii_uppercase()) => PatternFault::Refused,
            _ => PatternFault::Undecided,
        }),
    }
}

/// The general categories of Unicode.
const CATEGORIES: [&str; 36] = [
    "C", "Cc", "Cf", "Cn", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// One member of a class: a byte that may start a range, or a set that may not.
enum Member {
    Byte(u8),
    Set(String),
    Property(String),
}

/// Behind `[`: writes the class and gives what follows it, and whether it names anything beyond ASCII. Where it is
/// `spaced`, blanks and tabs in it do not count.
pub(super) fn class<'s>(rest: &'s [u8], spaced: bool, text: &mut String) -> Result<(&'s [u8], bool), PatternFault> {
    let (mut rest, negated) = opt(tag::<_, _, ()>("^")).parse(rest).map_err(|_| PatternFault::Refused)?;
    if negated.is_none()
        && matches!(rest, [mark @ (b':' | b'.' | b'='), ..] if named(&[&b"["[..], rest].concat(), *mark))
    {
        return Err(PatternFault::Refused);
    }
    text.push_str(if negated.is_some() { "[^" } else { "[" });
    let mut first = true;
    let mut foreign = false;
    loop {
        match rest {
            [b' ' | b'\t', behind @ ..] if spaced => {
                rest = behind;
                continue;
            }
            [] => return Err(PatternFault::Refused),
            [b']', behind @ ..] if !first => {
                text.push(']');
                return Ok((behind, foreign));
            }
            _ => {}
        }
        first = false;
        let (behind, low) = member(rest)?;
        rest = match (low, behind) {
            (Member::Byte(low), [b'-', high @ ..]) if !matches!(high, [] | [b']', ..]) => match member(high)? {
                (_, Member::Byte(high)) if high < low => return Err(PatternFault::Refused),
                (behind, Member::Byte(high)) => {
                    foreign |= !high.is_ascii();
                    text.push_str(&format!("\\x{{{low:02X}}}-\\x{{{high:02X}}}"));
                    behind
                }
                (_, Member::Set(_) | Member::Property(_)) => return Err(PatternFault::Refused),
            },
            (Member::Byte(byte), _) => {
                foreign |= !byte.is_ascii();
                literal(byte, text);
                behind
            }
            (Member::Set(_) | Member::Property(_), [b'-', high @ ..]) if !matches!(high, [b']', ..]) => {
                return Err(PatternFault::Refused);
            }
            (Member::Property(set), _) => {
                foreign = true;
                text.push_str(&set);
                behind
            }
            (Member::Set(set), _) => {
                text.push_str(&set);
                behind
            }
        };
    }
}

fn member(rest: &[u8]) -> Result<(&[u8], Member), PatternFault> {
    match rest {
        [b'[', mark @ (b':' | b'.' | b'='), ..] if named(rest, *mark) => posix(rest),
        [b'\\', b'b', behind @ ..] => Ok((behind, Member::Byte(0x08))),
        [b'\\', letter, behind @ ..] if set(*letter).is_some() => {
            Ok((behind, Member::Set(format!("[{}]", set(*letter).unwrap_or_default()))))
        }
        [b'\\', digit @ (b'8' | b'9'), behind @ ..] => Ok((behind, Member::Byte(*digit))),
        [b'\\', b'1'..=b'7', ..] => octal(rest.get(1..).unwrap_or_default())
            .map(|(rest, byte)| (rest, Member::Byte(byte)))
            .ok_or(PatternFault::Refused),
        [b'\\', negated @ (b'p' | b'P'), behind @ ..] => {
            property(*negated == b'P', behind, false).map(|(rest, members)| (rest, Member::Property(members)))
        }
        [b'\\', behind @ ..] => hexadecimal(behind).map(|(rest, byte)| (rest, Member::Byte(byte))),
        [byte, behind @ ..] => Ok((behind, Member::Byte(*byte))),
        [] => Err(PatternFault::Refused),
    }
}

/// Whether `[:`, `[.` or `[=` is closed by the same mark before any other bracket (`check_posix_syntax`).
fn named(rest: &[u8], mark: u8) -> bool {
    let mut rest = rest.get(2..).unwrap_or_default();
    loop {
        match rest {
            [b'\\', b']' | b'\\', behind @ ..] => rest = behind,
            [b'[', other, ..] if *other == mark => return false,
            [b']', ..] | [_] | [] => return false,
            [byte, b']', ..] if *byte == mark => return true,
            [_, behind @ ..] => rest = behind,
        }
    }
}

/// `[:alpha:]` and its kind; unknown names, `[.x.]` and `[=x=]` do not compile.
fn posix(rest: &[u8]) -> Result<(&[u8], Member), PatternFault> {
    let names = alt((
        alt((tag("alnum"), tag("alpha"), tag("ascii"), tag("blank"), tag("cntrl"), tag("digit"), tag("graph"))),
        alt((tag("lower"), tag("print"), tag("punct"), tag("space"), tag("upper"), tag("word"), tag("xdigit"))),
    ));
    let name = (opt(one_of::<_, _, ()>("^")), names);
    let (behind, (negated, name)) =
        delimited(tag("[:"), name, tag(":]")).parse(rest).map_err(|_| PatternFault::Refused)?;
    let name = str::from_utf8(name).map_err(|_| PatternFault::Undecided)?;
    Ok((behind, Member::Set(format!("[:{}{name}:]", if negated.is_some() { "^" } else { "" }))))
}
