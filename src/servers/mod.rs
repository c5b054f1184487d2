//! The servers, each in a room of its own, from its config text to its answers; this is their register.

pub mod apache;
mod caddy;
mod envoy;
mod h2o;
mod haproxy;
mod kind;
pub mod lighttpd;
pub mod nginx;
mod radicale;
mod rclone;
mod registry;
mod squid;
mod traefik;
mod verdaccio;

pub use kind::{Kind, open};
