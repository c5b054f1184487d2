//! Addresses and ports of `Listen` and `<VirtualHost>` (srclib/apr/network_io/unix/sockaddr.c, `apr_parse_addr_port`;
//! server/listen.c, `ap_set_listener`; server/vhost.c, `get_addresses`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while, take_while1};
use nom::character::complete::{char, digit1, hex_digit1};
use nom::combinator::{all_consuming, map_opt, rest};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::values::count;
use crate::servers::apache::host::HostAddress;

/// Where a server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listened {
    /// At this address, or at all, on this port.
    At(Option<IpAddr>, u16),
    /// At the address of a name that no file tells.
    Named,
}

/// What `Listen` is given; fails in the server's words.
pub(super) fn listened(word: &[u8]) -> Result<Listened, &'static str> {
    let (host, port) = split(word).ok_or("Invalid address or port")?;
    let port = port.ok_or("Port must be specified")?;
    match host {
        None | Some(b"*") => Ok(Listened::At(None, port)),
        Some(host) => match address(host) {
            Some(address) => Ok(Listened::At(Some(address), port)),
            None if is_nowhere(host) => Err("Listen setup failed"),
            None => Ok(Listened::Named),
        },
    }
}

/// One address of a `<VirtualHost>` line; `None`: a name, for what that stands for is not in any file, and the server
/// ignores one that stands for nothing. Fails in the server's words.
pub(super) fn host_address(word: &[u8], default_port: u16) -> Result<Option<HostAddress>, &'static str> {
    let (text, wild_port) = match word.strip_suffix(b":*") {
        Some(text) => (text, true),
        None => (word, word == b"*"),
    };
    let (host, port) = split(text).ok_or("The address or port is invalid")?;
    let host = host.ok_or("Missing address for VirtualHost")?;
    let port = if wild_port { 0 } else { port.unwrap_or(default_port) };
    let is_default = host.eq_ignore_ascii_case(b"_default_");
    let any = is_default || host == b"*";
    let address = address(host);
    let word = host.to_owned();
    let told = any || address.is_some();
    // The address of no host in particular is any.
    let address = address.filter(|address| !address.is_unspecified());
    Ok(told.then_some(HostAddress { address, port, is_default, word }))
}

/// A host, if there is one, and a port, if there is one; none at all where the server cannot read it.
pub(in crate::servers::apache) type Parts<'w> = (Option<&'w [u8]>, Option<u16>);

/// Cuts a word at its port.
pub(in crate::servers::apache) fn split(word: &[u8]) -> Option<Parts<'_>> {
    let is_port = |text: &[u8]| u16::try_from(count(text)).ok().filter(|port| *port > 0);
    let digits = word.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, last) = word.split_at_checked(word.len().checked_sub(digits)?)?;
    let (host, port) = match before {
        [] => return Some((None, Some(is_port(last)?))),
        [host @ .., b':'] if !last.is_empty() => {
            let host = Some(host).filter(|host| !host.is_empty())?;
            (host, Some(is_port(last)?))
        }
        _ => (word, None),
    };
    match bracketed(host) {
        Ok((_, inner)) => std::str::from_utf8(inner).ok()?.parse::<Ipv6Addr>().ok().map(|_| (Some(inner), port)),
        Err(_) if host.starts_with(b"[") => None,
        Err(_) => Some((Some(host), port)),
    }
}

fn bracketed(input: &[u8]) -> IResult<&[u8], &[u8]> {
    all_consuming(delimited(
        tag("["),
        take_while(|byte| byte != b']' && byte != b'%'),
        (take_while(|byte| byte != b']'), tag("]")),
    ))
    .parse(input)
}

/// An address as it is written, in as few parts as `inet_aton` takes it in, or that of `localhost`.
fn address(host: &[u8]) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case(b"localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    let text = std::str::from_utf8(host).ok()?;
    text.parse().ok().or_else(|| short(text).map(IpAddr::from))
}

/// One to four numbers, the last of which fills what the others leave.
fn short(text: &str) -> Option<Ipv4Addr> {
    let hex = preceded(tag_no_case("0x"), hex_digit1).map(|digits: &str| (digits, 16));
    let octal = preceded(char('0'), digit1).map(|digits: &str| (digits, 8));
    let number = map_opt(alt((hex, octal, digit1.map(|digits| (digits, 10)))), |(digits, radix)| {
        u32::from_str_radix(digits, radix).ok()
    });
    let whole: IResult<&str, Vec<u32>> = all_consuming(separated_list1(char('.'), number)).parse(text);
    let parts = whole.ok().map(|(_, parts)| parts).filter(|parts| parts.len() <= 4)?;
    let (last, bytes) = parts.split_last()?;
    let mut whole = 0;
    for (byte, shift) in bytes.iter().zip([24_u32, 16, 8]) {
        whole |= u32::from(u8::try_from(*byte).ok()?) << shift;
    }
    let room = [u32::MAX, 0x00ff_ffff, 0xffff, 0xff];
    (room.get(bytes.len()).is_some_and(|most| last <= most)).then(|| Ipv4Addr::from(whole | last))
}

/// Whether a name cannot stand for an address whatever the resolver says: only digits and dots, letters that no name has,
/// or below `.invalid` (RFC 6761).
fn is_nowhere(host: &[u8]) -> bool {
    let numeric: IResult<&[u8], _> =
        all_consuming(take_while1(|byte: u8| byte.is_ascii_digit() || byte == b'.')).parse(host);
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte) || !byte.is_ascii();
    numeric.is_ok() || !host.iter().all(named) || host.to_ascii_lowercase().ends_with(b".invalid")
}

/// The name of `ServerName` without scheme and port (server/core.c, `server_hostname_port`).
pub(super) fn host_name(word: &[u8]) -> Vec<u8> {
    fn scheme(input: &[u8]) -> IResult<&[u8], &[u8]> {
        use nom::bytes::complete::take_until;
        terminated(take_until("://"), tag("://")).parse(input)
    }
    fn host(input: &[u8]) -> IResult<&[u8], &[u8]> {
        terminated(take_while(|byte| byte != b':'), rest).parse(input)
    }
    let behind = scheme(word).map_or(word, |(behind, _)| behind);
    host(behind).map_or(behind, |(_, host)| host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_server_does() {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert_eq!(listened(b"80"), Ok(Listened::At(None, 80)));
        assert_eq!(listened(b"127.0.0.1:8080"), Ok(Listened::At(Some(loopback), 8080)));
        assert_eq!(listened(b"[::1]:80"), Ok(Listened::At(Some("::1".parse().unwrap()), 80)));
        assert_eq!(listened(b"*:80"), Ok(Listened::At(None, 80)));
        assert_eq!(listened(b"shop.example:80"), Ok(Listened::Named));
        for word in [&b"70000"[..], b"0", b":80", b"127.0.0.1", b"abc", b"300.1.1.1:80", b"http://a:80", b"[::1:80"] {
            assert!(listened(word).is_err(), "{word:?}");
        }
    }

    #[test]
    fn a_host_may_have_any_address_and_any_port() {
        let any = host_address(b"*", 80).unwrap().unwrap();
        assert_eq!((any.address, any.port), (None, 0));
        assert_eq!(host_address(b"[::]:80", 80).unwrap().unwrap().address, None);
        let loopback = Some(Ipv4Addr::LOCALHOST.into());
        for word in [&b"127.1"[..], b"localhost:80", b"0x7f000001", b"0177.0.1"] {
            assert_eq!(host_address(word, 80).unwrap().unwrap().address, loopback, "{word:?}");
        }
        let default = host_address(b"_default_:443", 80).unwrap().unwrap();
        assert!(default.is_default && default.port == 443);
        assert_eq!(host_address(b"shop.example:80", 80), Ok(None));
        assert!(host_address(b"80", 80).is_err() && host_address(b"*:0", 80).is_err());
        assert!(host_address(b"[127.0.0.1]:80", 80).is_err());
    }

    #[test]
    fn a_server_name_has_no_scheme_and_no_port() {
        assert_eq!(host_name(b"https://shop.example:8443"), b"shop.example");
        assert_eq!(host_name(b"shop.example"), b"shop.example");
    }
}
