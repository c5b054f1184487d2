//! The keys that each module reads, and the type that each must have (the `cpk` tables of configfile.c, network.c and the
//! modules, of Debian's lighttpd 1.4.69).

use super::value::{Element, Value};

/// What a key must hold (configfile-glue.c, `config_plugin_values_init_block`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// `enable`, `disable` and their kin, or a number.
    Truth,
    /// A number up to 65535.
    Short,
    /// A number.
    Number,
    /// A string.
    Text,
    /// Any list.
    List,
    /// A list of strings.
    Texts,
    /// A list of `key => string`.
    TextByKey,
    /// A list of `key => list`.
    ListByKey,
    /// A list of `key => anything`.
    AnyByKey,
}

use Type::{AnyByKey, List, ListByKey, Number, Short, Text, TextByKey, Texts, Truth};

/// A module's keys.
pub(super) struct Module {
    /// Its name in `server.modules`; `core` is always there.
    pub name: &'static str,
    /// What it reads.
    pub keys: &'static [(&'static str, Type)],
}

/// What Debian's package lighttpd has.
pub(super) const MODULES: &[Module] = &[
    Module {
        name: "core",
        keys: &[
            ("server.modules", Texts),
            ("server.compat-module-load", Truth),
            ("server.systemd-socket-activation", Truth),
            ("server.port", Short),
            ("server.bind", Text),
            ("server.network-backend", Text),
            ("server.chroot", Text),
            ("server.username", Text),
            ("server.groupname", Text),
            ("server.errorlog-placeholder-moved-to-config-insert", Text),
            ("server.breakagelog-placeholder-moved-to-config-insert", Text),
            ("server.errorlog-use-syslog", Truth),
            ("server.syslog-facility", Text),
            ("server.core-files", Truth),
            ("server.event-handler", Text),
            ("server.pid-file", Text),
            ("server.max-worker", Short),
            ("server.max-fds", Short),
            ("server.max-connections", Short),
            ("server.max-request-field-size", Number),
            ("server.chunkqueue-chunk-sz", Number),
            ("server.upload-temp-file-size", Number),
            ("server.upload-dirs", Texts),
            ("server.http-parseopts", TextByKey),
            ("server.http-parseopt-header-strict", Truth),
            ("server.http-parseopt-host-strict", Truth),
            ("server.http-parseopt-host-normalize", Truth),
            ("server.reject-expect-100-with-417", Truth),
            ("server.stat-cache-engine", Text),
            ("mimetype.xattr-name", Text),
            ("ssl.engine", Truth),
            ("debug.log-request-header-on-error", Truth),
            ("server.feature-flags", AnyByKey),
            ("server.document-root", Text),
            ("server.name", Text),
            ("server.tag", Text),
            ("server.max-request-size", Number),
            ("server.max-keep-alive-requests", Short),
            ("server.max-keep-alive-idle", Short),
            ("server.max-read-idle", Short),
            ("server.max-write-idle", Short),
            ("server.errorfile-prefix", Text),
            ("server.error-handler", Text),
            ("server.error-handler-404", Text),
            ("server.error-intercept", Truth),
            ("server.force-lowercase-filenames", Truth),
            ("server.follow-symlink", Truth),
            ("server.protocol-http11", Truth),
            ("server.range-requests", Truth),
            ("server.stream-request-body", Short),
            ("server.stream-response-body", Short),
            ("server.kbytes-per-second", Short),
            ("connection.kbytes-per-second", Short),
            ("mimetype.assign", TextByKey),
            ("mimetype.use-xattr", Truth),
            ("etag.use-inode", Truth),
            ("etag.use-mtime", Truth),
            ("etag.use-size", Truth),
            ("debug.log-condition-handling", Truth),
            ("debug.log-file-not-found", Truth),
            ("debug.log-request-handling", Truth),
            ("debug.log-request-header", Truth),
            ("debug.log-response-header", Truth),
            ("debug.log-timeouts", Truth),
            ("debug.log-state-handling", Truth),
            ("server.errorlog", Text),
            ("server.breakagelog", Text),
        ],
    },
    Module {
        name: "network",
        keys: &[
            ("ssl.engine", Truth),
            ("server.listen-backlog", Number),
            ("server.socket-perms", Text),
            ("server.bsd-accept-filter", Text),
            ("server.defer-accept", Truth),
            ("server.use-ipv6", Truth),
            ("server.set-v6only", Truth),
            ("server.v4mapped", Truth),
        ],
    },
    Module { name: "mod_access", keys: &[("url.access-deny", Texts), ("url.access-allow", Texts)] },
    Module { name: "mod_alias", keys: &[("alias.url", TextByKey)] },
    Module { name: "mod_evhost", keys: &[("evhost.path-pattern", Text)] },
    Module { name: "mod_expire", keys: &[("expire.url", TextByKey), ("expire.mimetypes", TextByKey)] },
    Module {
        name: "mod_fastcgi",
        keys: &[
            ("fastcgi.server", ListByKey),
            ("fastcgi.balance", Text),
            ("fastcgi.debug", Number),
            ("fastcgi.map-extensions", TextByKey),
        ],
    },
    Module { name: "mod_indexfile", keys: &[("index-file.names", Texts), ("server.indexfiles", Texts)] },
    Module { name: "mod_redirect", keys: &[("url.redirect", TextByKey), ("url.redirect-code", Short)] },
    Module {
        name: "mod_rewrite",
        keys: &[
            ("url.rewrite-once", TextByKey),
            ("url.rewrite-final", TextByKey),
            ("url.rewrite", TextByKey),
            ("url.rewrite-repeat", TextByKey),
            ("url.rewrite-if-not-file", TextByKey),
            ("url.rewrite-repeat-if-not-file", TextByKey),
        ],
    },
    Module {
        name: "mod_scgi",
        keys: &[
            ("scgi.server", ListByKey),
            ("scgi.balance", Text),
            ("scgi.debug", Number),
            ("scgi.map-extensions", TextByKey),
            ("scgi.protocol", Text),
        ],
    },
    Module {
        name: "mod_setenv",
        keys: &[
            ("setenv.add-request-header", TextByKey),
            ("setenv.add-response-header", TextByKey),
            ("setenv.add-environment", TextByKey),
            ("setenv.set-request-header", TextByKey),
            ("setenv.set-response-header", TextByKey),
            ("setenv.set-environment", TextByKey),
        ],
    },
    Module {
        name: "mod_simple_vhost",
        keys: &[
            ("simple-vhost.server-root", Text),
            ("simple-vhost.default-host", Text),
            ("simple-vhost.document-root", Text),
            ("simple-vhost.debug", Short),
        ],
    },
    Module {
        name: "mod_staticfile",
        keys: &[
            ("static-file.exclude-extensions", Texts),
            ("static-file.etags", Truth),
            ("static-file.disable-pathinfo", Truth),
        ],
    },
    Module {
        name: "mod_accesslog",
        keys: &[
            ("accesslog.filename", Text),
            ("accesslog.format", Text),
            ("accesslog.use-syslog", Truth),
            ("accesslog.syslog-level", Short),
            ("accesslog.escaping", Text),
        ],
    },
    Module {
        name: "mod_ajp13",
        keys: &[
            ("ajp13.server", ListByKey),
            ("ajp13.balance", Text),
            ("ajp13.debug", Number),
            ("ajp13.map-extensions", TextByKey),
        ],
    },
    Module {
        name: "mod_auth",
        keys: &[
            ("auth.backend", Text),
            ("auth.require", ListByKey),
            ("auth.extern-authn", Truth),
            ("auth.cache", List),
        ],
    },
    Module {
        name: "mod_authn_file",
        keys: &[
            ("auth.backend.plain.groupfile", Text),
            ("auth.backend.plain.userfile", Text),
            ("auth.backend.htdigest.userfile", Text),
            ("auth.backend.htpasswd.userfile", Text),
        ],
    },
    Module {
        name: "mod_cgi",
        keys: &[
            ("cgi.assign", TextByKey),
            ("cgi.execute-x-only", Truth),
            ("cgi.x-sendfile", Truth),
            ("cgi.x-sendfile-docroot", Texts),
            ("cgi.local-redir", Truth),
            ("cgi.upgrade", Truth),
            ("cgi.limits", AnyByKey),
        ],
    },
    Module {
        name: "mod_dirlisting",
        keys: &[
            ("dir-listing.activate", Truth),
            ("server.dir-listing", Truth),
            ("dir-listing.exclude", Texts),
            ("dir-listing.hide-dotfiles", Truth),
            ("dir-listing.external-css", Text),
            ("dir-listing.external-js", Text),
            ("dir-listing.encoding", Text),
            ("dir-listing.show-readme", Text),
            ("dir-listing.hide-readme-file", Truth),
            ("dir-listing.show-header", Text),
            ("dir-listing.hide-header-file", Truth),
            ("dir-listing.set-footer", Text),
            ("dir-listing.encode-readme", Truth),
            ("dir-listing.encode-header", Truth),
            ("dir-listing.auto-layout", Truth),
            ("dir-listing.cache", AnyByKey),
        ],
    },
    Module {
        name: "mod_extforward",
        keys: &[
            ("extforward.forwarder", TextByKey),
            ("extforward.headers", Texts),
            ("extforward.params", AnyByKey),
            ("extforward.hap-PROXY", Truth),
            ("extforward.hap-PROXY-ssl-client-verify", Truth),
        ],
    },
    Module {
        name: "mod_proxy",
        keys: &[
            ("proxy.server", ListByKey),
            ("proxy.balance", Text),
            ("proxy.debug", Number),
            ("proxy.map-extensions", TextByKey),
            ("proxy.forwarded", AnyByKey),
            ("proxy.header", AnyByKey),
            ("proxy.replace-http-host", Truth),
        ],
    },
    Module { name: "mod_rrdtool", keys: &[("rrdtool.db-name", Text), ("rrdtool.binary", Text)] },
    Module {
        name: "mod_sockproxy",
        keys: &[("sockproxy.server", ListByKey), ("sockproxy.balance", Text), ("sockproxy.debug", Number)],
    },
    Module {
        name: "mod_ssi",
        keys: &[
            ("ssi.extension", Texts),
            ("ssi.content-type", Text),
            ("ssi.conditional-requests", Truth),
            ("ssi.exec", Truth),
            ("ssi.recursion-max", Short),
        ],
    },
    Module {
        name: "mod_status",
        keys: &[
            ("status.status-url", Text),
            ("status.config-url", Text),
            ("status.statistics-url", Text),
            ("status.enable-sort", Truth),
        ],
    },
    Module {
        name: "mod_userdir",
        keys: &[
            ("userdir.path", Text),
            ("userdir.exclude-user", Texts),
            ("userdir.include-user", Texts),
            ("userdir.basepath", Text),
            ("userdir.letterhomes", Truth),
            ("userdir.active", Truth),
        ],
    },
    Module { name: "mod_vhostdb", keys: &[("vhostdb.backend", Text), ("vhostdb.cache", List)] },
    Module {
        name: "mod_wstunnel",
        keys: &[
            ("wstunnel.server", ListByKey),
            ("wstunnel.balance", Text),
            ("wstunnel.debug", Number),
            ("wstunnel.map-extensions", TextByKey),
            ("wstunnel.frame-type", Text),
            ("wstunnel.origins", Texts),
            ("wstunnel.ping-interval", Short),
        ],
    },
];

impl Type {
    /// Whether a value is of this type.
    #[must_use]
    pub(super) fn takes(self, value: &Value) -> bool {
        let all = |fits: fn(&Element) -> bool| matches!(value, Value::List(elements) if elements.iter().all(fits));
        let short = |number: i64| (0..=65_535).contains(&number);
        match self {
            Self::Truth => value.truth().is_some(),
            Self::Short => matches!(value, Value::Number(_)) || value.number().is_some_and(short),
            Self::Number => matches!(value, Value::Number(_)) || value.number().is_some_and(|number| number >= 0),
            Self::Text => value.text().is_some(),
            Self::List => matches!(value, Value::List(_)),
            Self::Texts => all(|element| element.key.is_none() && element.value.text().is_some()),
            Self::TextByKey => all(|element| element.key.is_some() && element.value.text().is_some()),
            Self::ListByKey => all(|element| element.key.is_some() && matches!(element.value, Value::List(_))),
            Self::AnyByKey => all(|element| element.key.is_some()),
        }
    }

    /// What the server would have had.
    #[must_use]
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Truth => "\"(enable|disable)\"",
            Self::Short => "a short integer, range 0 ... 65535",
            Self::Number => "an integer",
            Self::Text => "a string like ... = \"...\"",
            Self::List => "a list like ( \"...\" )",
            Self::Texts => "a list of string values like ( \"...\", \"...\" )",
            Self::TextByKey => "a list of key => string values like ( \"...\" => \"...\" )",
            Self::ListByKey => "a list of key => list like ( \"...\" => ( \"...\" => \"...\" ) )",
            Self::AnyByKey => "a list of key => values like ( \"...\" => \"...\" )",
        }
    }
}

/// Whether a module of the package reads the key; letter case is no matter.
#[must_use]
pub(super) fn is_known(key: &[u8]) -> bool {
    let mut keys = MODULES.iter().flat_map(|module| module.keys);
    keys.any(|(name, _)| key.eq_ignore_ascii_case(name.as_bytes()))
}

/// The key whose name is nearest, if it is near.
#[must_use]
pub(super) fn nearest(key: &[u8]) -> Option<&'static str> {
    let written = String::from_utf8_lossy(key).to_ascii_lowercase();
    let names = MODULES.iter().flat_map(|module| module.keys).map(|(name, _)| *name);
    let near = names.map(|name| (strsim::osa_distance(&written, name), name));
    near.filter(|(distance, name)| *distance <= name.len() / 4).min().map(|(_, name)| name)
}
