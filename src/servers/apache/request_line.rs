//! What the server makes of a request target that is no plain path: an absolute URI, or the address of `CONNECT`
//! (server/protocol.c, `ap_parse_uri`; apr-util, `apr_uri_parse`; server/vhost.c, `ap_update_vhost_from_headers`).

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, tag_no_case, take_till};
use nom::character::complete::{digit0, digit1};
use nom::combinator::{all_consuming, opt, recognize, rest};
use nom::sequence::{preceded, separated_pair, terminated};
use nom::{IResult, Parser};

use crate::answer::Request;

/// The same request with a path as its target, and the host of an absolute URI as its `Host`.
///
/// # Errors
/// The target is none: the server answers 400.
pub(super) fn in_origin_form(request: &Request) -> Result<Cow<'_, Request>, u16> {
    let raw = request.path.as_slice();
    if all_consuming(take_till::<_, _, nom::error::Error<&[u8]>>(|byte| byte == b'#')).parse(raw).is_err() {
        return Err(400);
    }
    if request.method == "CONNECT" {
        let (_, (host, _)) = address(raw).map_err(|_| 400_u16)?;
        return Ok(Cow::Owned(rewritten(request, Some(host), b"/")));
    }
    match raw {
        [b'/', ..] => Ok(Cow::Borrowed(request)),
        b"*" if request.method == "OPTIONS" => Ok(Cow::Borrowed(request)),
        _ => {
            let (_, (https, authority, path)) = absolute(raw).map_err(|_| 400_u16)?;
            let host = authority.map(host).transpose()?.flatten().filter(|_| https == request.https);
            let path: &[u8] = match path {
                [] if request.method == "OPTIONS" => b"*",
                [] => b"/",
                path => path,
            };
            let path = match path {
                [b'?', ..] => [b"/", path].concat(),
                [b'/', ..] | b"*" => path.to_owned(),
                _ => return Err(400),
            };
            Ok(Cow::Owned(rewritten(request, host, &path)))
        }
    }
}

fn rewritten(request: &Request, host: Option<&[u8]>, path: &[u8]) -> Request {
    let mut request = Request { path: path.to_owned(), ..request.clone() };
    if let Some(host) = host {
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        request.headers.push(("Host".to_owned(), host.to_owned()));
    }
    request
}

/// Whether a target is for TLS, its authority, and what follows.
type Absolute<'t> = (bool, Option<&'t [u8]>, &'t [u8]);

/// Reads a target; a target without a scheme has nothing but a query.
fn absolute(target: &[u8]) -> IResult<&[u8], Absolute<'_>> {
    let scheme = alt((tag_no_case("https:").map(|_| true), tag_no_case("http:").map(|_| false)));
    let authority = opt(preceded(tag("//"), take_till(|byte| matches!(byte, b'/' | b'?'))));
    let whole = (scheme, authority, rest);
    let query = (tag("?"), rest).map(|_| (false, None, target));
    alt((whole, query)).parse(target)
}

/// The host of an authority with its port, if that is one; `None`: none is named.
fn host(authority: &[u8]) -> Result<Option<&[u8]>, u16> {
    if authority.contains(&b'@') {
        return Err(400);
    }
    let name = alt((recognize((tag("["), is_not("]"), tag("]"))), is_not::<_, _, nom::error::Error<&[u8]>>(":")));
    let port = opt(preceded(tag(":"), digit0));
    let (_, (name, port)) = all_consuming((opt(name), port)).parse(authority).map_err(|_| 400_u16)?;
    let usable =
        port.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u16>().ok()).is_some_and(|port| port > 0);
    Ok(name.map(|name| if usable { authority } else { name }))
}

/// A host and its port.
fn address(target: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    let host = take_till(|byte| byte == b':');
    terminated(separated_pair(host, tag(":"), digit1), nom::combinator::eof).parse(target)
}

#[cfg(test)]
mod tests {
    use super::in_origin_form;
    use crate::answer::{Client, Login, Request};

    fn made(method: &str, path: &[u8]) -> Result<(String, String), u16> {
        let headers = vec![("Host".to_owned(), b"own.test".to_vec())];
        let (login, client) = (Login::Anonymous, Client::Elsewhere);
        let request = Request { path: path.to_vec(), method: method.to_owned(), login, client, https: false, headers };
        let made = in_origin_form(&request)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok((text(made.header("Host").unwrap()), text(&made.path)))
    }

    #[test]
    fn an_absolute_uri_names_host_and_path() {
        let named = |host: &str, path: &str| Ok((host.to_owned(), path.to_owned()));
        assert_eq!(made("GET", b"/a?http://x/"), named("own.test", "/a?http://x/"));
        assert_eq!(made("GET", b"HTTP://A.test:99/b?c"), named("A.test:99", "/b?c"));
        assert_eq!(made("GET", b"http://a.test?c"), named("a.test", "/?c"));
        assert_eq!(made("GET", b"http://:80/b"), named("own.test", "/b"));
        assert_eq!(made("GET", b"https://a.test/b"), named("own.test", "/b"));
        assert_eq!(made("GET", b"http:/b"), named("own.test", "/b"));
        assert_eq!(made("GET", b"?c"), named("own.test", "/?c"));
        assert_eq!(made("OPTIONS", b"http://a.test"), named("a.test", "*"));
        assert_eq!(made("CONNECT", b"a.test:80"), named("a.test", "/"));
        for refused in [&b"a"[..], b"/a#b", b"http:a", b"ftp://a.test/", b"http://u@a.test/", b"*", b"a.test:80"] {
            assert_eq!(made("GET", refused), Err(400), "{}", String::from_utf8_lossy(refused));
        }
        assert_eq!(made("CONNECT", b"/a"), Err(400));
    }
}
