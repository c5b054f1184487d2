//! The names of servers, and which server a name gets (src/http/ngx_http.c, `ngx_http_server_names`;
//! src/core/ngx_hash.c, `ngx_hash_find_combined`).

use super::tree::{BlockId, Item, Tree};
use crate::pattern::{Dialect, Pattern};

/// A server's name.
pub(super) enum Name {
    /// This one.
    Exact(Vec<u8>),
    /// `*.example.com` as `.example.com`: names that end so.
    Ending(Vec<u8>),
    /// `.example.com`: that domain and names that end so.
    Dotted(Vec<u8>),
    /// `www.*` as `www.`: names that begin so.
    Beginning(Vec<u8>),
    /// `~...`.
    Regex(Option<Pattern>),
}

/// Whether a name can be looked up (`ngx_hash_add_key`).
pub(super) fn is_valid(name: &[u8]) -> bool {
    if name.starts_with(b"~") {
        return true;
    }
    let stars = name.iter().filter(|byte| **byte == b'*').count();
    let dots = name.windows(2).any(|pair| pair == b"..");
    let placed = name.starts_with(b"*.") || name.ends_with(b".*");
    !dots && !name.contains(&0) && (stars == 0 || (stars == 1 && placed))
}

/// What a name takes, so that no second one may have it: the name itself, all that ends so, all that begins so.
pub(super) fn taken(name: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let lower = name.to_ascii_lowercase();
    match lower.as_slice() {
        [b'.', rest @ ..] if !rest.is_empty() => vec![(b'=', rest.to_vec()), (b'*', rest.to_vec())],
        [b'*', b'.', rest @ ..] if !rest.is_empty() => vec![(b'*', rest.to_vec())],
        [before @ .., b'.', b'*'] if !before.is_empty() => vec![(b'^', before.to_vec())],
        _ => vec![(b'=', lower)],
    }
}

/// The names of servers in their order; a server without any has the empty one. A name that is taken already is left
/// out, and `.example.com` with it if only one half of it is taken.
pub(super) fn names(tree: &Tree, servers: &[BlockId]) -> Vec<(BlockId, Name)> {
    let mut all = Vec::new();
    let mut known: Vec<(u8, Vec<u8>)> = Vec::new();
    for server in servers {
        let items = tree.get(*server).items.iter().filter(|item| item.name == b"server_name");
        let mut words: Vec<&[u8]> =
            items.flat_map(|item: &Item| item.args.iter().map(|word| word.value.as_slice())).collect();
        if words.is_empty() {
            words.push(b"");
        }
        for word in words {
            let takes = if word.starts_with(b"~") { Vec::new() } else { taken(word) };
            if takes.iter().any(|taken| known.contains(taken)) {
                continue;
            }
            known.extend(takes);
            all.push((*server, read(word)));
        }
    }
    all
}

fn read(word: &[u8]) -> Name {
    let lower = word.to_ascii_lowercase();
    match word {
        [b'~', pattern @ ..] => {
            let ignore_case = pattern.iter().any(u8::is_ascii_uppercase);
            let dialect = Dialect { ignore_case, bytes: true, ..Dialect::default() };
            Name::Regex(Pattern::compile_as(pattern, dialect).ok())
        }
        [b'.', _, ..] => Name::Dotted(lower),
        [b'*', b'.', ..] => Name::Ending(lower.get(1..).unwrap_or_default().to_vec()),
        [before @ .., b'.', b'*'] => Name::Beginning([before.to_ascii_lowercase().as_slice(), b"."].concat()),
        _ => Name::Exact(lower),
    }
}

/// A regular expression that htlint cannot try.
pub(super) struct Untried;

/// What a host led to: the server, and what its name captured.
pub(super) type Chosen<'n> = (BlockId, Option<(&'n Pattern, Vec<Vec<u8>>)>);

/// Which of the servers a host gets; `None`: none has such a name.
pub(super) fn choose<'n>(names: &'n [(BlockId, Name)], host: &[u8]) -> Result<Option<Chosen<'n>>, Untried> {
    if let Some((server, _)) = names.iter().find(|(_, name)| matches!(name, Name::Exact(exact) if exact == host)) {
        return Ok(Some((*server, None)));
    }
    let end = |name: &Name| match name {
        Name::Ending(end) => (host.ends_with(end) && host.len() > end.len()).then_some(end.len()),
        Name::Dotted(end) => {
            (host.ends_with(end) && host.len() > end.len() || end.get(1..) == Some(host)).then_some(end.len())
        }
        Name::Exact(_) | Name::Beginning(_) | Name::Regex(_) => None,
    };
    let start = |name: &Name| match name {
        Name::Beginning(start) => (host.starts_with(start) && host.len() > start.len()).then_some(start.len()),
        Name::Exact(_) | Name::Ending(_) | Name::Dotted(_) | Name::Regex(_) => None,
    };
    let longest = |length: &dyn Fn(&Name) -> Option<usize>| {
        let mut best: Option<(BlockId, usize)> = None;
        for (server, name) in names {
            if let Some(length) = length(name).filter(|length| best.is_none_or(|(_, known)| known < *length)) {
                best = Some((*server, length));
            }
        }
        best.map(|(server, _)| server)
    };
    if let Some(server) = longest(&end).or_else(|| longest(&start)) {
        return Ok(Some((server, None)));
    }
    for (server, name) in names.iter().filter(|_| !host.is_empty()) {
        if let Name::Regex(pattern) = name {
            let pattern = pattern.as_ref().ok_or(Untried)?;
            if let Some(groups) = pattern.find(host).ok_or(Untried)? {
                return Ok(Some((*server, Some((pattern, groups)))));
            }
        }
    }
    Ok(None)
}
