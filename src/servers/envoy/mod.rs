//! Envoy with a static configuration and the basic_auth filter.

mod config;
mod keys;
mod server;

pub(super) use server::{PROFILE, open};
