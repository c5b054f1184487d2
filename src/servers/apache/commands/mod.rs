//! What each directive does to the settings: one file for each group of modules.

mod access;
mod addresses;
mod alias;
mod auth;
mod contents;
mod expires;
mod expressions;
mod fcgi;
mod headers;
mod hosts;
mod named;
mod others;
mod phrases;
mod process;
pub(super) mod programs;
mod proxy;
mod require;
mod rewrite;
mod rewriting;
mod sections;
mod server;
mod values;

pub(super) use addresses::split;
pub(super) use others::is_status;
pub(super) use values::holds;
