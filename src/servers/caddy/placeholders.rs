//! Placeholders in the arguments of directives (Caddy `modules/caddyhttp/replacer.go` and the short names of
//! `caddyconfig/httpcaddyfile/httptype.go`).

use std::convert::Infallible;

use nom::bytes::complete::{tag, take_until};
use nom::sequence::delimited;
use nom::{IResult, Parser};

use super::matcher::Asked;

/// A text with its placeholders filled in for a request; `Err`: the name of one that cannot be told.
pub(super) fn fill(text: &str, asked: &Asked<'_>) -> Result<String, String> {
    replaced(text, |name| named(name, asked))
}

/// A text whose placeholders are replaced: none is known at the start, so each is replaced by nothing.
pub(super) fn without_placeholders(text: &str) -> String {
    replaced(text, |_| Ok::<_, Infallible>(String::new())).unwrap_or_else(|never| match never {})
}

fn replaced<E>(text: &str, value: impl Fn(&str) -> Result<String, E>) -> Result<String, E> {
    let mut done = String::new();
    let mut rest = text;
    loop {
        let found: IResult<&str, (&str, &str)> =
            (take_until("{"), delimited(tag("{"), take_until("}"), tag("}"))).parse(rest);
        let Ok((behind, (before, name))) = found else { break };
        done.push_str(before);
        done.push_str(&value(name)?);
        rest = behind;
    }
    Ok(done + rest)
}

/// The value of one; one that nobody knows is empty.
pub(super) fn named(name: &str, asked: &Asked<'_>) -> Result<String, String> {
    let scheme = if asked.https { "https" } else { "http" };
    let sent =
        || asked.query.is_empty().then(|| asked.path.clone()).unwrap_or(format!("{}?{}", asked.path, asked.query));
    let client = || asked.client.map(|client| client.to_string()).ok_or_else(|| name.to_owned());
    let (folder, file) = asked.path.rsplit_once('/').unwrap_or(("", &asked.path));
    let short = name.strip_prefix("http.request.").unwrap_or(name);
    Ok(match short {
        "path" | "uri.path" => asked.path.clone(),
        "uri" => sent(),
        "query" | "uri.query" => asked.query.clone(),
        "method" => asked.method.clone(),
        "host" => asked.host.clone(),
        "hostport" => text(asked.header("host")),
        "port" => text(asked.header("host")).rsplit_once(':').map(|(_, port)| port.to_owned()).unwrap_or_default(),
        "scheme" => scheme.to_owned(),
        "proto" => "HTTP/1.1".to_owned(),
        "remote.host" | "remote_host" => client()?,
        "file" | "uri.path.file" => file.to_owned(),
        "dir" | "uri.path.dir" => format!("{folder}/"),
        "orig_uri.path" | "orig_path" => asked.written.clone(),
        "http.error.status_code" | "err.status_code" => {
            asked.error.map(|status| status.to_string()).unwrap_or_default()
        }
        _ => return keyed(name, short, asked),
    })
}

/// Those that name a header, a part of the query or of the path, or a variable.
fn keyed(name: &str, short: &str, asked: &Asked<'_>) -> Result<String, String> {
    if let Some(header) = short.strip_prefix("header.") {
        return Ok(text(asked.header(header)));
    }
    let key = short.strip_prefix("uri.query.").or_else(|| short.strip_prefix("query."));
    if let Some(key) = key {
        let pairs = asked.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        return Ok(pairs.filter(|(have, _)| *have == key).map(|(_, value)| value).collect::<Vec<_>>().join(","));
    }
    let part = short.strip_prefix("uri.path.").or_else(|| short.strip_prefix("path."));
    if let Some(index) = part.and_then(|part| part.parse::<usize>().ok()) {
        return Ok(asked.path.trim_start_matches('/').split('/').nth(index).unwrap_or_default().to_owned());
    }
    if let Some(variable) = short.strip_prefix("http.vars.").or_else(|| short.strip_prefix("vars.")) {
        return Ok(asked.vars.get(variable).cloned().unwrap_or_default());
    }
    let foreign = ["env.", "system.", "time.", "http.regexp.", "re.", "http.auth.", "http.request.", "tls_", "cookie."];
    if foreign.iter().any(|prefix| name.starts_with(prefix)) || !name.contains('.') && name.contains("remote") {
        return Err(format!("{{{name}}}"));
    }
    Ok(String::new())
}

fn text(value: Option<&[u8]>) -> String {
    String::from_utf8_lossy(value.unwrap_or_default()).into_owned()
}
