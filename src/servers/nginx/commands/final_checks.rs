//! What is judged once a block is read as a whole (src/http/ngx_http.c, `ngx_http_block`).

use super::backends::buffers;
use super::hashes::hashes;
use super::tls::{certificates, defaults};
use super::upstream::resolve;
use super::zones::zones;
use crate::answer::{Missing, Reason};
use crate::servers::nginx::directives::{is_known, number};
use crate::servers::nginx::listen::{Address, Listen};
use crate::servers::nginx::names::{is_valid, taken};
use crate::servers::nginx::reader::{Backend, Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item, Kind};

/// Judges a block at its `}`.
pub(in super::super) fn closing(reader: &mut Reader<'_>, block: BlockId, item: &Item) -> Result<(), Stop> {
    match reader.tree.get(block).kind {
        Kind::Server => default_listen(reader, block, item),
        Kind::Upstream if reader.tree.own(block, "server").is_none() => {
            Err(Stop::wrong("upstream", "no servers are inside upstream", item.place))
        }
        Kind::Http => http(reader, block),
        Kind::Main
        | Kind::Events
        | Kind::Location
        | Kind::ServerIf
        | Kind::LocationIf
        | Kind::LimitExcept
        | Kind::Upstream
        | Kind::Mail
        | Kind::MailServer
        | Kind::Stream
        | Kind::StreamServer
        | Kind::StreamUpstream
        | Kind::Entries => Ok(()),
    }
}

/// A server that names no address listens on port 80 of all (`ngx_http_core_server`).
fn default_listen(reader: &mut Reader<'_>, server: BlockId, item: &Item) -> Result<(), Stop> {
    if reader.tree.own(server, "listen").is_some() {
        return Ok(());
    }
    let address = Address::Inet(std::net::Ipv4Addr::UNSPECIFIED.into(), 80);
    let listen = Listen {
        address,
        server,
        place: item.place,
        implied: true,
        default: false,
        ssl: false,
        http2: false,
        proxied: false,
        options: false,
        both: false,
    };
    reader.listens.add(listen).map_err(|words| Stop::wrong("server", words, item.place))
}

fn http(reader: &mut Reader<'_>, http: BlockId) -> Result<(), Stop> {
    let backends = std::mem::take(&mut reader.backends);
    for Backend { host, place, portless } in &backends {
        let named = |block: BlockId| {
            let block = reader.tree.get(block);
            block.args.first().is_some_and(|word| word.value.eq_ignore_ascii_case(host))
        };
        let bare = host.splitn(2, |byte| *byte == b':').next().unwrap_or_default();
        let ported = |block: BlockId| {
            let block = reader.tree.get(block);
            bare.len() < host.len() && block.args.first().is_some_and(|word| word.value.eq_ignore_ascii_case(bare))
        };
        if reader.tree.children(http, Kind::Upstream).any(ported) {
            let message = format!("upstream \"{}\" may not have a port", String::from_utf8_lossy(bare));
            return Err(Stop::wrong("upstream", message, *place));
        }
        if !reader.tree.children(http, Kind::Upstream).any(named) {
            if *portless && !host.starts_with(b"unix:") && !host.contains(&b':') {
                let message = format!("no port in upstream \"{}\"", String::from_utf8_lossy(host));
                return Err(Stop::wrong("pass", message, *place));
            }
            match resolve(reader, host, *place, "proxy_pass") {
                Err(Stop::Unknown(because)) => reader.doubt(because),
                judged => judged?,
            }
        }
    }
    let servers: Vec<BlockId> = reader.tree.children(http, Kind::Server).collect();
    for server in &servers {
        match certificates(reader, *server) {
            Err(Stop::Unknown(because)) => reader.doubt(because),
            judged => judged?,
        }
    }
    servers.iter().try_for_each(|server| buffers(reader, *server))?;
    for server in &servers {
        locations(reader, *server)?;
    }
    for server in &servers {
        referers(reader, *server, *server)?;
    }
    match variables(reader) {
        Err(Stop::Unknown(because)) => reader.doubt(because),
        judged => judged?,
    }
    defaults(reader)?;
    zones(reader, http)?;
    names(reader, &servers)?;
    hashes(reader, http)
}

/// Each location once in its place (`ngx_http_init_static_location_trees`).
fn locations(reader: &Reader<'_>, block: BlockId) -> Result<(), Stop> {
    let tree = &reader.tree;
    let mut seen: Vec<BlockId> = Vec::new();
    for id in tree.children(block, Kind::Location) {
        let location = tree.get(id);
        let Some(matching) = &location.matching else { continue };
        let same =
            |other: &BlockId| tree.get(*other).matching.as_ref().is_some_and(|other| matching.is_duplicate_of(other));
        if seen.iter().any(same) {
            let message = format!("duplicate location \"{}\"", String::from_utf8_lossy(matching.name()));
            return Err(Stop::wrong("location", message, location.place));
        }
        seen.push(id);
    }
    seen.into_iter().try_for_each(|id| locations(reader, id))
}

/// Each referer once, and one at least (`ngx_http_referer_merge_conf`).
fn referers(reader: &Reader<'_>, block: BlockId, server: BlockId) -> Result<(), Stop> {
    let tree = &reader.tree;
    let items: Vec<&Item> = tree.get(block).items.iter().filter(|item| item.name == b"valid_referers").collect();
    let words: Vec<&[u8]> = items.iter().flat_map(|item| item.args.iter().map(|word| word.value.as_slice())).collect();
    let marks: [&[u8]; 3] = [b"none", b"blocked", b"server_names"];
    let mut hosts: Vec<&[u8]> = words.iter().filter(|word| !marks.contains(word)).copied().collect();
    if words.contains(&b"server_names".as_slice()) {
        let named = tree.get(server).items.iter().filter(|item| item.name == b"server_name");
        let names: Vec<&[u8]> = named.flat_map(|item| item.args.iter().map(|word| word.value.as_slice())).collect();
        hosts.extend(if names.is_empty() { vec![b"".as_slice()] } else { names });
    }
    let mut known: Vec<(u8, Vec<u8>)> = Vec::new();
    let place = items.last().map_or(tree.get(block).place, |item| item.place);
    for host in hosts.iter().filter(|host| !host.starts_with(b"~")) {
        let name = host.split(|byte| *byte == b'/').next().unwrap_or_default();
        if !is_valid(name) {
            let message = format!("invalid hostname or wildcard \"{}\"", String::from_utf8_lossy(host));
            return Err(Stop::wrong("valid_referers", message, place));
        }
        let takes = taken(name);
        if takes.iter().any(|taken| known.contains(taken)) {
            let message = format!("conflicting parameter \"{}\"", String::from_utf8_lossy(host));
            return Err(Stop::wrong("valid_referers", message, place));
        }
        known.extend(takes);
    }
    if known.is_empty() && (words.contains(&b"none".as_slice()) || words.contains(&b"blocked".as_slice())) {
        let message = "the \"none\" or \"blocked\" referers are specified without any valid referer";
        return Err(Stop::wrong("valid_referers", message, place));
    }
    let inner: Vec<BlockId> = tree.get(block).items.iter().filter_map(|item| item.block).collect();
    inner.into_iter().try_for_each(|inner| referers(reader, inner, server))
}

/// Every variable that is used must exist (`ngx_http_variables_init_vars`).
fn variables(reader: &Reader<'_>) -> Result<(), Stop> {
    let known = |name: &[u8]| is_known(name, &reader.modules) || reader.declared.contains(name);
    // What these modules declare by their own directives is not read here.
    let others = ["ngx_http_lua_module.so", "ngx_http_perl_module.so", "ngx_http_geoip2_module.so"];
    let Some(unknown) = reader.uses.iter().find(|used| !known(&used.name)) else { return Ok(()) };
    let name = String::from_utf8_lossy(&unknown.name).into_owned();
    if others.iter().any(|module| reader.modules.contains(*module)) {
        return Err(Stop::unknown(Missing::Variable { name }, unknown.place));
    }
    Err(Stop::wrong(&unknown.directive, format!("unknown \"{name}\" variable"), unknown.place))
}

/// A pool of threads that is used must be there (`ngx_thread_pool_init_conf`).
fn pools(reader: &Reader<'_>, block: BlockId) -> Result<(), Stop> {
    let named = |name: &[u8]| {
        let pools = reader.tree.get(reader.tree.top()).items.iter();
        name == b"default" || pools.into_iter().any(|item| item.name == b"thread_pool" && item.arg(0) == name)
    };
    for item in &reader.tree.get(block).items {
        let pool = item.arg(0).strip_prefix(b"threads=").filter(|pool| item.name == b"aio" && !pool.contains(&b'$'));
        if let Some(pool) = pool.filter(|pool| !named(pool)) {
            let message = format!("unknown thread pool \"{}\"", String::from_utf8_lossy(pool));
            return Err(Stop::wrong("aio", message, item.place));
        }
        if let Some(inner) = item.block {
            pools(reader, inner)?;
        }
    }
    Ok(())
}

/// Where several servers share an address their names are looked up, and must be ones that can be (`ngx_http_server_names`).
fn names(reader: &Reader<'_>, servers: &[BlockId]) -> Result<(), Stop> {
    for server in servers {
        let shared = reader.listens.0.iter().filter(|listen| listen.server == *server).any(|listen| {
            reader.listens.0.iter().any(|other| other.address == listen.address && other.server != *server)
        });
        if !shared {
            continue;
        }
        for item in reader.tree.get(*server).items.iter().filter(|item| item.name == b"server_name") {
            if let Some(index) = item.args.iter().position(|word| !is_valid(&word.value)) {
                let message =
                    format!("invalid server name or wildcard \"{}\"", String::from_utf8_lossy(item.arg(index)));
                return Err(Stop::wrong("server_name", message, item.place_of(index)));
            }
        }
    }
    Ok(())
}

/// Once all is read: what the server needs anywhere (`ngx_event_init_conf`).
pub(in super::super) fn end(reader: &Reader<'_>) -> Result<(), Stop> {
    let top = reader.tree.top();
    let place = crate::source::Place::new(reader.tree.get(top).place.file, crate::source::Span::at(0));
    if reader.tree.own(top, "events").is_none() {
        let message = "no \"events\" section in configuration".to_owned();
        return Err(Stop::fails(Reason::UnbalancedSection { message }, place));
    }
    pools(reader, top)?;
    let events = reader.tree.children(top, Kind::Events).next();
    let connections = events.and_then(|events| reader.tree.own(events, "worker_connections"));
    let mut sockets: Vec<&Address> = reader.listens.0.iter().map(|listen| &listen.address).collect();
    sockets.sort_unstable();
    sockets.dedup();
    if let Some(item) = connections
        && number(item.arg(0)).is_some_and(|number| usize::try_from(number).is_ok_and(|number| number <= sockets.len()))
    {
        let message = format!("{} worker_connections are not enough", String::from_utf8_lossy(item.arg(0)));
        return Err(Stop::wrong("worker_connections", message, item.place));
    }
    reader.late.clone().map_or(Ok(()), Err)
}
