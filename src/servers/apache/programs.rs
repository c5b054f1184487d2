//! Which program makes the answer, and whether it is told of the `Authorization` header.
//!
//! Programs get it only if they are meant to: what makes their environment leaves it out (server/util_script.c,
//! `ap_add_common_vars`), and mod_cgi, mod_cgid, mod_proxy_fcgi, mod_proxy_scgi, mod_fcgid and mod_wsgi all use that;
//! mod_php and mod_proxy_http hand over the headers themselves. Measured with Apache 2.4.71, mod_wsgi 4.9.4 and
//! mod_fcgid 2.3.9, what does help:
//!
//! - `CGIPassAuth On` (server/core.c, `set_cgi_pass_auth`), for all of them, in sections and per-directory files; with a
//!   program named by `Action`, at the page or at the program. A request that `ProxyPass` takes meets `<Location>` and
//!   `<Proxy>` only, and nothing in `<Directory>` or a per-directory file changes it (mod_proxy.c, `proxy_walk`).
//! - A variable `HTTP_AUTHORIZATION` that is made of the header: `SetEnvIf Authorization (.+) HTTP_AUTHORIZATION=$1`, in
//!   any case of the header's name, anywhere the request comes by; `SetEnvIfExpr`; `ProxyFCGISetEnvIf`; a RewriteRule
//!   with `[E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]` that is reached. `%{HTTP_AUTHORIZATION}` is always empty, a
//!   value without `$` is a constant, and a per-directory file with `RewriteEngine` of its own forgets the outer rules.
//! - `WSGIPassAuthorization On` for mod_wsgi and `FcgidPassHeader Authorization` (once `PassHeader`) for mod_fcgid, and
//!   only there.

use super::config::Set;
use super::content::UrlPattern;
use crate::source::Place;

/// A way to run a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// mod_cgi or mod_cgid.
    Cgi,
    /// mod_proxy_fcgi or mod_proxy_scgi.
    Fcgi,
    /// mod_fcgid.
    Fcgid,
    /// mod_fastcgi.
    FastCgi,
    /// mod_actions.
    Action,
    /// mod_wsgi.
    Wsgi,
}

/// URLs that one directive gives to a program, whatever lies at their paths.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// Which URL paths; `None`: all of the section it stands in.
    pub what: Option<UrlPattern>,
    /// To what; `None`: to no program.
    pub kind: Option<Kind>,
    /// Whether it is asked as another server is: by ProxyPass, but to `!`.
    pub proxies: bool,
    /// The script's path as written; empty if it is none of this server.
    pub script: Vec<u8>,
    /// The directive.
    pub place: Place,
}

/// What one place says of programs.
#[derive(Debug, Clone, Default)]
pub(super) struct Programs {
    /// SetHandler.
    pub handler: Option<Set<Vec<u8>>>,
    /// AddHandler, by the ends of names in lower case; a later one wins.
    pub handlers: Vec<(Vec<u8>, Set<Vec<u8>>)>,
    /// AddType, likewise.
    pub types: Vec<(Vec<u8>, Set<Vec<u8>>)>,
    /// Action: the handlers and types that a program stands for, and its URL path.
    pub actions: Vec<(Vec<u8>, Vec<u8>)>,
    /// ProxyPass, WSGIScriptAlias.
    pub given: Vec<Given>,
    /// CGIPassAuth.
    pub cgi: Option<bool>,
    /// WSGIPassAuthorization.
    pub wsgi: Option<bool>,
    /// FcgidPassHeader.
    pub fcgid: bool,
    /// `-pass-header` of mod_fastcgi.
    pub fastcgi: bool,
    /// Whether a variable is made of the header, by whatever but a rewrite of the folder.
    pub copied: bool,
    /// The rewrites of the folder.
    pub rewrite: Copying,
}

/// What the rewrites of one place do with the header.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Copying {
    /// Whether there is any directive of mod_rewrite.
    pub any: bool,
    /// RewriteEngine.
    pub engine: Option<bool>,
    /// `RewriteOptions Inherit` and its like.
    pub inherits: bool,
    /// Whether a condition that waits for its rule looks at the header.
    pub looks: bool,
    /// Whether a rule makes a variable of it.
    pub copies: bool,
}

impl Copying {
    fn with(self, inner: Self) -> Self {
        if !inner.any {
            return self;
        }
        let copies = inner.copies || (inner.inherits && self.copies);
        Self { engine: inner.engine.or(self.engine), copies, ..inner }
    }
}

impl Programs {
    /// What holds where `inner` stands within this.
    #[must_use]
    pub(super) fn with(&self, inner: &Self) -> Self {
        Self {
            handler: inner.handler.clone().or_else(|| self.handler.clone()),
            handlers: [self.handlers.as_slice(), inner.handlers.as_slice()].concat(),
            types: [self.types.as_slice(), inner.types.as_slice()].concat(),
            actions: [self.actions.as_slice(), inner.actions.as_slice()].concat(),
            given: [inner.given.as_slice(), self.given.as_slice()].concat(),
            cgi: inner.cgi.or(self.cgi),
            wsgi: inner.wsgi.or(self.wsgi),
            fcgid: self.fcgid || inner.fcgid,
            fastcgi: self.fastcgi || inner.fastcgi,
            copied: self.copied || inner.copied,
            rewrite: self.rewrite.with(inner.rewrite),
        }
    }

    /// Whether a program of this kind is told of the header.
    #[must_use]
    pub(super) fn tells(&self, kind: Kind) -> bool {
        let own = match kind {
            Kind::Wsgi => self.wsgi == Some(true),
            Kind::Fcgid => self.fcgid,
            Kind::FastCgi => self.fastcgi,
            Kind::Action => self.fcgid || self.fastcgi,
            Kind::Cgi | Kind::Fcgi => false,
        };
        own || self.cgi == Some(true) || self.copied || (self.rewrite.engine == Some(true) && self.rewrite.copies)
    }

    /// The directive that gives a URL path to a program or keeps it from one.
    #[must_use]
    pub(super) fn given_to(&self, url: &[u8]) -> Option<&Given> {
        self.given.iter().find(|given| given.what.as_ref().is_none_or(|what| what.covers(url) == Some(true)))
    }

    /// The handler of a file by SetHandler and by the end of its name, and where it is told (modules/http/mod_mime.c,
    /// `find_ct`); a type is one where an Action asks for it.
    #[must_use]
    pub(super) fn handler_of(&self, end: &[u8]) -> Option<&Set<Vec<u8>>> {
        let last = |list: &'_ [(Vec<u8>, Set<Vec<u8>>)]| list.iter().rposition(|(own, _)| own.as_slice() == end);
        let handler = || self.handlers.get(last(&self.handlers)?).map(|(_, set)| set);
        let by_type = || self.types.get(last(&self.types)?).map(|(_, set)| set).filter(|set| self.acts_on(&set.value));
        self.handler.as_ref().or_else(handler).or_else(by_type)
    }

    /// Whether an Action stands for a handler or type.
    #[must_use]
    pub(super) fn acts_on(&self, name: &[u8]) -> bool {
        self.action(name).is_some()
    }

    /// The URL path of the program that stands for a handler or type.
    #[must_use]
    pub(super) fn action(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.actions.iter().rfind(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, program)| program.as_slice())
    }
}
