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
mod setting;
mod squid;
mod stand_in;
mod traefik;
mod verdaccio;

pub use kind::{Kind, open};
pub use setting::settings;
pub use stand_in::StandIn;
pub use traefik::Label;
