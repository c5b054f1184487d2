//! The names an expression may use, with all modules of Debian loaded: the tables of `util_expr_eval.c`,
//! `ssl_engine_vars.c` (`ssl_expr_lookup`) and `mod_proxy_hcheck.c` (`hc_expr_lookup`).

use super::fault::FaultKind;

/// Where the text of an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The main config and what it includes.
    MainConfig,
    /// A per-dir file, where `file` and `filesize` are refused (`AP_EXPR_FLAG_RESTRICTED`; since 2.4.68 in all
    /// directives, CVE-2026-44119). The file operators `-d`, `-e`, `-f` and so on are taken in both (measured on 2.4.71).
    PerDir,
}

/// A variable that some module answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// One of the server's own, in the server's upper case.
    Core(&'static str),
    /// `SSL_` and anything: mod_ssl, in upper case.
    Ssl(String),
    /// `HC_` and anything: mod_proxy_hcheck, in upper case.
    HealthCheck(String),
}

/// The server's own variables (`misc_var_names`, `req_header_var_names`, `request_var_names`, `conn_var_names`).
const CORE: [&str; 52] = [
    "TIME_YEAR",
    "TIME_MON",
    "TIME_DAY",
    "TIME_HOUR",
    "TIME_MIN",
    "TIME_SEC",
    "TIME_WDAY",
    "TIME",
    "SERVER_SOFTWARE",
    "API_VERSION",
    "HTTP_USER_AGENT",
    "HTTP_PROXY_CONNECTION",
    "HTTP_REFERER",
    "HTTP_COOKIE",
    "HTTP_FORWARDED",
    "HTTP_HOST",
    "HTTP_ACCEPT",
    "REQUEST_METHOD",
    "REQUEST_SCHEME",
    "REQUEST_URI",
    "REQUEST_FILENAME",
    "REMOTE_HOST",
    "REMOTE_IDENT",
    "REMOTE_USER",
    "SERVER_ADMIN",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "SCRIPT_FILENAME",
    "PATH_INFO",
    "QUERY_STRING",
    "IS_SUBREQ",
    "DOCUMENT_ROOT",
    "AUTH_TYPE",
    "THE_REQUEST",
    "CONTENT_TYPE",
    "HANDLER",
    "REQUEST_LOG_ID",
    "SCRIPT_USER",
    "SCRIPT_GROUP",
    "DOCUMENT_URI",
    "LAST_MODIFIED",
    "CONTEXT_PREFIX",
    "CONTEXT_DOCUMENT_ROOT",
    "REQUEST_STATUS",
    "REMOTE_ADDR",
    "REMOTE_PORT",
    "HTTPS",
    "IPV6",
    "CONN_LOG_ID",
    "CONN_REMOTE_ADDR",
    "HTTP2",
];

impl Variable {
    /// The variable of that name, in any case; fails on a name no module knows.
    pub(super) fn lookup(name: &str) -> Result<Self, FaultKind> {
        let upper = name.to_ascii_uppercase();
        match CORE.iter().find(|known| **known == upper) {
            Some(known) => Ok(Self::Core(known)),
            None if upper.starts_with("SSL_") => Ok(Self::Ssl(upper)),
            None if upper.starts_with("HC_") => Ok(Self::HealthCheck(upper)),
            None => Err(FaultKind::UnknownVariable(name.to_owned())),
        }
    }

    /// Its name in upper case.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Core(name) => name,
            Self::Ssl(name) | Self::HealthCheck(name) => name,
        }
    }
}

/// Functions of `string_func_providers`, mod_ssl's `SSL` and mod_proxy_hcheck's `HC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the server's function of that name")]
pub enum Function {
    Osenv,
    Env,
    Resp,
    Req,
    Note,
    Reqenv,
    Tolower,
    Toupper,
    Escape,
    Unescape,
    File,
    Filesize,
    Base64,
    Unbase64,
    Sha1,
    Md5,
    Ldap,
    Ssl,
    HealthCheck,
}

/// `http` and `req_novary` are `req` by other names.
const FUNCTIONS: [(&str, Function); 21] = [
    ("osenv", Function::Osenv),
    ("env", Function::Env),
    ("resp", Function::Resp),
    ("req", Function::Req),
    ("http", Function::Req),
    ("req_novary", Function::Req),
    ("note", Function::Note),
    ("reqenv", Function::Reqenv),
    ("tolower", Function::Tolower),
    ("toupper", Function::Toupper),
    ("escape", Function::Escape),
    ("unescape", Function::Unescape),
    ("file", Function::File),
    ("filesize", Function::Filesize),
    ("base64", Function::Base64),
    ("unbase64", Function::Unbase64),
    ("sha1", Function::Sha1),
    ("md5", Function::Md5),
    ("ldap", Function::Ldap),
    ("ssl", Function::Ssl),
    ("hc", Function::HealthCheck),
];

impl Function {
    /// The function of that name, in any case; fails on an unknown one and on one that is not for this place.
    pub(super) fn lookup(name: &str, origin: Origin) -> Result<Self, FaultKind> {
        let found = FUNCTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, function)| *function);
        match found {
            Some(Self::File | Self::Filesize) if origin == Origin::PerDir => {
                Err(FaultKind::Restricted(name.to_owned()))
            }
            Some(function) => Ok(function),
            None => Err(FaultKind::UnknownFunction(name.to_owned())),
        }
    }
}

/// Operators before one word, other than `-R` (`unary_op_providers`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-n`: not empty.
    NotEmpty,
    /// `-z`: empty.
    Empty,
    /// `-T`: not empty and neither `0` nor, in any case, `off`, `no`, `false`.
    True,
    /// `-d -e -f -s -L -h -x`: a question to the file system.
    File(u8),
    /// `-F`, `-U`, `-A`: a sub-request.
    Subrequest(u8),
}

impl UnaryOperator {
    /// The operator of that letter; case matters.
    pub(super) fn lookup(letter: &str) -> Result<Self, FaultKind> {
        match letter.as_bytes() {
            b"n" => Ok(Self::NotEmpty),
            b"z" => Ok(Self::Empty),
            b"T" => Ok(Self::True),
            [file @ (b'd' | b'e' | b'f' | b's' | b'L' | b'h' | b'x')] => Ok(Self::File(*file)),
            [request @ (b'F' | b'U' | b'A')] => Ok(Self::Subrequest(*request)),
            _ => Err(FaultKind::UnknownOperator(letter.to_owned())),
        }
    }
}

/// Operators between two words, other than `-ipmatch` (`binary_op_providers`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `-fnmatch`: a glob whose wildcards stop at slashes.
    Fnmatch,
    /// `-strmatch`: a glob.
    Strmatch,
    /// `-strcmatch`: a glob that ignores case.
    Strcmatch,
}

impl BinaryOperator {
    /// The operator of that name, in any case.
    pub(super) fn lookup(name: &str) -> Result<Self, FaultKind> {
        match name.to_ascii_lowercase().as_str() {
            "fnmatch" => Ok(Self::Fnmatch),
            "strmatch" => Ok(Self::Strmatch),
            "strcmatch" => Ok(Self::Strcmatch),
            _ => Err(FaultKind::UnknownOperator(name.to_owned())),
        }
    }
}
