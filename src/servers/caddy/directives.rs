//! The directives that Caddy knows, and the order in which their handlers run (Caddy
//! `caddyconfig/httpcaddyfile/directives.go`, `directiveOrder`, of 2.6.2).

/// Handlers in their order.
pub(super) const ORDER: [&str; 31] = [
    "tracing",
    "map",
    "vars",
    "root",
    "skip_log",
    "header",
    "copy_response_headers",
    "request_body",
    "redir",
    "method",
    "rewrite",
    "uri",
    "try_files",
    "basicauth",
    "forward_auth",
    "request_header",
    "encode",
    "push",
    "templates",
    "handle",
    "handle_path",
    "route",
    "abort",
    "error",
    "copy_response",
    "respond",
    "metrics",
    "reverse_proxy",
    "php_fastcgi",
    "file_server",
    "acme_server",
];

/// Directives that make no handler.
pub(super) const OTHERS: [&str; 4] = ["bind", "tls", "log", "handle_errors"];

/// The global options.
pub(super) const GLOBAL: [&str; 30] = [
    "debug",
    "http_port",
    "https_port",
    "default_bind",
    "order",
    "grace_period",
    "shutdown_delay",
    "storage",
    "storage_clean_interval",
    "renew_interval",
    "ocsp_interval",
    "acme_ca",
    "acme_ca_root",
    "acme_dns",
    "acme_eab",
    "cert_issuer",
    "skip_install_trust",
    "email",
    "admin",
    "on_demand_tls",
    "local_certs",
    "key_type",
    "auto_https",
    "default_sni",
    "ocsp_stapling",
    "log",
    "servers",
    "preferred_chains",
    "pki",
    "events",
];

/// The place of a directive in the order; `None`: it is none of them.
pub(super) fn position(order: &[String], name: &str) -> Option<usize> {
    order.iter().position(|known| known == name)
}

/// The order as the `order` option changes it: `order NAME first|last|before OTHER|after OTHER`.
pub(super) fn ordered(order: &mut Vec<String>, arguments: &[&str]) -> Result<(), &'static str> {
    let (name, at) = match *arguments {
        [name, "first"] => (name, 0),
        [name, "last"] => (name, usize::MAX),
        [name, relation @ ("before" | "after"), other] => {
            let rest: Vec<&String> = order.iter().filter(|known| *known != name).collect();
            let at = rest.iter().position(|known| *known == other).ok_or("there is no such directive")?;
            (name, at + usize::from(relation == "after"))
        }
        _ => return Err("order needs a directive and first, last, before or after"),
    };
    if !ORDER.contains(&name) {
        return Err("there is no such directive");
    }
    order.retain(|known| known != name);
    let at = at.min(order.len());
    order.insert(at, name.to_owned());
    Ok(())
}
