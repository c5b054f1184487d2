//! The container registry (distribution 2.8): its YAML and its htpasswd accounts.

mod config;
mod routes;
mod server;

pub(super) use server::{PROFILE, open};
