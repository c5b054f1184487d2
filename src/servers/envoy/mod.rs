//! Envoy with a static configuration and the basic_auth filter.

mod clusters;
mod config;
mod keys;
mod message;
mod rbac;
mod routes;
mod server;
mod setting;
mod text;
mod value;

pub(super) use server::{PROFILE, open};
pub(super) use setting::settings;
