//! Squid 5 with basic_ncsa_auth.

mod acl;
mod asking;
mod config;
mod page;
mod server;
mod setting;
mod start;
mod values;
mod words;

pub(super) use server::{open, profile};
pub(super) use setting::settings;
