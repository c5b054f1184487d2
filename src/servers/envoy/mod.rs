//! Envoy with a static configuration and the basic_auth filter.

mod config;
mod keys;
mod rbac;
mod routes;
mod server;
mod setting;
mod text;

pub(super) use server::{PROFILE, open};
pub(super) use setting::settings;
