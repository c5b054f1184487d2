//! The lines of `map`, `geo`, `types` and their kind (src/http/modules/ngx_http_map_module.c, ngx_http_geo_module.c,
//! ngx_http_split_clients_module.c; src/http/ngx_http_core_module.c, `ngx_http_core_type`).

use super::http::regex;
use crate::servers::nginx::directives::number;
use crate::servers::nginx::names::taken;
use crate::servers::nginx::network::{Network, address, network};
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};

/// Takes a line in, unless the server refuses it.
pub(in super::super) fn entry(reader: &mut Reader<'_>, scope: BlockId, item: Item) -> Result<(), Stop> {
    let opener = opener(reader, scope);
    match opener.as_slice() {
        b"map" => map(reader, scope, &item)?,
        b"geo" => geo(reader, scope, &item)?,
        b"split_clients" => split(reader, scope, &item)?,
        _ => {}
    }
    reader.tree.get_mut(scope).items.push(item);
    Ok(())
}

/// The name of the directive that a block belongs to.
fn opener(reader: &Reader<'_>, scope: BlockId) -> Vec<u8> {
    let parent = reader.tree.get(scope).parent.unwrap_or(reader.tree.top());
    let item = reader.tree.get(parent).items.iter().find(|item| item.block == Some(scope));
    item.map(|item| item.name.clone()).unwrap_or_default()
}

fn refuse(item: &Item, words: impl Into<String>) -> Stop {
    Stop::wrong(&String::from_utf8_lossy(&item.name), words, item.place)
}

fn map(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let key = item.name.as_slice();
    if item.args.is_empty() && matches!(key, b"hostnames" | b"volatile") {
        return Ok(());
    }
    if item.args.len() != 1 {
        return Err(refuse(item, "invalid number of the map parameters"));
    }
    reader.script(item, 0)?;
    match key {
        [b'~', b'*', pattern @ ..] => regex(reader, item, pattern, true, item.place).map(|_| ())?,
        [b'~', pattern @ ..] => regex(reader, item, pattern, false, item.place).map(|_| ())?,
        _ if is_taken(reader, scope, key) => {
            let words = if key == b"default" { "duplicate default map parameter" } else { "conflicting parameter" };
            return Err(refuse(item, words));
        }
        _ => {}
    }
    Ok(())
}

/// Whether a key stands there already; where they are host names, a wildcard too.
fn is_taken(reader: &Reader<'_>, scope: BlockId, key: &[u8]) -> bool {
    let items = &reader.tree.get(scope).items;
    let hosts = items.iter().any(|other| other.name == b"hostnames" && other.args.is_empty());
    let keys = |name: &[u8]| if hosts { taken(name) } else { vec![(b'=', name.to_ascii_lowercase())] };
    let own = keys(key);
    let entries = items.iter().filter(|other| other.args.len() == 1 && !other.name.starts_with(b"~"));
    entries.flat_map(|other| keys(&other.name)).any(|other| own.contains(&other))
}

fn geo(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let ranges = reader.tree.get(scope).items.iter().any(|other| other.name == b"ranges");
    match (item.name.as_slice(), item.args.len()) {
        (b"ranges" | b"proxy_recursive", 0) => Ok(()),
        (_, count) if count != 1 => Err(refuse(item, "invalid number of the geo parameters")),
        (b"default", _) => Ok(()),
        (b"delete", _) if ranges || network(item.arg(0)).is_some() => Ok(()),
        (b"proxy", _) if network(item.arg(0)).is_some() => Ok(()),
        (key, _) if ranges && is_range(key) => Ok(()),
        (key, _) if ranges => Err(refuse(item, format!("invalid range \"{}\"", String::from_utf8_lossy(key)))),
        (key, _) => match network(key) {
            Some(Network::Of(..)) => Ok(()),
            _ => Err(refuse(item, format!("invalid network \"{}\"", String::from_utf8_lossy(key)))),
        },
    }
}

/// Two addresses, the lower one first; none of IPv6 (`ngx_http_geo_range`).
fn is_range(key: &[u8]) -> bool {
    let mut ends = key.splitn(2, |byte| *byte == b'-').map(|end| str::from_utf8(end).ok().and_then(address));
    let (Some(Some(low)), Some(Some(high))) = (ends.next(), ends.next()) else { return false };
    low.is_ipv4() && high.is_ipv4() && low <= high
}

/// Hundredths of a percent (`ngx_atofp`).
fn hundredths(name: &[u8]) -> Option<u64> {
    let text = name.strip_suffix(b"%")?;
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let (whole, part) = (parts.next()?, parts.next().unwrap_or_default());
    let digits = [whole, part, b"00".get(part.len()..)?].concat();
    number(&digits).filter(|_| text.iter().any(u8::is_ascii_digit))
}

fn split(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let fits = item.name == b"*" || hundredths(&item.name).is_some_and(|share| share > 0);
    let mut total = 0;
    // A star takes all that is left, and nothing may follow it.
    for name in reader.tree.get(scope).items.iter().map(|other| &other.name).chain([&item.name]) {
        total = if name == b"*" { 10_000 } else { hundredths(name).unwrap_or(0) + total };
    }
    if fits && total > 10_000 {
        return Err(refuse(item, "percent total is greater than 100%"));
    }
    if item.args.len() == 1 && fits {
        return Ok(());
    }
    Err(refuse(item, format!("invalid percent value \"{}\"", String::from_utf8_lossy(&item.name))))
}
