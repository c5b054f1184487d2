//! A small HTTP/1.1 client: one request, one connection, the status of the answer.

use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::case::{Request, Scheme};

const PATIENCE: Duration = Duration::from_secs(60);
const CLIENT_NONCE: &str = "6c7a90d2";

/// Sends `request` to the server on `port` and gives the final status; 0: the connection was closed without an answer.
pub(crate) fn ask(port: u16, request: &Request) -> Result<u16> {
    if request.user.is_none() && request.password.is_none() {
        return Ok(send(port, request, None)?.status);
    }
    match request.scheme {
        Scheme::Basic => Ok(send(port, request, Some(basic(request)))?.status),
        Scheme::Digest => {
            let bare = send(port, request, None)?;
            match bare.challenge.filter(|_| bare.status == 401) {
                Some(challenge) => Ok(send(port, request, Some(digest(request, &challenge)))?.status),
                None => Ok(bare.status),
            }
        }
    }
}

/// Whether the server on `port` is past its start: a request that touches no file is answered.
pub(crate) fn is_served(port: u16) -> bool {
    let exchange = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"OPTIONS * HTTP/1.0\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)
    };
    exchange().is_ok_and(|length: usize| length > 0)
}

struct Reply {
    status: u16,
    challenge: Option<String>,
}

fn send(port: u16, request: &Request, authorization: Option<String>) -> Result<Reply> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(head(request, authorization).as_bytes())?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(fault) if fault.kind() == ErrorKind::ConnectionReset => {}
        read => drop(read?),
    }
    Ok(reply(&String::from_utf8_lossy(&answer)))
}

fn head(request: &Request, authorization: Option<String>) -> String {
    let mut headers = vec![("Host".to_owned(), "localhost".to_owned())];
    if matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
        headers.push(("Content-Length".to_owned(), "0".to_owned()));
    }
    headers.extend(authorization.map(|value| ("Authorization".to_owned(), value)));
    headers.retain(|(name, _)| !request.headers.keys().any(|own| own.eq_ignore_ascii_case(name)));
    headers.extend(request.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
    headers.push(("Connection".to_owned(), "close".to_owned()));
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{} {} HTTP/1.1\r\n{lines}\r\n", request.method, request.path)
}

fn reply(answer: &str) -> Reply {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let mut asked = fields.filter(|(name, _)| name.eq_ignore_ascii_case("WWW-Authenticate")).map(|(_, value)| value);
    Reply { status, challenge: asked.find_map(|value| value.strip_prefix("Digest ")).map(str::to_owned) }
}

/// RFC 7617, UTF-8.
fn basic(request: &Request) -> String {
    let (user, password) = credentials(request);
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn credentials(request: &Request) -> (&str, &str) {
    (request.user.as_deref().unwrap_or_default(), request.password.as_deref().unwrap_or_default())
}

/// RFC 7616 with MD5 and qop=auth, the only pair that Apache takes.
fn digest(request: &Request, challenge: &str) -> String {
    let (user, password) = credentials(request);
    let (realm, nonce) = (parameter(challenge, "realm"), parameter(challenge, "nonce"));
    let secret = md5_hex(&format!("{user}:{realm}:{password}"));
    let target = md5_hex(&format!("{}:{}", request.method, request.path));
    let response = md5_hex(&format!("{secret}:{nonce}:00000001:{CLIENT_NONCE}:auth:{target}"));
    let opaque = Some(parameter(challenge, "opaque")).filter(|opaque| !opaque.is_empty());
    let opaque = opaque.map_or(String::new(), |opaque| format!(", opaque={}", quoted(&opaque)));
    format!(
        "Digest username={}, realm={}, nonce={}, uri={}, algorithm=MD5, qop=auth, nc=00000001, \
         cnonce=\"{CLIENT_NONCE}\", response=\"{response}\"{opaque}",
        quoted(user),
        quoted(&realm),
        quoted(&nonce),
        quoted(&request.path),
    )
}

/// A quoted parameter of a challenge, without its escapes.
fn parameter(challenge: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let mut rest = challenge.split_once(&start).map(|(_, rest)| rest).unwrap_or_default().chars();
    let mut value = String::new();
    while let Some(letter) = rest.next().filter(|letter| *letter != '"') {
        value.extend(if letter == '\\' { rest.next() } else { Some(letter) });
    }
    value
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The digest in lower-case hex digits.
pub(crate) fn md5_hex(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
