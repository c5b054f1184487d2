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

/// The texts of a directive that may hold variables, by the numbers of its words.
pub(super) fn scripted(name: &[u8], words: usize) -> Vec<usize> {
    let last = words.saturating_sub(1);
    match name {
        b"auth_basic"
        | b"auth_basic_user_file"
        | b"root"
        | b"alias"
        | b"access_log"
        | b"proxy_pass"
        | b"expires"
        | b"proxy_method"
        | b"proxy_bind"
        | b"proxy_cache_key"
        | b"fastcgi_cache_key"
        | b"limit_rate"
        | b"proxy_set_body"
        | b"fastcgi_pass"
        | b"uwsgi_pass"
        | b"scgi_pass"
        | b"fastcgi_index"
        | b"map"
        | b"limit_req_zone"
        | b"limit_conn_zone"
        | b"secure_link"
        | b"secure_link_md5"
        | b"limit_rate_after"
        | b"mirror_"
        | b"proxy_ssl_name"
        | b"hash"
        | b"split_clients"
        | b"ssl_certificate"
        | b"ssl_certificate_key" => vec![0],
        b"error_page" | b"return" => vec![last],
        b"proxy_set_header" | b"add_header" | b"add_trailer" | b"fastcgi_param" | b"uwsgi_param" | b"scgi_param"
        | b"grpc_set_header" | b"auth_request_set" | b"set" | b"rewrite" => vec![1],
        b"try_files"
        | b"index"
        | b"sub_filter"
        | b"proxy_redirect"
        | b"proxy_cookie_path"
        | b"proxy_cookie_domain"
        | b"proxy_no_cache"
        | b"proxy_cache_bypass"
        | b"fastcgi_no_cache"
        | b"fastcgi_cache_bypass"
        | b"proxy_store" => (0..words).collect(),
        b"log_format" => (1..words).collect(),
        _ => Vec::new(),
    }
}
