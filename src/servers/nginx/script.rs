//! Texts with variables in them (src/http/ngx_http_script.c, `ngx_http_script_compile`).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::one_of;
use nom::combinator::{map, map_opt};
use nom::multi::many0;
use nom::sequence::{delimited, preceded};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Bytes as they are.
    Text(Vec<u8>),
    /// `$name` or `${name}`.
    Variable(Vec<u8>),
    /// `$1` to `$9`.
    Capture(usize),
}

/// A text in its pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Value {
    /// The pieces in their order.
    pub(super) parts: Vec<Part>,
}

impl Value {
    /// Reads a text.
    ///
    /// # Errors
    /// The server's words on a `$` with no name behind it, or a `${` that is not closed.
    pub(super) fn compile(text: &[u8]) -> Result<Self, String> {
        let plain = map(take_while1(|byte| byte != b'$'), |text: &[u8]| Part::Text(text.to_vec()));
        let name = || take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
        let capture = map_opt(one_of::<_, _, ()>("123456789"), |digit| digit.to_digit(10)?.try_into().ok());
        let braced = delimited(tag("{"), name(), tag("}"));
        let variable = map(alt((braced, name())), |name: &[u8]| Part::Variable(name.to_vec()));
        let marked = preceded(tag("$"), alt((map(capture, Part::Capture), variable)));
        let (rest, parts) = many0(alt((plain, marked))).parse(text).map_err(|_| "invalid variable name".to_owned())?;
        match rest {
            [] => Ok(Self { parts }),
            [b'$', b'{', behind @ ..] if behind.first().is_some_and(|byte| byte.is_ascii_alphanumeric()) => {
                Err(format!("the closing bracket in \"{}\" variable is missing", String::from_utf8_lossy(behind)))
            }
            _ => Err("invalid variable name".to_owned()),
        }
    }

    /// The names of its variables.
    pub(super) fn variables(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_slice()),
            Part::Text(_) | Part::Capture(_) => None,
        })
    }
}

/// Directives whose first word may hold variables.
const FIRST: [&str; 50] = [
    "access_log",
    "alias",
    "auth_basic",
    "auth_basic_user_file",
    "charset",
    "expires",
    "fastcgi_bind",
    "fastcgi_cache",
    "fastcgi_cache_key",
    "fastcgi_pass",
    "grpc_bind",
    "grpc_pass",
    "grpc_ssl_certificate",
    "grpc_ssl_certificate_key",
    "grpc_ssl_name",
    "hash",
    "http2_push",
    "limit_conn_zone",
    "limit_rate",
    "limit_rate_after",
    "limit_req_zone",
    "map",
    "memcached_bind",
    "proxy_bind",
    "proxy_cache",
    "proxy_cache_key",
    "proxy_method",
    "proxy_pass",
    "proxy_set_body",
    "proxy_ssl_certificate",
    "proxy_ssl_certificate_key",
    "proxy_ssl_name",
    "root",
    "scgi_bind",
    "scgi_cache",
    "scgi_cache_key",
    "scgi_pass",
    "secure_link",
    "secure_link_md5",
    "source_charset",
    "split_clients",
    "ssl_certificate",
    "ssl_certificate_key",
    "uwsgi_bind",
    "uwsgi_cache",
    "uwsgi_cache_key",
    "uwsgi_pass",
    "uwsgi_ssl_certificate",
    "uwsgi_ssl_certificate_key",
    "uwsgi_ssl_name",
];
/// Those whose second word may.
const SECOND: [&str; 10] = [
    "add_header",
    "add_trailer",
    "auth_request_set",
    "fastcgi_param",
    "grpc_set_header",
    "proxy_set_header",
    "rewrite",
    "scgi_param",
    "set",
    "uwsgi_param",
];
/// Those whose words all may.
const ALL: [&str; 19] = [
    "fastcgi_cache_bypass",
    "fastcgi_no_cache",
    "fastcgi_store",
    "index",
    "proxy_cache_bypass",
    "proxy_cookie_domain",
    "proxy_cookie_flags",
    "proxy_cookie_path",
    "proxy_no_cache",
    "proxy_redirect",
    "proxy_store",
    "scgi_cache_bypass",
    "scgi_no_cache",
    "scgi_store",
    "sub_filter",
    "try_files",
    "uwsgi_cache_bypass",
    "uwsgi_no_cache",
    "uwsgi_store",
];

/// The texts of a directive that may hold variables, by the numbers of its words.
pub(super) fn scripted(name: &[u8], words: usize) -> Vec<usize> {
    let is_of = |names: &[&str]| names.iter().any(|known| known.as_bytes() == name);
    match name {
        b"error_page" | b"return" => vec![words.saturating_sub(1)],
        b"log_format" => (1..words).collect(),
        _ if is_of(&FIRST) => vec![0],
        _ if is_of(&SECOND) => vec![1],
        _ if is_of(&ALL) => (0..words).collect(),
        _ => Vec::new(),
    }
}
