//! Memory that the workers share, by its names (src/core/ngx_cycle.c, `ngx_shared_memory_add`).

use crate::servers::nginx::directives::size;
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};
use crate::source::Place;

/// Who uses a zone: no two modules share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Requests,
    Connections,
    Proxy,
    FastCgi,
    Uwsgi,
    Scgi,
    Tls,
    Upstream,
}

/// One mention of a zone; without a size it is one that must be made elsewhere.
struct Mention<'t> {
    name: &'t [u8],
    owner: Owner,
    size: Option<u64>,
    /// Whether it may be made here only once.
    once: bool,
}

/// A zone as it was made or mentioned first.
struct Zone {
    name: Vec<u8>,
    owner: Owner,
    size: Option<u64>,
    made: bool,
    directive: String,
    place: Place,
}

/// Judges all zones of `http` in the order they are written in.
pub(super) fn zones(reader: &Reader<'_>, http: BlockId) -> Result<(), Stop> {
    let mut zones = Vec::new();
    let mut paths = Vec::new();
    walk(reader, http, &mut zones, &mut paths)?;
    match zones.iter().find(|zone| zone.size.is_none()) {
        Some(zone) => {
            let message = format!("zero size shared memory zone \"{}\"", String::from_utf8_lossy(&zone.name));
            Err(Stop::wrong(&zone.directive, message, zone.place))
        }
        None => Ok(()),
    }
}

fn walk(reader: &Reader<'_>, id: BlockId, zones: &mut Vec<Zone>, paths: &mut Vec<Vec<u8>>) -> Result<(), Stop> {
    for item in &reader.tree.get(id).items {
        if item.name.ends_with(b"_cache_path") {
            if paths.iter().any(|path| path == item.arg(0)) {
                let message = format!("the same path name \"{}\" used", String::from_utf8_lossy(item.arg(0)));
                return Err(Stop::wrong(&item.name(), message, item.place));
            }
            paths.push(item.arg(0).to_vec());
        }
        for mention in mentions(item) {
            add(zones, mention, item)?;
        }
        if let Some(inner) = item.block {
            walk(reader, inner, zones, paths)?;
        }
    }
    Ok(())
}

fn add(zones: &mut Vec<Zone>, mention: Mention<'_>, item: &Item) -> Result<(), Stop> {
    let shown = String::from_utf8_lossy(mention.name).into_owned();
    let refuse = |message: String| Err(Stop::wrong(&item.name(), message, item.place));
    let made = mention.once && mention.size.is_some();
    let Some(known) = zones.iter_mut().find(|zone| zone.name == mention.name) else {
        let (name, owner, size) = (mention.name.to_vec(), mention.owner, mention.size);
        zones.push(Zone { name, owner, size, made, directive: item.name(), place: item.place });
        return Ok(());
    };
    if known.owner != mention.owner {
        return refuse(format!("the shared memory zone \"{shown}\" is already declared for a different use"));
    }
    if known.made && made {
        return refuse(format!("duplicate zone \"{shown}\""));
    }
    if let (Some(known), Some(size)) = (known.size, mention.size)
        && known != size
    {
        return refuse(format!(
            "the size {size} of shared memory zone \"{shown}\" conflicts with already declared size"
        ));
    }
    known.size = known.size.or(mention.size);
    known.made |= made;
    Ok(())
}

/// The zones that a directive mentions.
fn mentions(item: &Item) -> Vec<Mention<'_>> {
    let valued = |mark: &str| item.args.iter().find_map(|word| word.value.strip_prefix(mark.as_bytes()));
    let used = |name, owner| Mention { name, owner, size: None, once: false };
    match item.name.as_slice() {
        b"limit_req_zone" => made(valued("zone="), Owner::Requests, true),
        b"limit_conn_zone" => made(valued("zone="), Owner::Connections, true),
        b"limit_req" => valued("zone=").map(|name| used(name, Owner::Requests)).into_iter().collect(),
        b"limit_conn" => vec![used(item.arg(0), Owner::Connections)],
        b"zone" => {
            vec![Mention { name: item.arg(0), owner: Owner::Upstream, size: size(item.arg(1)), once: false }]
        }
        b"ssl_session_cache" => {
            let shared = item.args.iter().filter_map(|word| word.value.strip_prefix(b"shared:"));
            shared.flat_map(|zone| made(Some(zone), Owner::Tls, false)).collect()
        }
        name => match cache(name) {
            Some((owner, b"cache_path")) => made(valued("keys_zone="), owner, true),
            Some((owner, b"cache")) if item.arg(0) != b"off" && !item.arg(0).contains(&b'$') => {
                vec![used(item.arg(0), owner)]
            }
            _ => Vec::new(),
        },
    }
}

fn cache(name: &[u8]) -> Option<(Owner, &[u8])> {
    let modules =
        [("proxy_", Owner::Proxy), ("fastcgi_", Owner::FastCgi), ("uwsgi_", Owner::Uwsgi), ("scgi_", Owner::Scgi)];
    modules.iter().find_map(|(start, owner)| Some((*owner, name.strip_prefix(start.as_bytes())?)))
}

/// `name:size`.
fn made(text: Option<&[u8]>, owner: Owner, once: bool) -> Vec<Mention<'_>> {
    let Some(text) = text else { return Vec::new() };
    let mut parts = text.splitn(2, |byte| *byte == b':');
    let (name, size) = (parts.next().unwrap_or_default(), parts.next().and_then(size));
    vec![Mention { name, owner, size, once }]
}
