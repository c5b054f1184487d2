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
/// The length of a SHA-1 in base64.
const DIGEST: usize = 28;

/// The status of a file that may be sent; `length` tells how many bytes it has.
///
/// # Errors
/// It depends on the time of the file, which nothing here gives: the header that asks for it.
pub(super) fn status(ask: &Ask, length: impl FnOnce() -> u64) -> Result<u16, &'static str> {
    let reads = matches!(ask.method.as_str(), "GET" | "HEAD");
    let header = |name: &str| {
        let headers = ask.headers.iter().flatten();
        headers.rev().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_ascii())
    };
    let tags = |name| header(name).map(|tags| is_met(tags, could_be_tag(tags)).ok_or(name)).transpose();
    let date = |name| header(name).map(|date| if could_be_date(date) { Err(name) } else { Ok(false) }).transpose();
    if tags("If-Match")? == Some(false) {
        return Ok(412);
    }
    let unmodified = date("If-Unmodified-Since")?;
    let known = tags("If-None-Match")?;
    if known == Some(true) && !reads {
        return Ok(412);
    }
    let since = if reads { date("If-Modified-Since")? } else { None };
    let range = header("Range");
    if let Some(condition) = header("If-Range").filter(|_| range.is_some()) {
        let same = if condition.first() == Some(&b'"') { could_be_tag(condition) } else { could_be_date(condition) };
        return if same { Err("If-Range") } else { Ok(200) };
    }
    if known == Some(true) && unmodified.is_none() && since.is_none() {
        return Ok(304);
    }
    Ok(match range.map(|range| ranges(range, length())) {
        None | Some(Ranges::Ignored) => 200,
        Some(Ranges::Some) => 206,
        Some(Ranges::Beyond) => 416,
    })
}

/// Whether a list of entity tags holds that of the file; `None`: can't tell.
fn is_met(tags: &[u8], could_be: bool) -> Option<bool> {
    match tags.first() {
        Some(b'*') => Some(true),
        _ if could_be => None,
        _ => Some(false),
    }
}

/// Whether a tag in quotes could be one that the server makes (server/util_etag.c, `ap_make_etag_ex`): hexadecimal numbers
/// of the inode, the size and the time, or a digest in base64.
fn could_be_tag(tags: &[u8]) -> bool {
    let numbers = |tag: &[u8]| tag.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let digest = |tag: &[u8]| tag.len() == DIGEST && tag.last() == Some(&b'=');
    let parts = parts(tags, '"').map_or_else(|_| Vec::new(), |(_, parts)| parts);
    parts.iter().skip(1).any(|tag| !tag.is_empty() && (numbers(tag) || digest(tag)))
}

/// Every date has a time of day (apr-util, `apr_date_parse_http`).
fn could_be_date(text: &[u8]) -> bool {
    text.contains(&b':') && text.iter().any(u8::is_ascii_digit)
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
    let mut items = parts(list, ',').map_or_else(|_| Vec::new(), |(_, items)| items);
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

/// What stands between separators.
fn parts(text: &[u8], separator: char) -> IResult<&[u8], Vec<&[u8]>> {
    separated_list1(char(separator), take_till(move |byte| char::from(byte) == separator)).parse(text)
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
