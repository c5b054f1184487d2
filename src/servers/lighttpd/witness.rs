//! A request that a block is for.

use super::block::{Block, Condition, Field};
use super::setup::Lighttpd;
use super::token::Operator;
use crate::answer::{Client, Login, Request};
use crate::credentials::Secret;

/// A host that hardly any condition names.
const ANY_HOST: &str = "any.example";

/// A request by its parts.
#[derive(Debug, Clone)]
pub(super) struct Witness {
    /// The path.
    pub path: Vec<u8>,
    /// The host that a condition asks for.
    pub host: Option<Vec<u8>>,
    /// The method that a condition asks for.
    pub method: Option<Vec<u8>>,
    query: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    client: Client,
    https: bool,
}

impl Lighttpd<'_> {
    /// A request for `path` that a block and those around it are for, as far as one can be made up.
    #[must_use]
    pub(super) fn witness(&self, block: usize, path: &[u8]) -> Witness {
        let mut witness = Witness {
            path: path.to_vec(),
            host: None,
            method: None,
            query: Vec::new(),
            headers: Vec::new(),
            client: Client::Elsewhere,
            https: false,
        };
        let mut at = Some(block);
        while let Some(block) = at.and_then(|at| self.blocks.get(at)) {
            witness.fit(block);
            at = block.parent;
        }
        if !witness.path.starts_with(b"/") {
            witness.path = [b"/", witness.path.as_slice()].concat();
        }
        witness
    }
}

impl Witness {
    fn fit(&mut self, block: &Block) {
        let Condition::Compare { field, operator, string, .. } = &block.condition else { return };
        let text = match operator {
            Operator::Match => literal(string),
            Operator::Equal | Operator::Prefix | Operator::Suffix => string.clone(),
            Operator::Unequal | Operator::NoMatch => return,
        };
        match field {
            Field::Url => self.fit_path(*operator, &text),
            Field::Host if *operator == Operator::Suffix && text.starts_with(b".") => {
                self.host = Some([b"www", text.as_slice()].concat());
            }
            Field::Host => self.host = Some(text),
            Field::Query => self.query = text,
            Field::Method => self.method = Some(text),
            Field::Scheme => self.https = text == b"https",
            Field::Header(name) => self.headers.push((String::from_utf8_lossy(name).into_owned(), text)),
            Field::RemoteIp if *operator == Operator::Equal => self.client = Client::Welcome,
            Field::RemoteIp | Field::Socket => {}
        }
    }

    fn fit_path(&mut self, operator: Operator, text: &[u8]) {
        match operator {
            Operator::Equal => self.path = text.to_vec(),
            Operator::Suffix if !self.path.ends_with(text) => self.path.extend_from_slice(text),
            Operator::Prefix | Operator::Match if !self.path.starts_with(text) && text.starts_with(&self.path) => {
                self.path = text.to_vec();
            }
            Operator::Prefix | Operator::Match | Operator::Suffix | Operator::Unequal | Operator::NoMatch => {}
        }
    }

    /// The request with a login.
    #[must_use]
    pub(super) fn request(&self, login: Login) -> Request {
        let host = self.host.clone().unwrap_or_else(|| ANY_HOST.as_bytes().to_vec());
        let mut headers = vec![("Host".to_owned(), host)];
        headers.extend(self.headers.iter().cloned());
        let query = if self.query.is_empty() { Vec::new() } else { [b"?", self.query.as_slice()].concat() };
        let method = self
            .method
            .as_ref()
            .map_or_else(|| "GET".to_owned(), |method| String::from_utf8_lossy(method).into_owned());
        if method == "POST" {
            headers.push(("Content-Length".to_owned(), b"0".to_vec()));
        }
        Request { path: escaped(&self.path, &query), method, login, client: self.client, https: self.https, headers }
    }

    /// The request with this password.
    #[must_use]
    pub(super) fn with_password(&self, user: &[u8], password: &Secret, scheme: crate::answer::Scheme) -> Request {
        self.request(Login::Password { user: user.to_vec(), password: password.clone(), scheme })
    }
}

/// The text at the start of a pattern.
fn literal(pattern: &[u8]) -> Vec<u8> {
    let mut rest = pattern.strip_prefix(b"^").unwrap_or(pattern);
    let mut text = Vec::new();
    loop {
        rest = match rest {
            [b'\\', byte, behind @ ..] if !byte.is_ascii_alphanumeric() => {
                text.push(*byte);
                behind
            }
            [byte, ..] if b"\\^$.|?*+()[]{}".contains(byte) => break,
            [byte, behind @ ..] => {
                text.push(*byte);
                behind
            }
            [] => break,
        };
    }
    text
}

/// A path as a client sends it.
fn escaped(path: &[u8], query: &[u8]) -> Vec<u8> {
    let mut target = Vec::with_capacity(path.len());
    for byte in path {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(byte) {
            target.push(*byte);
        } else {
            target.extend(format!("%{byte:02X}").bytes());
        }
    }
    [target, query.to_vec()].concat()
}
