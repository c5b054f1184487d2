//! What `no option`, `http-response` and experimental words take (HAProxy `src/cfgparse-listen.c`, `src/http_rules.c`).

use super::config::{Read, wrong};
use super::words::Word;

/// Options that `no` goes with (`cfg_opts`, `cfg_opts2` and the modes of connections).
pub(super) const SWITCHED: [&str; 32] = [
    "abortonclose",
    "allbackups",
    "checkcache",
    "clitcpka",
    "contstats",
    "dontlog-normal",
    "dontlognull",
    "http-buffer-request",
    "http-ignore-probes",
    "idle-close-on-response",
    "prefer-last-server",
    "logasap",
    "nolinger",
    "persist",
    "srvtcpka",
    "transparent",
    "splice-request",
    "splice-response",
    "splice-auto",
    "accept-invalid-http-request",
    "accept-invalid-http-response",
    "independent-streams",
    "http-use-proxy-header",
    "http-pretend-keepalive",
    "tcp-smart-accept",
    "tcp-smart-connect",
    "socket-stats",
    "httpclose",
    "http-keep-alive",
    "http-server-close",
    "forceclose",
    "redispatch",
];

/// What `http-response` may do (`http_res_keywords`).
const ANSWERED: [&str; 24] = [
    "add-header",
    "allow",
    "cache-store",
    "capture",
    "del-header",
    "deny",
    "redirect",
    "replace-header",
    "replace-value",
    "return",
    "send-spoe-group",
    "set-header",
    "set-log-level",
    "set-mark",
    "set-nice",
    "set-status",
    "set-timeout",
    "set-tos",
    "set-var",
    "set-var-fmt",
    "silent-drop",
    "strict-mode",
    "unset-var",
    "wait-for-body",
];

/// Whether `http-response` knows an action.
///
/// # Errors
/// It does not.
pub(super) fn answered(head: &Word, action: &Word) -> Read<()> {
    let word = action.text.split('(').next().unwrap_or_default();
    let counted = ["track-sc", "sc-", "add-acl", "del-acl", "set-map", "del-map", "lua."];
    let known = ANSWERED.contains(&word) || counted.iter().any(|start| word.starts_with(start));
    if known { Ok(()) } else { Err(wrong(action.place, &head.text, "there is no such action")) }
}

/// Whether a rule is of an experimental kind.
pub(super) fn is_experimental(head: &Word, rest: &[Word]) -> bool {
    head.text == "http-request" && rest.first().is_some_and(|action| action.text == "normalize-uri")
}
