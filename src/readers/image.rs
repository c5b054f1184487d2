//! What runs in a container, told from the name of its image.

use crate::hash::Crypt;
use crate::servers::Kind;

/// Repositories, without the host in front, and the servers in them; where the image is always built on Alpine, so.
const IMAGES: &[(&str, Kind, Option<Crypt>)] = &[
    ("nginx", Kind::Nginx, None),
    ("nginxinc/nginx-unprivileged", Kind::Nginx, None),
    ("bitnami/nginx", Kind::Nginx, None),
    ("nginxproxy/nginx-proxy", Kind::Nginx, None),
    ("jwilder/nginx-proxy", Kind::Nginx, None),
    ("openresty/openresty", Kind::Nginx, None),
    ("linuxserver/nginx", Kind::Nginx, Some(Crypt::Musl)),
    ("linuxserver/swag", Kind::Nginx, Some(Crypt::Musl)),
    ("httpd", Kind::Apache, None),
    ("bitnami/apache", Kind::Apache, None),
    ("sebp/lighttpd", Kind::Lighttpd, Some(Crypt::Musl)),
    ("registry", Kind::Registry, None),
    ("distribution/distribution", Kind::Registry, None),
    ("traefik", Kind::Traefik, None),
    ("ubuntu/squid", Kind::Squid, None),
    ("sameersbn/squid", Kind::Squid, None),
    ("envoyproxy/envoy", Kind::Envoy, None),
    ("verdaccio/verdaccio", Kind::Verdaccio, None),
    ("rclone/rclone", Kind::Rclone, None),
    ("tomsquest/docker-radicale", Kind::Radicale, None),
];

/// The server of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Image {
    /// The server.
    pub server: Kind,
    /// The crypt(3) in it, as far as the name tells.
    pub crypt: Option<Crypt>,
}

impl Image {
    /// The image of that name; `None`: it is of no server that htlint knows.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (name, ""),
        };
        let own = |known: &str| match repository.strip_suffix(known) {
            // A host has a dot or a port: `docker.io/library/nginx`, `localhost:5000/nginx`.
            Some(host) => host.is_empty() || host == "library/" || host.ends_with('/') && host.contains(['.', ':']),
            None => false,
        };
        let (_, server, crypt) = IMAGES.iter().copied().find(|(known, ..)| own(known))?;
        Some(Self { server, crypt: crypt.or(tag.contains("alpine").then_some(Crypt::Musl)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_platforms_are_told_from_repository_and_tag() {
        let image = |name| Image::named(name).map(|image| (image.server, image.crypt));
        assert_eq!(image("nginx"), Some((Kind::Nginx, None)));
        assert_eq!(image("nginx:1.27-alpine-slim"), Some((Kind::Nginx, Some(Crypt::Musl))));
        assert_eq!(image("docker.io/library/httpd:2.4-alpine"), Some((Kind::Apache, Some(Crypt::Musl))));
        assert_eq!(image("localhost:5000/registry"), Some((Kind::Registry, None)));
        assert_eq!(image("traefik:v3@sha256:0123"), Some((Kind::Traefik, None)));
        assert_eq!(image("lscr.io/linuxserver/swag"), Some((Kind::Nginx, Some(Crypt::Musl))));
        assert_eq!(image("me/nginx"), None);
        assert_eq!(image("mynginx:alpine"), None);
    }
}
