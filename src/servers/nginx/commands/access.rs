//! Directives on who may come in (src/http/modules/ngx_http_access_module.c, ngx_http_realip_module.c,
//! ngx_http_limit_req_module.c, ngx_http_limit_conn_module.c, ngx_http_auth_request_module.c).

use super::rewrite::variable;
use super::upstream::look_up;
use crate::servers::nginx::directives::{number, size};
use crate::servers::nginx::network::{Network, loose, network};
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item, Kind};

/// `allow`, `deny`, `set_real_ip_from`: an address, a network, `all`, `unix:`; no names (`ngx_http_access_rule`).
pub(super) fn address(reader: &Reader<'_>, item: &Item) -> Result<(), Stop> {
    match network(item.arg(0)) {
        Some(Network::All) if item.name == b"set_real_ip_from" => {}
        Some(_) => return Ok(()),
        None if item.name == b"set_real_ip_from" && loose(item.arg(0)).is_some() => return Ok(()),
        None if item.name == b"set_real_ip_from"
            && !item.arg(0).iter().all(|byte| byte.is_ascii_digit() || b"./".contains(byte)) =>
        {
            return look_up(reader, item.arg(0), item.place_of(0), "set_real_ip_from");
        }
        None => {}
    }
    let shown = String::from_utf8_lossy(item.arg(0)).into_owned();
    Err(Stop::wrong(&item.name(), format!("invalid parameter \"{shown}\""), item.place_of(0)))
}

/// `auth_request_set` and its kind declare a variable.
pub(super) fn declare(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    variable(reader, item, 0)
}

/// `limit_req_zone`, `limit_conn_zone`.
pub(super) fn zone(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    let invalid = |text: &[u8]| {
        let shown = String::from_utf8_lossy(text).into_owned();
        Err(Stop::wrong(&item.name(), format!("invalid parameter \"{shown}\""), item.place))
    };
    let mut zone = None;
    for word in item.args.iter().skip(1) {
        let text = word.value.as_slice();
        if let Some(named) = text.strip_prefix(b"zone=") {
            let mut parts = named.splitn(2, |byte| *byte == b':');
            let (name, memory) = (parts.next().unwrap_or_default(), parts.next());
            if memory.and_then(size).is_none_or(|bytes| bytes < 8 * 4096) {
                return Err(Stop::wrong(&item.name(), "invalid zone size", item.place));
            }
            zone = Some(name.to_vec()).filter(|name| !name.is_empty());
        } else if let Some(rate) = text.strip_prefix(b"rate=") {
            let plain = rate.strip_suffix(b"r/s").or_else(|| rate.strip_suffix(b"r/m")).unwrap_or(rate);
            if number(plain).is_none_or(|rate| rate == 0) {
                return Err(Stop::wrong(&item.name(), "invalid rate", item.place));
            }
        } else {
            return invalid(text);
        }
    }
    let Some(name) = zone else {
        return Err(Stop::wrong(&item.name(), "\"limit_req_zone\" must have \"zone\" parameter", item.place));
    };
    let top = reader.tree.top();
    let http = reader.tree.children(top, Kind::Http).last().unwrap_or(top);
    let taken =
        reader.tree.get(http).items.iter().any(|other| {
            other.name == item.name && other.args.iter().any(|word| zone_name(&word.value) == Some(&name))
        });
    if taken {
        return Err(Stop::wrong(&item.name(), "the zone is already bound", item.place));
    }
    Ok(())
}

fn zone_name(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"zone=")?.splitn(2, |byte| *byte == b':').next()
}

/// `limit_req`, `limit_conn`.
pub(super) fn limit(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    if item.name == b"limit_conn" {
        if number(item.arg(1)).is_none_or(|number| number == 0 || number > 65535) {
            let message = format!("invalid number of connections \"{}\"", shown(item.arg(1)));
            return Err(Stop::wrong("limit_conn", message, item.place));
        }
    } else {
        let valid = |text: &[u8]| {
            let numbered = text.strip_prefix(b"burst=").or_else(|| text.strip_prefix(b"delay="));
            numbered.map_or(text == b"nodelay" || text.starts_with(b"zone="), |value| number(value).is_some())
        };
        if let Some(word) = item.args.iter().find(|word| !valid(&word.value)) {
            return Err(Stop::wrong("limit_req", format!("invalid parameter \"{}\"", shown(&word.value)), item.place));
        }
        if !item.args.iter().any(|word| word.value.starts_with(b"zone=")) {
            return Err(Stop::wrong("limit_req", "\"limit_req\" must have \"zone\" parameter", item.place));
        }
    }
    let own = &reader.tree.get(scope).items;
    if own.iter().any(|other| other.name == item.name && other.arg(0) == item.arg(0)) {
        return Err(Stop::wrong(&item.name(), "is duplicate", item.place));
    }
    Ok(())
}
