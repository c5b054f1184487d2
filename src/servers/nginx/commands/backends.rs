//! Directives that each module for backends has of its own (src/http/modules/ngx_http_proxy_module.c and its kind;
//! src/http/ngx_http_upstream.c; src/http/ngx_http_file_cache.c).

use std::path::Path;

use super::http::regex;
use super::values::is_access;
use crate::answer::Reason;
use crate::read::Located;
use crate::servers::nginx::directives::{number, offset, size, time};
use crate::servers::nginx::network;
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};

/// The modules, by the beginning of their directives' names.
const MODULES: [&str; 6] = ["proxy_", "fastcgi_", "uwsgi_", "scgi_", "grpc_", "memcached_"];

/// What is left of a name behind that of its module.
pub(super) fn of_module(name: &str) -> Option<&str> {
    MODULES.iter().find_map(|module| name.strip_prefix(module))
}

/// What is refused of a directive that several modules have.
pub(super) fn judge(reader: &mut Reader<'_>, item: &Item, kind: &str) -> Result<(), Stop> {
    let refuse = |index: usize, words: &str| Err(Stop::wrong(&item.name(), words, item.place_of(index)));
    let mut words = item.args.iter().enumerate();
    let wrong = match kind {
        "bind" => wrong_bind(item),
        "cache_valid" => wrong_time(item),
        "cache_path" => words.skip(1).find(|(_, word)| !is_of_cache(&word.value)).map(|(index, _)| index),
        "store_access" => words.find(|(_, word)| !is_access(&word.value)).map(|(index, _)| index),
        "temp_path" => wrong_level(item),
        "param" if item.args.len() == 3 && item.arg(2) != b"if_not_empty" => Some(2),
        "redirect" if item.args.len() == 1 && !matches!(item.arg(0), b"off" | b"default" | b"false") => Some(0),
        "cookie_domain" | "cookie_path" if item.args.len() == 1 && item.arg(0) != b"off" => Some(0),
        "cookie_flags" if item.args.len() == 1 && item.arg(0) != b"off" => Some(0),
        _ => None,
    };
    if let Some(index) = wrong {
        return refuse(index, "invalid parameter");
    }
    if let ("redirect" | "cookie_domain" | "cookie_path" | "cookie_flags", [b'~', pattern @ ..]) = (kind, item.arg(0)) {
        let pattern = pattern.strip_prefix(b"*").unwrap_or(pattern).to_vec();
        regex(reader, item, &pattern, true, item.place_of(0))?;
    }
    Ok(())
}

/// An address of this machine as a number (`ngx_http_upstream_bind_set_slot`).
fn wrong_bind(item: &Item) -> Option<usize> {
    let first = item.arg(0);
    if item.args.len() == 1 && first == b"off" {
        return None;
    }
    let host = str::from_utf8(first).unwrap_or_default();
    let numeric = network::address(host).is_some() || host.parse::<std::net::SocketAddr>().is_ok();
    if !numeric && !first.contains(&b'$') {
        return Some(0);
    }
    (item.args.len() > 1 && item.arg(1) != b"transparent").then_some(1)
}

/// Statuses and a time at the end (`ngx_http_file_cache_valid_set_slot`).
fn wrong_time(item: &Item) -> Option<usize> {
    let last = item.args.len().saturating_sub(1);
    let is_status = |text: &[u8]| text == b"any" || number(text).is_some_and(|status| (100..=599).contains(&status));
    let statuses = item.args.iter().take(last);
    let wrong = statuses.enumerate().find(|(_, word)| !is_status(&word.value)).map(|(index, _)| index);
    if time(item.last(), false).is_none() { Some(last) } else { wrong }
}

/// How many letters the folders below have as names (`ngx_conf_set_path_slot`).
fn wrong_level(item: &Item) -> Option<usize> {
    let mut sum = 0_u64;
    for (index, word) in item.args.iter().enumerate().skip(1) {
        let Some(level) = number(&word.value).filter(|level| *level > 0) else { return Some(index) };
        sum = sum.saturating_add(level);
        if sum > 10 {
            return Some(index);
        }
    }
    None
}

/// A parameter of a cache (`ngx_http_file_cache_set_slot`).
fn is_of_cache(text: &[u8]) -> bool {
    let valued = |name: &str| text.strip_prefix(name.as_bytes());
    let timed = ["inactive=", "manager_sleep=", "manager_threshold=", "loader_sleep=", "loader_threshold="];
    let counted = ["manager_files=", "loader_files="];
    if let Some(levels) = valued("levels=") {
        let parts: Vec<&[u8]> = levels.split(|byte| *byte == b':').collect();
        return parts.len() <= 3 && parts.iter().all(|level| matches!(*level, b"1" | b"2"));
    }
    if let Some(value) = timed.iter().find_map(|name| valued(name)) {
        return time(value, true).is_some() || time(value, false).is_some();
    }
    if let Some(value) = counted.iter().find_map(|name| valued(name)) {
        return number(value).is_some();
    }
    if let Some(value) = valued("max_size=").or_else(|| valued("min_free=")) {
        return offset(value).is_some();
    }
    valued("keys_zone=").is_some() || matches!(text, b"use_temp_path=on" | b"use_temp_path=off")
}

/// A file of passphrases must be there at the start (`ngx_ssl_read_password_file`).
pub(super) fn passphrases(reader: &Reader<'_>, item: &Item) -> Result<(), Stop> {
    let path = reader.folder.join(crate::read::server_path(item.arg(0)));
    let is_whole = reader.target.paths.is_host() || reader.target.paths.has_root();
    let Located::Local { path, .. } = reader.locate(Path::new(&path)) else { return Ok(()) };
    match reader.target.files.read(&path) {
        Err(fault) if is_whole && fault != crate::read::Fault::Denied => {
            let message = format!("cannot read this file of passphrases: {fault}");
            Err(Stop::fails(Reason::StartupRefused { message }, item.place_of(0)))
        }
        _ => Ok(()),
    }
}

/// The sizes of buffers must go together in every block (`ngx_http_proxy_merge_loc_conf`).
pub(super) fn buffers(reader: &Reader<'_>, block: BlockId) -> Result<(), Stop> {
    const PAGE: u64 = 4096;
    let tree = &reader.tree;
    for module in MODULES.iter().take(4) {
        let set = |kind: &str| tree.setting(block, &format!("{module}{kind}"));
        let sized = |kind: &str| set(kind).and_then(|item| size(item.arg(0)));
        let buffers = set("buffers");
        let count = buffers.and_then(|item| number(item.arg(0))).unwrap_or(8);
        let each = buffers.and_then(|item| size(item.arg(1))).unwrap_or(PAGE);
        let least = sized("buffer_size").unwrap_or(PAGE).max(each);
        let busy = sized("busy_buffers_size").unwrap_or(least.saturating_mul(2));
        let most = count.saturating_sub(1).saturating_mul(each);
        let too_small =
            |kind: &str| sized(kind).is_some_and(|size| size < least && (size > 0 || kind.contains("write")));
        let message = if count < 2 {
            format!("there must be at least 2 \"{module}buffers\"")
        } else if busy < least {
            format!(
                "\"{module}busy_buffers_size\" must not be less than \"{module}buffer_size\" or one of the \"{module}buffers\""
            )
        } else if busy > most {
            format!(
                "\"{module}busy_buffers_size\" must be less than the size of all \"{module}buffers\" minus one buffer"
            )
        } else if too_small("temp_file_write_size") {
            format!("\"{module}temp_file_write_size\" is less than one buffer")
        } else if too_small("max_temp_file_size") {
            format!("\"{module}max_temp_file_size\" is less than one buffer")
        } else {
            continue;
        };
        let kinds = ["busy_buffers_size", "buffer_size", "buffers", "temp_file_write_size", "max_temp_file_size"];
        let item = kinds.iter().find_map(|kind| set(kind));
        let place = item.map_or(tree.get(block).place, |item| item.place);
        let name = item.map_or_else(|| format!("{module}buffers"), Item::name);
        return Err(Stop::wrong(&name, message, place));
    }
    let inner = tree.get(block).items.iter().filter_map(|item| item.block);
    inner.into_iter().try_for_each(|inner| buffers(reader, inner))
}
