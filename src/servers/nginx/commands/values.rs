//! Values that directives with functions of their own refuse.

use super::backends::{judge, of_module};
use super::http::regex;
use crate::answer::Missing;
use crate::servers::nginx::directives::{number, offset, size, time};
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item, Kind};

/// What is refused of a directive that has few values.
pub(super) fn plain(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let name = item.name();
    let first = item.arg(0);
    let fits = match name.as_str() {
        "worker_connections" => number(first).is_some(),
        "use" => matches!(first, b"epoll" | b"poll" | b"select"),
        "aio" => matches!(first, b"off" | b"threads") || first.starts_with(b"threads="),
        "directio" => first == b"off" || offset(first).is_some(),
        "ssl_session_cache" => item.args.iter().all(|word| is_cache(&word.value)),
        "connection_pool_size" | "request_pool_size" | "http2_pool_size" => {
            size(first).is_some_and(|size| size >= 112 && size % 16 == 0)
        }
        "dav_access" => item.args.iter().all(|word| is_access(&word.value)),
        "keepalive" => number(first).is_some_and(|connections| connections > 0),
        "ssl" => matches!(first.to_ascii_lowercase().as_slice(), b"on" | b"off"),
        "modern_browser" => match item.args.as_slice() {
            [only] => only.value == b"unlisted",
            _ => ["msie", "gecko", "opera", "safari", "konqueror"].iter().any(|name| name.as_bytes() == first),
        },
        "userid_mark" => first == b"off" || matches!(first, [byte] if byte.is_ascii_alphanumeric() || *byte == b'='),
        "userid_expires" => matches!(first, b"max" | b"off") || time(first, false).is_some(),
        "gzip_window" => size(first).is_some_and(|size| (512..=32768).contains(&size) && size.is_power_of_two()),
        "large_client_header_buffers" => size(item.arg(1)).is_none_or(|size| size >= 512),
        "ssl_ocsp_cache" => first == b"off" || first.starts_with(b"shared:") && is_cache(first),
        "open_log_file_cache" => is_log_cache(item),
        "proxy_cache_path" | "fastcgi_cache_path" | "uwsgi_cache_path" | "scgi_cache_path" => {
            let zone = item.args.iter().find_map(|word| word.value.strip_prefix(b"keys_zone="));
            let memory = |zone: &[u8]| zone.splitn(2, |byte| *byte == b':').nth(1).and_then(size);
            zone.and_then(memory).is_some_and(|bytes| bytes >= 8192)
        }
        "disable_symlinks" => {
            let known = |word: &[u8]| matches!(word, b"off" | b"on" | b"if_not_owner") || word.starts_with(b"from=");
            let modes = item.args.iter().filter(|word| !word.value.starts_with(b"from=")).count();
            modes < 2 && item.args.iter().all(|word| known(&word.value))
        }
        _ => is_sound(&name, item),
    };
    if !fits {
        return Err(Stop::wrong(&name, format!("\"{name}\" directive invalid value"), item.place));
    }
    match name.as_str() {
        "gzip_disable" => {
            let texts: Vec<Vec<u8>> = item.args.iter().map(|word| word.value.clone()).collect();
            texts.iter().try_for_each(|text| regex(reader, item, text, true, item.place).map(|_| ()))
        }
        "fastcgi_split_path_info" => {
            let pattern = regex(reader, item, first, false, item.place)?;
            match pattern {
                Some(pattern) if pattern.groups != 2 => {
                    Err(Stop::wrong(&name, "pattern must have 2 captures", item.place))
                }
                _ => Ok(()),
            }
        }
        "proxy_redirect" if item.args.len() == 1 && first == b"default" => redirect(reader, scope, item),
        "log_format" => log_format(reader, scope, item),
        "debug_connection" if !first.iter().all(|byte| byte.is_ascii_hexdigit() || b".:/".contains(byte)) => {
            Err(Stop::unknown(Missing::Dns, item.place))
        }
        name => of_module(name).map_or(Ok(()), |kind| judge(reader, item, kind)),
    }
}

/// What is told of more of them (`ngx_http_v2_spool_size`, `ngx_http_gzip_hash`, `ngx_http_upstream_random`, ...).
fn is_sound(name: &str, item: &Item) -> bool {
    let first = item.arg(0);
    match name {
        "http2_streams_index_size" => number(first).is_some_and(u64::is_power_of_two),
        "http2_recv_buffer_size" => size(first).is_some_and(|size| size >= 32),
        "http2_chunk_size" => size(first).is_some_and(|size| size > 0),
        "gzip_hash" => size(first).is_some_and(|size| (512..=131_072).contains(&size) && size.is_power_of_two()),
        "hash" => item.args.len() < 2 || item.arg(1) == b"consistent",
        "random" => match item.args.as_slice() {
            [] => true,
            [two] => two.value == b"two",
            [two, by, ..] => two.value == b"two" && by.value == b"least_conn",
        },
        "zone" => item.args.len() < 2 || size(item.arg(1)).is_some_and(|size| size >= 8 * 4096),
        // The engines that OpenSSL has in itself.
        "ssl_engine" => matches!(first, b"dynamic" | b"rdrand" | b"padlock" | b"afalg" | b"loader_attic"),
        _ => true,
    }
}

/// `proxy_redirect default` looks at the `proxy_pass` before it (`ngx_http_proxy_redirect`).
fn redirect(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    match reader.tree.own(scope, "proxy_pass") {
        Some(pass) if !pass.arg(0).contains(&b'$') => Ok(()),
        Some(_) => {
            let message = "\"proxy_redirect default\" cannot be used with \"proxy_pass\" directive with variables";
            Err(Stop::wrong("proxy_redirect", message, item.place))
        }
        None => {
            let message = "\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive";
            Err(Stop::wrong("proxy_redirect", message, item.place))
        }
    }
}

/// A format has one name (`ngx_http_log_set_format`).
fn log_format(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let taken = reader.tree.get(scope).items.iter().any(|other| other.name == item.name && other.arg(0) == item.arg(0));
    if taken || item.arg(0) == b"combined" {
        let message = format!("duplicate \"log_format\" name \"{}\"", String::from_utf8_lossy(item.arg(0)));
        return Err(Stop::wrong("log_format", message, item.place));
    }
    match item.arg(1).strip_prefix(b"escape=") {
        None | Some(b"json" | b"default" | b"none") => Ok(()),
        Some(_) => Err(Stop::wrong("log_format", "unknown log format escaping", item.place)),
    }
}

/// `access_log` names a format that stands before it (`ngx_http_log_set_log`).
pub(super) fn access_log(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    for word in item.args.iter().skip(1) {
        if let Some(condition) = word.value.strip_prefix(b"if=") {
            reader.text(item, condition, item.place)?;
        }
    }
    if item.arg(0) == b"off" && item.args.len() == 1 {
        return Ok(());
    }
    let top = reader.tree.top();
    let refuse = |words: &str| Err(Stop::wrong("access_log", words, item.place));
    if item.arg(0).strip_prefix(b"syslog:").is_some_and(|rest| !rest.split(|byte| *byte == b',').any(is_syslog_server))
    {
        return refuse("no syslog server specified");
    }
    for (index, word) in item.args.iter().enumerate().skip(1) {
        let text = word.value.as_slice();
        let known = |http: BlockId| {
            let mut items = reader.tree.get(http).items.iter();
            items.any(|other| other.name == b"log_format" && other.arg(0) == text)
        };
        let valued = |name: &str| text.strip_prefix(name.as_bytes());
        let fits = if index == 1 {
            text == b"combined" || reader.tree.children(top, Kind::Http).any(known)
        } else {
            valued("buffer=")
                .map(|value| size(value).is_some())
                .or_else(|| valued("flush=").map(|value| time(value, true).is_some()))
                .or_else(|| valued("gzip=").map(|value| number(value).is_some_and(|level| (1..=9).contains(&level))))
                .or_else(|| valued("if=").map(|_| true))
                .unwrap_or(text == b"gzip")
        };
        if !fits {
            return refuse(if index == 1 { "unknown log format" } else { "invalid parameter" });
        }
    }
    let has = |name: &str| item.args.iter().skip(2).any(|word| word.value.starts_with(name.as_bytes()));
    let buffered = has("buffer=") || has("gzip");
    if has("flush=") && !buffered {
        return refuse("no buffer is defined");
    }
    if buffered && (item.arg(0).contains(&b'$') || item.arg(0).starts_with(b"syslog:")) {
        return refuse("logs of this kind cannot be buffered");
    }
    Ok(())
}

/// Where a log is sent to (`ngx_syslog_parse_args`).
fn is_syslog_server(part: &[u8]) -> bool {
    part.strip_prefix(b"server=").is_some_and(|server| !server.is_empty())
}

/// `open_log_file_cache` (`ngx_http_log_open_file_cache`).
fn is_log_cache(item: &Item) -> bool {
    if item.args.len() == 1 && item.arg(0) == b"off" {
        return true;
    }
    let fits = |text: &[u8]| {
        let counted = text.strip_prefix(b"max=").or_else(|| text.strip_prefix(b"min_uses="));
        let timed = text.strip_prefix(b"inactive=").or_else(|| text.strip_prefix(b"valid="));
        counted.is_some_and(|value| number(value).is_some_and(|number| number > 0))
            || timed.is_some_and(|value| time(value, false).is_some())
    };
    item.args.iter().all(|word| fits(&word.value)) && item.args.iter().any(|word| word.value.starts_with(b"max="))
}

fn is_cache(text: &[u8]) -> bool {
    let shared = |rest: &[u8]| {
        let mut parts = rest.splitn(2, |byte| *byte == b':');
        !parts.next().unwrap_or_default().is_empty()
            && parts.next().and_then(size).is_some_and(|bytes| bytes >= 8 * 4096)
    };
    match (text.strip_prefix(b"shared:"), text.strip_prefix(b"builtin:")) {
        (Some(rest), _) => shared(rest),
        (None, Some(count)) => number(count).is_some(),
        (None, None) => matches!(text, b"off" | b"none" | b"builtin"),
    }
}

/// `user:rw` and its kind (`ngx_conf_set_access_slot`).
pub(super) fn is_access(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |byte| *byte == b':');
    let who = parts.next().unwrap_or_default();
    matches!(who, b"user" | b"group" | b"all") && matches!(parts.next(), Some(b"r" | b"rw" | b"w"))
}
