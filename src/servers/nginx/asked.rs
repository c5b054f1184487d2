//! A request as it comes in: what is refused before any location is sought (src/http/ngx_http_request.c,
//! `ngx_http_process_request_line`, `ngx_http_process_request_headers`, `ngx_http_process_request_header`).

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::directives::number;
use super::listen::Address;
use crate::answer::{Client, Login, Request, Scheme};

/// A header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The name in small letters.
    pub(super) name: Vec<u8>,
    /// The value without blanks around it.
    pub(super) value: Vec<u8>,
}

/// A request on its way in.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The target as sent.
    pub(super) target: Vec<u8>,
    pub(super) method: String,
    pub(super) headers: Vec<Header>,
    pub(super) client: Client,
    pub(super) https: bool,
    /// Where the connection goes.
    pub(super) address: Address,
    /// Whether it is HTTP/1.1.
    pub(super) modern: bool,
    /// The user whose right password is in the Authorization header.
    pub(super) holder: Option<Vec<u8>>,
}

impl Asked {
    /// A client's request.
    pub(super) fn from(request: &Request, address: Address) -> Self {
        let header = |(name, value): &(String, Vec<u8>)| Header {
            name: name.to_ascii_lowercase().into_bytes(),
            value: without_blanks(value).to_vec(),
        };
        let mut headers: Vec<Header> = request.headers.iter().map(header).collect();
        let mut authorize = |value: Vec<u8>| headers.push(Header { name: b"authorization".to_vec(), value });
        let mut holder = None;
        match &request.login {
            // The server never asks for Digest: such a client sends nothing.
            Login::Anonymous | Login::Password { scheme: Scheme::Digest, .. } => {}
            Login::Password { user, password, scheme: Scheme::Basic } => {
                let pair = [user.as_slice(), b":", password.reveal()].concat();
                authorize([b"Basic ".as_slice(), STANDARD.encode(pair).as_bytes()].concat());
            }
            Login::Header(value) => authorize(without_blanks(value.reveal()).to_vec()),
            Login::Holder(user) => {
                holder = Some(user.clone());
                let pair = [user.as_slice(), b":"].concat();
                authorize([b"Basic ".as_slice(), STANDARD.encode(pair).as_bytes()].concat());
            }
        }
        Self {
            target: request.path.clone(),
            method: request.method.clone(),
            headers,
            client: request.client,
            https: request.https,
            address,
            modern: true,
            holder,
        }
    }

    /// The value of the first header of a name.
    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|header| header.name == name.as_bytes()).map(|header| header.value.as_slice())
    }

    /// The values of the headers of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let named = move |header: &&Header| header.name == name.as_bytes();
        self.headers.iter().filter(named).map(|header| header.value.as_slice())
    }

    /// Whether the method is a word of capitals (`ngx_http_parse_request_line`).
    pub(super) fn method_is_sound(&self) -> bool {
        let letter = |byte: u8| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-';
        !self.method.is_empty() && self.method.bytes().all(letter)
    }

    /// The status that the headers are answered with, whatever the location (`ngx_http_process_request_header`).
    pub(super) fn refused(&self) -> Option<u16> {
        const ONCE: [&str; 8] = [
            "host",
            "content-length",
            "transfer-encoding",
            "authorization",
            "if-modified-since",
            "if-unmodified-since",
            "if-match",
            "if-none-match",
        ];
        // `ngx_http_parse_header_line`
        let is_broken = |header: &Header| {
            matches!(header.name.as_slice(), [] | [b':', ..])
                || header.name.iter().any(|byte| *byte <= b' ' || *byte == 0x7f)
                || header.value.contains(&0)
        };
        if self.headers.iter().any(is_broken) {
            return Some(400);
        }
        if ONCE.iter().any(|name| self.all(name).count() > 1) {
            return Some(400);
        }
        if self.header("host").is_none() && self.modern {
            return Some(400);
        }
        if self.header("content-length").is_some_and(|length| number(length).is_none()) {
            return Some(400);
        }
        if let Some(encoding) = self.header("transfer-encoding") {
            if !encoding.eq_ignore_ascii_case(b"chunked") {
                return Some(501);
            }
            if self.header("content-length").is_some() {
                return Some(400);
            }
        }
        matches!(self.method.as_str(), "CONNECT" | "TRACE").then_some(405)
    }

    /// Whether it comes over a socket in the file system.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.address, Address::Unix(_))
    }

    /// How many bytes of body are announced.
    pub(super) fn length(&self) -> Option<u64> {
        self.header("content-length").and_then(number)
    }

    /// The client's address, if it is one.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        match self.client {
            Client::Address(ip) => Some(ip),
            Client::Elsewhere | Client::Welcome => None,
        }
    }
}

/// A text without the blanks around it; tabs are none (`ngx_http_parse_header_line`).
pub(super) fn without_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().take_while(|byte| **byte == b' ').count();
    let behind = text.get(start..).unwrap_or_default();
    let end = behind.iter().rev().take_while(|byte| **byte == b' ').count();
    behind.get(..behind.len() - end).unwrap_or_default()
}

/// A host in small letters without port and final dot; `None`: 400 (`ngx_http_validate_host`).
pub(super) fn host(text: &[u8]) -> Option<Vec<u8>> {
    let bad = |byte: &u8| *byte <= b' ' || *byte == 0x7f || *byte == b'/';
    let mut end = text.len();
    let mut literal = false;
    let mut previous = None;
    let mut rest = false;
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'.' if previous == Some(b'.') => return None,
            b':' if !rest && !literal => (end, rest) = (index, true),
            b'[' if index == 0 => literal = true,
            b']' if literal && !rest => (end, rest) = (index + 1, true),
            _ if bad(byte) => return None,
            _ => {}
        }
        previous = Some(*byte);
    }
    let name = text.get(..end)?;
    let name = name.strip_suffix(b".").unwrap_or(name);
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}
