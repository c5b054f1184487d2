//! Directives of servers (src/http/ngx_http_core_module.c; src/event/ngx_event_openssl.c).

use super::upstream::look_up;
use crate::answer::Reason;
use crate::pattern::{Dialect, Pattern, PatternFault};
use crate::servers::nginx::directives::{number, size, time};
use crate::servers::nginx::listen::{Address, BadAddress, Listen, address};
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};
use crate::source::Place;

/// `listen` (`ngx_http_core_listen`).
pub(super) fn listen(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let written = String::from_utf8_lossy(item.arg(0)).into_owned();
    let refuse = |words: &str| {
        Stop::wrong("listen", format!("{words} in \"{written}\" of the \"listen\" directive"), item.place)
    };
    let address = match address(item.arg(0), 80) {
        Ok(address) => address,
        Err(BadAddress::Refused(words)) => return Err(refuse(words)),
        Err(BadAddress::Name) => return look_up(reader, item.arg(0), item.place_of(0), "listen"),
    };
    let mut listen = Listen {
        address,
        server: scope,
        place: item.place,
        implied: false,
        default: false,
        ssl: false,
        http2: false,
        proxied: false,
        options: false,
        both: false,
    };
    for (index, word) in item.args.iter().enumerate().skip(1) {
        option(&mut listen, &word.value, item.place_of(index))?;
    }
    if reader.target.paths.is_host() && is_nowhere(&listen.address) {
        let message = format!("bind() to {written} failed (99: Cannot assign requested address)");
        reader.late.get_or_insert(Stop::wrong("listen", message, item.place));
    }
    reader.listens.add(listen).map_err(|words| Stop::wrong("listen", words, item.place))
}

/// Addresses that no machine has: those for documents (RFC 5737).
fn is_nowhere(address: &Address) -> bool {
    let Address::Inet(std::net::IpAddr::V4(ip), _) = address else { return false };
    matches!(ip.octets(), [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _])
}

fn option(listen: &mut Listen, text: &[u8], place: Place) -> Result<(), Stop> {
    let invalid = || {
        let shown = String::from_utf8_lossy(text).into_owned();
        Err(Stop::wrong("listen", format!("invalid parameter \"{shown}\""), place))
    };
    match text {
        b"default_server" | b"default" => listen.default = true,
        b"ssl" => listen.ssl = true,
        b"http2" => listen.http2 = true,
        b"proxy_protocol" => listen.proxied = true,
        b"bind" | b"deferred" | b"reuseport" => listen.options = true,
        b"ipv6only=on" => listen.options = true,
        b"ipv6only=off" => (listen.options, listen.both) = (true, true),
        _ => {
            let valued = |name: &[u8]| text.strip_prefix(name);
            let known = valued(b"backlog=").map(|value| number(value).is_some_and(|value| value > 0));
            let known = known.or_else(|| valued(b"fastopen=").map(|value| number(value).is_some()));
            let known = known.or_else(|| valued(b"rcvbuf=").map(|value| size(value).is_some()));
            let known = known.or_else(|| valued(b"sndbuf=").map(|value| size(value).is_some()));
            let known = known.or_else(|| valued(b"so_keepalive=").map(keepalive_fits));
            let known = known.or_else(|| valued(b"accept_filter=").map(|_| true));
            if known != Some(true) {
                return invalid();
            }
            listen.options = true;
        }
    }
    Ok(())
}

/// `on`, `off`, or up to three numbers with colons between them.
fn keepalive_fits(text: &[u8]) -> bool {
    let parts: Vec<&[u8]> = text.split(|byte| *byte == b':').collect();
    let fits = |(index, part): (usize, &&[u8])| match index {
        _ if part.is_empty() => true,
        2 => number(part).is_some(),
        _ => time(part, false).is_some(),
    };
    let numbers = parts.len() <= 3 && parts.iter().any(|part| !part.is_empty()) && parts.iter().enumerate().all(fits);
    matches!(text, b"on" | b"off") || numbers
}

/// Compiles as `ngx_regex_compile` does; `None`: it compiles, and what it fits is not known.
pub(super) fn regex(
    reader: &mut Reader<'_>,
    item: &Item,
    text: &[u8],
    ignore_case: bool,
    place: Place,
) -> Result<Option<Pattern>, Stop> {
    match Pattern::compile_as(text, Dialect { ignore_case, bytes: true, ..Dialect::default() }) {
        Ok(pattern) => {
            reader.declared.extend(pattern.names.iter().map(|(name, _)| name.clone().into_bytes()));
            Ok(Some(pattern))
        }
        Err(PatternFault::Refused) => {
            let message = format!("pcre2_compile() failed in \"{}\"", String::from_utf8_lossy(text));
            Err(Stop::fails(Reason::BadExpression { name: item.name(), message }, place))
        }
        Err(PatternFault::Undecided) => Ok(None),
    }
}

/// `server_name` (`ngx_http_core_server_name`).
pub(super) fn server_name(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    for (index, word) in item.args.iter().enumerate() {
        let place = item.place_of(index);
        let refuse = |words: String| Stop::wrong("server_name", words, place);
        let shown = String::from_utf8_lossy(&word.value).into_owned();
        match word.value.as_slice() {
            [b'*'] | [b'*', _] | [b'.'] => return Err(refuse(format!("server name \"{shown}\" is invalid"))),
            [b'*', second, ..] if *second != b'.' => {
                return Err(refuse(format!("server name \"{shown}\" is invalid")));
            }
            [b'~'] => return Err(refuse(format!("empty regex in server name \"{shown}\""))),
            [b'~', pattern @ ..] => {
                let ignore_case = pattern.iter().any(u8::is_ascii_uppercase);
                regex(reader, item, pattern, ignore_case, place)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `resolver` (`ngx_resolver_create`).
pub(super) fn resolver(reader: &Reader<'_>, item: &Item) -> Result<(), Stop> {
    for (index, word) in item.args.iter().enumerate() {
        let text = word.value.as_slice();
        let place = item.place_of(index);
        let valid = match (text.strip_prefix(b"valid="), text.strip_prefix(b"ipv6=")) {
            (Some(valid), _) => time(valid, false).is_some(),
            (None, Some(flag)) => matches!(flag, b"on" | b"off"),
            (None, None) if text.starts_with(b"ipv4=") || text.starts_with(b"status_zone=") => false,
            (None, None) => match address(text, 53) {
                Ok(_) => true,
                Err(BadAddress::Refused(_)) => false,
                Err(BadAddress::Name) => {
                    look_up(reader, text, place, "resolver")?;
                    true
                }
            },
        };
        if !valid {
            let shown = String::from_utf8_lossy(text).into_owned();
            return Err(Stop::wrong("resolver", format!("invalid parameter: {shown}"), place));
        }
    }
    let is_server = |text: &[u8]| !text.starts_with(b"valid=") && !text.starts_with(b"ipv6=");
    if !item.args.iter().any(|word| is_server(&word.value)) {
        return Err(Stop::wrong("resolver", "no name servers defined", item.place));
    }
    Ok(())
}

/// `keepalive_timeout` (`ngx_http_core_keepalive`).
pub(super) fn keepalive(item: &Item) -> Result<(), Stop> {
    let second = item.args.get(1).is_none_or(|word| time(&word.value, false).is_some());
    if time(item.arg(0), true).is_some() && second {
        return Ok(());
    }
    Err(Stop::wrong("keepalive_timeout", "\"keepalive_timeout\" directive invalid value", item.place))
}

/// `limit_rate` without a variable (`ngx_http_set_complex_value_size_slot`).
pub(super) fn rate(item: &Item) -> Result<(), Stop> {
    if item.arg(0).contains(&b'$') || size(item.arg(0)).is_some() {
        return Ok(());
    }
    Err(Stop::wrong(&item.name(), format!("\"{}\" directive invalid value", item.name()), item.place))
}

/// `open_file_cache` (`ngx_http_core_open_file_cache`).
pub(super) fn file_cache(item: &Item) -> Result<(), Stop> {
    let mut most = false;
    for word in &item.args {
        let text = word.value.as_slice();
        let fits = match (text.strip_prefix(b"max="), text.strip_prefix(b"inactive=")) {
            (Some(max), _) => {
                most = true;
                number(max).is_some_and(|max| max > 0)
            }
            (None, Some(inactive)) => time(inactive, false).is_some(),
            (None, None) => text == b"off",
        };
        most |= text == b"off";
        if !fits {
            let shown = String::from_utf8_lossy(text).into_owned();
            return Err(Stop::wrong(
                "open_file_cache",
                format!("invalid \"open_file_cache\" parameter \"{shown}\""),
                item.place,
            ));
        }
    }
    if most {
        return Ok(());
    }
    Err(Stop::wrong("open_file_cache", "\"open_file_cache\" must have the \"max\" parameter", item.place))
}
