//! Whose configuration a file is that names a password file, told from the words with which each server does so.

use memchr::memmem;

use super::{Kind, apache, envoy, lighttpd, nginx, radicale, registry, squid, traefik, verdaccio};
use crate::answer::UserFileSettings;
use crate::read::ConfigKind;
use crate::yaml::{self, Node};

/// A word without which a file of directives names no password file of the server.
const DIRECTIVES: [(Kind, &str); 6] = [
    (Kind::Nginx, "auth_basic_user_file"),
    (Kind::Lighttpd, "auth.backend.htpasswd.userfile"),
    (Kind::Squid, "ncsa_auth"),
    (Kind::Radicale, "htpasswd_filename"),
    (Kind::Apache, "serFile"),
    (Kind::Apache, "serfile"),
];

/// The same of YAML.
const YAML: [(Kind, &str); 5] = [
    (Kind::Registry, "htpasswd"),
    (Kind::Verdaccio, "htpasswd"),
    (Kind::Traefik, "asicAuth"),
    (Kind::Traefik, "asicauth"),
    (Kind::Envoy, "basic_auth.v3.BasicAuth"),
];

/// The server whose configuration names password files here, and which; `None`: it is of no server that htlint knows, or
/// names none.
#[must_use]
pub fn settings(kind: ConfigKind, bytes: &[u8]) -> Option<(Kind, UserFileSettings)> {
    let holds = |(_, word): &&(Kind, &str)| memmem::find(bytes, word.as_bytes()).is_some();
    match kind {
        ConfigKind::Compose => None,
        ConfigKind::Directives => {
            let mut likely = DIRECTIVES.iter().filter(holds).map(|(kind, _)| (*kind, of_directives(*kind, bytes)));
            likely.find(|(_, settings)| names_some(settings))
        }
        ConfigKind::Yaml => {
            let mut likely = YAML.iter().filter(holds).peekable();
            let root = likely.peek().and_then(|_| yaml::read(bytes).ok())?;
            let mut told = likely.map(|(kind, _)| (*kind, of_yaml(*kind, &root)));
            told.find(|(_, settings)| names_some(settings))
        }
    }
}

fn names_some(settings: &UserFileSettings) -> bool {
    !settings.files.is_empty() || !settings.lists.is_empty()
}

fn of_directives(kind: Kind, bytes: &[u8]) -> UserFileSettings {
    match kind {
        Kind::Nginx => nginx::settings(bytes),
        Kind::Lighttpd => lighttpd::settings(bytes),
        Kind::Squid => squid::settings(bytes),
        Kind::Apache => apache::settings(bytes),
        Kind::Radicale => radicale::settings(bytes),
        Kind::Registry
        | Kind::Caddy
        | Kind::Traefik
        | Kind::Envoy
        | Kind::Verdaccio
        | Kind::Rclone
        | Kind::H2o
        | Kind::Haproxy => UserFileSettings::default(),
    }
}

fn of_yaml(kind: Kind, root: &Node) -> UserFileSettings {
    match kind {
        Kind::Registry => registry::settings(root),
        Kind::Verdaccio => verdaccio::settings(root),
        Kind::Traefik => traefik::settings(root),
        Kind::Envoy => envoy::settings(root),
        Kind::Apache
        | Kind::Nginx
        | Kind::Lighttpd
        | Kind::Caddy
        | Kind::Squid
        | Kind::Radicale
        | Kind::Rclone
        | Kind::H2o
        | Kind::Haproxy => UserFileSettings::default(),
    }
}
