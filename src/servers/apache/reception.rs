//! Which host takes a request: by the address that it came to, and the name that its client gives (server/vhost.c,
//! `ap_update_vhost_given_ip`, `ap_update_vhost_from_headers`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_till, take_while1};
use nom::character::complete::digit1;
use nom::combinator::{all_consuming, map_res, opt, recognize, success};
use nom::multi::separated_list0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::commands::{holds, split};
use super::host::Listen;
use super::journey::plain;
use super::methods::Methods;
use super::setup::Setup;
use super::spot::Hosted;
use super::wire::too_long;
use crate::answer::{Answer, Because, Missing, Reason, Request, Trace};

/// The host that takes the request on the first address that fits its scheme.
///
/// # Errors
/// The answer to a Host header that is none, or to the name of no host where one is asked for.
pub(super) fn host_for<'h>(
    setup: &'h Setup,
    request: &Request,
    line: &[u8],
    trace: &mut Trace,
) -> Result<&'h Hosted, Answer> {
    let listens = &setup.process.listens;
    let speaks_tls = |listen: &&Listen| listen.https || base_at(setup, listen).host.tls == Some(true);
    let fits = |listen: &&Listen| speaks_tls(listen) == request.https;
    let listen = listens.iter().find(fits).or_else(|| listens.first().filter(|_| !request.https));
    let (address, port) = place_of(listen);
    let there = candidates(&setup.hosts, address, port);
    // What holds before anybody has said which host he wants.
    let base = there.first().copied().unwrap_or(&setup.main);
    // Plain HTTP where TLS is spoken (modules/ssl/ssl_engine_io.c, `ssl_io_filter_error`).
    if !request.https && base.host.secured.is_needed == Some(true) {
        return Err(plain(400));
    }
    if let Some(status) = too_long(line.len(), request, base.host.limits) {
        return Err(plain(status));
    }
    if base.host.only_known_methods == Some(true)
        && Methods::known_besides(&request.method, &setup.profile.methods).is_none()
    {
        return Err(plain(501));
    }
    let (_, name) =
        host_of(request.header("Host").unwrap_or_default(), base.host.unsafe_names == Some(true)).map_err(plain)?;
    let chosen = match named(&there, port, &name) {
        Some(named) => named,
        None if base.host.strict_names == Some(true) => strictly(base, there.is_empty(), &name)?,
        None => base,
    };
    trace.step(chosen.host.place, || match &chosen.host.name {
        Some(set) if chosen.host.place.is_some() => {
            format!("the virtual host {} takes it", String::from_utf8_lossy(&set.value))
        }
        _ if chosen.host.place.is_some() => "a virtual host takes it".to_owned(),
        _ => "the main server takes it".to_owned(),
    });
    Ok(chosen)
}

/// The address and the port of a listener; where there is none, what is usual.
fn place_of(listen: Option<&Listen>) -> (IpAddr, u16) {
    let address = listen.and_then(|listen| listen.address).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    (address, listen.map_or(80, |listen| listen.port))
}

/// The host of which the settings hold before a name is known.
fn base_at<'h>(setup: &'h Setup, listen: &Listen) -> &'h Hosted {
    let (address, port) = place_of(Some(listen));
    candidates(&setup.hosts, address, port).first().copied().unwrap_or(&setup.main)
}

/// The host that takes a request for a name that no virtual host has, where StrictHostCheck is on.
fn strictly<'h>(base: &'h Hosted, alone: bool, name: &[u8]) -> Result<&'h Hosted, Answer> {
    match &base.host.name {
        _ if alone && base.host.is_called(name) => Ok(base),
        None => {
            let because = Because::nowhere(Reason::CannotTell { missing: Missing::Dns });
            Err(Answer::unknown(because))
        }
        Some(_) => Err(plain(400)),
    }
}

/// The virtual hosts for an address and a port, in their order.
fn candidates(hosts: &[Hosted], address: IpAddr, port: u16) -> Vec<&Hosted> {
    let on = |wanted: Option<IpAddr>, exact: bool| {
        let fits = move |hosted: &&Hosted| {
            let of = |own: u16| own == port && exact || own == 0 && !exact;
            hosted.host.addresses.iter().any(|own| own.address == wanted && of(own.port))
        };
        hosts.iter().filter(fits).collect::<Vec<_>>()
    };
    let kinds = [(Some(address), true), (Some(address), false), (None, true), (None, false)];
    kinds.into_iter().map(|(wanted, exact)| on(wanted, exact)).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The first of these that has the name, or else the first whose `<VirtualHost>` line says it.
fn named<'h>(there: &[&'h Hosted], port: u16, name: &[u8]) -> Option<&'h Hosted> {
    let says = |hosted: &&&Hosted| {
        let on = |own: u16| own == 0 || own == port;
        hosted.host.addresses.iter().any(|own| on(own.port) && own.word.eq_ignore_ascii_case(name))
    };
    let called = there.iter().find(|hosted| hosted.host.is_called(name));
    called.or_else(|| there.iter().find(says)).copied()
}

/// The host that a `Host` header names, in lower case and without its port (server/vhost.c, `fix_hostname`).
///
/// # Errors
/// It is none: the server answers 400.
pub(super) fn host_of(header: &[u8], unsafe_names: bool) -> Result<(Option<u16>, Vec<u8>), u16> {
    let header = header.trim_ascii();
    let (port, name) = match (host_and_port(header), unsafe_names) {
        (Ok((_, (name, port))), _) if name.first() == Some(&b'[') => (port, name),
        (Ok((_, (name, port))), false) if is_host_name(name) => (port, name),
        (_, true) => loose(header).ok_or(400_u16)?,
        (_, false) => return Err(400),
    };
    if port == Some(0) || name.is_empty() {
        return Err(400);
    }
    let name = name.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(name);
    let name = name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    Ok((port, name))
}

/// What `HttpProtocolOptions Unsafe` takes for a host: anything but slashes and two dots in a row
/// (server/vhost.c, `fix_hostname_non_v6`).
fn loose(header: &[u8]) -> Option<(Option<u16>, &[u8])> {
    let (name, port) = match split(header)? {
        (Some(name), port) => (name, port),
        // Digits alone are a name here, not a port.
        (None, _) => (header, None),
    };
    let plain = !name.iter().any(|byte| matches!(byte, b'/' | b'\\')) && !holds(name, "..");
    plain.then_some((port, name))
}

/// An IPv6 address in brackets or a name, and a port.
fn host_and_port(header: &[u8]) -> IResult<&[u8], (&[u8], Option<u16>)> {
    let inner = map_res(take_till(|byte| byte == b']'), |inner: &[u8]| {
        std::str::from_utf8(inner).ok().and_then(|text| text.parse::<Ipv6Addr>().ok()).ok_or(())
    });
    let address = recognize(delimited(tag("["), inner, tag("]")));
    let name = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let port = opt(preceded(tag(":"), u16_of_digits));
    all_consuming((alt((address, name)), port)).parse(header)
}

fn u16_of_digits(digits: &[u8]) -> IResult<&[u8], u16> {
    map_res(digit1, |digits: &[u8]| std::str::from_utf8(digits).unwrap_or_default().parse()).parse(digits)
}

/// Whether a name of letters, digits, `-`, `_` and `.` is one of a host: no two dots in a row, digits alone only as an
/// address, and a last part that begins with a letter (server/vhost.c, `fix_hostname_non_v6`, `strict_hostname_check`).
fn is_host_name(name: &[u8]) -> bool {
    let parts: Vec<&[u8]> = separated_list0(tag(&b"."[..]), is_not::<_, _, ()>(&b"."[..]).or(success(&b""[..])))
        .parse_complete(name)
        .map_or_else(|_| Vec::new(), |(_, parts)| parts);
    let digits = |part: &&[u8]| part.iter().all(u8::is_ascii_digit);
    let padded = |part: &&[u8]| part.len() > 1 && part.first() == Some(&b'0');
    let empty_inside = parts.iter().skip(1).rev().skip(1).any(|part| part.is_empty());
    if parts.iter().all(digits) {
        return parts.len() == 4 && !parts.iter().any(|part| part.is_empty() || padded(part));
    }
    let letter = |part: &&[u8]| part.first().is_none_or(u8::is_ascii_alphabetic);
    !empty_inside && (parts.len() == 1 || parts.last().is_some_and(letter))
}
