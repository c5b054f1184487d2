//! Verdaccio 6 with the htpasswd plugin.

mod checks;
mod glob;
mod routes;
mod server;
mod setting;

pub(super) use server::{PROFILE, open};
pub(super) use setting::settings;
