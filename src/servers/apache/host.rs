//! A virtual host, or the main server: what the main configuration says of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::config::{DirConfig, Set};
use super::content::{Pass, Redirect, UrlPattern};
use super::early_headers::EarlyHeader;
use super::expr::{Fnmatch, fnmatch};
use super::mass_hosts::MassRoot;
use super::rewrite::Rewrite;
use super::section::{DirectoryPattern, LocationPattern, Section};
use super::target::Slashes;
use super::tls::Tls;
use super::tokens::Tokens;
use super::wire::Limits;
use crate::source::Place;

/// A server_rec: the main server, or a virtual host.
#[derive(Debug, Clone, Default)]
pub(super) struct Host {
    /// The `<VirtualHost>` line; `None` for the main server.
    pub place: Option<Place>,
    /// The addresses of the `<VirtualHost>` line.
    pub addresses: Vec<HostAddress>,
    /// ServerName, without its port.
    pub name: Option<Set<Vec<u8>>>,
    /// The port of ServerName; 0: none is told.
    pub port: u16,
    /// ServerAlias; names may hold `*` and `?`.
    pub aliases: Vec<Vec<u8>>,
    /// DocumentRoot as written.
    pub docroot: Option<Set<Vec<u8>>>,
    /// AccessFileName.
    pub access_names: Option<Vec<Vec<u8>>>,
    /// What holds outside of all sections.
    pub settings: DirConfig,
    /// `<Directory>` and `<DirectoryMatch>`.
    pub directories: Vec<Section<DirectoryPattern>>,
    /// `<Location>` and `<LocationMatch>`.
    pub locations: Vec<Section<LocationPattern>>,
    /// `<Proxy>` and `<ProxyMatch>`.
    pub proxies: Vec<Section<LocationPattern>>,
    /// Alias and its kin.
    pub mappings: Vec<Mapping>,
    /// Redirect and its kin.
    pub redirects: Vec<Redirect>,
    /// ProxyPass: the URL path, and what becomes of it.
    pub passes: Vec<(UrlPattern, Pass)>,
    /// mod_rewrite outside of all sections.
    pub rewrite: Rewrite,
    /// TraceEnable.
    pub trace: Option<Trace>,
    /// AllowEncodedSlashes.
    pub slashes: Option<Slashes>,
    /// UseCanonicalName.
    pub canonical: Option<Canonical>,
    /// Whether a client may give any name (`HttpProtocolOptions Unsafe`).
    pub unsafe_names: Option<bool>,
    /// Whether methods that nobody registered are refused at once (`HttpProtocolOptions RegisteredMethods`).
    pub only_known_methods: Option<bool>,
    /// Whether clients of HTTP/0.9 are turned away (`HttpProtocolOptions Require1.0`).
    pub requires_http1: Option<bool>,
    /// Whether UseCanonicalPhysicalPort may be on.
    pub physical_port: bool,
    /// `RequestHeader ... early`.
    pub early_headers: Vec<EarlyHeader>,
    /// StrictHostCheck.
    pub strict_names: Option<bool>,
    /// SSLEngine.
    pub tls: Option<bool>,
    /// ServerAdmin.
    pub admin: Option<Vec<u8>>,
    /// ServerTokens.
    pub tokens: Option<Tokens>,
    /// What the server calls itself, as the main server knows it.
    pub banner: Option<Vec<u8>>,
    /// What else TLS is told to be.
    pub secured: Tls,
    /// UserDir.
    pub user_dirs: Option<UserDirs>,
    /// VirtualDocumentRoot; an inner `None`: `none`.
    pub mass_root: Option<Option<MassRoot>>,
    /// mod_vhost_alias and others that map URLs in ways that are not followed.
    pub unmapped: Option<Place>,
    /// How much of a request is taken.
    pub limits: Limits,
    /// ServerPath.
    pub server_path: Option<Vec<u8>>,
}

/// What `UserDir` says.
#[derive(Debug, Clone, Default)]
pub(super) struct UserDirs {
    /// Where the folders of users lie, as written.
    pub folders: Vec<Vec<u8>>,
    /// Whether users have none but those that are named.
    pub disabled: bool,
    /// Users who have none.
    pub without: Vec<Vec<u8>>,
    /// Users who have some all the same.
    pub with: Vec<Vec<u8>>,
    /// The last directive.
    pub place: Option<Place>,
}

/// What `TraceEnable` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trace {
    /// TRACE is answered with an echo.
    On,
    /// TRACE is refused.
    Off,
}

/// What `UseCanonicalName` says: which name the server takes for its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Canonical {
    /// That of ServerName.
    On,
    /// The one that the client gives.
    Off,
    /// What DNS says of its address.
    Dns,
}

/// An Alias, and its like.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    /// Which URL paths.
    pub what: UrlPattern,
    /// The path as written, perhaps with `$1` for a regular expression.
    pub path: Vec<u8>,
    /// ScriptAlias: what lies there is a program.
    pub script: bool,
    /// The directive.
    pub place: Place,
}

/// One address of a `<VirtualHost>` line or of `Listen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostAddress {
    /// The address; `None`: any.
    pub address: Option<IpAddr>,
    /// The port; 0: any.
    pub port: u16,
    /// The default host of its port (`_default_`).
    pub is_default: bool,
    /// As written, without its port.
    pub word: Vec<u8>,
}

/// A `Listen` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listen {
    /// Where.
    pub address: Option<IpAddr>,
    /// The port.
    pub port: u16,
    /// Whether it says `https`.
    pub https: bool,
    /// The directive.
    pub place: Place,
}

impl Mapping {
    /// The URL path of a file path, for an Alias of a prefix (mod_alias.c sets `ap_set_context_info` for those).
    #[must_use]
    pub(super) fn back(&self, path: &[u8]) -> Option<Vec<u8>> {
        let UrlPattern::Prefix(prefix) = &self.what else { return None };
        let bare = |text: &[u8]| text.strip_suffix(b"/").map(<[u8]>::to_vec).unwrap_or_else(|| text.to_vec());
        let rest = path.strip_prefix(bare(&self.path).as_slice()).filter(|rest| rest.first() == Some(&b'/'))?;
        Some([bare(prefix).as_slice(), rest].concat())
    }
}

impl Host {
    /// Whether a client may call it so: by its ServerName or one of its ServerAliases, whatever the letter case.
    #[must_use]
    pub(super) fn is_called(&self, name: &[u8]) -> bool {
        self.name.as_ref().is_some_and(|own| own.value.eq_ignore_ascii_case(name))
            || self.aliases.iter().any(|alias| is_alias(alias, name))
    }

    /// Whether a URL's host and port are its own: the address of its `<VirtualHost>` line, or a name of it with the port
    /// that its ServerName tells (server/vhost.c, `ap_matches_request_vhost`).
    #[must_use]
    pub(super) fn is_itself(&self, name: &[u8], port: u16) -> bool {
        let by_address = self
            .addresses
            .iter()
            .filter(|own| own.port == 0 || own.port == port)
            .any(|own| own.address.is_some_and(|address| address.to_string().as_bytes() == name));
        by_address || (self.port == port && self.is_called(name))
    }

    /// The name of a virtual host without ServerName: the main server's if it is for any address, else what DNS says of
    /// its own, as far as everybody knows that (server/vhost.c, `ap_fini_vhost_config`).
    fn resolved(&self, main: &Self) -> Option<Set<Vec<u8>>> {
        let Some(address) = self.addresses.first()?.address else { return main.name.clone() };
        let local = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&address);
        local.then_some(Set::new(b"localhost".to_vec(), self.place?))
    }

    /// This virtual host as it is within the main server (server/config.c, `ap_fixup_virtual_hosts`).
    #[must_use]
    pub(super) fn within(&self, main: &Self) -> Self {
        Self {
            place: self.place,
            addresses: self.addresses.clone(),
            name: self.name.clone().or_else(|| self.resolved(main)),
            port: if self.name.is_some() { self.port } else { main.port },
            aliases: self.aliases.clone(),
            docroot: self.docroot.clone().or_else(|| main.docroot.clone()),
            access_names: self.access_names.clone().or_else(|| main.access_names.clone()),
            settings: super::merge::merge(&main.settings, &self.settings),
            directories: [main.directories.as_slice(), self.directories.as_slice()].concat(),
            locations: [main.locations.as_slice(), self.locations.as_slice()].concat(),
            proxies: [main.proxies.as_slice(), self.proxies.as_slice()].concat(),
            mappings: [self.mappings.as_slice(), main.mappings.as_slice()].concat(),
            redirects: [self.redirects.as_slice(), main.redirects.as_slice()].concat(),
            passes: [self.passes.as_slice(), main.passes.as_slice()].concat(),
            // Without a directive of its own it has no rules (mod_rewrite.c, `hook_uri2file`).
            rewrite: if self.rewrite.touched { main.rewrite.with(&self.rewrite) } else { Rewrite::default() },
            trace: self.trace.or(main.trace),
            // Not so the main server's: a virtual host has its own or none.
            slashes: self.slashes,
            canonical: self.canonical.or(main.canonical),
            unsafe_names: self.unsafe_names.or(main.unsafe_names),
            only_known_methods: self.only_known_methods.or(main.only_known_methods),
            requires_http1: self.requires_http1.or(main.requires_http1),
            physical_port: self.physical_port || main.physical_port,
            early_headers: [main.early_headers.as_slice(), self.early_headers.as_slice()].concat(),
            strict_names: self.strict_names.or(main.strict_names),
            tls: self.tls.or(main.tls),
            admin: self.admin.clone().or_else(|| main.admin.clone()),
            tokens: main.tokens,
            banner: main.banner.clone(),
            secured: self.secured.within(&main.secured),
            user_dirs: self.user_dirs.clone().or_else(|| main.user_dirs.clone()),
            mass_root: self.mass_root.clone().or_else(|| main.mass_root.clone()),
            unmapped: self.unmapped.or(main.unmapped),
            limits: self.limits.within(main.limits),
            server_path: self.server_path.clone(),
        }
    }
}

/// Whether a name fits, in any case, one in which `*` and `?` alone mean something (server/util.c,
/// `ap_strcasecmp_match`).
fn is_alias(alias: &[u8], name: &[u8]) -> bool {
    let anyhow = Fnmatch { pathname: false, case_blind: true };
    let plain = |byte: &u8| if b"[]\\".contains(byte) { vec![b'\\', *byte] } else { vec![*byte] };
    fnmatch(&alias.iter().flat_map(plain).collect::<Vec<_>>(), name, anyhow)
}
