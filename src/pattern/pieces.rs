//! Parts of a pattern that stand for themselves: quantifiers, names, comments.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::combinator::{map_opt, opt, recognize, value};
use nom::sequence::{delimited, preceded};

use super::compiled::PatternFault;

/// Behind `(`: a comment, and what is no group at all.
pub(super) fn extension(rest: &[u8]) -> Result<Option<&[u8]>, PatternFault> {
    match rest {
        [b'?', b'#', behind @ ..] => {
            let mut comment = (take_while(|byte| byte != b')'), tag(")"));
            let (behind, _) = comment.parse(behind).map_err(|_: nom::Err<()>| PatternFault::Refused)?;
            Ok(Some(behind))
        }
        [b'?'] | [b'?', b'P'] => Err(PatternFault::Refused),
        // Options are of these letters; what else begins so is read elsewhere.
        [b'?', letter, ..] if letter.is_ascii_alphabetic() && !b"imsxnUJPRC".contains(letter) => {
            Err(PatternFault::Refused)
        }
        [b'?', b'P', letter, ..] if !b"<=>".contains(letter) => Err(PatternFault::Refused),
        _ => Ok(None),
    }
}

/// `?<name>` or `?P<name>`: counted like any group.
pub(super) fn name(rest: &[u8]) -> Option<(&[u8], String)> {
    let first = take_while_m_n::<_, _, ()>(1, 1, |byte: u8| byte.is_ascii_alphabetic() || byte == b'_');
    let more = take_while_m_n(0, 31, |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = recognize((first, more));
    let (rest, name) = match rest {
        [b'?', b'\'', behind @ ..] => (name, tag("'")).map(|(name, _)| name).parse(behind),
        _ => delimited((tag("?"), opt(tag("P")), tag("<")), name, tag(">")).parse(rest),
    }
    .ok()?;
    Some((rest, String::from_utf8_lossy(name).into_owned()))
}

/// The smaller and the greater number.
pub(super) type Bounds = Result<(usize, Option<usize>), PatternFault>;

/// A quantifier and what follows it; PCRE2 takes numbers up to 65535, the smaller first.
pub(super) fn quantifier(rest: &[u8]) -> Option<(&[u8], Bounds)> {
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

/// Behind `\x`: whether the number of a character is more than a byte holds.
pub(super) fn is_wide(rest: &[u8]) -> bool {
    let digits = take_while1::<_, _, ()>(|byte: u8| byte.is_ascii_hexdigit());
    let number = delimited(tag("{"), digits, tag("}")).parse(rest).ok().map(|(_, digits): (_, &[u8])| digits);
    number.is_some_and(|digits| digits.iter().skip_while(|digit| **digit == b'0').count() > 2)
}

/// The group that `(?1)`, `(?R)`, `(?-1)`, `(?&name)` or `(?P>name)` calls.
pub(super) enum Called {
    Number(usize),
    /// So many groups from here on.
    Ahead(usize),
    /// So many groups before here.
    Back(usize),
    Name(String),
}

/// Behind `(`: a call and what follows it.
pub(super) fn called(rest: &[u8]) -> Option<(&[u8], Called)> {
    let number = || {
        map_opt(take_while1::<_, &[u8], ()>(|byte: u8| byte.is_ascii_digit()), |digits: &[u8]| {
            str::from_utf8(digits).ok()?.parse::<usize>().ok()
        })
    };
    let name = map_opt(take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_'), |name: &[u8]| {
        Some(Called::Name(str::from_utf8(name).ok()?.to_owned()))
    });
    let call = alt((
        value((), tag("?R")).map(|()| Called::Number(0)),
        preceded(tag("?+"), number()).map(Called::Ahead),
        preceded(tag("?-"), number()).map(Called::Back),
        preceded(alt((tag("?&"), tag("?P>"))), name),
        preceded(tag("?"), number()).map(Called::Number),
    ));
    (call, tag(")")).map(|(call, _)| call).parse(rest).ok()
}

/// Whether `(*` begins a word that PCRE2 knows; others do not compile (`verbs`, `alasmeta` and `pso_list`).
pub(super) fn is_verb(rest: &[u8]) -> bool {
    let word = take_while1::<_, &[u8], ()>(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
    match preceded(tag("*"), word).parse(rest) {
        Ok((_, word)) => VERBS.iter().any(|known| known.as_bytes() == word),
        Err(_) => true,
    }
}

const VERBS: [&str; 46] = [
    "ACCEPT",
    "COMMIT",
    "F",
    "FAIL",
    "MARK",
    "PRUNE",
    "SKIP",
    "THEN",
    "UTF",
    "UTF8",
    "UCP",
    "NOTEMPTY",
    "NOTEMPTY_ATSTART",
    "NO_AUTO_POSSESS",
    "NO_DOTSTAR_ANCHOR",
    "NO_JIT",
    "NO_START_OPT",
    "LIMIT_HEAP",
    "LIMIT_MATCH",
    "LIMIT_DEPTH",
    "LIMIT_RECURSION",
    "CR",
    "LF",
    "CRLF",
    "ANY",
    "NUL",
    "ANYCRLF",
    "BSR_ANYCRLF",
    "BSR_UNICODE",
    "pla",
    "positive_lookahead",
    "nla",
    "negative_lookahead",
    "plb",
    "positive_lookbehind",
    "nlb",
    "negative_lookbehind",
    "napla",
    "naplb",
    "non_atomic_positive_lookahead",
    "non_atomic_positive_lookbehind",
    "atomic",
    "sr",
    "script_run",
    "asr",
    "atomic_script_run",
];
