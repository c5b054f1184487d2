//! Squid 5 with basic_ncsa_auth.

mod acl;
mod config;
mod server;

pub(super) use server::{open, profile};
