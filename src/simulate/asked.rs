//! A request as somebody writes it down: a JSON object.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::answer::{Client, Login, Request, Scheme};
use crate::credentials::Secret;

/// A request in the words of `htlint simulate`; all but the path may be left out.
#[derive(Deserialize)]
pub struct Asked {
    /// The raw request target.
    pub path: String,
    /// The method; `GET` if left out.
    pub method: Option<String>,
    /// The user; left out beside a password it is empty.
    pub user: Option<String>,
    /// The password; left out beside a user it is empty.
    pub password: Option<String>,
    /// `basic` (the default) or `digest`.
    pub scheme: Option<AskedScheme>,
    /// Headers; they win over all else, `Authorization` too.
    #[serde(default)]
    pub headers: Option<Map<String, Value>>,
    /// Whether it comes over TLS.
    pub https: Option<bool>,
    /// The client's address; 127.0.0.1 if left out.
    pub remote_addr: Option<IpAddr>,
}

/// The scheme by its name.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AskedScheme {
    /// User and password are sent.
    Basic,
    /// One challenge is answered.
    Digest,
}

/// A text that is no request; nothing of it is told, for it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadAsked;

impl fmt::Display for BadAsked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("this is no JSON object with a \"path\" and only such values as the manual names")
    }
}

impl std::error::Error for BadAsked {}

impl Asked {
    /// Reads one line.
    ///
    /// # Errors
    /// It is no such object.
    pub fn read(line: &[u8]) -> Result<Self, BadAsked> {
        serde_json::from_slice(line).map_err(|_| BadAsked)
    }

    /// The request as the server gets it: `Host` is `localhost` unless a header says otherwise, and what sends a body
    /// sends an empty one.
    ///
    /// # Errors
    /// A header's value is neither text nor number.
    pub fn request(self) -> Result<Request, BadAsked> {
        let mut headers = Vec::new();
        let mut authorization = None;
        for (name, value) in self.headers.unwrap_or_default() {
            let value = match value {
                Value::String(text) => text.into_bytes(),
                Value::Number(number) => number.to_string().into_bytes(),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(BadAsked),
            };
            if name.eq_ignore_ascii_case("authorization") {
                authorization = Some(Secret::new(value));
            } else {
                headers.push((name, value));
            }
        }
        let has = |headers: &[(String, Vec<u8>)], wanted: &str| {
            headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
        };
        if !has(&headers, "host") {
            headers.insert(0, ("Host".to_owned(), b"localhost".to_vec()));
        }
        let method = self.method.unwrap_or_else(|| "GET".to_owned());
        if matches!(method.as_str(), "POST" | "PUT" | "PATCH") && !has(&headers, "content-length") {
            headers.push(("Content-Length".to_owned(), b"0".to_vec()));
        }
        let scheme = match self.scheme {
            Some(AskedScheme::Digest) => Scheme::Digest,
            Some(AskedScheme::Basic) | None => Scheme::Basic,
        };
        let login = match (authorization, self.user, self.password) {
            (Some(header), _, _) => Login::Header(header),
            (None, None, None) => Login::Anonymous,
            (None, user, password) => Login::Password {
                user: user.unwrap_or_default().into_bytes(),
                password: Secret::new(password.unwrap_or_default().into_bytes()),
                scheme,
            },
        };
        let client = Client::Address(self.remote_addr.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let https = self.https.unwrap_or(false);
        Ok(Request { path: self.path.into_bytes(), method, login, client, https, headers })
    }
}
