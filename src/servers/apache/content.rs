//! The settings that decide on the answer once access is granted: handlers, indexes, redirects, documents.

use super::config::Set;
use super::error_document::ErrorDocument;
use super::expr::{Pattern, StringExpr};
use super::methods::Methods;
use super::options::Options;
use super::rewrite::Rewrite;
use crate::source::Place;

/// A redirect of mod_alias.
#[derive(Debug, Clone)]
pub(super) struct Redirect {
    /// Which paths; `None`: all of the section it stands in.
    pub what: Option<UrlPattern>,
    /// The status.
    pub status: u16,
    /// Where to, as written.
    pub to: Option<Vec<u8>>,
    /// The directive.
    pub place: Place,
}

/// A path or an expression that a URL path is compared with.
#[derive(Debug, Clone)]
pub(super) enum UrlPattern {
    /// A prefix of whole names.
    Prefix(Vec<u8>),
    /// A regular expression; `None`: one that only the server can compile.
    Regex(Option<Pattern>),
}

/// An Alias inside `<Location>`.
#[derive(Debug, Clone)]
pub(super) struct PlaceAlias {
    /// The path.
    pub path: StringExpr,
    /// ScriptAlias: what lies there is a program.
    pub script: bool,
    /// The argument of the section.
    pub fake: Vec<u8>,
    /// The directive.
    pub place: Place,
}

/// A ProxyPass: where to, and whether it is taken (not `!`).
#[derive(Debug, Clone)]
pub(super) struct Pass {
    /// The other server's URL.
    pub to: Vec<u8>,
    /// Whether it is asked at all.
    pub taken: bool,
    /// The directive.
    pub place: Place,
}

/// Settings of the modules that make the answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// Options.
    pub options: Options,
    /// Redirect and its kin.
    pub redirects: Vec<Redirect>,
    /// Redirect for all of a place.
    pub redirect: Option<Redirect>,
    /// Alias inside `<Location>`.
    pub alias: Option<PlaceAlias>,
    /// AliasPreservePath.
    pub alias_keeps_path: Option<bool>,
    /// SetHandler.
    pub handler: Option<Set<Vec<u8>>>,
    /// Handlers by the ends of names; an empty one: RemoveHandler.
    pub handlers_by_name: Vec<(Vec<u8>, Set<Vec<u8>>)>,
    /// Action and Script: which handlers, types or methods go to a program.
    pub actions: Vec<Set<Vec<u8>>>,
    /// ProxyPass inside a section.
    pub pass: Option<Pass>,
    /// DirectoryIndex; an empty list: none.
    pub index: Option<Vec<Vec<u8>>>,
    /// DirectoryIndexRedirect: its status, 0 for none.
    pub index_redirect: Option<u16>,
    /// DirectorySlash.
    pub slash: Option<bool>,
    /// DirectoryCheckHandler.
    pub checks_handler: Option<bool>,
    /// FallbackResource.
    pub fallback: Option<Set<Vec<u8>>>,
    /// CheckSpelling.
    pub spelling: Option<Set<bool>>,
    /// ErrorDocument by status; the last one counts.
    pub error_documents: Vec<(u16, ErrorDocument)>,
    /// AllowMethods; an empty set: reset.
    pub allowed_methods: Option<(Methods, Place)>,
    /// mod_rewrite.
    pub rewrite: Rewrite,
    /// SetEnv, and UnsetEnv without a value, in their order. They are set once access is granted, and so only what comes from
    /// a request sees them (modules/metadata/mod_env.c, `fixup_env_module`).
    pub env: Vec<(String, Option<Vec<u8>>)>,
    /// AcceptPathInfo; `Some(None)`: as each handler likes.
    pub path_info: Option<Option<bool>>,
    /// LimitRequestBody.
    pub body_limit: Option<u64>,
    /// MergeSlashes.
    pub merges_slashes: Option<bool>,
}

impl Content {
    /// Says in which place these settings stand: a folder, or a section's argument.
    pub(super) fn stand_in(&mut self, place: &[u8]) {
        self.rewrite.stand_in(place);
        if let Some(alias) = &mut self.alias {
            alias.fake = place.to_owned();
        }
    }

    /// What holds where `inner` stands within this.
    #[must_use]
    pub(super) fn with(&self, inner: &Self) -> Self {
        Self {
            options: self.options.with(inner.options),
            redirects: [inner.redirects.as_slice(), self.redirects.as_slice()].concat(),
            redirect: inner.redirect.clone().or_else(|| self.redirect.clone()),
            alias: inner.alias.clone().or_else(|| self.alias.clone()),
            alias_keeps_path: inner.alias_keeps_path.or(self.alias_keeps_path),
            handler: inner.handler.clone().or_else(|| self.handler.clone()),
            handlers_by_name: [self.handlers_by_name.as_slice(), inner.handlers_by_name.as_slice()].concat(),
            actions: [self.actions.as_slice(), inner.actions.as_slice()].concat(),
            pass: inner.pass.clone().or_else(|| self.pass.clone()),
            index: inner.index.clone().or_else(|| self.index.clone()),
            index_redirect: inner.index_redirect.or(self.index_redirect),
            slash: inner.slash.or(self.slash),
            checks_handler: inner.checks_handler.or(self.checks_handler),
            fallback: inner.fallback.clone().or_else(|| self.fallback.clone()),
            spelling: inner.spelling.clone().or_else(|| self.spelling.clone()),
            error_documents: [self.error_documents.as_slice(), inner.error_documents.as_slice()].concat(),
            allowed_methods: inner.allowed_methods.or(self.allowed_methods),
            env: [self.env.as_slice(), inner.env.as_slice()].concat(),
            rewrite: self.rewrite.with(&inner.rewrite),
            path_info: inner.path_info.or(self.path_info),
            body_limit: inner.body_limit.or(self.body_limit),
            merges_slashes: inner.merges_slashes.or(self.merges_slashes),
        }
    }

    /// The variables that are set once access is granted.
    pub(super) fn variables(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let mut set: Vec<(String, Option<Vec<u8>>)> = Vec::new();
        for (name, value) in &self.env {
            set.retain(|(known, _)| known != name);
            set.extend(value.clone().map(|value| (name.clone(), Some(value))));
        }
        set
    }

    /// The handler that the ends of a name call for: the last of them that has one decides (mod_mime.c, `find_ct`).
    #[must_use]
    pub(super) fn handler_of(&self, name: &[u8]) -> Option<&Set<Vec<u8>>> {
        let mut ends = name.rsplit(|byte| *byte == b'.');
        let whole = ends.clone().count();
        let of = |end: &[u8]| {
            let end = end.to_ascii_lowercase();
            let set = self.handlers_by_name.iter().rev().find(|(known, _)| *known == end).map(|(_, set)| set)?;
            Some(set).filter(|set| !set.value.is_empty())
        };
        // What stands before the first dot is no end.
        ends.by_ref().take(whole.saturating_sub(1)).find_map(of)
    }
}
