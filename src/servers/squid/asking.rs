//! Directives that end in access lists (Squid `src/cache_cf.cc`, `aclParseAclList` and those that call it).

use super::config::Config;
use super::values::{fits, is_size};

/// Directives that hold an action and access lists (`acl_access` in `src/cf.data.pre`); the action may be missing.
const LISTED: [&str; 23] = [
    "always_direct",
    "broken_posts",
    "cache",
    "collapsed_forwarding_access",
    "follow_x_forwarded_for",
    "force_request_body_continuation",
    "htcp_access",
    "htcp_clr_access",
    "icap_retry",
    "icp_access",
    "ident_lookup_access",
    "never_direct",
    "no_cache",
    "proxy_protocol_access",
    "redirector_access",
    "send_hit",
    "server_pconn_for_nonretriable",
    "snmp_access",
    "spoof_client_ip",
    "stats_collection",
    "store_id_access",
    "store_miss",
    "url_rewrite_access",
];
/// The formats of logs that are there without being defined (`src/log/Formats.h`).
const FORMATS: [&str; 6] = ["squid", "common", "combined", "useragent", "referrer", "auto"];

impl Config {
    /// The access lists that a directive asks; `None`: it asks none, or is none of these; an error: its values are wrong.
    pub(super) fn asked<'v>(&self, name: &str, values: &'v [&'v str]) -> Option<Result<&'v [&'v str], ()>> {
        let behind = |count: usize| Some(values.get(count..).ok_or(()));
        match (name, values) {
            (name, ["allow" | "deny", names @ ..]) if LISTED.contains(&name) => Some(Ok(names)),
            (name, _) if LISTED.contains(&name) => Some(Ok(&[])),
            ("request_header_access" | "reply_header_access", [_, "allow" | "deny", names @ ..]) => Some(Ok(names)),
            ("request_header_add" | "reply_header_add" | "note", _) => behind(2),
            ("tcp_outgoing_address", [address, names @ ..]) if address.parse::<std::net::IpAddr>().is_ok() => {
                Some(Ok(names))
            }
            ("reply_body_max_size", ["none", names @ ..]) => Some(Ok(names)),
            ("reply_body_max_size", values) if is_size(values) => behind(2.min(values.len())),
            ("delay_access", [pool, ..]) if pool.parse::<i64>().is_ok() => None,
            ("tcp_outgoing_address" | "reply_body_max_size" | "delay_access", _)
            | ("cache_peer_access" | "access_log", []) => Some(Err(())),
            ("access_log", ["none", names @ ..]) => Some(Ok(names)),
            ("access_log", [_, rest @ ..]) => {
                let options = rest.iter().take_while(|word| word.contains('=')).count();
                let rest = rest.get(options..).unwrap_or_default();
                let format = |word: &&str| FORMATS.contains(word) || self.formats.iter().any(|known| known == word);
                let skipped = usize::from(rest.first().is_some_and(format));
                Some(Ok(rest.get(skipped..).unwrap_or_default()))
            }
            _ if !fits(name, values) => Some(Err(())),
            _ => None,
        }
    }
}
