//! Traefik 3 with the file provider.

mod answer;
mod dynamic;
mod keys;
mod middleware;
mod rule;
mod server;

pub(super) use server::{PROFILE, open};
