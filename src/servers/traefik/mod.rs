//! Traefik 3 with the file provider.

mod answer;
mod breaker;
mod dynamic;
mod keys;
mod middleware;
mod path;
mod rule;
mod server;
mod services;
mod setting;
mod toml;
mod values;

pub(super) use server::{PROFILE, open};
pub use setting::Label;
pub(super) use setting::settings;
