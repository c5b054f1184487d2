//! Access lists: what they look at, and the rules made of them (Squid `src/acl`).

use std::net::IpAddr;

use fancy_regex::{Regex, RegexBuilder};

use super::config::negated;
use super::values::always;
use crate::source::Place;

/// The kinds of access lists (`src/AclRegs.cc`).
pub(super) const KINDS: [&str; 62] = [
    "src",
    "dst",
    "myip",
    "localip",
    "arp",
    "eui64",
    "srcdomain",
    "dstdomain",
    "srcdom_regex",
    "dstdom_regex",
    "src_as",
    "dst_as",
    "peername",
    "peername_regex",
    "time",
    "url_regex",
    "urllogin",
    "urlpath_regex",
    "port",
    "localport",
    "myport",
    "myportname",
    "proto",
    "method",
    "http_status",
    "browser",
    "referer_regex",
    "ident",
    "ident_regex",
    "proxy_auth",
    "proxy_auth_regex",
    "snmp_community",
    "maxconn",
    "max_user_ip",
    "random",
    "req_mime_type",
    "req_header",
    "rep_mime_type",
    "rep_header",
    "external",
    "user_cert",
    "ca_cert",
    "ext_user",
    "ext_user_regex",
    "tag",
    "hier_code",
    "note",
    "annotate_client",
    "annotate_transaction",
    "adaptation_service",
    "squid_error",
    "squid_domain",
    "at_step",
    "ssl_error",
    "server_cert_fingerprint",
    "connections_encrypted",
    "any-of",
    "all-of",
    "ssl::server_name",
    "ssl::server_name_regex",
    "transaction_initiator",
    "has",
];

/// One access list.
#[derive(Debug, Clone)]
pub(super) struct Acl {
    pub name: String,
    pub kind: String,
    pub test: Test,
    pub place: Place,
}

/// Addresses from the first to the last.
pub(super) type Range = (IpAddr, IpAddr);

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
    Source(Vec<Range>),
    /// The method.
    Method(Vec<String>),
    /// The host of the URL.
    Domain(Vec<String>),
    /// The same, by patterns.
    DomainPatterns(Vec<Regex>),
    /// The path of the URL, with the query.
    PathPatterns(Vec<Regex>),
    /// The whole URL.
    UrlPatterns(Vec<Regex>),
    /// A header of the request.
    Header(String, Vec<Regex>),
    /// The scheme of the URL.
    Scheme(Vec<String>),
    /// The port of the URL.
    Port(Vec<(u16, u16)>),
    /// The port that the client came to.
    LocalPort(Vec<(u16, u16)>),
    /// The address that the client came to.
    LocalAddress(Vec<Range>),
    /// Whether a user comes from more addresses than one, as nobody does here.
    Addresses,
    /// The name of that port.
    PortName(Vec<String>),
    /// One of these lists.
    AnyOf(Vec<(bool, String)>),
    /// All of these lists.
    AllOf(Vec<(bool, String)>),
    /// Every request fits, or none does.
    Always(bool),
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

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn numbered(like: IpAddr, number: u128) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()),
        IpAddr::V6(_) => IpAddr::V6(number.into()),
    }
}

/// The addresses of an `src`: `127.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `10.0.0.1-10.0.0.9`, `all`.
pub(super) fn ranges(word: &str) -> Option<Vec<Range>> {
    match word {
        "all" => return Some(vec![([0; 4].into(), [255; 4].into()), ([0u8; 16].into(), [255u8; 16].into())]),
        "localhost" => return ranges("127.0.0.1"),
        _ => {}
    }
    let (addresses, mask) = word.split_once('/').map_or((word, None), |(addresses, mask)| (addresses, Some(mask)));
    let (first, last) = addresses.split_once('-').unwrap_or((addresses, addresses));
    let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
    let width = if first.is_ipv4() { 32 } else { 128 };
    let bits = match mask {
        None => width,
        Some(mask) => match mask.parse::<u32>() {
            Ok(bits) if bits <= width => bits,
            Ok(_) => return None,
            Err(_) => mask.parse::<std::net::Ipv4Addr>().ok()?.to_bits().leading_ones(),
        },
    };
    let free = (1_u128 << (width - bits).min(127)) - 1;
    Some(vec![(numbered(first, number(first) & !free), numbered(last, number(last) | free))])
}

/// Whether a client lies in a range.
pub(super) fn in_range((first, last): &Range, client: IpAddr) -> bool {
    let same = first.is_ipv4() == client.is_ipv4();
    same && (number(*first)..=number(*last)).contains(&number(client))
}

/// `.reef.test` stands for the domain and all below it.
pub(super) fn domain_fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('.') {
        Some(domain) => host.eq_ignore_ascii_case(domain) || host.to_lowercase().ends_with(&pattern.to_lowercase()),
        None => host.eq_ignore_ascii_case(pattern),
    }
}

/// Patterns; one that does not compile is passed over (`RegexData.cc`). `-i` and `+i` count for what stands behind them.
fn patterns(words: &[String]) -> Vec<Regex> {
    let mut any_case = false;
    let mut all = Vec::new();
    for word in words {
        match word.as_str() {
            "-i" => any_case = true,
            "+i" => any_case = false,
            text => all.extend(RegexBuilder::new(text).case_insensitive(any_case).build().ok()),
        }
    }
    all
}

/// What a list of this kind with these words looks at; nothing: Squid refuses it.
pub(super) fn test(kind: &str, words: &[String]) -> Option<Test> {
    let any_case = words.iter().any(|word| word == "-i");
    let values: Vec<String> = words.iter().filter(|word| !word.starts_with('-')).cloned().collect();
    let port = |text: &String| match text.split_once('-') {
        Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
        None => text.parse().ok().map(|port| (port, port)),
    };
    let ports = || values.iter().map(port).collect::<Option<Vec<_>>>();
    Some(match kind {
        "proxy_auth" if values.iter().any(|value| value == "REQUIRED") => Test::Required,
        "proxy_auth" => Test::Users { names: values, any_case },
        "proxy_auth_regex" => Test::UserPatterns(patterns(words)),
        "src" => Test::Source(values.iter().map(|word| ranges(word)).collect::<Option<Vec<_>>>()?.concat()),
        "method" => Test::Method(values),
        "dstdomain" => Test::Domain(values),
        "dstdom_regex" => Test::DomainPatterns(patterns(words)),
        "urlpath_regex" => Test::PathPatterns(patterns(words)),
        "url_regex" => Test::UrlPatterns(patterns(words)),
        "browser" => Test::Header("user-agent".to_owned(), patterns(words)),
        "referer_regex" => Test::Header("referer".to_owned(), patterns(words)),
        "req_header" => {
            let (name, rest) = words.split_first()?;
            Test::Header(name.to_lowercase(), patterns(rest))
        }
        "proto" => Test::Scheme(values),
        "port" => Test::Port(ports()?),
        "localip" => Test::LocalAddress(values.iter().map(|word| ranges(word)).collect::<Option<Vec<_>>>()?.concat()),
        "max_user_ip" if values.iter().any(|value| value.parse::<u32>().is_ok_and(|most| most > 0)) => Test::Addresses,
        "localport" | "myport" => Test::LocalPort(ports()?),
        "myportname" => Test::PortName(values),
        "any-of" => Test::AnyOf(values.iter().map(|name| negated(name)).collect()),
        "all-of" => Test::AllOf(values.iter().map(|name| negated(name)).collect()),
        "time" => {
            if always(&values)? {
                Test::Always(true)
            } else {
                Test::Unknown
            }
        }
        // One request after the other never makes more than one connection.
        "maxconn" if values.first()?.parse::<u32>().ok()? > 0 => Test::Always(false),
        // Nothing has written down a note.
        "note" => Test::Always(false),
        "random" => {
            let value = values.first()?;
            let (one, other) = value.split_once([':', '/']).unwrap_or((value, ""));
            let share: f64 = one.parse().ok()?;
            if other.is_empty() && !(share > 0.0 && share < 1.0) {
                return None;
            }
            Test::Unknown
        }
        _ => Test::Unknown,
    })
}

/// The values of a list that is defined in several lines.
pub(super) fn joined(known: &Test, more: Test) -> Test {
    match (known, more) {
        (Test::Required, Test::Users { .. }) | (Test::Users { .. }, Test::Required) => Test::Required,
        (Test::Users { names, any_case }, Test::Users { names: more, any_case: also }) => {
            Test::Users { names: [names.clone(), more].concat(), any_case: *any_case || also }
        }
        (Test::Source(one), Test::Source(more)) => Test::Source([one.clone(), more].concat()),
        (Test::Method(one), Test::Method(more)) => Test::Method([one.clone(), more].concat()),
        (Test::Domain(one), Test::Domain(more)) => Test::Domain([one.clone(), more].concat()),
        (Test::DomainPatterns(one), Test::DomainPatterns(more)) => Test::DomainPatterns([one.clone(), more].concat()),
        (Test::PathPatterns(one), Test::PathPatterns(more)) => Test::PathPatterns([one.clone(), more].concat()),
        (Test::UrlPatterns(one), Test::UrlPatterns(more)) => Test::UrlPatterns([one.clone(), more].concat()),
        (Test::UserPatterns(one), Test::UserPatterns(more)) => Test::UserPatterns([one.clone(), more].concat()),
        (Test::Header(name, one), Test::Header(same, more)) if *name == same => {
            Test::Header(same, [one.clone(), more].concat())
        }
        (Test::Scheme(one), Test::Scheme(more)) => Test::Scheme([one.clone(), more].concat()),
        (Test::Port(one), Test::Port(more)) => Test::Port([one.clone(), more].concat()),
        (Test::LocalPort(one), Test::LocalPort(more)) => Test::LocalPort([one.clone(), more].concat()),
        (Test::PortName(one), Test::PortName(more)) => Test::PortName([one.clone(), more].concat()),
        (Test::AnyOf(one), Test::AnyOf(more)) => Test::AnyOf([one.clone(), more].concat()),
        (Test::AllOf(_), Test::AllOf(more)) => Test::AllOf(more),
        (_, more) => more,
    }
}
