//! Envoy with a static configuration and the basic_auth filter.

mod config;
mod keys;
mod routes;
mod server;
mod setting;

pub(super) use server::{PROFILE, open};
pub(super) use setting::settings;
