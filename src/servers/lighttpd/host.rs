//! Host names as the server checks and normalises them (request.c, `request_check_hostname` and
//! `http_request_host_normalize`).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::cut::cut;
use nom::bytes::complete::{tag, take_till, take_until, take_while};
use nom::combinator::{opt, rest};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// A name, or an address in brackets, and what stands behind its colon.
type Parts<'h> = (&'h [u8], Option<&'h [u8]>);

fn parts(host: &[u8]) -> IResult<&[u8], Parts<'_>> {
    let bracketed = nom::combinator::recognize(delimited(tag("["), take_until("]"), tag("]")));
    let name = take_till(|byte| byte == b':');
    (nom::branch::alt((bracketed, name)), opt(preceded(tag(":"), rest))).parse(host)
}

/// The normal form: without the scheme's own port, addresses in their shortest text. `None`: refused.
#[must_use]
pub(super) fn normalized(host: &[u8], scheme_port: u16) -> Option<Vec<u8>> {
    let (behind, (name, port)) = parts(host).ok()?;
    if !behind.is_empty() || (name.is_empty() && port.is_some()) || name == b"[]" {
        return None;
    }
    let port = match port {
        None | Some(b"") => None,
        Some(port) => Some(number(port)?),
    };
    let mut normal = address(name)?;
    if let Some(port) = port.filter(|port| *port != scheme_port) {
        normal.extend(format!(":{port}").bytes());
    }
    Some(normal)
}

fn address(name: &[u8]) -> Option<Vec<u8>> {
    if let Some(inner) = name.strip_prefix(b"[") {
        let inner = str::from_utf8(inner.strip_suffix(b"]")?).ok()?;
        return Some(format!("[{}]", inner.parse::<Ipv6Addr>().ok()?).into_bytes());
    }
    let address = str::from_utf8(name).ok().and_then(|name| name.parse::<Ipv4Addr>().ok());
    Some(address.map_or_else(|| name.to_vec(), |address| address.to_string().into_bytes()))
}

/// A port as `strtol` reads it with base 0: decimal, octal or hexadecimal.
fn number(port: &[u8]) -> Option<u16> {
    let text = str::from_utf8(port).ok()?.trim_start();
    let (digits, base) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (text.get(2..)?, 16),
        [b'0', _, ..] => (text.get(1..)?, 8),
        _ => (text.strip_prefix('+').unwrap_or(text), 10),
    };
    u16::from_str_radix(digits, base).ok().filter(|port| *port > 0)
}

/// The host of a request after the strict check, a dot at its end taken off. `None`: 400.
#[must_use]
pub(super) fn strict(host: &[u8]) -> Option<Vec<u8>> {
    let (_, (name, port)) = parts(host).ok()?;
    if host.starts_with(b"[") {
        let inner = name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]"))?;
        let colons = inner.iter().filter(|byte| **byte == b':').count();
        let plain = inner.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':'));
        if inner.is_empty() || !plain || colons > 7 {
            return None;
        }
        return rest_of_port(host.get(name.len()..)?).then(|| without_colon(name, port));
    }
    let name = name.strip_suffix(b".").unwrap_or(name);
    if !is_name(name) {
        return None;
    }
    let port_fits = port.is_none_or(|port| port.iter().all(u8::is_ascii_digit));
    port_fits.then(|| without_colon(name, port))
}

/// What stands behind the brackets: nothing, or a colon and digits.
fn rest_of_port(behind: &[u8]) -> bool {
    let digits = take_while::<_, _, nom::error::Error<&[u8]>>(|byte: u8| byte.is_ascii_digit());
    behind.is_empty() || preceded(tag(":"), digits).parse(behind).is_ok_and(|(left, _)| left.is_empty())
}

fn without_colon(name: &[u8], port: Option<&[u8]>) -> Vec<u8> {
    match port {
        Some(port) if !port.is_empty() => [name, b":", port].concat(),
        Some(_) | None => name.to_vec(),
    }
}

/// Labels of letters, digits and hyphens; numbers alone only as an address of four.
fn is_name(name: &[u8]) -> bool {
    let mut rest = name;
    let (mut numbers, mut labels) = (0, 0);
    loop {
        let (label, behind) = cut(rest, b'.');
        let plain = label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if label.is_empty() || !plain || label.starts_with(b"-") {
            return false;
        }
        let number = label.iter().all(u8::is_ascii_digit);
        (numbers, labels) = (numbers + usize::from(number), labels + 1);
        match behind {
            Some(next) => rest = next,
            None => return !number || (numbers == 4 && labels == 4),
        }
    }
}
