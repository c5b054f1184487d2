//! Access lists: what they look at, and the rules made of them (Squid `src/acl`).

use std::net::IpAddr;

use fancy_regex::Regex;

use crate::source::Place;

/// One access list.
#[derive(Debug, Clone)]
pub(super) struct Acl {
    pub name: String,
    pub kind: String,
    pub test: Test,
    pub place: Place,
}

/// What an access list looks at.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// Whether anybody is logged in.
    Required,
    /// Whether one of these users is.
    Users { names: Vec<String>, any_case: bool },
    /// Whether a user like this is.
    UserPatterns(Vec<Regex>),
    /// The client's address.
    Source(Vec<(IpAddr, u32)>),
    /// The method.
    Method(Vec<String>),
    /// The host of the URL.
    Domain(Vec<String>),
    /// The path of the URL, with the query.
    PathPatterns(Vec<Regex>),
    /// The whole URL.
    UrlPatterns(Vec<Regex>),
    /// The port of the URL.
    Port(Vec<(u16, u16)>),
    /// One of these lists.
    AnyOf(Vec<(bool, String)>),
    /// All of these lists.
    AllOf(Vec<(bool, String)>),
    /// Something that htlint does not evaluate.
    Unknown,
}

/// One line of `http_access`.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub allow: bool,
    /// Whether each name is negated.
    pub names: Vec<(bool, String)>,
    pub place: Place,
}

/// The addresses of an `src`: `127.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `all`.
pub(super) fn ranges(word: &str) -> Option<Vec<(IpAddr, u32)>> {
    let any = || [([0; 4].into(), 0), ([0u8; 16].into(), 0)].to_vec();
    match word {
        "all" => return Some(any()),
        "localhost" => return ranges("127.0.0.1"),
        _ => {}
    }
    let Some((address, mask)) = word.split_once('/') else {
        return Some(vec![(word.parse().ok()?, 128)]);
    };
    let bits = match mask.parse::<u32>() {
        Ok(bits) => bits,
        Err(_) => mask.parse::<std::net::Ipv4Addr>().ok()?.to_bits().leading_ones(),
    };
    Some(vec![(address.parse().ok()?, bits)])
}

/// Whether a client lies in a range of so many bits.
pub(super) fn in_range((address, bits): &(IpAddr, u32), client: IpAddr) -> bool {
    let same = |one: u128, other: u128, width: u32| {
        let drop = width - (*bits).min(width);
        one.checked_shr(drop).unwrap_or(0) == other.checked_shr(drop).unwrap_or(0)
    };
    match (address, client) {
        (IpAddr::V4(one), IpAddr::V4(other)) => same(one.to_bits().into(), other.to_bits().into(), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// `.reef.test` stands for the domain and all below it.
pub(super) fn domain_fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('.') {
        Some(domain) => host.eq_ignore_ascii_case(domain) || host.to_lowercase().ends_with(&pattern.to_lowercase()),
        None => host.eq_ignore_ascii_case(pattern),
    }
}
