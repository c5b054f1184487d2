//! The addresses that the servers listen on (src/http/ngx_http.c, `ngx_http_add_listen`; src/core/ngx_inet.c,
//! `ngx_parse_url`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::bytes::complete::{tag, take_till};
use nom::combinator::{all_consuming, opt, rest};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::directives::number;
use super::network;
use super::tree::BlockId;
use crate::source::Place;

/// What is listened on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Address {
    /// An address and a port.
    Inet(IpAddr, u16),
    /// A socket in the file system.
    Unix(Vec<u8>),
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadAddress {
    /// The server refuses it, in these words.
    Refused(&'static str),
    /// It is a name that DNS would have to tell.
    Name,
}

/// Reads an address; without a port it is as told.
pub(super) fn address(text: &[u8], port: u16) -> Result<Address, BadAddress> {
    if let Some(path) = text.strip_prefix(b"unix:") {
        if path.is_empty() {
            return Err(BadAddress::Refused("no path in the unix domain socket"));
        }
        return Ok(Address::Unix(path.to_vec()));
    }
    if let Some(found) = bracketed(text) {
        let (host, behind) = found;
        let host = str::from_utf8(host).ok().and_then(|host| host.parse::<Ipv6Addr>().ok());
        let host = host.ok_or(BadAddress::Refused("invalid IPv6 address"))?;
        return Ok(Address::Inet(IpAddr::V6(host), given(behind, port)?));
    }
    let parts: IResult<&[u8], HostAndPort<'_>> =
        all_consuming((take_till(|byte| byte == b':'), opt(preceded(tag(":"), rest)))).parse(text);
    let (_, (host, behind)) = parts.map_err(|_| BadAddress::Refused("invalid host"))?;
    if behind.is_none()
        && let Some(port) = number(host)
    {
        let port = u16::try_from(port).ok().filter(|port| *port > 0).ok_or(BadAddress::Refused("invalid port"))?;
        return Ok(Address::Inet(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port));
    }
    let port = given(behind, port)?;
    match host {
        b"" => Err(BadAddress::Refused("no host")),
        b"*" => Ok(Address::Inet(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port)),
        b"localhost" => Ok(Address::Inet(IpAddr::V4(Ipv4Addr::LOCALHOST), port)),
        host => match str::from_utf8(host).ok().and_then(network::address).or_else(|| network::loose(host)) {
            Some(host) => Ok(Address::Inet(host, port)),
            None => Err(BadAddress::Name),
        },
    }
}

type HostAndPort<'t> = (&'t [u8], Option<&'t [u8]>);

fn bracketed(text: &[u8]) -> Option<HostAndPort<'_>> {
    let inner = delimited(tag("["), take_till(|byte| byte == b']'), tag("]"));
    let parsed: IResult<&[u8], HostAndPort<'_>> = all_consuming((inner, opt(preceded(tag(":"), rest)))).parse(text);
    parsed.ok().map(|(_, found)| found)
}

fn given(text: Option<&[u8]>, default: u16) -> Result<u16, BadAddress> {
    let Some(text) = text else { return Ok(default) };
    let port = |text| number(text).and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
    // A range stands for its first port here.
    let mut ends = text.splitn(2, |byte| *byte == b'-').map(port);
    let first = ends.next().flatten().ok_or(BadAddress::Refused("invalid port"))?;
    match ends.next() {
        Some(last) if last.is_none_or(|last| last < first) => Err(BadAddress::Refused("invalid port range")),
        _ => Ok(first),
    }
}

/// One `listen`.
#[derive(Debug, Clone)]
pub(super) struct Listen {
    /// Where.
    pub(super) address: Address,
    /// Its server.
    pub(super) server: BlockId,
    /// Where it is written; the server's own words if it has none.
    pub(super) place: Place,
    /// Whether the server has no `listen`, and this is where it listens all the same.
    pub(super) implied: bool,
    /// `default_server`.
    pub(super) default: bool,
    /// `ssl`.
    pub(super) ssl: bool,
    /// Whether HTTP/2 is spoken; without TLS nothing else is.
    pub(super) http2: bool,
    /// `proxy_protocol`.
    pub(super) proxied: bool,
    /// Whether it has a parameter that may be given once for an address.
    pub(super) options: bool,
    /// `ipv6only=off`.
    pub(super) both: bool,
}

/// All of them, in the order they were read.
#[derive(Debug, Default)]
pub(super) struct Listens(pub(super) Vec<Listen>);

impl Listens {
    /// Takes one in.
    ///
    /// # Errors
    /// The server's words if it contradicts an earlier one.
    pub(super) fn add(&mut self, listen: Listen) -> Result<(), &'static str> {
        let same = || self.0.iter().filter(|other| other.address == listen.address);
        if same().any(|other| other.server == listen.server) {
            return Err("a duplicate listen");
        }
        if listen.options && same().any(|other| other.options) {
            return Err("duplicate listen options");
        }
        if listen.default && same().any(|other| other.default) {
            return Err("a duplicate default server");
        }
        self.0.push(listen);
        Ok(())
    }

    /// The listens that a connection to an address belongs to: those of that very address, else of all addresses.
    pub(super) fn of(&self, address: &Address) -> Vec<&Listen> {
        let exact: Vec<&Listen> = self.0.iter().filter(|listen| listen.address == *address).collect();
        if !exact.is_empty() {
            return exact;
        }
        let Address::Inet(ip, port) = address else { return Vec::new() };
        let covers = |listen: &&Listen| match &listen.address {
            Address::Inet(any, other) => {
                other == port && any.is_unspecified() && (any.is_ipv4() == ip.is_ipv4() || listen.both)
            }
            Address::Unix(_) => false,
        };
        self.0.iter().filter(covers).collect()
    }

    /// Where a client that knows the configuration would go: the first address, for TLS the first that speaks it.
    pub(super) fn first(&self, https: bool) -> Option<Address> {
        let speaks = |listen: &&Listen| self.of(&listen.address).iter().any(|other| other.ssl) == https;
        let inet = || self.0.iter().filter(|listen| matches!(listen.address, Address::Inet(..)));
        let written = |listen: &&Listen| !listen.implied;
        let found = inet().filter(written).find(speaks).or_else(|| inet().find(speaks)).or_else(|| inet().next())?;
        // Of several addresses with that port, the one that a client of this machine tries.
        let port = |listen: &Listen| match listen.address {
            Address::Inet(_, port) => Some(port),
            Address::Unix(_) => None,
        };
        let near = |listen: &&Listen| match listen.address {
            Address::Inet(ip, _) => ip == Ipv4Addr::LOCALHOST || ip == Ipv4Addr::UNSPECIFIED,
            Address::Unix(_) => false,
        };
        let found = inet().filter(|listen| port(listen) == port(found)).find(near).unwrap_or(found);
        match &found.address {
            Address::Inet(IpAddr::V4(ip), port) if ip.is_unspecified() => {
                Some(Address::Inet(IpAddr::V4(Ipv4Addr::LOCALHOST), *port))
            }
            Address::Inet(IpAddr::V6(ip), port) if ip.is_unspecified() => {
                Some(Address::Inet(IpAddr::V6(Ipv6Addr::LOCALHOST), *port))
            }
            address @ (Address::Inet(..) | Address::Unix(_)) => Some(address.clone()),
        }
    }
}
