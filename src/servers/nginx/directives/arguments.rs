//! What the server's stock functions say to the arguments of a directive (src/core/ngx_conf_file.c).

use super::numbers::{number, offset, size, time};
use super::table::Row;
use crate::servers::nginx::tree::Item;

/// Functions that take a directive once in a block.
const ONCE: [&str; 19] = [
    "ngx_conf_set_flag_slot",
    "ngx_conf_set_str_slot",
    "ngx_conf_set_num_slot",
    "ngx_conf_set_size_slot",
    "ngx_conf_set_off_slot",
    "ngx_conf_set_msec_slot",
    "ngx_conf_set_sec_slot",
    "ngx_conf_set_enum_slot",
    "ngx_conf_set_path_slot",
    "ngx_conf_set_access_slot",
    "ngx_http_set_complex_value_slot",
    "ngx_http_set_complex_value_zero_slot",
    "ngx_http_set_complex_value_size_slot",
    "ngx_http_upstream_bind_set_slot",
    "ngx_stream_set_complex_value_slot",
    "ngx_stream_set_complex_value_zero_slot",
    "ngx_stream_set_complex_value_size_slot",
    "ngx_stream_upstream_bind_set_slot",
    "ngx_http_set_predicate_slot",
];

/// Directives with functions of their own that take them once in a block.
const ONCE_BY_NAME: [&str; 54] = [
    "aio",
    "alias",
    "auth_basic_user_file",
    "auth_request",
    "charset",
    "directio",
    "disable_symlinks",
    "events",
    "expires",
    "fastcgi_cache",
    "fastcgi_cache_key",
    "fastcgi_pass",
    "fastcgi_store",
    "geoip_city",
    "geoip_country",
    "geoip_org",
    "grpc_pass",
    "http",
    "internal",
    "keepalive",
    "keepalive_timeout",
    "limit_except",
    "mail",
    "memcached_pass",
    "open_file_cache",
    "proxy_bind",
    "proxy_cache",
    "proxy_cache_key",
    "proxy_pass",
    "proxy_store",
    "real_ip_header",
    "resolver",
    "root",
    "scgi_cache",
    "scgi_cache_key",
    "scgi_pass",
    "scgi_store",
    "source_charset",
    "ssl_engine",
    "ssl_password_file",
    "stream",
    "try_files",
    "use",
    "user",
    "userid_expires",
    "userid_mark",
    "uwsgi_cache",
    "uwsgi_cache_key",
    "uwsgi_pass",
    "uwsgi_store",
    "worker_connections",
    "worker_cpu_affinity",
    "worker_priority",
    "worker_processes",
];

/// The server's words on arguments of the right number that it refuses; `None`: it takes them, or a function of the
/// directive's own judges them.
pub(in super::super) fn wrong(row: &Row, item: &Item, before: &[Item]) -> Option<String> {
    let name = String::from_utf8_lossy(&item.name).into_owned();
    let says = |words: &str| Some(format!("\"{name}\" directive {words}"));
    let once = ONCE.contains(&row.set) || (row.set == "-" && ONCE_BY_NAME.contains(&name.as_str()));
    // Each slot looks at its own place, and a predicate only at what is left of it.
    if once && row.set != "ngx_http_set_predicate_slot" && before.iter().any(|other| other.name == item.name) {
        return says("is duplicate");
    }
    let first = item.arg(0);
    let fits = |value: &[u8]| row.values.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(value));
    let shown = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    match row.set {
        "ngx_conf_set_flag_slot" if !first.eq_ignore_ascii_case(b"on") && !first.eq_ignore_ascii_case(b"off") => {
            let shown = shown(first);
            Some(format!("invalid value \"{shown}\" in \"{name}\" directive, it must be \"on\" or \"off\""))
        }
        "ngx_conf_set_num_slot" => match (number(first), row.values.as_slice()) {
            (None, _) => says("invalid number"),
            (Some(value), [low, high]) => {
                let bound = |text: &str| text.parse::<i128>().unwrap_or(-1);
                let (low, high, value) = (bound(low), bound(high), i128::from(value));
                let inside = low <= value && (high == -1 || value <= high);
                if inside { None } else { Some(format!("value must be between {low} and {high}")) }
            }
            (Some(_), _) => None,
        },
        "ngx_conf_set_size_slot" if size(first).is_none() => says("invalid value"),
        "ngx_conf_set_off_slot" if offset(first).is_none() => says("invalid value"),
        "ngx_conf_set_msec_slot" if time(first, true).is_none() => says("invalid value"),
        "ngx_conf_set_sec_slot" if time(first, false).is_none() => says("invalid value"),
        "ngx_conf_set_bufs_slot" => {
            let fits = number(first).is_some_and(|number| number > 0) && size(item.arg(1)).is_some_and(|size| size > 0);
            if fits { None } else { says("invalid value") }
        }
        "ngx_conf_set_enum_slot" if !fits(first) => Some(format!("invalid value \"{}\"", shown(first))),
        "ngx_conf_set_bitmask_slot" => {
            let wrong = item.args.iter().find(|word| !fits(&word.value))?;
            Some(format!("invalid value \"{}\"", shown(&wrong.value)))
        }
        _ => None,
    }
}
