//! The real servers that the whole-config cases are replayed on.

mod apache;
mod lighttpd;
mod nginx;
mod others;

use super::replay::Driver;

/// One driver for each folder of `fixtures/servers`.
pub(crate) const DRIVERS: &[&dyn Driver] = &[
    &apache::Apache,
    &lighttpd::Lighttpd,
    &nginx::Nginx,
    &others::REGISTRY,
    &others::CADDY,
    &others::TRAEFIK,
    &others::SQUID,
    &others::ENVOY,
    &others::RADICALE,
    &others::VERDACCIO,
    &others::RCLONE,
    &others::H2O,
    &others::HAPROXY,
];
