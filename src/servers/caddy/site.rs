//! Addresses of sites (Caddy `caddyconfig/httpcaddyfile/addresses.go`).

use super::parser::{Fault, Word};
use super::route::Route;

/// A site: its addresses, its routes, and those for errors.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub addresses: Vec<Address>,
    pub routes: Vec<Route>,
    pub errors: Vec<Route>,
}

/// `scheme://host:port/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub scheme: Option<String>,
    pub host: String,
    pub port: Option<u16>,
    pub path: String,
}

impl Address {
    /// Reads one (`ParseAddress`).
    pub(super) fn read(word: &Word) -> Result<Self, Fault> {
        let text = word.text();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_owned()), rest),
            None => (None, text),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, Some(port.parse().map_err(|_| Fault::at(word, "this is no port"))?))
            }
            _ => (authority, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
        if host.chars().any(|found| matches!(found, '(' | ')' | '$' | '"' | '{' | '}')) && !host.contains('{') {
            return Err(Fault::at(word, "this is no host"));
        }
        Ok(Self { scheme, host, port, path: path.to_owned() })
    }

    /// The port that it listens on.
    pub(super) fn port(&self) -> u16 {
        let default = if self.scheme.as_deref() == Some("http") { 80 } else { 443 };
        self.port.unwrap_or(default)
    }

    /// How particular the host is: a longer one is tried first, one with `*` later, none at all last.
    pub(super) fn rank(&self) -> (bool, bool, std::cmp::Reverse<usize>) {
        (self.host.is_empty(), self.host.contains('*'), std::cmp::Reverse(self.host.len()))
    }
}
