//! Names that are too long for the tables they are looked up in (src/core/ngx_hash.c, `ngx_hash_init`): each must fit
//! into a bucket, and those are small unless a directive says otherwise.

use crate::servers::nginx::directives::number;
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item, Kind};
use crate::source::Place;

/// The bytes of a bucket where none are set: a line of the processor's cache (`ngx_cacheline_size`).
const LINE: u64 = 64;

/// A table.
struct Table<'t> {
    /// What the server calls it.
    name: &'t str,
    /// The bytes of a bucket.
    bucket: u64,
}

impl Table<'_> {
    /// Whether a key finds room: a pointer, its length and itself, and a pointer behind it (`NGX_HASH_ELT_SIZE`).
    fn holds(&self, key: &[u8]) -> bool {
        u64::try_from(key.len()).is_ok_and(|length| 8 + (length + 2).next_multiple_of(8) + 8 <= self.bucket)
    }

    fn judge(&self, key: &[u8], place: Place) -> Result<(), Stop> {
        if self.holds(key) {
            return Ok(());
        }
        let name = self.name;
        let message = format!("could not build {name}, you should increase {name}_bucket_size: {}", self.bucket);
        Err(Stop::wrong(name, message, place))
    }

    /// The same for a host name, of which a wildcard is kept label by label (`ngx_hash_wildcard_init`).
    fn judge_host(&self, name: &[u8], place: Place) -> Result<(), Stop> {
        let wild = name.starts_with(b".") || name.starts_with(b"*.") || name.ends_with(b".*");
        match (name, wild) {
            ([b'~', ..], _) => Ok(()),
            (_, true) => name.split(|byte| *byte == b'.').try_for_each(|label| self.judge(label, place)),
            (_, false) => self.judge(name, place),
        }
    }
}

/// The bytes of a table's buckets as a directive in force sets them.
fn bucket(reader: &Reader<'_>, block: BlockId, name: &str) -> u64 {
    let set = reader.tree.setting(block, &format!("{name}_bucket_size"));
    set.and_then(|item| number(item.arg(0))).unwrap_or(LINE).max(1).next_multiple_of(LINE)
}

/// The table of a `map` is built at once: what sets its size must stand before (`ngx_http_map_block`).
pub(super) fn of_maps(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    if reader.tree.get(scope).items.iter().any(|other| other.name == b"map") {
        return Err(Stop::wrong(&item.name(), format!("\"{}\" directive is duplicate", item.name()), item.place));
    }
    Ok(())
}

/// Judges every name of a configuration.
pub(super) fn hashes(reader: &Reader<'_>, http: BlockId) -> Result<(), Stop> {
    let place = reader.tree.get(http).place;
    let variables = Table { name: "variables_hash", bucket: bucket(reader, http, "variables_hash") };
    reader.declared.iter().try_for_each(|name| variables.judge(name, place))?;
    servers(reader, http)?;
    maps(reader, http)?;
    block(reader, http)
}

/// Names of servers are looked up where several share an address (`ngx_http_server_names`).
fn servers(reader: &Reader<'_>, http: BlockId) -> Result<(), Stop> {
    let table = Table { name: "server_names_hash", bucket: bucket(reader, http, "server_names_hash") };
    let all = &reader.listens.0;
    for server in reader.tree.children(http, Kind::Server) {
        let shares = |address| all.iter().any(|other| other.address == address && other.server != server);
        if !all.iter().filter(|listen| listen.server == server).any(|listen| shares(listen.address.clone())) {
            continue;
        }
        for item in reader.tree.get(server).items.iter().filter(|item| item.name == b"server_name") {
            for (index, word) in item.args.iter().enumerate() {
                table.judge_host(&word.value, item.place_of(index))?;
            }
        }
    }
    Ok(())
}

/// The keys of a `map` (`ngx_http_map_block`).
fn maps(reader: &Reader<'_>, http: BlockId) -> Result<(), Stop> {
    let table = Table { name: "map_hash", bucket: bucket(reader, http, "map_hash") };
    let items = reader.tree.get(http).items.iter().filter(|item| item.name == b"map");
    for map in items.filter_map(|item| item.block) {
        let entries = &reader.tree.get(map).items;
        let hosts = entries.iter().any(|entry| entry.name == b"hostnames" && entry.args.is_empty());
        for entry in entries.iter().filter(|entry| entry.args.len() == 1 && !entry.name.starts_with(b"~")) {
            let key = entry.name.strip_prefix(b"\\").unwrap_or(&entry.name);
            if hosts { table.judge_host(key, entry.place) } else { table.judge(key, entry.place) }?;
        }
    }
    Ok(())
}

/// What stands in a block, and in those within it.
fn block(reader: &Reader<'_>, id: BlockId) -> Result<(), Stop> {
    for item in &reader.tree.get(id).items {
        match item.name.as_slice() {
            b"valid_referers" => {
                let table = Table { name: "referer_hash", bucket: bucket(reader, id, "referer_hash") };
                for (index, word) in item.args.iter().enumerate() {
                    let host = word.value.split(|byte| *byte == b'/').next().unwrap_or_default();
                    table.judge_host(host, item.place_of(index))?;
                }
            }
            b"types" => types(reader, id, item)?,
            _ => headers(reader, id, item)?,
        }
        if let Some(inner) = item.block.filter(|inner| reader.tree.get(*inner).kind != Kind::Entries) {
            block(reader, inner)?;
        }
    }
    Ok(())
}

/// The endings of `types` (`ngx_http_core_merge_loc_conf`).
fn types(reader: &Reader<'_>, id: BlockId, item: &Item) -> Result<(), Stop> {
    let table = Table { name: "types_hash", bucket: bucket(reader, id, "types_hash") };
    let entries = item.block.map(|block| reader.tree.get(block).items.iter()).into_iter().flatten();
    for entry in entries {
        entry.args.iter().try_for_each(|word| table.judge(&word.value, entry.place))?;
    }
    Ok(())
}

/// Headers and parameters that are handed on (`ngx_http_proxy_init_headers`, `ngx_http_fastcgi_init_params`).
fn headers(reader: &Reader<'_>, id: BlockId, item: &Item) -> Result<(), Stop> {
    let key = item.arg(0);
    let name = item.name();
    let (table, key) = match name.as_str() {
        "proxy_set_header" | "proxy_hide_header" => {
            (Table { name: "proxy_headers_hash", bucket: bucket(reader, id, "proxy_headers_hash") }, key)
        }
        "grpc_set_header" => (Table { name: "grpc_headers_hash", bucket: LINE }, key),
        "fastcgi_param" | "uwsgi_param" | "scgi_param" => match key.strip_prefix(b"HTTP_") {
            Some(key) => (Table { name: "params_hash", bucket: LINE }, key),
            None => return Ok(()),
        },
        "fastcgi_hide_header" | "uwsgi_hide_header" | "scgi_hide_header" | "grpc_hide_header" => {
            (Table { name: "hide_headers_hash", bucket: LINE }, key)
        }
        _ => return Ok(()),
    };
    table.judge(key, item.place)
}
