//! Traefik 3 with the file provider.

mod answer;
mod breaker;
mod decode;
mod dynamic;
mod middleware;
mod path;
mod rule;
mod scalar;
mod server;
mod services;
mod setting;
mod toml;
mod validate;

pub(super) use server::{PROFILE, open};
pub use setting::Label;
pub(super) use setting::settings;
