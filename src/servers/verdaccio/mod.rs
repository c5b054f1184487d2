//! Verdaccio 6 with the htpasswd plugin.

mod glob;
mod server;
mod setting;

pub(super) use server::{PROFILE, open};
pub(super) use setting::settings;
