//! What variables are worth for a request (src/http/ngx_http_variables.c).

use std::net::IpAddr;

use super::asked::Header;
use super::exchange::{Exchange, Known};
use super::listen::Address;
use super::script::{Part, Value};
use super::tree::Item;
use crate::answer::Missing;

impl Exchange<'_, '_> {
    /// A text with its variables filled in.
    pub(super) fn value(&mut self, text: &[u8], item: &Item) -> Known<Vec<u8>> {
        let value = Value::compile(text).unwrap_or_default();
        let mut out = Vec::new();
        for part in &value.parts {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Variable(name) => out.extend(self.variable(name, item)?),
                Part::Capture(index) => {
                    out.extend_from_slice(self.captures.get(*index).map(Vec::as_slice).unwrap_or_default());
                }
            }
        }
        Ok(out)
    }

    /// A variable; one that is not found is empty.
    pub(super) fn variable(&mut self, name: &[u8], item: &Item) -> Known<Vec<u8>> {
        if let Some(value) = self.sets.get(name) {
            return value.clone();
        }
        if let Some(block) = self.site.declared(name) {
            let value = self.mapped_value(block, item);
            self.sets.insert(name.to_vec(), value.clone());
            return value;
        }
        let Ok(text) = str::from_utf8(name) else { return Ok(Vec::new()) };
        if let Some(value) = self.of_request(text) {
            return Ok(value);
        }
        if let Some(value) = self.of_place(text, item)? {
            return Ok(value);
        }
        if let Some(value) = self.of_header(text) {
            return Ok(value);
        }
        if self.site.declares(name) {
            // Declared by `set` or a group, and not set on this way.
            return Ok(Vec::new());
        }
        Err(self.unknown(Missing::Variable { name: format!("${text}") }, Some(item.place)))
    }

    /// What the request line and the connection tell.
    fn of_request(&self, name: &str) -> Option<Vec<u8>> {
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let with_args = |path: &[u8]| [path, if self.args.is_empty() { b"" } else { b"?" }, &self.args].concat();
        match name {
            "uri" | "document_uri" => Some(self.uri.clone()),
            "args" | "query_string" => Some(self.args.clone()),
            "is_args" => text(if self.args.is_empty() { "" } else { "?" }),
            "request_uri" => Some(self.unparsed.clone()),
            "request_method" => text(if self.main { &self.method } else { &self.asked.method }),
            "request" => Some([self.asked.method.as_bytes(), b" ", &self.asked.target, b" HTTP/1.1"].concat()),
            "scheme" => text(if self.asked.https { "https" } else { "http" }),
            "https" => text(if self.asked.https { "on" } else { "" }),
            "server_protocol" => text(if self.asked.modern { "HTTP/1.1" } else { "HTTP/1.0" }),
            "host" if !self.host.is_empty() => Some(self.host.clone()),
            "host" | "server_name" => Some(self.site.first_name(self.server)),
            "server_port" => match self.asked.address {
                Address::Inet(_, port) => text(&port.to_string()),
                Address::Unix(_) => text(""),
            },
            "server_addr" => match &self.asked.address {
                Address::Inet(ip, _) => text(&ip.to_string()),
                Address::Unix(_) => text("unix:"),
            },
            "remote_addr" if self.ip().is_none() && self.asked.is_local() => text("unix:"),
            "remote_addr" => self.ip().map(|ip| ip.to_string().into_bytes()),
            "binary_remote_addr" => self.ip().map(|ip| match ip {
                IpAddr::V4(ip) => ip.octets().to_vec(),
                IpAddr::V6(ip) => ip.octets().to_vec(),
            }),
            "realip_remote_addr" => self.asked.ip().map(|ip| ip.to_string().into_bytes()),
            "remote_user" => self.remote_user(),
            "nginx_version" => text("1.22.1"),
            "http2" => text(""),
            "content_length" => Some(self.asked.header("content-length").unwrap_or_default().to_vec()),
            "content_type" => Some(self.asked.header("content-type").unwrap_or_default().to_vec()),
            "proxy_add_x_forwarded_for" => {
                let ip = self.ip()?.to_string();
                let all: Vec<&[u8]> = self.asked.all("x-forwarded-for").chain([ip.as_bytes()]).collect();
                Some(all.join(&b", "[..]))
            }
            "request_body" | "request_completion" | "pipe" | "limit_rate" | "request_body_file" => text(""),
            "echo_request_uri" => Some(with_args(&self.uri)),
            _ => None,
        }
    }

    /// What the settings of the place tell.
    fn of_place(&mut self, name: &str, item: &Item) -> Known<Option<Vec<u8>>> {
        match name {
            "document_root" => self.document_root().map(Some),
            "request_filename" => Ok(Some(self.mapped()?.unwrap_or_default())),
            "invalid_referer" => self.invalid_referer().map(Some),
            "msie" => Ok(Some(self.msie())),
            "gzip_ratio" | "slice_range" => Ok(Some(Vec::new())),
            "uid_got" | "uid_set" | "uid_reset" if self.setting("userid").is_none() => Ok(Some(Vec::new())),
            "secure_link" | "secure_link_expires" => self.secure_link(name, item).map(Some),
            "realpath_root" => self.real_root().map(Some),
            _ if name.starts_with("ssl_") && !self.asked.https => Ok(Some(Vec::new())),
            "uid_got" | "uid_set" | "uid_reset" | "hostname" | "request_id" | "ancient_browser" | "modern_browser"
            | "ssl_protocol" | "ssl_cipher" => {
                Err(self.unknown(Missing::Variable { name: format!("${name}") }, Some(item.place)))
            }
            "ssl_client_verify" => Ok(Some(b"NONE".to_vec())),
            _ if name.starts_with("ssl_client_") => Ok(Some(Vec::new())),
            _ => Ok(None),
        }
    }

    /// What headers, cookies and arguments tell.
    fn of_header(&self, name: &str) -> Option<Vec<u8>> {
        if let Some(argument) = name.strip_prefix("arg_") {
            return Some(argument_of(&self.args, argument.as_bytes()));
        }
        if let Some(cookie) = name.strip_prefix("cookie_") {
            let found = self.asked.all("cookie").find_map(|header| cookie_of(header, cookie.as_bytes()));
            return Some(found.unwrap_or_default());
        }
        if let Some(header) = name.strip_prefix("http_") {
            let same = |known: &&Header| self.counts(known) && plain(&known.name) == header.as_bytes();
            let all = self.asked.headers.iter().filter(same).map(|header| header.value.as_slice());
            return Some(match header {
                "x_forwarded_for" => all.collect::<Vec<_>>().join(&b", "[..]),
                "cookie" => all.collect::<Vec<_>>().join(&b"; "[..]),
                _ => all.take(1).flatten().copied().collect(),
            });
        }
        let later = ["sent_http_", "sent_trailer_", "upstream_http_", "upstream_cookie_", "upstream_trailer_"];
        later.iter().any(|prefix| name.starts_with(prefix)).then(Vec::new)
    }

    /// Headers with other characters than letters, digits and hyphens do not come through
    /// (`ignore_invalid_headers`, `underscores_in_headers`).
    pub(super) fn counts(&self, header: &Header) -> bool {
        let tree = self.tree();
        let server = self.site.default_of(&self.asked.address).unwrap_or(self.server);
        let underscores = tree.flag(server, "underscores_in_headers", false);
        let ignores = tree.flag(server, "ignore_invalid_headers", true);
        let sound = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || (*byte == b'_' && underscores);
        !ignores || header.name.iter().all(sound)
    }

    /// The client's address as far as it is known.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        match self.client {
            crate::answer::Client::Address(ip) => Some(ip),
            crate::answer::Client::Elsewhere | crate::answer::Client::Welcome => None,
        }
    }

    fn remote_user(&self) -> Option<Vec<u8>> {
        let credentials = super::basic::credentials(self.asked);
        Some(credentials.map(|(user, _)| user).unwrap_or_default())
    }
}

fn plain(name: &[u8]) -> Vec<u8> {
    name.iter().map(|byte| if *byte == b'-' { b'_' } else { byte.to_ascii_lowercase() }).collect()
}

/// The first argument of a name, in whatever case (`ngx_http_arg`).
fn argument_of(args: &[u8], name: &[u8]) -> Vec<u8> {
    let found = args.split(|byte| *byte == b'&').find_map(|pair| {
        let value = pair.get(name.len()..)?.strip_prefix(b"=")?;
        pair.get(..name.len())?.eq_ignore_ascii_case(name).then(|| value.to_vec())
    });
    found.unwrap_or_default()
}

/// The first cookie of a name (`ngx_http_parse_multi_header_lines`).
fn cookie_of(header: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    header.split(|byte| matches!(byte, b';' | b',')).find_map(|pair| {
        let pair = pair.trim_ascii_start();
        let value = pair.get(name.len()..)?.trim_ascii_start().strip_prefix(b"=")?;
        pair.get(..name.len())?.eq_ignore_ascii_case(name).then(|| value.trim_ascii_start().to_vec())
    })
}
