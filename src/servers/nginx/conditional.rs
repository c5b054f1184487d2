//! Requests for less than the whole: headers of a 200 that make it a 206, 304, 412 or 416
//! (src/http/modules/ngx_http_not_modified_filter_module.c, ngx_http_range_filter_module.c).

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while, take_while_m_n, take_while1};
use nom::combinator::{all_consuming, map_opt, opt};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::directives::number;
use super::exchange::{Exchange, Known};
use crate::answer::Missing;

/// What a 200 is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entity {
    /// Bytes without a date.
    Bare,
    /// A file: its length, and the second it was changed in.
    File { len: u64, modified: Option<i64> },
    /// What somebody else sent.
    Foreign,
}

const RANGE: &str = "range";
const CONDITIONS: [&str; 4] = ["if-modified-since", "if-none-match", "if-match", "if-unmodified-since"];

impl Exchange<'_, '_> {
    /// The status that takes the place of a 200.
    pub(super) fn conditional(&mut self, entity: Entity) -> Known<u16> {
        let asks = |name: &&&str| self.asked.header(name).is_some();
        let found = CONDITIONS.iter().find(asks).or_else(|| [RANGE].iter().find(asks).map(|_| &RANGE));
        let Some(name) = found.filter(|_| self.main) else { return Ok(200) };
        let unknown = || self.unknown(Missing::Condition { directive: (*name).to_owned() }, None);
        let (len, modified) = match entity {
            Entity::Bare => (None, None),
            Entity::File { len, modified: Some(modified) } => (Some(len), Some(modified)),
            Entity::File { modified: None, .. } | Entity::Foreign => return Err(unknown()),
        };
        let tagged = self.tree().flag(self.block, "etag", true);
        let etag = len.zip(modified).filter(|_| tagged).map(|(len, modified)| format!("\"{modified:x}-{len:x}\""));
        let etag = etag.as_deref().map(str::as_bytes);
        let status = self.modified(modified, etag).ok_or_else(unknown)?;
        match len {
            Some(len) if status == 200 => self.ranged(len, modified, etag).ok_or_else(unknown),
            _ => Ok(status),
        }
    }

    /// `ngx_http_not_modified_header_filter`; `None`: a date that htlint does not read.
    fn modified(&self, modified: Option<i64>, etag: Option<&[u8]>) -> Option<u16> {
        let header = |name: &str| self.asked.header(name);
        if let Some(text) = header("if-unmodified-since") {
            let since = date(text)?;
            if modified.is_none_or(|modified| since.is_none_or(|since| since < modified)) {
                return Some(412);
            }
        }
        if header("if-match").is_some_and(|text| !lists(text, etag, false)) {
            return Some(412);
        }
        let (since, none) = (header("if-modified-since"), header("if-none-match"));
        if let Some(text) = since {
            let since = date(text)?;
            let rule = self.setting("if_modified_since").map_or(&b"exact"[..], |item| item.arg(0));
            let before = rule.eq_ignore_ascii_case(b"before");
            let same = modified
                .is_some_and(|modified| since.is_some_and(|since| since == modified || (before && since > modified)));
            if !same || rule.eq_ignore_ascii_case(b"off") {
                return Some(200);
            }
        }
        if none.is_some_and(|text| !lists(text, etag, true)) {
            return Some(200);
        }
        Some(if since.is_some() || none.is_some() { 304 } else { 200 })
    }

    /// `ngx_http_range_header_filter`; `None`: a filter may have taken the ranges away.
    fn ranged(&self, len: u64, modified: Option<i64>, etag: Option<&[u8]>) -> Option<u16> {
        let Some(text) = self.asked.header(RANGE) else { return Some(200) };
        let on = |name: &str| self.tree().flag(self.block, name, false);
        let filters = ["sub_filter", "add_before_body", "add_after_body", "image_filter", "xslt_stylesheet"];
        if on("ssi") || on("gzip") && self.asked.header("accept-encoding").is_some() {
            return None;
        }
        if filters.iter().any(|name| self.setting(name).is_some()) {
            return None;
        }
        let fits: IResult<&[u8], &[u8]> = tag_no_case("bytes=").parse(text);
        let Ok((ranges, _)) = fits else { return Some(200) };
        if ranges.is_empty() {
            return Some(200);
        }
        match self.asked.header("if-range") {
            Some(text) if text.len() >= 2 && text.ends_with(b"\"") => {
                if etag != Some(text) {
                    return Some(200);
                }
            }
            Some(text) if date(text)? != modified => return Some(200),
            Some(_) | None => {}
        }
        let most = self.setting("max_ranges").and_then(|item| number(item.arg(0))).unwrap_or(u64::MAX);
        Some(if most == 0 { 200 } else { parts(ranges, len, most) })
    }
}

/// `first-last`, `first-` or `-last`.
type Part = (Option<u64>, Option<u64>);

/// `ngx_http_range_parse`.
fn parts(text: &[u8], len: u64, most: u64) -> u16 {
    let (mut size, mut count) = (0_u64, 0);
    let mut rest = text;
    loop {
        let (behind, (first, last)) = match part(rest) {
            Ok(parsed) => parsed,
            Err(_) => return 416,
        };
        let (start, end) = match (first, last) {
            (None, last) => (len.saturating_sub(last.unwrap_or(0)), len),
            (Some(first), None) => (first, len),
            (Some(first), Some(last)) => (first, len.min(last.saturating_add(1))),
        };
        if start < end {
            size = size.saturating_add(end - start);
            if count == most {
                return 200;
            }
            count += 1;
        } else if start == 0 {
            return 200;
        }
        match behind {
            [b',', behind @ ..] => rest = behind,
            [] => break,
            _ => return 416,
        }
    }
    match (count, size > len) {
        (0, _) => 416,
        (_, true) => 200,
        _ => 206,
    }
}

fn part(input: &[u8]) -> IResult<&[u8], Part> {
    let blanks = || take_while(|byte| byte == b' ');
    let digits = || map_opt(take_while1(|byte: u8| byte.is_ascii_digit()), number);
    let suffix = preceded(tag("-"), digits()).map(|last| (None, Some(last)));
    let span =
        (digits(), delimited(blanks(), tag("-"), blanks()), opt(digits())).map(|(first, _, last)| (Some(first), last));
    delimited(blanks(), alt((suffix, span)), blanks()).parse(input)
}

/// Whether a list of entity tags holds this one (`ngx_http_test_if_match`).
fn lists(text: &[u8], etag: Option<&[u8]>, weak: bool) -> bool {
    if text == b"*" {
        return true;
    }
    let Some(etag) = etag else { return false };
    let blanks = || take_while(|byte| matches!(byte, b' ' | b'\t' | b','));
    let word = take_while1(|byte| !matches!(byte, b' ' | b'\t' | b','));
    let words: IResult<&[u8], Vec<&[u8]>> = preceded(blanks(), separated_list1(blanks(), word)).parse(text);
    let plain = |word: &[u8]| if weak { word.strip_prefix(b"W/").unwrap_or(word) == etag } else { word == etag };
    words.is_ok_and(|(_, words)| words.into_iter().any(plain))
}

/// A date as RFC 9110 has it, in seconds; nothing within: no date (`ngx_parse_http_time`). `None`: one of the old forms.
#[allow(clippy::option_option, reason = "what cannot be read is not the same as no date")]
fn date(text: &[u8]) -> Option<Option<i64>> {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    if !text.contains(&b':') {
        return Some(None);
    }
    let digits = |count| {
        map_opt(take_while_m_n(count, count, |byte: u8| byte.is_ascii_digit()), |text: &[u8]| {
            i64::try_from(number(text)?).ok()
        })
    };
    let month = map_opt(take_while_m_n(3, 3, |byte: u8| byte.is_ascii_alphabetic()), |text: &[u8]| {
        i64::try_from(MONTHS.iter().position(|month| *month == text)?).ok()
    });
    let day = (take_while1(|byte: u8| byte.is_ascii_alphabetic()), tag(", "), digits(2), tag(" "));
    let clock = (digits(2), tag(":"), digits(2), tag(":"), digits(2), tag(" GMT"));
    let parsed: IResult<&[u8], _> = all_consuming((day, month, tag(" "), digits(4), tag(" "), clock)).parse(text);
    let (_, ((_, _, day, _), month, _, year, _, (hour, _, minute, _, second, _))) = parsed.ok()?;
    // Years begin with March here, so that the leap day is the last one.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day - 1 - 719_468;
    Some(Some(days * 86_400 + hour * 3600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds() {
        assert_eq!(date(b"Sun, 06 Nov 1994 08:49:37 GMT"), Some(Some(784_111_777)));
        assert_eq!(date(b"Thu, 01 Jan 1970 00:00:00 GMT"), Some(Some(0)));
        assert_eq!(date(b"Thu, 29 Feb 2024 00:00:00 GMT"), Some(Some(1_709_164_800)));
        assert_eq!((date(b"today"), date(b"Sun Nov  6 08:49:37 1994")), (Some(None), None));
    }
}
