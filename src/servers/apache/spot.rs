//! Where a request comes to: the host that takes it and the path it is mapped to, before anybody is asked who he is
//! (server/vhost.c, `ap_update_vhost_from_headers`; server/core.c, `ap_core_translate`; modules/mappers/mod_alias.c).

use std::net::{IpAddr, Ipv6Addr};

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_till, take_while1};
use nom::character::complete::digit1;
use nom::combinator::{all_consuming, map_res, opt, recognize, success};
use nom::multi::separated_list0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::host::Host;
use super::section::{DirectoryPattern, Section};
use crate::read::{merge, server_path};

/// A host, ready for requests.
#[derive(Debug, Clone)]
pub(super) struct Hosted {
    /// It, within the main server.
    pub host: Host,
    /// Its document root as the server resolves it.
    pub docroot: Vec<u8>,
    /// Its `<Directory>` sections in the order in which they are tried.
    pub directories: Vec<Section<DirectoryPattern>>,
}

impl Hosted {
    /// Makes a host ready: sections of expressions come last, and all by the number of names
    /// (server/core.c, `reorder_sorter`).
    #[must_use]
    pub(super) fn new(host: Host, server_root: &str) -> Self {
        let docroot = host.docroot.as_ref().map_or(b"htdocs".as_slice(), |set| &set.value);
        let docroot = absolute(docroot, server_root);
        let mut directories = host.directories.clone();
        directories.sort_by_key(|section| section.pattern.rank());
        Self { host, docroot, directories }
    }
}

/// A path of the configuration as the server takes it: from its own root.
#[must_use]
pub(super) fn absolute(written: &[u8], server_root: &str) -> Vec<u8> {
    let merged = merge(std::path::Path::new(server_root), &server_path(written));
    merged.map_or_else(|| written.to_owned(), |path| path.as_os_str().as_encoded_bytes().to_vec())
}

/// The place of a request.
#[derive(Debug, Clone)]
pub(super) struct Spot<'h> {
    /// The host.
    pub host: &'h Hosted,
    /// The decoded URL path; `None`: any that leads here.
    pub url: Option<Vec<u8>>,
    /// The path of the server, with a slash at its end for a folder that was asked for with one; `None`: another server
    /// is asked.
    pub path: Option<Vec<u8>>,
    /// The URL that another server is asked for.
    pub proxied: Option<Vec<u8>>,
    /// Whether what lies there decides; else something does.
    pub look: bool,
    /// Whether the folder was walked for the request that asks for its index: a file there meets no further section of
    /// directories (server/request.c, `ap_directory_walk`, the cached walk).
    pub walked: bool,
}

/// The host that a `Host` header names, in lower case and without its port.
///
/// # Errors
/// It is none: the server answers 400.
pub(super) fn host_of(header: &[u8]) -> Result<(Option<u16>, Vec<u8>), u16> {
    let (_, (name, port)) = host_and_port(header).map_err(|_| 400_u16)?;
    let v6 = name.first() == Some(&b'[');
    if port == Some(0) || !(v6 || is_host_name(name)) {
        return Err(400);
    }
    let name = name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    Ok((port, name))
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

/// The host that takes a request for `name` that came to `address` and `port`: of those for this address, or else for
/// any, the first that has the name, or else the first; the main server if there are none.
#[must_use]
pub(super) fn chosen<'h>(main: &'h Hosted, hosts: &'h [Hosted], address: IpAddr, port: u16, name: &[u8]) -> &'h Hosted {
    let on = |wanted: Option<IpAddr>, exact_port: bool| {
        let fits =
            move |hosted: &&Hosted| {
                hosted.host.addresses.iter().any(|own| {
                    own.address == wanted && (own.port == port && exact_port || own.port == 0 && !exact_port)
                })
            };
        hosts.iter().filter(fits)
    };
    let kinds = [(Some(address), true), (Some(address), false), (None, true), (None, false)];
    let candidates = kinds.into_iter().map(|(wanted, exact)| on(wanted, exact).collect::<Vec<_>>());
    let Some(candidates) = candidates.into_iter().find(|found| !found.is_empty()) else { return main };
    let named = candidates.iter().find(|hosted| hosted.host.is_called(name)).copied();
    named.or_else(|| candidates.first().copied()).unwrap_or(main)
}
