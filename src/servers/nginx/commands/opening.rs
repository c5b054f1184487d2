//! What is judged of a block before anything in it is read.

use super::http::regex;
use super::rewrite::{check_condition, variable};
use crate::answer::Reason;
use crate::servers::nginx::location::Matching;
use crate::servers::nginx::methods;
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item, Kind};

/// Judges the words of a directive that opens a block.
pub(in super::super) fn opening(
    reader: &mut Reader<'_>,
    scope: BlockId,
    block: BlockId,
    item: &Item,
) -> Result<(), Stop> {
    match item.name.as_slice() {
        b"location" => location(reader, scope, block, item),
        b"if" => check_condition(reader, item),
        b"limit_except" => limit_except(item),
        b"map" | b"split_clients" => {
            reader.script(item, 0)?;
            variable(reader, item, 1)
        }
        b"geo" if item.args.len() == 2 => {
            let source = item.arg(0).to_vec();
            if source.first() != Some(&b'$') {
                return Err(Stop::wrong("geo", "invalid variable name", item.place_of(0)));
            }
            reader.script(item, 0)?;
            variable(reader, item, 1)
        }
        b"geo" => variable(reader, item, 0),
        b"upstream" => upstream(reader, scope, item),
        _ => Ok(()),
    }
}

/// `location` (`ngx_http_core_location`).
fn location(reader: &mut Reader<'_>, scope: BlockId, block: BlockId, item: &Item) -> Result<(), Stop> {
    let (modifier, name) = match item.args.as_slice() {
        [modifier, name] => (modifier.value.clone(), name.value.clone()),
        _ => glued(item.arg(0)),
    };
    let last = item.args.len().saturating_sub(1);
    let prefix = |final_| Matching::Prefix { name: name.clone(), final_ };
    let matching = match modifier.as_slice() {
        b"=" => Matching::Exact(name),
        b"^~" => prefix(true),
        b"~" | b"~*" => {
            let pattern = regex(reader, item, &name, modifier == b"~*", item.place_of(last))?;
            Matching::Regex { text: name, pattern }
        }
        b"" if name.starts_with(b"@") => Matching::Named(name),
        b"" => prefix(false),
        other => {
            let message = format!("invalid location modifier \"{}\"", String::from_utf8_lossy(other));
            return Err(Stop::wrong("location", message, item.place_of(0)));
        }
    };
    if reader.tree.get(scope).kind == Kind::Location {
        nested(reader, scope, &matching).map_err(|words| Stop::wrong("location", words, item.place))?;
    }
    reader.tree.get_mut(block).matching = Some(matching);
    Ok(())
}

/// A modifier without a blank behind it.
fn glued(text: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let modifiers: [&[u8]; 4] = [b"=", b"^~", b"~*", b"~"];
    let found = modifiers.iter().find_map(|modifier| Some((*modifier, text.strip_prefix(*modifier)?)));
    let (modifier, name) = found.unwrap_or((b"", text));
    (modifier.to_vec(), name.to_vec())
}

/// What a location may not stand in.
fn nested(reader: &Reader<'_>, scope: BlockId, inner: &Matching) -> Result<(), String> {
    let shown = |matching: &Matching| String::from_utf8_lossy(matching.name()).into_owned();
    let Some(outer) = &reader.tree.get(scope).matching else { return Ok(()) };
    let name = shown(inner);
    match (outer, inner) {
        (Matching::Exact(_), _) => {
            Err(format!("location \"{name}\" cannot be inside the exact location \"{}\"", shown(outer)))
        }
        (Matching::Named(_), _) => {
            Err(format!("location \"{name}\" cannot be inside the named location \"{}\"", shown(outer)))
        }
        (_, Matching::Named(_)) => Err(format!("named location \"{name}\" can be on the server level only")),
        (_, Matching::Regex { .. }) => Ok(()),
        (outer, inner) if inner.name().starts_with(outer.name()) => Ok(()),
        _ => Err(format!("location \"{name}\" is outside location \"{}\"", shown(outer))),
    }
}

/// `limit_except` knows the methods by their names (`ngx_methods_names`).
fn limit_except(item: &Item) -> Result<(), Stop> {
    for (index, word) in item.args.iter().enumerate() {
        if !methods::is_known(&word.value) {
            let name = String::from_utf8_lossy(&word.value).into_owned();
            let nearest = methods::nearest(&name);
            return Err(Stop::fails(Reason::UnknownMethod { name, nearest }, item.place_of(index)));
        }
    }
    Ok(())
}

/// Two upstreams of one name are refused (`ngx_http_upstream_add`).
fn upstream(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let taken = reader
        .tree
        .get(scope)
        .items
        .iter()
        .any(|other| other.name == b"upstream" && other.arg(0).eq_ignore_ascii_case(item.arg(0)));
    if taken {
        let message = format!("duplicate upstream \"{}\"", String::from_utf8_lossy(item.arg(0)));
        return Err(Stop::wrong("upstream", message, item.place));
    }
    Ok(())
}
