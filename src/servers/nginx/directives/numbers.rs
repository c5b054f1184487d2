//! Numbers, sizes and times as the server reads them (src/core/ngx_string.c, ngx_parse.c, ngx_parse_time).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::combinator::{all_consuming, map_opt, opt};
use nom::multi::many0;
use nom::{IResult, Parser};

fn digits(input: &[u8]) -> IResult<&[u8], u64> {
    map_opt(take_while1(|byte: u8| byte.is_ascii_digit()), |digits: &[u8]| str::from_utf8(digits).ok()?.parse().ok())
        .parse(input)
}

/// A number (`ngx_atoi`).
pub(in super::super) fn number(text: &[u8]) -> Option<u64> {
    let (_, number) = all_consuming(digits).parse(text).ok()?;
    i64::try_from(number).ok().map(|_| number)
}

/// Bytes, in units of 1024 (`ngx_parse_size`).
pub(in super::super) fn size(text: &[u8]) -> Option<u64> {
    scaled(text, false)
}

/// Bytes, gigabytes too (`ngx_parse_offset`).
pub(in super::super) fn offset(text: &[u8]) -> Option<u64> {
    scaled(text, true)
}

fn scaled(text: &[u8], giga: bool) -> Option<u64> {
    let unit = opt(alt((tag("k"), tag("K"), tag("m"), tag("M"), tag("g"), tag("G"))));
    let parsed: IResult<&[u8], (u64, Option<&[u8]>)> = all_consuming((digits, unit)).parse(text);
    let (_, (number, unit)) = parsed.ok()?;
    let scale = match unit {
        None => 1,
        Some(b"k" | b"K") => 1 << 10,
        Some(b"m" | b"M") => 1 << 20,
        Some(_) if giga => 1 << 30,
        Some(_) => return None,
    };
    number.checked_mul(scale).filter(|bytes| i64::try_from(*bytes).is_ok())
}

type Parts<'t> = Vec<(u64, Option<&'t [u8]>)>;

/// Milliseconds: numbers with units, the greater units first; `ms` only where `fine` (`ngx_parse_time`).
pub(in super::super) fn time(text: &[u8], fine: bool) -> Option<u64> {
    let unit = alt((tag("ms"), tag("y"), tag("M"), tag("w"), tag("d"), tag("h"), tag("m"), tag("s"), tag(" ")));
    let parsed: IResult<&[u8], Parts<'_>> = all_consuming(many0((digits, opt(unit)))).parse(text);
    let (_, parts) = parsed.ok().filter(|(_, parts)| !parts.is_empty())?;
    let (mut total, mut before) = (0_u64, 0);
    for (number, unit) in parts {
        let (order, scale) = match unit {
            // Such a time is more than a timer can count.
            Some(b"y" | b"M") if fine => return None,
            Some(b"y") => (1, 365 * 86_400_000),
            Some(b"M") => (2, 30 * 86_400_000),
            Some(b"w") => (3, 7 * 86_400_000),
            Some(b"d") => (4, 86_400_000),
            Some(b"h") => (5, 3_600_000),
            Some(b"m") => (6, 60_000),
            Some(b"ms") if fine => (8, 1),
            Some(b"ms") => return None,
            _ => (7, 1000),
        };
        if order <= before {
            return None;
        }
        before = order;
        total = total.checked_add(number.checked_mul(scale)?)?;
    }
    Some(total)
}
