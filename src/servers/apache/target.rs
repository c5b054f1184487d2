//! The path that a request target names (server/util.c, `ap_unescape_url` and `ap_getparents`; modules/http).

use nom::branch::alt;
use nom::bytes::complete::{take, take_till, take_while_m_n};
use nom::character::complete::char;
use nom::combinator::{all_consuming, map_opt};
use nom::multi::many0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// The decoded path, `.` and `..` resolved and slashes merged; a folder keeps its slash at the end.
///
/// # Errors
/// The status that the server answers instead: 400 for a bad `%xx` or a way above the root, 404 for an encoded slash or
/// NUL.
pub(super) fn target(raw: &[u8], slashes: Slashes) -> Result<Vec<u8>, u16> {
    let path = before_query(raw).map_or(raw, |(_, path)| path);
    let (_, decoded) = all_consuming(many0(byte)).parse(path).map_err(|_| 400_u16)?;
    let is_slash = |(byte, text): &(u8, &[u8])| *byte == b'/' && text.len() > 1;
    if decoded.iter().any(|found| found.0 == 0 || (is_slash(found) && slashes == Slashes::Refused)) {
        return Err(404);
    }
    let decoded = decoded.into_iter().flat_map(|found| match is_slash(&found) && slashes == Slashes::Kept {
        true => found.1.to_vec(),
        false => vec![found.0],
    });
    resolved(&decoded.collect::<Vec<u8>>())
}

/// What `AllowEncodedSlashes` makes of `%2f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slashes {
    /// There is no such page.
    Refused,
    /// It is a slash.
    Decoded,
    /// It stays as it is.
    Kept,
}

fn before_query(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == b'?')(input)
}

/// One byte, and its text.
fn byte(input: &[u8]) -> IResult<&[u8], (u8, &[u8])> {
    let digits = take_while_m_n(2, 2, |byte: u8| byte.is_ascii_hexdigit());
    let encoded =
        map_opt(preceded(char('%'), digits), |digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
    let plain = map_opt(take(1_usize), |byte: &[u8]| byte.first().copied().filter(|byte| *byte != b'%'));
    let (rest, byte) = alt((encoded, plain)).parse(input)?;
    let text = input.get(..input.len() - rest.len()).unwrap_or_default();
    Ok((rest, (byte, text)))
}

fn resolved(path: &[u8]) -> Result<Vec<u8>, u16> {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut rest = path;
    let mut folder = false;
    while let Ok((behind, name)) = segment(rest) {
        folder = matches!(name, b"" | b"." | b"..");
        match name {
            b"" | b"." => {}
            b".." => drop(kept.pop().ok_or(400_u16)?),
            name => kept.push(name),
        }
        rest = behind;
    }
    let mut out: Vec<u8> = kept.iter().flat_map(|name| [b"/".as_slice(), name].concat()).collect();
    if folder || out.is_empty() {
        out.push(b'/');
    }
    Ok(out)
}

fn segment(input: &[u8]) -> IResult<&[u8], &[u8]> {
    preceded(char('/'), take_till(|byte| byte == b'/')).parse(input)
}

/// What stands behind the first `?`.
#[must_use]
pub(super) fn query_of(target: &[u8]) -> Option<Vec<u8>> {
    let mut parts = target.splitn(2, |byte| *byte == b'?');
    parts.next();
    Some(parts.next().unwrap_or_default().to_vec())
}

/// A path escaped so that reading it as a target gives it back (server/util.c, `ap_os_escape_path`).
#[must_use]
pub(super) fn escaped(path: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"$-_.+!*'(),:@&=/~".contains(byte);
    let write = |byte: &u8| if plain(byte) { vec![*byte] } else { format!("%{byte:02x}").into_bytes() };
    path.iter().flat_map(write).collect()
}

/// A path of the file system without doubled slashes, `.` and `..`; `None`: it leads above its root.
#[must_use]
pub(super) fn merged(path: &[u8]) -> Option<Vec<u8>> {
    path.strip_prefix(b"/")?;
    resolved(path).ok()
}

#[cfg(test)]
mod tests {
    use super::{Slashes, target};

    #[test]
    fn targets_become_paths() {
        assert_eq!(target(b"/a/%62/?x=/y", Slashes::Refused).unwrap(), b"/a/b/");
        assert_eq!(target(b"//a/./b/../c", Slashes::Refused).unwrap(), b"/a/c");
        assert_eq!(target(b"/", Slashes::Refused).unwrap(), b"/");
        assert_eq!(target(b"/../a", Slashes::Refused), Err(400));
        assert_eq!(target(b"/%zz", Slashes::Refused), Err(400));
        assert_eq!(target(b"/a%2Fb", Slashes::Refused), Err(404));
        assert_eq!(target(b"/a%00", Slashes::Refused), Err(404));
        assert_eq!(target(b"/a%2Fb", Slashes::Kept).unwrap(), b"/a%2Fb");
        assert_eq!(target(b"/a/..%2fb", Slashes::Decoded).unwrap(), b"/b");
    }
}
