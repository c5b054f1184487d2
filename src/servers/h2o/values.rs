//! The values of h2o's plain directives (h2o `lib/core/configurator.c`, `lib/handler/configurator/*.c`, `src/main.c`).

use std::path::Path;

use crate::gate::Host;
use crate::yaml::Node;

/// Directives with a number.
const NUMBERS: [&str; 22] = [
    "num-threads",
    "num-name-resolution-threads",
    "num-ocsp-updaters",
    "max-connections",
    "max-delegations",
    "limit-request-body",
    "handshake-timeout",
    "tcp-fastopen",
    "http1-request-timeout",
    "http2-idle-timeout",
    "http2-graceful-shutdown-timeout",
    "http2-max-concurrent-requests-per-connection",
    "http2-input-window-size",
    "http2-latency-optimization-min-rtt",
    "http2-latency-optimization-max-additional-delay",
    "http2-latency-optimization-max-cwnd",
    "compress-minimum-size",
    "ssl-offload-threads",
    "proxy.timeout.io",
    "proxy.timeout.keepalive",
    "fastcgi.timeout.io",
    "fastcgi.timeout.keepalive",
];
/// Directives that are `ON` or `OFF`.
const SWITCHES: [&str; 9] = [
    "file.dirlisting",
    "file.etag",
    "http1-upgrade-to-http2",
    "http2-reprioritize-blocking-assets",
    "proxy.preserve-host",
    "proxy.tunnel",
    "reproxy",
    "tcp-reuseport",
    "throttle-response",
];

/// Why h2o does not take a value.
pub(super) fn fault(host: &Host<'_>, name: &str, value: &Node) -> Option<&'static str> {
    let text = value.text();
    let switch = |text: &str| matches!(text, "ON" | "OFF");
    match name {
        _ if NUMBERS.contains(&name) => {
            let number = text.and_then(|text| text.parse::<f64>().ok());
            let right = number.is_some_and(|number| name != "num-threads" || number >= 1.0);
            (!right).then_some("this must be a number")
        }
        _ if SWITCHES.contains(&name) => (!text.is_some_and(switch)).then_some("this must be ON or OFF"),
        "compress" | "gzip" => text.is_some_and(|text| !switch(text)).then_some("this must be ON or OFF"),
        "file.index" => (!value.is_list()).then_some("this must be a list"),
        "pid-file" => text.filter(|path| is_gone(host, path)).map(|_| "the file cannot be made"),
        "access-log" | "error-log" => {
            let paths = value.items().iter().chain([value]);
            let path = |node: &Node| node.text().or_else(|| node.get("path").and_then(Node::text)).map(str::to_owned);
            let gone = paths.filter_map(path).any(|path| !path.starts_with('|') && is_gone(host, &path));
            gone.then_some("the log file cannot be opened")
        }
        "redirect" if value.is_map() => redirect(value),
        "listen" => listen(host, value),
        _ => None,
    }
}

fn redirect(value: &Node) -> Option<&'static str> {
    let status = value.get("status").and_then(Node::text).and_then(|text| text.parse::<u16>().ok());
    match status {
        _ if value.get("url").is_none() => Some("mandatory property `url` is missing"),
        None => Some("mandatory property `status` is missing"),
        Some(300..=399) => None,
        Some(_) => Some("the status must lie within 300 and 399"),
    }
}

fn listen(host: &Host<'_>, value: &Node) -> Option<&'static str> {
    if value.is_list() {
        return Some("this must be a string or a mapping");
    }
    let port = value.text().or_else(|| value.get("port").and_then(Node::text)).unwrap_or_default();
    let unix = value.get("type").and_then(Node::text) == Some("unix");
    if !unix && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Some("the port is no number");
    }
    let name = value.get("host").and_then(Node::text).filter(|_| !unix).unwrap_or_default();
    if !name.chars().all(|found| found.is_alphanumeric() || matches!(found, '.' | '-' | '_' | ':' | '%')) {
        return Some("this is no name of a host");
    }
    let keys = ["certificate-file", "key-file"].into_iter().filter_map(|key| value.at(&["ssl", key])?.text());
    let missing = |path: &str| {
        let local = host.locate(&Host::path(Path::new("/"), path));
        local.is_some_and(|(local, _)| host.target.files.stat(&local).is_err())
    };
    keys.into_iter().any(missing).then_some("the certificate cannot be loaded")
}

/// Whether a file's folder is not there.
fn is_gone(host: &Host<'_>, path: &str) -> bool {
    let server = Host::path(Path::new("/"), path);
    let folder = server.parent().and_then(|parent| host.locate(parent));
    host.target.paths.is_host() && folder.is_some_and(|(local, _)| host.target.files.stat(&local).is_err())
}

/// The status of a part of a file (h2o `lib/handler/file.c`, `process_range`).
pub(super) fn partial(range: &str, length: u64) -> u16 {
    let Some(ranges) = range.strip_prefix("bytes=") else { return 416 };
    let number = |text: &str| text.parse::<u64>().ok();
    let mut any = false;
    for one in ranges.split(',').map(str::trim) {
        match one.split_once('-') {
            Some(("", last)) => match number(last) {
                Some(last) => any |= last > 0 && length > 0,
                None => return 416,
            },
            Some((first, last)) => {
                let (Some(first), true) = (number(first), last.is_empty() || number(last).is_some()) else {
                    return 416;
                };
                if number(last).is_some_and(|last| last < first) {
                    return 416;
                }
                any |= first < length;
            }
            None => return 416,
        }
    }
    if any { 206 } else { 416 }
}
