//! Envoy with a static configuration and the basic_auth filter.

mod config;
mod keys;
mod server;
mod setting;

pub(super) use server::{PROFILE, open};
pub(super) use setting::settings;
