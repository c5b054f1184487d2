//! The settings that decide on the answer once access is granted: handlers, indexes, redirects, documents.

use super::config::Set;
use super::expr::Pattern;
use super::methods::Methods;
use super::rewrite::Rewrite;
use crate::source::Place;

/// `Options`, as far as they decide on a status (server/core.c, `set_options`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// The options as a whole, if they were set without signs: (Indexes, FollowSymLinks, SymLinksIfOwnerMatch, MultiViews, ExecCGI).
    pub whole: Option<OptionSet>,
    /// Switched on.
    pub added: OptionSet,
    /// Switched off.
    pub removed: OptionSet,
}

/// A set of options as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OptionSet(u8);

impl OptionSet {
    /// None.
    pub(super) const NONE: Self = Self(0);
    /// `Indexes`.
    pub(super) const INDEXES: Self = Self(1);
    /// `FollowSymLinks`.
    pub(super) const LINKS: Self = Self(2);
    /// `SymLinksIfOwnerMatch`.
    pub(super) const OWNED_LINKS: Self = Self(4);
    /// `MultiViews`.
    pub(super) const VIEWS: Self = Self(8);
    /// `ExecCGI`.
    pub(super) const CGI: Self = Self(16);
    /// `All`: everything but `MultiViews`.
    pub(super) const ALL: Self = Self(1 | 2 | 4 | 16);

    /// Both together.
    #[must_use]
    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This without the other.
    #[must_use]
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds all of another.
    #[must_use]
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Options {
    /// What holds where nothing else was said (server/core.c, `create_core_dir_config`: FollowSymLinks).
    #[must_use]
    pub(super) fn in_force(self) -> OptionSet {
        self.whole.unwrap_or(OptionSet::LINKS).without(self.removed).with(self.added)
    }

    /// What holds where `inner` stands within these.
    #[must_use]
    pub(super) fn with(self, inner: Self) -> Self {
        match inner.whole {
            Some(_) => inner,
            None => Self {
                whole: self.whole,
                added: self.added.without(inner.removed).with(inner.added),
                removed: self.removed.without(inner.added).with(inner.removed),
            },
        }
    }
}

/// A redirect of mod_alias.
#[derive(Debug, Clone)]
pub(super) struct Redirect {
    /// Which paths; `None`: all of the section it stands in.
    pub what: Option<UrlPattern>,
    /// The status.
    pub status: u16,
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

/// Settings of the modules that make the answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// Options.
    pub options: Options,
    /// Redirect and its kin.
    pub redirects: Vec<Redirect>,
    /// Alias inside `<Location>`: the path as written.
    pub alias: Option<Set<Vec<u8>>>,
    /// ProxyPass inside `<Location>`, SetHandler with a proxy, or a handler that is a program of its own.
    pub handler: Option<Set<Vec<u8>>>,
    /// Handlers and types by the ends of names.
    pub handlers_by_name: Vec<(Vec<u8>, Set<Vec<u8>>)>,
    /// ProxyPass inside a section.
    pub proxied: Option<Place>,
    /// DirectoryIndex; an empty list: none.
    pub index: Option<Vec<Vec<u8>>>,
    /// DirectorySlash.
    pub slash: Option<bool>,
    /// FallbackResource.
    pub fallback: Option<Set<Vec<u8>>>,
    /// ErrorDocument with a full URL, which makes a redirect of the status.
    pub error_urls: Vec<(u16, bool)>,
    /// AllowMethods; an empty set: reset.
    pub allowed_methods: Option<(Methods, Place)>,
    /// mod_rewrite.
    pub rewrite: Rewrite,
    /// AcceptPathInfo.
    pub path_info: Option<bool>,
}

impl Content {
    /// What holds where `inner` stands within this.
    #[must_use]
    pub(super) fn with(&self, inner: &Self) -> Self {
        Self {
            options: self.options.with(inner.options),
            redirects: [inner.redirects.as_slice(), self.redirects.as_slice()].concat(),
            alias: inner.alias.clone().or_else(|| self.alias.clone()),
            handler: inner.handler.clone().or_else(|| self.handler.clone()),
            handlers_by_name: [self.handlers_by_name.as_slice(), inner.handlers_by_name.as_slice()].concat(),
            proxied: inner.proxied.or(self.proxied),
            index: inner.index.clone().or_else(|| self.index.clone()),
            slash: inner.slash.or(self.slash),
            fallback: inner.fallback.clone().or_else(|| self.fallback.clone()),
            error_urls: [self.error_urls.as_slice(), inner.error_urls.as_slice()].concat(),
            allowed_methods: inner.allowed_methods.or(self.allowed_methods),
            rewrite: self.rewrite.with(&inner.rewrite),
            path_info: inner.path_info.or(self.path_info),
        }
    }
}
