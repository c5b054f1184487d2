//! What a client asks for only if a file has changed, or asks a part of (http-header-glue.c,
//! `http_response_handle_cachable`; http_range.c, `http_range_rfc7233`; http_etag.c, `http_etag_matches`).

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while, take_while1};
use nom::combinator::{map, opt, recognize};
use nom::sequence::{pair, preceded, terminated};
use nom::{IResult, Parser};

use super::request::Parsed;
use super::respond::Stop;
use super::setup::{Lighttpd, Truth};
use crate::answer::{Because, Missing, Reason};

/// Ranges that the server looks at; more are passed over.
const MOST_RANGES: usize = 10;
/// With this many names the server looks endings up instead of trying one after the other.
const FEW: usize = 16;

/// Whether a tag of the client's is the file's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Fits,
    Differs,
    Unknown,
}

impl Lighttpd<'_> {
    /// The status of a file that is sent.
    pub(super) fn sent(&self, parsed: &Parsed, path: &[u8], length: u64, truths: &[Truth]) -> Result<u16, Stop> {
        let typed = self.has_type(path, truths)?;
        let tagged = typed && self.has_tag(truths)?;
        if typed && let Some(status) = unchanged(parsed, tagged)? {
            return Ok(status);
        }
        let Some(range) = parsed.header(b"Range").filter(|_| parsed.method == "GET" && length > 0) else {
            return Ok(200);
        };
        if !self.flag(truths, "server.range-requests", true)? {
            return Ok(200);
        }
        if let Some(condition) = parsed.header(b"If-Range") {
            let own = if condition.starts_with(b"\"") { tagged } else { typed };
            let could = if condition.starts_with(b"\"") { tag_of(&condition) } else { could_be_date(&condition) };
            if own && could {
                return Err(unknown("If-Range"));
            }
            return Ok(200);
        }
        Ok(partial(&range, length))
    }

    /// Whether the file has a type of its own: without one the server tells neither its date nor its tag
    /// (stat_cache.c, `stat_cache_mimetype_by_ext`).
    fn has_type(&self, path: &[u8], truths: &[Truth]) -> Result<bool, Stop> {
        let Some(setting) = self.effective(truths, "mimetype.assign")? else { return Ok(false) };
        let known = setting.value.elements();
        let named = |name: &[u8]| {
            let of = known.iter().find(|known| known.key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(name)));
            of.and_then(|element| element.value.text())
        };
        let value = if known.len() < FEW {
            let ends = |key: &[u8]| {
                path.len()
                    .checked_sub(key.len())
                    .and_then(|at| path.get(at..))
                    .is_some_and(|end| end.eq_ignore_ascii_case(key))
            };
            known
                .iter()
                .find(|element| element.key.as_deref().is_some_and(ends))
                .and_then(|element| element.value.text())
        } else {
            endings(path).into_iter().find_map(named)
        };
        Ok(value.is_some_and(|value| !value.is_empty()))
    }

    fn has_tag(&self, truths: &[Truth]) -> Result<bool, Stop> {
        let parts = ["etag.use-inode", "etag.use-mtime", "etag.use-size"];
        let mut any = false;
        for part in parts {
            any |= self.flag(truths, part, true)?;
        }
        Ok(any && self.flag(truths, "static-file.etags", true)?)
    }
}

/// The name, its endings from the longest, each with and without its dot, and nothing.
fn endings(path: &[u8]) -> Vec<&[u8]> {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let mut all = vec![name];
    for (at, _) in name.iter().enumerate().skip(1).filter(|(_, byte)| **byte == b'.') {
        all.extend(name.get(at..));
        all.extend(name.get(at + 1..).filter(|rest| !rest.is_empty() && !rest.starts_with(b".")));
    }
    all.push(b"");
    all
}

/// 304 or 412 where the client has the file already.
fn unchanged(parsed: &Parsed, tagged: bool) -> Result<Option<u16>, Stop> {
    let reads = matches!(parsed.method.as_str(), "GET" | "HEAD" | "QUERY");
    match parsed.header(b"If-None-Match").filter(|_| tagged) {
        Some(tags) => match fits(&tags) {
            Tag::Fits => Ok(Some(if reads { 304 } else { 412 })),
            Tag::Differs => Ok(None),
            Tag::Unknown => Err(unknown("If-None-Match")),
        },
        None => match parsed.header(b"If-Modified-Since").filter(|_| reads) {
            Some(date) if could_be_date(&date) => Err(unknown("If-Modified-Since")),
            Some(_) | None => Ok(None),
        },
    }
}

/// The file's own tag is a number in quotes, which nobody can tell; a star is every tag.
fn fits(tags: &[u8]) -> Tag {
    if tags == b"*" {
        return Tag::Fits;
    }
    let blank = |byte: u8| matches!(byte, b' ' | b'\t' | b',');
    let mut rest = tags;
    let mut found = Tag::Differs;
    while !rest.is_empty() {
        let start = preceded(take_while(blank), opt(tag::<_, _, nom::error::Error<&[u8]>>(&b"W/"[..]))).parse(rest);
        let text = start.map_or(rest, |(text, _)| text);
        let (one, behind) = super::cut::cut(text, b',');
        if one.trim_ascii() == b"*" {
            return Tag::Fits;
        }
        if tag_of(one) {
            found = Tag::Unknown;
        }
        rest = behind.unwrap_or_default();
    }
    found
}

/// Whether a text could be a tag of the server's own: digits in quotes.
fn tag_of(text: &[u8]) -> bool {
    let digits = take_while1::<_, _, nom::error::Error<&[u8]>>(|byte: u8| byte.is_ascii_digit());
    (tag("\""), digits, tag("\"")).parse(text).is_ok()
}

/// Every date has digits; how the server reads one hangs on the file's own.
fn could_be_date(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit)
}

fn unknown(header: &str) -> Stop {
    let missing = Missing::Condition { directive: header.to_owned() };
    Because::nowhere(Reason::CannotTell { missing }).into()
}

/// 206 for a part, 416 for none that is there, 200 for another unit than bytes.
fn partial(range: &[u8], length: u64) -> u16 {
    let unit: IResult<&[u8], &[u8]> = tag_no_case("bytes=").parse(range);
    let Ok((mut rest, _)) = unit else { return 200 };
    for _ in 0..MOST_RANGES {
        let (one, behind) = super::cut::cut(rest, b',');
        if reaches(one, length) {
            return 206;
        }
        match behind {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    416
}

/// Whether a range holds a byte of the file (`http_range_parse_next`).
fn reaches(text: &[u8], length: u64) -> bool {
    let blanks = || take_while::<_, _, nom::error::Error<&[u8]>>(|byte: u8| matches!(byte, b' ' | b'\t'));
    let first: IResult<&[u8], i64> = terminated(long, blanks()).parse(text);
    let Ok((rest, first)) = first else { return false };
    if first < 0 {
        return rest.is_empty() && first != i64::MIN;
    }
    if u64::try_from(first).unwrap_or(u64::MAX) >= length || first == i64::MAX {
        return false;
    }
    let Some(behind) = rest.strip_prefix(b"-") else { return false };
    let (rest, last) = long(behind).map_or((behind, None), |(rest, last)| (rest, Some(last)));
    let rest = blanks().parse(rest).map_or(rest, |(rest, _)| rest);
    rest.is_empty() && last.is_none_or(|last| last >= first && last != i64::MAX)
}

/// A number as `strtoll` reads it.
fn long(text: &[u8]) -> IResult<&[u8], i64> {
    let space = take_while(|byte: u8| byte.is_ascii_whitespace() || byte == 0x0b);
    let digits = take_while1(|byte: u8| byte.is_ascii_digit());
    let number = recognize(pair(opt(alt((tag("-"), tag("+")))), digits));
    let value = |text: &[u8]| {
        let parsed = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        parsed.unwrap_or(if text.starts_with(b"-") { i64::MIN } else { i64::MAX })
    };
    map(preceded(space, number), value).parse(text)
}
