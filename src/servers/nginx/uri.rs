//! Request targets: what is refused, and the path that locations see (src/http/ngx_http_parse.c,
//! `ngx_http_parse_request_line` and `ngx_http_parse_complex_uri`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::combinator::{map_opt, opt, recognize};
use nom::{IResult, Parser};

/// A request target in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Uri {
    /// The path, decoded.
    pub(super) path: Vec<u8>,
    /// What stands behind the `?`.
    pub(super) args: Vec<u8>,
    /// The path and query as sent.
    pub(super) unparsed: Vec<u8>,
}

/// A request line in its parts; `None`: the server answers 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target<'t> {
    /// The host of an absolute target.
    pub(super) host: Option<&'t [u8]>,
    /// From the path on.
    pub(super) rest: &'t [u8],
}

/// Parts a request target; `None`: 400. Blanks around it belong to the line.
pub(super) fn target(text: &[u8]) -> Option<Target<'_>> {
    let text = super::asked::without_blanks(text);
    if text.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
        return None;
    }
    if text.starts_with(b"/") {
        return Some(Target { host: None, rest: text });
    }
    let (rest, host) = absolute(text).ok()?;
    match rest {
        [] | [b'/' | b'?', ..] => Some(Target { host: Some(host), rest }),
        _ => None,
    }
}

/// `http://host:port`.
fn absolute(text: &[u8]) -> IResult<&[u8], &[u8]> {
    let first = take_while_m_n(1, 1, |byte: u8| byte.is_ascii_alphabetic());
    let more = take_while(|byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let plain = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
    let literal = recognize((tag("["), take_while1(|byte: u8| byte != b']' && byte != b'/'), tag("]")));
    let host = alt((literal, plain));
    let port = opt((tag(":"), take_while(|byte: u8| byte.is_ascii_digit())));
    let (rest, (_, _, _, host, _)) = (first, more, tag("://"), host, port).parse(text)?;
    Ok((rest, host))
}

/// Decodes and cleans the path; `None`: 400.
pub(super) fn uri(text: &[u8], merge_slashes: bool) -> Option<Uri> {
    let unparsed = text.to_vec();
    let whole = if text.starts_with(b"/") { text.to_vec() } else { [b"/", text].concat() };
    let plain: IResult<&[u8], &[u8]> = take_while(|byte| byte != b'?' && byte != b'#').parse(whole.as_slice());
    let (rest, raw) = plain.ok()?;
    let args = match rest {
        [b'?', args @ ..] => {
            let args: IResult<&[u8], &[u8]> = take_while(|byte| byte != b'#').parse(args);
            args.ok()?.1.to_vec()
        }
        _ => Vec::new(),
    };
    let path = clean(&decoded(raw)?, merge_slashes)?;
    Some(Uri { path, args, unparsed })
}

/// A byte of a path, and whether it was written as `%XX` and has no meaning any more.
type Decoded = (u8, bool);

fn decoded(raw: &[u8]) -> Option<Vec<Decoded>> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [first, behind @ ..] = rest {
        if *first != b'%' {
            bytes.push((*first, false));
            rest = behind;
            continue;
        }
        let (behind, byte) = hexadecimal(behind).ok()?;
        if byte == 0 {
            return None;
        }
        bytes.push((byte, matches!(byte, b'%' | b'#' | b'?')));
        rest = behind;
    }
    Some(bytes)
}

fn hexadecimal(input: &[u8]) -> IResult<&[u8], u8> {
    map_opt(take_while_m_n(2, 2, |byte: u8| byte.is_ascii_hexdigit()), |digits: &[u8]| {
        u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    })
    .parse(input)
}

/// Resolves `.` and `..`, and runs of slashes into one; `None`: `..` leads out of the root.
fn clean(bytes: &[Decoded], merge_slashes: bool) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut segments = bytes.split(|(byte, inert)| *byte == b'/' && !inert).skip(1).peekable();
    out.push(b'/');
    while let Some(segment) = segments.next() {
        let text: Vec<u8> = segment.iter().map(|(byte, _)| *byte).collect();
        let last = segments.peek().is_none();
        match text.as_slice() {
            b"" if last => {}
            b"" if merge_slashes => {}
            b"" => out.push(b'/'),
            b"." => {}
            b".." => up(&mut out)?,
            name => {
                out.extend_from_slice(name);
                if !last {
                    out.push(b'/');
                }
            }
        }
    }
    Some(out)
}

/// Takes the last name away, with the slash behind it.
fn up(out: &mut Vec<u8>) -> Option<()> {
    out.pop()?;
    if out.is_empty() {
        return None;
    }
    while out.last().is_some_and(|byte| *byte != b'/') {
        out.pop();
    }
    Some(())
}

/// A path and its query from a header of a backend; `None`: it leads up (src/http/ngx_http_parse.c,
/// `ngx_http_parse_unsafe_uri`).
pub(super) fn unsafe_uri(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (written, args) = split_args(text);
    let mut path = Vec::with_capacity(written.len());
    let mut rest = written.as_slice();
    while let [first, behind @ ..] = rest {
        let (next, byte) = match (first, hexadecimal(behind)) {
            (b'%', Ok((behind, byte))) => (behind, byte),
            _ => (behind, *first),
        };
        path.push(byte);
        rest = next;
    }
    let leads_up = |path: &[u8]| path.split(|byte| *byte == b'/').any(|name| name == b"..");
    (!path.is_empty() && !path.contains(&0) && !leads_up(&path)).then_some((path, args))
}

/// Parts a path and its query at the first `?` (`ngx_http_split_args`).
pub(super) fn split_args(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let parsed: IResult<&[u8], &[u8]> = take_while(|byte| byte != b'?').parse(text);
    let (rest, path) = parsed.unwrap_or((&[], text));
    (path.to_vec(), rest.get(1..).unwrap_or_default().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<String> {
        uri(text.as_bytes(), true).map(|uri| String::from_utf8(uri.path).unwrap())
    }

    #[test]
    fn dots_and_slashes_are_resolved() {
        assert_eq!(path("/a/./b/../c//d?x=/.."), Some("/a/c/d".to_owned()));
        assert_eq!(path("/a/%2e%2e/b/."), Some("/b/".to_owned()));
        assert_eq!(path("/.."), None);
        assert_eq!(path("/a/.."), Some("/".to_owned()));
        assert_eq!(path("/a%2Fb%2f%2F"), Some("/a/b/".to_owned()));
    }

    #[test]
    fn a_decoded_mark_means_nothing() {
        assert_eq!(path("/a%3Fb%23c%25d#e"), Some("/a?b#c%d".to_owned()));
        assert_eq!(path("/%zz"), None);
        assert_eq!(path("/%00"), None);
    }
}
