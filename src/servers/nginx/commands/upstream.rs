//! Directives that hand requests on (src/http/modules/ngx_http_proxy_module.c, `ngx_http_proxy_pass`;
//! src/http/ngx_http_upstream.c, `ngx_http_upstream_server`).

use crate::servers::nginx::directives::{number, time};
use crate::servers::nginx::listen::{BadAddress, address};
use crate::servers::nginx::location::Matching;
use crate::servers::nginx::reader::{Backend, Reader, Stop, Use};
use crate::servers::nginx::tree::{BlockId, Item, Kind};
use crate::servers::nginx::upstream::{parts, without_scheme};
use crate::source::Place;

/// `proxy_pass` and its kind.
pub(super) fn pass(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let text = item.arg(0);
    let name = item.name();
    if name == "memcached_pass" {
        // It takes no variables of its own, but asks for the one that holds the key.
        reader.uses.push(Use { name: b"memcached_key".to_vec(), directive: name.clone(), place: item.place });
    } else if text.contains(&b'$') {
        return Ok(());
    }
    let Some((_, url)) = without_scheme(&item.name, text) else {
        return Err(Stop::wrong(&name, "invalid URL prefix", item.place_of(0)));
    };
    let (host, uri) = parts(url);
    let block = reader.tree.get(scope);
    let nameless = matches!(block.kind, Kind::LocationIf | Kind::LimitExcept)
        || matches!(block.matching, Some(Matching::Named(_) | Matching::Regex { .. }));
    if name == "proxy_pass" && !uri.is_empty() && nameless {
        let message = "\"proxy_pass\" cannot have URI part in location given by regular expression, \
                       or inside named location, or inside \"if\" statement, or inside \"limit_except\" block";
        return Err(Stop::wrong(&name, message, item.place_of(0)));
    }
    reader.backends.push(Backend { host: host.to_vec(), place: item.place_of(0), portless: name != "proxy_pass" });
    Ok(())
}

/// `server` in `upstream`.
pub(super) fn server(reader: &mut Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    for (index, word) in item.args.iter().enumerate().skip(1) {
        let text = word.value.as_slice();
        let counted =
            ["weight=", "max_conns=", "max_fails="].iter().find_map(|name| text.strip_prefix(name.as_bytes()));
        let fits = match (counted, text.strip_prefix(b"fail_timeout=")) {
            (Some(value), _) => number(value).is_some_and(|number| number > 0 || !text.starts_with(b"weight=")),
            (None, Some(value)) => time(value, false).is_some(),
            (None, None) => matches!(text, b"backup" | b"down"),
        };
        let methods = ["ip_hash", "hash", "random"];
        if text == b"backup" && methods.iter().any(|name| reader.tree.own(scope, name).is_some()) {
            let message = "balancing method does not support parameter \"backup\"";
            return Err(Stop::wrong("server", message, item.place_of(index)));
        }
        if !fits {
            let message = format!("invalid parameter \"{}\"", String::from_utf8_lossy(text));
            return Err(Stop::wrong("server", message, item.place_of(index)));
        }
    }
    resolve(reader, item.arg(0), item.place_of(0), "server")
}

/// A host name must be known when the server starts.
pub(super) fn resolve(reader: &Reader<'_>, host: &[u8], place: Place, directive: &str) -> Result<(), Stop> {
    let port = host.rsplit(|byte| *byte == b':').next().filter(|port| port.len() < host.len());
    if !host.starts_with(b"unix:") && port.is_some_and(|port| port.contains(&b'-')) {
        let message = format!("invalid port in upstream \"{}\"", String::from_utf8_lossy(host));
        return Err(Stop::wrong(directive, message, place));
    }
    match address(host, 80) {
        Ok(_) => Ok(()),
        Err(BadAddress::Refused(words)) => {
            let message = format!("{words} in upstream \"{}\"", String::from_utf8_lossy(host));
            Err(Stop::wrong(directive, message, place))
        }
        Err(BadAddress::Name) => look_up(reader, host, place, directive),
    }
}

/// A name without an address stops the start; only some names are known to have one, or to have none.
pub(super) fn look_up(reader: &Reader<'_>, host: &[u8], place: Place, directive: &str) -> Result<(), Stop> {
    let name = host.splitn(2, |byte| *byte == b':').next().unwrap_or_default();
    if !reader.target.paths.is_host() || is_in_hosts(reader, name) {
        return Ok(());
    }
    let numeric = name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    // RFC 6761: nobody is ever of these names.
    let reserved = [".invalid", ".test", ".example"].iter().any(|end| name.ends_with(end.as_bytes()));
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if numeric || reserved || !name.iter().all(letter) {
        let message = format!("host not found in \"{}\"", String::from_utf8_lossy(host));
        return Err(Stop::wrong(directive, message, place));
    }
    Err(Stop::unknown(crate::answer::Missing::Dns, place))
}

fn is_in_hosts(reader: &Reader<'_>, name: &[u8]) -> bool {
    let hosts = reader.target.files.read(std::path::Path::new("/etc/hosts")).unwrap_or_default();
    let text = String::from_utf8_lossy(&hosts).into_owned();
    let wanted = String::from_utf8_lossy(name).into_owned();
    text.lines().any(|line| {
        let words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
        words.skip(1).any(|word| word.eq_ignore_ascii_case(&wanted))
    })
}
