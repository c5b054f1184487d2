//! Which paths a location is for, and which location a path gets (src/http/ngx_http_core_module.c,
//! `ngx_http_core_location` and `ngx_http_core_find_location`).

use super::tree::{BlockId, Kind, Tree};
use crate::pattern::Pattern;

/// Which paths a location is for.
#[derive(Debug, Clone)]
pub(super) enum Matching {
    /// `=`: this one.
    Exact(Vec<u8>),
    /// Those that begin so.
    Prefix {
        /// The beginning.
        name: Vec<u8>,
        /// `^~`: regular expressions are not tried.
        final_: bool,
    },
    /// `~` and `~*`: those that it is found in.
    Regex {
        /// As written.
        text: Vec<u8>,
        /// As compiled; `None`: htlint cannot tell what it fits.
        pattern: Option<Pattern>,
    },
    /// `@`: none.
    Named(Vec<u8>),
}

impl Matching {
    /// The text that it is known by.
    pub(super) fn name(&self) -> &[u8] {
        match self {
            Self::Exact(name) | Self::Prefix { name, .. } | Self::Named(name) => name,
            Self::Regex { text, .. } => text,
        }
    }

    /// Whether a second one like this is refused (`ngx_http_join_exact_locations`).
    pub(super) fn is_duplicate_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(one), Self::Exact(other)) => one == other,
            (Self::Prefix { name: one, .. }, Self::Prefix { name: other, .. }) => one == other,
            _ => false,
        }
    }
}

/// How the search for a location ended.
pub(super) enum Found {
    /// Here; the captures of the regular expression that led to it.
    In(BlockId),
    /// A location has this path with a slash behind it, and sends the client there.
    Redirect(BlockId),
}

/// A regular expression that htlint cannot try: the location.
pub(super) struct Untried(pub(super) BlockId);

/// Tries a regular expression on a path; `None`: can't tell.
type Try<'t> = dyn FnMut(BlockId, &Pattern, &[u8]) -> Option<bool> + 't;

/// The location of a path, sought from a server or a location inward; `None` within: the block itself.
pub(super) fn find(tree: &Tree, start: BlockId, uri: &[u8], attempt: &mut Try<'_>) -> Result<Found, Untried> {
    descend(tree, start, uri, attempt).map(|(found, _)| found)
}

/// The same, and whether the search is over.
fn descend(tree: &Tree, start: BlockId, uri: &[u8], attempt: &mut Try<'_>) -> Result<(Found, bool), Untried> {
    let locations =
        || tree.children(start, Kind::Location).filter_map(|id| Some((id, tree.get(id).matching.as_ref()?)));
    let mut best: Option<(BlockId, &[u8], bool)> = None;
    let mut redirect = None;
    for (id, matching) in locations() {
        match matching {
            Matching::Exact(name) if name == uri => return Ok((Found::In(id), true)),
            Matching::Prefix { name, final_ } => {
                if uri.starts_with(name) && best.is_none_or(|(_, known, _)| known.len() < name.len()) {
                    best = Some((id, name, *final_));
                }
            }
            Matching::Exact(_) | Matching::Regex { .. } | Matching::Named(_) => {}
        }
        let (Matching::Exact(name) | Matching::Prefix { name, .. }) = matching else { continue };
        if name.strip_suffix(b"/") == Some(uri) && is_passed_on(tree, id) {
            let exact = matches!(matching, Matching::Exact(_));
            redirect = if exact { Some(id) } else { redirect.or(Some(id)) };
        }
    }
    let whole = best.is_some_and(|(_, name, _)| name == uri);
    if let Some(id) = redirect.filter(|_| !whole) {
        return Ok((Found::Redirect(id), true));
    }
    let mut found = Found::In(start);
    let mut skips = false;
    if let Some((id, _, final_)) = best {
        skips = final_;
        let (inner, over) = descend(tree, id, uri, attempt)?;
        if over {
            return Ok((inner, true));
        }
        found = inner;
    }
    for (id, matching) in locations().filter(|_| !skips) {
        let Matching::Regex { pattern, .. } = matching else { continue };
        let fits = pattern.as_ref().and_then(|pattern| attempt(id, pattern, uri)).ok_or(Untried(id))?;
        if fits {
            return descend(tree, id, uri, attempt).map(|(found, _)| (found, true));
        }
    }
    Ok((found, false))
}

/// Whether a location hands its requests on, so that a missing slash at its end is put right
/// (`clcf->auto_redirect`, set by `proxy_pass` and its kind).
fn is_passed_on(tree: &Tree, id: BlockId) -> bool {
    PASSES.iter().any(|name| tree.own(id, name).is_some())
}

/// The directives that hand requests on to another server.
pub(super) const PASSES: [&str; 6] =
    ["proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass"];

/// What a block is for, in words.
pub(super) fn words(tree: &Tree, id: BlockId) -> String {
    let block = tree.get(id);
    if block.kind != Kind::Location {
        return "no location is for it, so the server's own settings hold".to_owned();
    }
    let written: Vec<_> = block.args.iter().map(|word| String::from_utf8_lossy(&word.value)).collect();
    format!("location {} takes it", written.join(" "))
}
