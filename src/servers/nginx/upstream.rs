//! Where a request is handed on to, as far as the address tells it.

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_till};
use nom::combinator::{opt, recognize};
use nom::{IResult, Parser};

/// The address and the rest of a URL without its scheme; a socket's path ends at the next `:`.
pub(super) fn parts(url: &[u8]) -> (&[u8], &[u8]) {
    let socket = recognize((tag("unix:"), take_till(|byte| byte == b':')));
    let bracketed = recognize((tag("["), take_till(|byte| byte == b'/' || byte == b'?')));
    let plain = take_till(|byte| byte == b'/' || byte == b'?');
    let parsed: IResult<&[u8], &[u8]> = alt((socket, bracketed, plain)).parse(url);
    let (rest, host) = parsed.unwrap_or((&[], url));
    match (host, rest) {
        ([b'u', b'n', b'i', b'x', b':', ..], [b':', uri @ ..]) => (host, uri),
        _ => (host, rest),
    }
}

/// Whether it goes over TLS, and the URL without its scheme; `None`: `proxy_pass` needs one.
pub(super) fn without_scheme<'u>(directive: &[u8], url: &'u [u8]) -> Option<(bool, &'u [u8])> {
    let (plain, secure) = match directive {
        b"proxy_pass" => ("http://", "https://"),
        b"grpc_pass" => ("grpc://", "grpcs://"),
        b"uwsgi_pass" => ("uwsgi://", "suwsgi://"),
        _ => return Some((false, url)),
    };
    let parsed: IResult<&[u8], Option<&[u8]>> = opt(alt((tag_no_case(plain), tag_no_case(secure)))).parse(url);
    match parsed.ok()? {
        (_, None) if directive == b"proxy_pass" => None,
        (rest, scheme) => Some((scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(secure.as_bytes())), rest)),
    }
}
