//! A file of which only a part is asked for, or only under conditions (modules/http/http_protocol.c,
//! `ap_meets_conditions`; modules/http/byterange_filter.c, `ap_set_byterange`).

use nom::bytes::complete::{tag_no_case, take_till, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, map_res, opt};
use nom::multi::separated_list1;
use nom::{IResult, Parser};

use super::ask::Ask;

/// The most ranges that are answered one by one (MaxRanges).
const MOST_RANGES: usize = 200;

/// The status of a file that may be sent; `length` tells how many bytes it has.
#[must_use]
pub(super) fn status(ask: &Ask, length: impl FnOnce() -> u64) -> u16 {
    let reads = matches!(ask.method.as_str(), "GET" | "HEAD");
    let header = |name: &str| {
        let headers = ask.headers.iter().flatten();
        headers.rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_ascii())
    };
    // Nobody knows the entity tag of a file beforehand: it is made of its time and its size.
    if header("If-Match").is_some_and(|tags| tags.first() != Some(&b'*')) {
        return 412;
    }
    let exists = header("If-None-Match").is_some_and(|tags| tags.first() == Some(&b'*'));
    if exists && !reads {
        return 412;
    }
    if exists && header("If-Modified-Since").is_none() {
        return 304;
    }
    match header("Range").filter(|_| header("If-Range").is_none()).map(|range| ranges(range, length())) {
        None | Some(Ranges::Ignored) => 200,
        Some(Ranges::Some) => 206,
        Some(Ranges::Beyond) => 416,
    }
}

/// What a `Range` comes to.
enum Ranges {
    /// The whole file.
    Ignored,
    /// Parts of it.
    Some,
    /// Nothing of it.
    Beyond,
}

fn ranges(value: &[u8], length: u64) -> Ranges {
    let Ok((list, _)) = tag_no_case::<_, _, nom::error::Error<&[u8]>>("bytes=").parse(value) else {
        return Ranges::Ignored;
    };
    let mut items = items(list).map_or_else(|_| Vec::new(), |(_, items)| items);
    // An empty one ends them.
    items.truncate(items.iter().position(|item| item.is_empty()).unwrap_or(items.len()));
    if length == 0 || items.len() > MOST_RANGES {
        return Ranges::Ignored;
    }
    let mut kept: Vec<(u64, u64)> = Vec::new();
    for item in &items {
        let Some((start, end)) = range(item, length) else { return Ranges::Ignored };
        if start == 0 && item.ends_with(b"-") {
            return Ranges::Some;
        }
        let end = end.min(length - 1);
        match kept.last_mut() {
            _ if start >= length => {}
            // What touches the one before is one with it.
            Some((first, last)) if start <= *last + 1 && *first <= end + 1 => {
                (*first, *last) = ((*first).min(start), (*last).max(end));
            }
            _ => kept.push((start, end)),
        }
    }
    let bytes = kept.iter().fold(0_u64, |all, (start, end)| all.saturating_add(end - start + 1));
    match kept.as_slice() {
        [] if items.is_empty() => Ranges::Ignored,
        [] => Ranges::Beyond,
        _ if bytes > length => Ranges::Ignored,
        _ => Ranges::Some,
    }
}

fn items(list: &[u8]) -> IResult<&[u8], Vec<&[u8]>> {
    separated_list1(char(','), take_till(|byte| byte == b',')).parse(list)
}

/// The first and the last byte of one range; `None`: it is none.
fn range(item: &[u8], length: u64) -> Option<(u64, u64)> {
    let digits = || {
        let some = take_while1::<_, _, nom::error::Error<&[u8]>>(|byte: u8| byte.is_ascii_digit());
        map_res(some, |digits: &[u8]| str::from_utf8(digits).unwrap_or_default().parse::<u64>())
    };
    let (_, (first, _, last)) = all_consuming((opt(digits()), char('-'), opt(digits()))).parse(item).ok()?;
    match (first, last) {
        (None, None | Some(0)) => None,
        (None, Some(count)) => Some((length.saturating_sub(count), length.saturating_sub(1))),
        (Some(first), None) => Some((first, length.saturating_sub(1).max(first))),
        (Some(first), Some(last)) => (first <= last).then_some((first, last)),
    }
}
