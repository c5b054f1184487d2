//! The path that a request target names (server/util.c, `ap_normalize_path`, `ap_unescape_url_ex`; server/request.c,
//! `ap_process_request_internal`).

use nom::branch::alt;
use nom::bytes::complete::{take_till, take_till1, take_while_m_n};
use nom::character::complete::char;
use nom::combinator::{all_consuming, consumed, map_opt, peek, recognize};
use nom::multi::{fold_many0, many0_count};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// What becomes of an encoded slash (`AllowEncodedSlashes`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slashes {
    /// There is no such page.
    Refused,
    /// It is a slash.
    Decoded,
    /// It stays as it is.
    Kept,
}

/// How a path is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// AllowEncodedSlashes.
    pub slashes: Slashes,
    /// MergeSlashes.
    pub merges: bool,
}

/// The decoded path, `.` and `..` resolved and slashes merged; a folder keeps its slash at the end.
///
/// # Errors
/// The status that the server answers instead: 400 for a bad `%xx` or a way above the root, 404 for an encoded slash or
/// NUL.
pub(super) fn target(raw: &[u8], slashes: Slashes) -> Result<Vec<u8>, u16> {
    decoded(halves(raw).0, Reading { slashes, merges: true })
}

/// The same for a path without query, read as the server is told to.
///
/// # Errors
/// As [`target`].
pub(super) fn decoded(path: &[u8], reading: Reading) -> Result<Vec<u8>, u16> {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let normal = resolved(&unescaped(path, unreserved)?, reading.merges, false).ok_or(400_u16)?;
    let forbids = reading.slashes == Slashes::Refused;
    let is_refused = |part: Part<'_>| match part {
        Part::Plain(text) => text.contains(&0),
        Part::Encoded { byte, .. } => byte == 0 || (forbids && byte == b'/'),
    };
    if folded(&normal, || false, |refused, part| refused || is_refused(part))? {
        return Err(404);
    }
    let keeps = reading.slashes == Slashes::Kept;
    let decoded = unescaped(&normal, |byte| !(keeps && byte == b'/'))?;
    if reading.slashes == Slashes::Decoded {
        // What lies above the root is no fault any more.
        return Ok(resolved(&decoded, reading.merges, true).unwrap_or(decoded));
    }
    Ok(decoded)
}

/// The path of a request target, and what stands behind the first `?`; of slashes at its beginning only one counts
/// (server/protocol.c, `ap_parse_uri`).
#[must_use]
pub(super) fn halves(raw: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (raw, _) = without_slashes(raw).unwrap_or((raw, &[]));
    let (query, path) = before_query(raw).unwrap_or((&[], raw));
    (path, query.strip_prefix(b"?"))
}

fn without_slashes(input: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize(many0_count(terminated(char('/'), peek(char('/'))))).parse(input)
}

fn before_query(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b'?')(input)
}

/// What a path is made of.
enum Part<'t> {
    /// Bytes that stand for themselves.
    Plain(&'t [u8]),
    /// One byte as `%xx`.
    Encoded {
        /// Its three characters.
        written: &'t [u8],
        /// It.
        byte: u8,
    },
}

/// The text with the encoded bytes decoded that `which` picks; 400 for a bad `%xx`.
fn unescaped(text: &[u8], which: impl Fn(u8) -> bool) -> Result<Vec<u8>, u16> {
    let add = |mut out: Vec<u8>, part: Part<'_>| {
        match part {
            Part::Encoded { byte, .. } if which(byte) => out.push(byte),
            Part::Encoded { written: text, .. } | Part::Plain(text) => out.extend_from_slice(text),
        }
        out
    };
    folded(text, || Vec::with_capacity(text.len()), add)
}

/// What the parts of a text come to, one after the other; 400 for a bad `%xx`.
fn folded<T>(text: &[u8], start: impl FnMut() -> T, add: impl FnMut(T, Part<'_>) -> T) -> Result<T, u16> {
    all_consuming(fold_many0(part, start, add)).parse(text).map(|(_, all)| all).map_err(|_| 400)
}

fn part(input: &[u8]) -> IResult<&[u8], Part<'_>> {
    let digits = take_while_m_n(2, 2, |byte: u8| byte.is_ascii_hexdigit());
    let byte =
        map_opt(preceded(char('%'), digits), |digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
    let encoded = consumed(byte).map(|(written, byte)| Part::Encoded { written, byte });
    alt((take_till1(|byte| byte == b'%').map(Part::Plain), encoded)).parse(input)
}

/// The path without `.` and `..`; `None`: it leads above the root, where that is not `allowed`.
fn resolved(path: &[u8], merges: bool, allowed: bool) -> Option<Vec<u8>> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut rest = path;
    let mut folder = false;
    while let Ok((behind, name)) = segment(rest) {
        folder = matches!(name, b"" | b"." | b"..");
        match name {
            b"" if merges || behind.is_empty() => {}
            b"." => {}
            b".." if kept.pop().is_none() && !allowed => return None,
            b".." => {}
            name => kept.push(name),
        }
        rest = behind;
    }
    let mut out = Vec::with_capacity(path.len() + 1);
    for name in kept {
        out.push(b'/');
        out.extend_from_slice(name);
    }
    if folder || out.is_empty() {
        out.push(b'/');
    }
    Some(out)
}

fn segment(input: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(char('/'), take_till(|byte| byte == b'/')).parse(input)
}

/// A path escaped so that reading it as a target gives it back (server/util.c, `ap_os_escape_path`).
#[must_use]
pub(super) fn escaped(path: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"$-_.+!*'(),:@&=/~".contains(byte);
    let write = |byte: &u8| if plain(byte) { vec![*byte] } else { format!("%{byte:02x}").into_bytes() };
    path.iter().flat_map(write).collect()
}

/// The folder of a URL path, with its slash.
#[must_use]
pub(super) fn folder_of(url: &[u8]) -> &[u8] {
    let end = url.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    url.get(..end).unwrap_or_default()
}

/// A path of the file system without doubled slashes, `.` and `..`; `None`: it leads above its root.
#[must_use]
pub(super) fn merged(path: &[u8]) -> Option<Vec<u8>> {
    path.strip_prefix(b"/")?;
    resolved(path, true, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_become_paths() {
        assert_eq!(target(b"/a/%62/?x=/y", Slashes::Refused).unwrap(), b"/a/b/");
        assert_eq!(target(b"//a/./b/../c", Slashes::Refused).unwrap(), b"/a/c");
        assert_eq!(target(b"/", Slashes::Refused).unwrap(), b"/");
        assert_eq!(target(b"/../a", Slashes::Refused), Err(400));
        assert_eq!(target(b"/%zz", Slashes::Refused), Err(400));
        assert_eq!(target(b"/a%2Fb", Slashes::Refused), Err(404));
        assert_eq!(target(b"/a%00", Slashes::Refused), Err(404));
        assert_eq!(target(b"/a%252Fb", Slashes::Refused).unwrap(), b"/a%2Fb");
    }

    #[test]
    fn slashes_are_read_as_the_server_is_told() {
        let read = |path, slashes, merges| decoded(path, Reading { slashes, merges }).unwrap();
        assert_eq!(read(b"/a%2F..%2Fb", Slashes::Decoded, true), b"/b");
        assert_eq!(read(b"/a%2Fb%20c", Slashes::Kept, true), b"/a%2Fb c");
        assert_eq!(read(b"//a//b", Slashes::Refused, false), b"//a//b");
        assert_eq!(read(b"//a//", Slashes::Refused, false), b"//a//");
    }
}
