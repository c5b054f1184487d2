//! Radicale 3.9 with its htpasswd backend.

mod ini;
mod rights;
mod server;
mod settings;

pub(super) use server::{PROFILE, open};
