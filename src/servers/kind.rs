//! Which servers there are, and how each is opened.

use std::path::Path;

use super::{
    apache, caddy, envoy, h2o, haproxy, lighttpd, nginx, radicale, rclone, registry, squid, traefik, verdaccio,
};
use crate::answer::{Server, Target};
use crate::gate::Profile;
use crate::hash::Crypt;
use crate::read::Fault;
use crate::source::Sources;

/// A server that htlint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Apache httpd 2.4.
    Apache,
    /// lighttpd 1.4.
    Lighttpd,
    /// nginx 1.22.
    Nginx,
    /// The container registry (distribution) 2.8.
    Registry,
    /// Caddy 2.6.
    Caddy,
    /// Traefik 3.
    Traefik,
    /// Squid 5.
    Squid,
    /// Envoy.
    Envoy,
    /// Verdaccio 6.
    Verdaccio,
    /// Radicale 3.
    Radicale,
    /// rclone serve http.
    Rclone,
    /// h2o 2.2.
    H2o,
    /// HAProxy 2.6.
    Haproxy,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Apache,
        Self::Lighttpd,
        Self::Nginx,
        Self::Registry,
        Self::Caddy,
        Self::Traefik,
        Self::Squid,
        Self::Envoy,
        Self::Verdaccio,
        Self::Radicale,
        Self::Rclone,
        Self::H2o,
        Self::Haproxy,
    ];

    /// The name that options and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Apache => "apache",
            Self::Lighttpd => "lighttpd",
            Self::Nginx => "nginx",
            Self::Registry => "docker-registry",
            Self::Caddy => "caddy",
            Self::Traefik => "traefik",
            Self::Squid => "squid",
            Self::Envoy => "envoy",
            Self::Verdaccio => "verdaccio",
            Self::Radicale => "radicale",
            Self::Rclone => "rclone",
            Self::H2o => "h2o",
            Self::Haproxy => "haproxy",
        }
    }

    /// The server of that name; `None`: there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The names that its main configuration file usually goes by.
    #[must_use]
    pub fn config_names(self) -> &'static [&'static str] {
        match self {
            Self::Apache => &["apache2.conf", "httpd.conf"],
            Self::Lighttpd => &["lighttpd.conf"],
            Self::Nginx => &["nginx.conf"],
            Self::Caddy => &["Caddyfile"],
            Self::Squid => &["squid.conf"],
            Self::Envoy => &["envoy.yaml", "envoy.yml"],
            Self::H2o => &["h2o.conf"],
            Self::Haproxy => &["haproxy.cfg"],
            // Their files are named `config.yml` and the like, which may be anybody's.
            Self::Registry | Self::Traefik | Self::Verdaccio | Self::Radicale | Self::Rclone => &[],
        }
    }

    /// What it makes of a password file by itself, where this crypt(3) stands behind it; `None` for a server that has no
    /// such file, or whose room reads it in a way of its own.
    #[must_use]
    pub fn profile(self, crypt: Crypt) -> Option<Profile> {
        match self {
            Self::Registry => Some(registry::PROFILE),
            Self::Traefik => Some(traefik::PROFILE),
            Self::Squid => Some(squid::profile(crypt)),
            Self::Envoy => Some(envoy::PROFILE),
            Self::Verdaccio => Some(verdaccio::PROFILE),
            Self::Radicale => Some(radicale::PROFILE),
            Self::Rclone => Some(rclone::PROFILE),
            Self::H2o => Some(h2o::PROFILE),
            Self::Apache | Self::Lighttpd | Self::Nginx | Self::Caddy | Self::Haproxy => None,
        }
    }

    /// The environment variable that names its password file, if one does.
    #[must_use]
    pub fn variable(self) -> Option<&'static str> {
        (self == Self::Registry).then_some(registry::VARIABLE)
    }

    /// The server whose main configuration file usually has this name; `None` if none has.
    #[must_use]
    pub fn of_config(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        Self::ALL.into_iter().find(|kind| kind.config_names().contains(&name))
    }
}

/// Reads a server's main configuration and all that it leads to.
///
/// # Errors
/// The main configuration file cannot be read; what the server would say of its content is an answer and no error.
pub fn open<'a>(kind: Kind, target: &'a Target<'a>, sources: &'a Sources) -> Result<Box<dyn Server + 'a>, Fault> {
    Ok(match kind {
        Kind::Apache => Box::new(apache::open(target, sources)?),
        Kind::Lighttpd => Box::new(lighttpd::open(target, sources)?),
        Kind::Nginx => Box::new(nginx::open(target, sources)?),
        Kind::Registry => Box::new(registry::open(target, sources)?),
        Kind::Caddy => Box::new(caddy::open(target, sources)?),
        Kind::Traefik => Box::new(traefik::open(target, sources)?),
        Kind::Squid => Box::new(squid::open(target, sources)?),
        Kind::Envoy => Box::new(envoy::open(target, sources)?),
        Kind::Verdaccio => Box::new(verdaccio::open(target, sources)?),
        Kind::Radicale => Box::new(radicale::open(target, sources)?),
        Kind::Rclone => Box::new(rclone::open(target, sources)?),
        Kind::H2o => Box::new(h2o::open(target, sources)?),
        Kind::Haproxy => Box::new(haproxy::open(target, sources)?),
    })
}
