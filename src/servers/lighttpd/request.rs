//! What the server makes of a request before any module sees it (request.c, `http_request_parse_hoff`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::block::Setting;
use super::cut::cut;
use super::host;
use super::options::ParseOptions;
use super::url::{decoded, normalized, simplified};
use crate::answer::{Login, Request, Scheme};

/// The methods that the server knows (http_kv.c); others get 501.
const METHODS: [&str; 39] = [
    "GET",
    "HEAD",
    "QUERY",
    "POST",
    "PUT",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "ORDERPATCH",
    "PATCH",
    "PROPFIND",
    "PROPPATCH",
    "REBIND",
    "REPORT",
    "SEARCH",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// The name of a method that the server knows.
#[must_use]
pub(super) fn known_method(name: &[u8]) -> Option<&'static str> {
    METHODS.into_iter().find(|known| known.as_bytes() == name)
}

/// A request on its way through the modules.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    /// The method.
    pub method: String,
    /// The host, in lower case and normalised.
    pub host: Vec<u8>,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// Path and query, normalised, and as a rewrite left them.
    pub target: Vec<u8>,
    /// The decoded path.
    pub path: Vec<u8>,
    /// The query.
    pub query: Vec<u8>,
    /// The headers but the host.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The `Authorization` header, where its bytes are known.
    pub authorization: Option<Vec<u8>>,
}

impl Parsed {
    /// Whether the method is one that files are sent for.
    #[must_use]
    pub(super) fn sends_files(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "QUERY" | "POST")
    }

    /// Takes the target apart.
    ///
    /// # Errors
    /// The status that the server answers at once.
    pub(super) fn set_target(&mut self, raw: &[u8], options: &ParseOptions) -> Result<(), u16> {
        if self.method == "CONNECT" || (self.method == "OPTIONS" && raw == b"*") {
            (self.target, self.path, self.query) = (raw.to_vec(), raw.to_vec(), Vec::new());
            return Ok(());
        }
        let target = normalized(raw, options).ok_or(400_u16)?;
        let at = target.query.unwrap_or(target.text.len());
        let (path, query) = target.text.split_at(at.min(target.text.len()));
        self.path = simplified(&decoded(path));
        self.query = query.strip_prefix(b"?").unwrap_or(query).to_vec();
        if !self.path.starts_with(b"/") {
            return Err(400);
        }
        self.target = target.text;
        Ok(())
    }

    /// A header's value, those of one name joined.
    #[must_use]
    pub(super) fn header(&self, name: &[u8]) -> Option<Vec<u8>> {
        if name.eq_ignore_ascii_case(b"host") {
            return Some(self.host.clone());
        }
        if name.eq_ignore_ascii_case(b"authorization") {
            return self.authorization.clone();
        }
        let own = self.headers.iter().filter(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        let values: Vec<&[u8]> = own.map(|(_, value)| value.as_slice()).collect();
        (!values.is_empty()).then(|| values.join(&b", "[..]))
    }
}

/// Takes a request apart.
///
/// # Errors
/// The status that the server answers at once.
pub(super) fn parse(request: &Request, options: &ParseOptions, most: usize) -> Result<Parsed, u16> {
    let size = size(request);
    if size > most {
        return Err(431);
    }
    if !METHODS.contains(&request.method.as_str()) {
        return Err(501);
    }
    let (target, absolute) = own_target(request, options)?;
    let headers = trimmed(request, options)?;
    let host = host_of(&headers, absolute, options, request.https)?;
    let headers = headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")).collect();
    let mut parsed = Parsed {
        method: request.method.clone(),
        host: Vec::new(),
        scheme: if request.https { "https" } else { "http" },
        target: Vec::new(),
        path: Vec::new(),
        query: Vec::new(),
        headers,
        authorization: authorization(&request.login),
    };
    parsed.set_target(&target, options)?;
    parsed.host = host.ok_or(400_u16)?;
    body(&parsed, options)?;
    Ok(parsed)
}

/// How many bytes the request line and the headers have.
fn size(request: &Request) -> usize {
    let lines = request.headers.iter().map(|(name, value)| name.len() + value.len() + 4);
    let authorization = authorization(&request.login).map_or(0, |value| value.len() + 19);
    request.method.len() + request.path.len() + 12 + lines.sum::<usize>() + authorization + 2
}

/// The target without scheme and host, and the host if it had one.
fn own_target(request: &Request, options: &ParseOptions) -> Result<(Vec<u8>, Option<Vec<u8>>), u16> {
    let raw = &request.path;
    if raw.starts_with(b"/") {
        return Ok((raw.clone(), None));
    }
    for scheme in ["http://", "https://"] {
        let (start, behind) = raw.split_at(scheme.len().min(raw.len()));
        if !start.eq_ignore_ascii_case(scheme.as_bytes()) {
            continue;
        }
        if let (host, Some(target)) = cut(behind, b'/') {
            if host.is_empty() || host.len() >= 1024 {
                return Err(400);
            }
            return Ok(([b"/", target].concat(), Some(host.to_ascii_lowercase())));
        }
    }
    let first = raw.first().copied().unwrap_or(0);
    let connect = request.method == "CONNECT" && (first == b':' || first.is_ascii_digit());
    let star = request.method == "OPTIONS" && raw == b"*";
    if raw.is_empty() || options.header_strict && !connect && !star {
        return Err(400);
    }
    Ok((raw.clone(), None))
}

/// The headers without blanks around their values, and without empty ones.
fn trimmed(request: &Request, options: &ParseOptions) -> Result<Vec<(String, Vec<u8>)>, u16> {
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, value) in &request.headers {
        let value = value.trim_ascii();
        let token = |byte: u8| {
            byte > b' ' && (byte.is_ascii() || !options.header_strict) && !b"()<>@,:;\\\"/[]?={}\x7f".contains(&byte)
        };
        if name.is_empty() || !name.bytes().all(token) {
            return Err(400);
        }
        let control = |byte: &u8| (*byte < 32 && *byte != b'\t') || *byte == 127;
        if options.header_strict && value.iter().any(control) {
            return Err(400);
        }
        if !value.is_empty() {
            headers.push((name.clone(), value.to_vec()));
        }
    }
    Ok(headers)
}

/// The host as the modules see it; nothing if there is none.
fn host_of(
    headers: &[(String, Vec<u8>)],
    absolute: Option<Vec<u8>>,
    options: &ParseOptions,
    https: bool,
) -> Result<Option<Vec<u8>>, u16> {
    let mut host = absolute;
    for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")) {
        match &host {
            Some(known) if !known.eq_ignore_ascii_case(value) => return Err(400),
            Some(_) => {}
            None if value.len() >= 1024 => return Err(400),
            None => host = Some(value.to_ascii_lowercase()),
        }
    }
    let Some(host) = host else { return Ok(None) };
    let host = if options.host_strict { host::strict(&host).ok_or(400_u16)? } else { host };
    if !options.host_strict && !options.host_normalize {
        return Ok(Some(host));
    }
    host::normalized(&host, if https { 443 } else { 80 }).map(Some).ok_or(400)
}

/// What the headers say of a body (`http_request_parse`).
fn body(parsed: &Parsed, options: &ParseOptions) -> Result<(), u16> {
    let chunked = parsed.header(b"Transfer-Encoding");
    if chunked.as_ref().is_some_and(|value| !value.eq_ignore_ascii_case(b"chunked")) {
        return Err(501);
    }
    let length = match parsed.header(b"Content-Length") {
        None => None,
        Some(value) => {
            let digits = value.iter().all(u8::is_ascii_digit);
            Some(
                str::from_utf8(&value)
                    .ok()
                    .filter(|_| digits)
                    .and_then(|text| text.parse::<i64>().ok())
                    .ok_or(400_u16)?,
            )
        }
    };
    if chunked.is_none() && length.unwrap_or(0) == 0 {
        return if parsed.method == "POST" && length.is_none() { Err(411) } else { Ok(()) };
    }
    if chunked.is_some() && length.is_some() && options.header_strict {
        return Err(400);
    }
    let bare = matches!(parsed.method.as_str(), "GET" | "HEAD");
    if bare && !options.get_body { Err(400) } else { Ok(()) }
}

/// The header of a login; nothing for Digest, whose text hangs on the server's challenge.
fn authorization(login: &Login) -> Option<Vec<u8>> {
    match login {
        Login::Anonymous | Login::Holder(_) | Login::Password { scheme: Scheme::Digest, .. } => None,
        Login::Password { user, password, scheme: Scheme::Basic } => {
            let text = [user.as_slice(), b":", password.reveal()].concat();
            Some([b"Basic ".to_vec(), STANDARD.encode(text).into_bytes()].concat())
        }
        Login::Header(header) => Some(header.reveal().trim_ascii().to_vec()).filter(|value| !value.is_empty()),
    }
}

/// The most bytes of a request's head.
#[must_use]
pub(super) fn most(setting: Option<&Setting>) -> usize {
    let number = setting.and_then(|setting| setting.value.number());
    number.and_then(|number| usize::try_from(number).ok()).unwrap_or(8192)
}
