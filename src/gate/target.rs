//! Request targets as servers read them.

use nom::bytes::complete::{tag_no_case, take_till};
use nom::{IResult, Parser};

use crate::answer::Request;

/// The path of a request target: without the query, and without scheme and host of an absolute target.
#[must_use]
pub fn target_path(target: &[u8]) -> &[u8] {
    let scheme = |text| -> IResult<&'_ [u8], _> {
        (nom::branch::alt((tag_no_case("http://"), tag_no_case("https://"))), take_till(|byte| byte == b'/'))
            .parse(text)
    };
    let path = scheme(target).map_or(target, |(path, _)| if path.is_empty() { b"/" } else { path });
    let cut: IResult<&[u8], &[u8]> = take_till(|byte| matches!(byte, b'?' | b'#')).parse(path);
    cut.map_or(path, |(_, path)| path)
}

/// Text with `%41` and the like decoded; `None` if a `%` is followed by something else.
#[must_use]
pub fn percent_decoded(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => digit(bytes.next()?)? << 4 | digit(bytes.next()?)?,
            byte => byte,
        });
    }
    Some(decoded)
}

/// The decoded path of a request as Go's servers see it, or the status that they answer before anything else looks at
/// it (net/http `readRequest`, net/url `setPath`, `serverHandler.ServeHTTP`).
///
/// # Errors
/// The status.
pub fn go_path(request: &Request) -> Result<String, u16> {
    if request.path == b"*" {
        return Err(if request.method == "OPTIONS" { 200 } else { 400 });
    }
    let refused = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
    let path = target_path(&request.path);
    if request.path.iter().any(refused) || path.first() != Some(&b'/') {
        return Err(400);
    }
    let decoded = percent_decoded(path).ok_or(400_u16)?;
    Ok(String::from_utf8_lossy(&decoded).into_owned())
}

/// A path without `.`, `..` and doubled slashes; a slash at its end stays (Traefik, `sanitizePath`; h2o,
/// `h2o_url_normalize_path`).
#[must_use]
pub fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for piece in path.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            piece => kept.push(piece),
        }
    }
    let slash = path.ends_with('/') && !kept.is_empty();
    format!("/{}{}", kept.join("/"), if slash { "/" } else { "" })
}
