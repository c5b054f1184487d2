//! Matchers of requests (Caddy `modules/caddyhttp/matchers.go`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::expression::Expression;
use super::placeholders::{fill, named};
use crate::gate::Host;
use crate::read::{Account, FileType};

/// What a matcher looks at.
#[derive(Clone)]
pub(super) struct Asked<'r> {
    /// The decoded path, as it has been rewritten so far.
    pub path: String,
    /// The method.
    pub method: String,
    /// The host without its port, in small letters.
    pub host: String,
    /// The client.
    pub client: Option<IpAddr>,
    /// The headers.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The query as sent.
    pub query: String,
    /// Whether it comes over TLS.
    pub https: bool,
    /// Whether an `Authorization` header is there.
    pub authorization: Option<Vec<u8>>,
    /// The path that the client asked for.
    pub written: String,
    /// The variables: `root`, and those of `vars`.
    pub vars: BTreeMap<String, String>,
    /// The status of the error that is being answered.
    pub error: Option<u16>,
    /// The server's machine.
    pub machine: &'r Host<'r>,
}

impl Asked<'_> {
    /// The first header of a name.
    pub(super) fn header(&self, name: &str) -> Option<&[u8]> {
        let sent = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let authorization = self.authorization.as_deref().filter(|_| name.eq_ignore_ascii_case("authorization"));
        sent.map(|(_, value)| value.as_slice()).or(authorization)
    }

    /// The folder that paths are looked up in.
    pub(super) fn root(&self) -> &str {
        self.vars.get("root").map_or(".", String::as_str)
    }

    /// The local path of a path below a root, if that can be told.
    pub(super) fn local(&self, root: &str, path: &str) -> Option<PathBuf> {
        let server = Host::path(Path::new("/"), root);
        let below = clean(path, true);
        let joined = server.join(below.trim_start_matches('/'));
        self.machine.locate(&joined).map(|(local, _)| local)
    }

    /// Whether the server's account may look a local path up.
    pub(super) fn reaches(&self, local: &Path) -> bool {
        let files = self.machine.target.files;
        let account = Account::named("www-data", files).filter(|_| self.machine.target.paths.is_host());
        let folder = local.parent().unwrap_or(local);
        account.is_none_or(|account| account.may_search(files, folder).is_ok() || files.stat(folder).is_err())
    }

    /// What a local path is.
    pub(super) fn kind(&self, local: &Path) -> Option<FileType> {
        if !self.reaches(local) {
            return None;
        }
        self.machine.target.files.stat(local).ok().map(|stat| stat.kind)
    }

    /// Whether what is tried is there: a folder where a slash ends it, else a file; `Err`: can't tell.
    pub(super) fn has(&self, root: &str, tried: &str) -> Result<Option<String>, String> {
        let wanted = if tried.ends_with('/') { FileType::Directory } else { FileType::Regular };
        let path = fill(tried, self)?;
        let local = self.local(root, path.trim_end_matches('/')).ok_or_else(|| "root".to_owned())?;
        let found = self.kind(&local) == Some(wanted);
        // What is found has no slash behind it, whatever was asked for.
        let file = wanted == FileType::Regular;
        Ok(found.then(|| if file { path.trim_end_matches('/').to_owned() } else { path }))
    }
}

/// Which requests a route is for.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    /// All.
    Any,
    /// Those that every one of these lets through.
    All(Vec<Matcher>),
    /// Those that one of these lets through.
    One(Vec<Matcher>),
    /// Those that it does not let through.
    Not(Box<Matcher>),
    /// By path: patterns in small letters.
    Path(Vec<String>),
    /// By method.
    Method(Vec<String>),
    /// By host.
    Host(Vec<String>),
    /// By a header: its name, and values with `*` at either end; none: it must be there at all.
    Header(String, Option<Vec<String>>),
    /// By the query: names and values.
    Query(Vec<(String, String)>),
    /// By the client's address; whether the one that it says in `X-Forwarded-For` counts.
    Client(Vec<String>, bool),
    /// By `http` or `https`.
    Protocol(String),
    /// By a pattern on the path.
    PathPattern(fancy_regex::Regex),
    /// By a pattern on a header.
    HeaderPattern(String, fancy_regex::Regex),
    /// By a variable or a placeholder: its name, and what it may be.
    Vars(String, Vec<String>),
    /// By a pattern on a variable or a text with placeholders.
    VarsPattern(String, fancy_regex::Regex),
    /// By a file that is there: its root, and what is tried.
    File(Option<String>, Vec<String>),
    /// By an expression.
    Expression(Expression),
    /// By what the server refuses once it is used: why.
    Refused(&'static str),
    /// By something that htlint does not evaluate.
    Unknown(String),
}

impl Matcher {
    /// Whether it lets a request through; `Err`: can't tell, and what would have to be evaluated.
    pub(super) fn matches(&self, asked: &Asked<'_>) -> Result<bool, String> {
        match self {
            Self::Any => Ok(true),
            Self::All(all) => decide(all.iter().map(|one| one.matches(asked)), false),
            Self::One(all) => decide(all.iter().map(|one| one.matches(asked)), true),
            Self::Not(inner) => inner.matches(asked).map(|fits| !fits),
            Self::Path(patterns) => Ok(patterns.iter().any(|pattern| path_fits(pattern, &asked.path))),
            Self::Method(methods) => Ok(methods.contains(&asked.method)),
            Self::Host(hosts) => Ok(hosts.iter().any(|host| host_fits(host, &asked.host))),
            Self::Header(name, values) => Ok(header_fits(name, values.as_deref(), asked)),
            Self::Query(pairs) => Ok(pairs.iter().any(|(name, value)| query_has(&asked.query, name, value))),
            Self::Client(ranges, forwarded) => {
                let said = asked.header("x-forwarded-for").filter(|_| *forwarded);
                let said = said
                    .map(|said| String::from_utf8_lossy(said).split(',').next().unwrap_or_default().trim().to_owned());
                let client = said.filter(|said| !said.is_empty()).map_or(asked.client, |said| said.parse().ok());
                let fits = client.map(|client| ranges.iter().any(|range| range_has(range, client)));
                fits.ok_or_else(|| "remote_ip".to_owned())
            }
            Self::Protocol(name) => Ok(name == if asked.https { "https" } else { "http" }),
            Self::PathPattern(pattern) => {
                pattern.is_match(&clean(&asked.path, true)).map_err(|_| "path_regexp".to_owned())
            }
            Self::HeaderPattern(name, pattern) => {
                let value = asked.header(name).map(String::from_utf8_lossy);
                let fits = value.map(|value| pattern.is_match(&*value)).transpose();
                fits.map(Option::unwrap_or_default).map_err(|_| "header_regexp".to_owned())
            }
            Self::Vars(name, values) => {
                let have = variable(name, asked)?;
                let filled: Result<Vec<String>, String> = values.iter().map(|value| fill(value, asked)).collect();
                Ok(filled?.contains(&have))
            }
            Self::VarsPattern(name, pattern) => {
                let variable = asked.vars.get(name).cloned().unwrap_or_else(|| "<nil>".to_owned());
                let filled = fill(name, asked)?;
                let fits = |text: &str| pattern.is_match(text).map_err(|_| "vars_regexp".to_owned());
                Ok(fits(&variable)? || fits(&filled)?)
            }
            Self::File(root, tried) => {
                let root = root.as_deref().unwrap_or_else(|| asked.root());
                let root = fill(root, asked)?;
                for tried in tried {
                    if tried.starts_with('=') {
                        return Err("file".to_owned());
                    }
                    if asked.has(&root, tried)?.is_some() {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Expression(expression) => expression.holds(asked),
            Self::Refused(_) => Ok(false),
            Self::Unknown(name) => Err(name.clone()),
        }
    }

    /// Why the server refuses it, if it does.
    pub(super) fn refused(&self) -> Option<&'static str> {
        match self {
            Self::All(all) | Self::One(all) => all.iter().find_map(Self::refused),
            Self::Not(inner) => inner.refused(),
            Self::Refused(why) => Some(why),
            Self::Any
            | Self::Path(_)
            | Self::Method(_)
            | Self::Host(_)
            | Self::Header(..)
            | Self::Query(_)
            | Self::Client(..)
            | Self::Protocol(_)
            | Self::PathPattern(_)
            | Self::HeaderPattern(..)
            | Self::Vars(..)
            | Self::VarsPattern(..)
            | Self::File(..)
            | Self::Expression(_)
            | Self::Unknown(_) => None,
        }
    }

    /// The length of the path, where one path alone is asked for: what the order of like directives goes by.
    pub(super) fn path_length(&self) -> usize {
        match self {
            Self::Path(paths) if paths.len() == 1 => paths.first().map_or(0, String::len),
            Self::All(all) => all.iter().map(Self::path_length).max().unwrap_or(0),
            Self::Any
            | Self::Path(_)
            | Self::One(_)
            | Self::Not(_)
            | Self::Method(_)
            | Self::Host(_)
            | Self::Header(..)
            | Self::Query(_)
            | Self::Client(..)
            | Self::Protocol(_)
            | Self::PathPattern(_)
            | Self::HeaderPattern(..)
            | Self::Vars(..)
            | Self::VarsPattern(..)
            | Self::File(..)
            | Self::Expression(_)
            | Self::Refused(_)
            | Self::Unknown(_) => 0,
        }
    }
}

/// A variable, or what a placeholder stands for (`VarsMatcher.Match`); one that is not set is Go's `nil`.
fn variable(name: &str, asked: &Asked<'_>) -> Result<String, String> {
    match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
        Some(name) if !name.contains('{') => named(name, asked),
        _ => Ok(asked.vars.get(name).cloned().unwrap_or_else(|| "<nil>".to_owned())),
    }
}

/// Three-valued: what settles it wins over what is not known.
pub(super) fn decide(mut all: impl Iterator<Item = Result<bool, String>>, settles: bool) -> Result<bool, String> {
    let mut unknown = None;
    let settled = all.any(|one| match one {
        Ok(fits) => fits == settles,
        Err(name) => {
            unknown = Some(name);
            false
        }
    });
    if settled { Ok(settles) } else { unknown.map_or(Ok(!settles), Err) }
}

/// Whether a path fits a pattern (`MatchPath.Match`).
pub(super) fn path_fits(pattern: &str, path: &str) -> bool {
    let path = clean(&path.to_lowercase(), !pattern.contains("//"));
    let stars = pattern.matches('*').count();
    let inner = pattern.trim_matches('*');
    match (pattern.starts_with('*'), pattern.ends_with('*'), stars) {
        _ if pattern == "*" => true,
        (true, true, 2) => path.contains(inner),
        (true, false, 1) => path.ends_with(inner),
        (false, true, 1) => path.starts_with(inner),
        _ => glob(pattern.as_bytes(), path.as_bytes()),
    }
}

/// A path without `.`, `..` and, if asked, doubled slashes; a slash at the end stays (`CleanPath`).
pub(super) fn clean(path: &str, merge: bool) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for piece in path.trim_start_matches('/').split('/') {
        match piece {
            "." => {}
            "" if merge => {}
            ".." => {
                kept.pop();
            }
            piece => kept.push(piece),
        }
    }
    let mut cleaned = format!("/{}", kept.join("/"));
    if path.ends_with('/') && !cleaned.ends_with('/') {
        cleaned.push('/');
    }
    cleaned
}

/// Go's `path.Match`: `*` and `?` do not cross a slash.
fn glob(pattern: &[u8], path: &[u8]) -> bool {
    let (wanted, have) = (pattern.split(|byte| *byte == b'/'), path.split(|byte| *byte == b'/'));
    wanted.clone().count() == have.clone().count() && wanted.zip(have).all(|(wanted, have)| fits(wanted, have))
}

/// One name against a pattern: the last `*` takes as much as it must.
fn fits(mut pattern: &[u8], mut name: &[u8]) -> bool {
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern, name) {
            ([b'*', rest @ ..], _) => {
                star = Some((rest, name));
                pattern = rest;
            }
            ([b'?', rest @ ..], [_, behind @ ..]) => (pattern, name) = (rest, behind),
            ([wanted, rest @ ..], [have, behind @ ..]) if wanted == have => (pattern, name) = (rest, behind),
            ([], []) => return true,
            _ => {
                let Some((rest, [_, behind @ ..])) = star else { return false };
                star = Some((rest, behind));
                (pattern, name) = (rest, behind);
            }
        }
    }
}

/// Whether a host fits; a label may be `*` (`MatchHost.Match`).
pub(super) fn host_fits(pattern: &str, host: &str) -> bool {
    if !pattern.contains('*') {
        return pattern.eq_ignore_ascii_case(host);
    }
    let (wanted, have) = (pattern.split('.'), host.split('.'));
    wanted.clone().count() == have.clone().count()
        && wanted.zip(have).all(|(wanted, have)| wanted == "*" || wanted.eq_ignore_ascii_case(have))
}

fn header_fits(name: &str, values: Option<&[String]>, asked: &Asked<'_>) -> bool {
    let authorization = asked.authorization.as_deref().filter(|_| name.eq_ignore_ascii_case("authorization"));
    let sent = asked.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let mut sent = sent.map(|(_, value)| value.as_slice()).chain(authorization);
    let Some(values) = values else { return sent.next().is_some() };
    sent.any(|have| {
        let have = String::from_utf8_lossy(have);
        values.iter().any(|wanted| {
            let inner = wanted.trim_matches('*');
            match (wanted.starts_with('*'), wanted.ends_with('*')) {
                _ if wanted == "*" => true,
                (true, true) => have.contains(inner),
                (true, false) => have.ends_with(inner),
                (false, true) => have.starts_with(inner),
                (false, false) => have == *wanted,
            }
        })
    })
}

fn query_has(query: &str, name: &str, value: &str) -> bool {
    query.split('&').any(|pair| {
        let (key, have) = pair.split_once('=').unwrap_or((pair, ""));
        key == name && (value == "*" || have == value)
    })
}

fn range_has(range: &str, client: IpAddr) -> bool {
    let (address, bits) = range.split_once('/').map_or((range, None), |(address, bits)| (address, bits.parse().ok()));
    let private = ["192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8", "127.0.0.1/8", "fd00::/8", "::1"];
    if range == "private_ranges" {
        return private.iter().any(|range| range_has(range, client));
    }
    let same = |have: u128, wanted: u128, width: u32, bits: Option<u32>| {
        let drop = width - bits.unwrap_or(width).min(width);
        have.checked_shr(drop).unwrap_or(0) == wanted.checked_shr(drop).unwrap_or(0)
    };
    match (address.parse(), client) {
        (Ok(IpAddr::V4(wanted)), IpAddr::V4(have)) => same(have.to_bits().into(), wanted.to_bits().into(), 32, bits),
        (Ok(IpAddr::V6(wanted)), IpAddr::V6(have)) => same(have.to_bits(), wanted.to_bits(), 128, bits),
        _ => false,
    }
}
