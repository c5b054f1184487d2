//! What is known of a request, as expressions, rules and variables ask for it (server/util_expr_eval.c).

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::ask::Ask;
use super::env_rule::{EnvRule, Seen, value};
use super::expr::{Condition, Facts, Table};
use super::host::Canonical;
use super::library::Library;
use super::reception::host_of;
use super::spot::Spot;
use crate::answer::{Client, Login, Scheme};

/// A request at the place it came to, and the user once known.
pub(super) struct Circumstances<'a> {
    /// The request; `None`: any.
    pub ask: Option<&'a Ask>,
    /// The place; `None`: any.
    pub spot: Option<&'a Spot<'a>>,
    /// The user, once known.
    pub user: Option<&'a [u8]>,
    /// What sets variables.
    pub env: &'a [EnvRule],
    /// The server's files; `None`: nothing is known of them.
    pub library: Option<&'a Library<'a>>,
    /// Whether access is still to be granted.
    pub early: bool,
}

impl Circumstances<'_> {
    /// The value of a variable that rules set: `None` if it cannot be told, an inner `None` if it is not set.
    #[must_use]
    pub(super) fn environment(&self, name: &str) -> Option<Option<Vec<u8>>> {
        let Some(ask) = self.ask else {
            return (!self.is_set_by_rules(name)).then_some(None);
        };
        let uri = self.spot.and_then(|spot| spot.url.as_deref());
        let header = |name: &str| self.header(name);
        let holds = |condition: &Condition| condition.eval(self);
        let seen = Seen { remote: self.remote(), method: &ask.method, uri, header: &header, holds: &holds };
        match value(self.env, name, &seen) {
            Some(None) => {
                let set = ask.variables.iter().rev().find(|(set, _)| set == name);
                Some(set.and_then(|(_, value)| value.clone()))
            }
            known => known,
        }
    }

    fn is_set_by_rules(&self, name: &str) -> bool {
        self.env.iter().any(|rule| rule.sets.iter().any(|(set, _)| set == name))
    }

    /// server/core.c, `ap_get_server_name`.
    fn server_name(&self) -> Option<Vec<u8>> {
        let host = &self.spot?.host.host;
        match host.canonical {
            Some(Canonical::Dns) => None,
            Some(Canonical::On) => host.name.as_ref().map(|name| name.value.clone()),
            Some(Canonical::Off) | None => self.named().map(|(_, name)| name),
        }
    }

    /// server/core.c, `ap_get_server_port`; where the port is taken from the connection it is not told.
    fn server_port(&self) -> Option<Vec<u8>> {
        let host = &self.spot?.host.host;
        let named = match host.canonical {
            Some(Canonical::On) => None,
            Some(Canonical::Off | Canonical::Dns) | None => self.named()?.0,
        };
        let own = [host.port, host.addresses.first().map_or(0, |address| address.port)];
        let own = own.into_iter().find(|port| *port > 0);
        let usual = if self.ask?.https { 443 } else { 80 };
        (!host.physical_port).then(|| named.or(own).unwrap_or(usual).to_string().into_bytes())
    }

    /// The port, if there is one, and the name that the client gives the server.
    fn named(&self) -> Option<(Option<u16>, Vec<u8>)> {
        let unsafe_names = self.spot?.host.host.unsafe_names == Some(true);
        host_of(&self.header("Host")??, unsafe_names).ok()
    }

    fn header(&self, name: &str) -> Option<Option<Vec<u8>>> {
        let headers = self.ask?.headers.as_ref()?;
        if name.eq_ignore_ascii_case("authorization") {
            return authorization(&self.ask?.login);
        }
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        Some(found.map(|(_, value)| value.clone()))
    }
}

/// The header that a login comes in: `None` if it cannot be told, an inner `None` if there is none.
pub(super) fn authorization(login: &Login) -> Option<Option<Vec<u8>>> {
    match login {
        Login::Anonymous => Some(None),
        Login::Header(value) => Some(Some(value.reveal().to_vec())),
        Login::Password { user, password, scheme: Scheme::Basic } => {
            let text = BASE64_STANDARD.encode([user.as_slice(), b":", password.reveal()].concat());
            Some(Some(format!("Basic {text}").into_bytes()))
        }
        Login::Password { scheme: Scheme::Digest, .. } | Login::Holder(_) => None,
    }
}

impl Facts for Circumstances<'_> {
    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        if name == "REMOTE_USER" {
            return Some(self.user.unwrap_or_default().to_vec());
        }
        let ask = self.ask?;
        let on = |set: bool| Some(if set { b"on".to_vec() } else { b"off".to_vec() });
        match name {
            "REQUEST_METHOD" => Some(ask.method.clone().into_bytes()),
            "HTTPS" => on(ask.https),
            "REQUEST_SCHEME" => Some(if ask.https { b"https".to_vec() } else { b"http".to_vec() }),
            "REMOTE_ADDR" | "REMOTE_HOST" | "CONN_REMOTE_ADDR" => {
                self.remote().map(|address| address.to_string().into_bytes())
            }
            "REQUEST_URI" => self.spot?.url.clone(),
            "QUERY_STRING" => ask.query.clone(),
            "SERVER_PROTOCOL" | "PROTOCOL" => Some(b"HTTP/1.1".to_vec()),
            "IS_SUBREQ" => Some(if self.spot?.walked { b"true".to_vec() } else { b"false".to_vec() }),
            "THE_REQUEST" => ask.line.clone(),
            "REQUEST_STATUS" => Some(b"200".to_vec()),
            "AUTH_TYPE" if self.user.is_none() => Some(Vec::new()),
            "SERVER_NAME" => self.server_name(),
            "SERVER_PORT" => self.server_port(),
            // server/core.c, `DEFAULT_ADMIN`.
            "SERVER_ADMIN" => {
                Some(self.spot?.host.host.admin.clone().unwrap_or_else(|| b"[no address given]".to_vec()))
            }
            "SERVER_SOFTWARE" => self.spot?.host.host.banner.clone(),
            "REMOTE_IDENT" => Some(Vec::new()),
            "API_VERSION" => Some(b"20120211".to_vec()),
            "HTTP2" => ask.https.then_some(()).map_or(Some(b"off".to_vec()), |()| None),
            "REQUEST_LOG_ID" | "CONN_LOG_ID" => Some(Vec::new()),
            "PATH_INFO" => self.spot?.behind.clone(),
            "CONTEXT_PREFIX" => self.spot?.context.clone().map(|(prefix, _)| prefix),
            "CONTEXT_DOCUMENT_ROOT" => self.spot?.context.clone().map(|(_, folder)| folder),
            // They are known once access is granted.
            "CONTENT_TYPE" if self.early => Some(Vec::new()),
            "HANDLER" if self.early && self.spot?.proxied.is_none() => {
                Some(self.spot?.handler.clone().unwrap_or_default())
            }
            "DOCUMENT_URI" if !self.is_set_by_rules("DOCUMENT_URI") => self.spot?.url.clone(),
            "IPV6" => on(self.remote()?.to_canonical().is_ipv6()),
            "HTTP_HOST" => Some(self.header("Host")?.unwrap_or_default()),
            "REQUEST_FILENAME" | "SCRIPT_FILENAME" => self.spot?.path.clone(),
            "DOCUMENT_ROOT" => self.spot.map(|spot| spot.host.docroot.clone()),
            name if name.starts_with("HTTP_") => {
                let header = name.strip_prefix("HTTP_")?.replace('_', "-");
                Some(self.header(&header)?.unwrap_or_default())
            }
            _ => None,
        }
    }

    fn entry(&self, table: Table, name: &[u8]) -> Option<Option<Vec<u8>>> {
        let name = std::str::from_utf8(name).ok()?;
        match table {
            Table::RequestHeaders => self.header(name),
            Table::Environment => self.environment(name),
            // Modules leave notes when a request is answered, and not before.
            Table::Notes => Some(None),
            // A name that rules set is one of requests, and none of the process.
            Table::Process => self.is_set_by_rules(name).then_some(None),
            Table::ResponseHeaders => None,
        }
    }

    fn file(&self, operator: u8, path: &[u8]) -> Option<bool> {
        self.library?.tested(operator, path)
    }

    fn remote(&self) -> Option<IpAddr> {
        match self.ask?.client {
            Client::Address(address) => Some(address),
            Client::Elsewhere | Client::Welcome => None,
        }
    }
}
