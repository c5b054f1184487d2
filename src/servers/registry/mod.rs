//! The container registry (distribution 2.8): its YAML and its htpasswd accounts.

mod config;
mod routes;
mod server;
mod setting;
mod values;

pub(super) use server::{PROFILE, open};
pub(super) use setting::{VARIABLE, settings};
