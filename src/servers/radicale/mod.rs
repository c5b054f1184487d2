//! Radicale 3.9 with its htpasswd backend.

mod collections;
mod ini;
mod named;
mod names;
mod presented;
mod rights;
mod server;
mod settings;

pub(super) use named::settings;
pub(super) use server::{PROFILE, open};
