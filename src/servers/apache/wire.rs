//! What the server makes of the bytes of a request before it looks for a host: the request line, the header fields, and
//! how long they may be (server/protocol.c, `read_request_line`, `ap_parse_request_line`, `ap_get_mime_headers_core`,
//! `ap_check_request_header`; the default of HttpProtocolOptions is `Strict`).

use std::borrow::Cow;

use crate::answer::{Login, Request};
use crate::credentials::Secret;
use crate::words::field;

/// How much of a request the server takes, as far as it is told so; 0: without a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limits {
    /// LimitRequestLine; usually 8190.
    pub line: Option<usize>,
    /// LimitRequestFieldSize; usually 8190.
    pub field: Option<usize>,
    /// LimitRequestFields; usually 100.
    pub fields: Option<usize>,
}

impl Limits {
    /// Those of a virtual host of this server.
    #[must_use]
    pub(super) fn within(self, main: Self) -> Self {
        Self { line: self.line.or(main.line), field: self.field.or(main.field), fields: self.fields.or(main.fields) }
    }
}

/// The answer to what is longer than the server takes; `line` is how long the request line is.
#[must_use]
pub(super) fn too_long(line: usize, request: &Request, limits: Limits) -> Option<u16> {
    let exceeds = |length: usize, limit: usize| limit > 0 && length > limit;
    // There is room for one byte more than the limit.
    if exceeds(line.saturating_sub(1), limits.line.unwrap_or(8190)) {
        return Some(414);
    }
    let login = authorization_length(&request.login);
    let many = exceeds(request.headers.len() + usize::from(login.is_some()), limits.fields.unwrap_or(100));
    let fields = request.headers.iter().map(|(name, value)| name.len() + ": ".len() + value.len()).chain(login);
    let field = limits.field.unwrap_or(8190);
    let long = fields.into_iter().any(|length| exceeds(length.saturating_sub(1), field));
    (many || long).then_some(400)
}

/// The request with its header fields as the server keeps them.
///
/// # Errors
/// The answer that ends it.
pub(super) fn received(request: &Request) -> Result<Cow<'_, Request>, u16> {
    if !is_token(request.method.as_bytes()) || request.path.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
        return Err(400);
    }
    // A name ends at its first colon, and the rest is the value.
    let named = |name: &str| field(name.as_bytes()).is_ok_and(|(_, name)| is_token(name));
    if !request.headers.iter().all(|(name, value)| named(name) && is_text(value.trim_ascii())) {
        return Err(400);
    }
    if let Some(status) = refused_by_value(request) {
        return Err(status);
    }
    let login = match &request.login {
        Login::Header(value) if !is_text(value.reveal().trim_ascii()) => return Err(400),
        Login::Header(value) => Some(Login::Header(Secret::new(value.reveal().trim_ascii().to_vec()))),
        Login::Anonymous | Login::Holder(_) | Login::Password { .. } => None,
    };
    let Some(login) = login else { return Ok(Cow::Borrowed(request)) };
    Ok(Cow::Owned(Request { login, ..request.clone() }))
}

/// How long the field of the login is.
fn authorization_length(login: &Login) -> Option<usize> {
    let name = "Authorization: ".len();
    match login {
        Login::Anonymous | Login::Holder(_) => None,
        Login::Header(value) => Some(name + value.reveal().len()),
        Login::Password { user, password, .. } => {
            let text = user.len() + ":".len() + password.reveal().len();
            Some(name + "Basic ".len() + text.div_ceil(3) * 4)
        }
    }
}

/// Fields whose values end a request: lengths that are none, codings of the body that are unknown (modules/http/
/// http_filters.c, `ap_http_filter`; server/protocol.c, `ap_check_request_header`), expectations that nobody meets.
fn refused_by_value(request: &Request) -> Option<u16> {
    let value = |name: &str| request.header(name).map(<[u8]>::trim_ascii);
    let coded = value("Transfer-Encoding");
    let chunked = |codings: &[u8]| {
        let last = codings.rsplit(|byte| *byte == b',').next().unwrap_or_default();
        last.trim_ascii().eq_ignore_ascii_case(b"chunked")
    };
    if coded.is_some_and(|codings| !chunked(codings)) {
        return Some(400);
    }
    let counted = |digits: &[u8]| {
        let digits = str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        digits.is_some_and(|text| text.parse::<i64>().is_ok())
    };
    if coded.is_none() && value("Content-Length").is_some_and(|length| !counted(length)) {
        return Some(400);
    }
    let expected = value("Expect").filter(|expected| !expected.is_empty());
    expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(b"100-continue")).then_some(417)
}

/// A token of HTTP (server/util.c, `ap_scan_http_token`).
fn is_token(text: &[u8]) -> bool {
    let mark = |byte: u8| b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || mark(*byte))
}

/// A value of a field: no control characters but tabs (server/util.c, `ap_scan_http_field_content`).
fn is_text(value: &[u8]) -> bool {
    value.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\t')
}
