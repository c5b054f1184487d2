//! What each directive does to the settings: one file for each group of modules.

mod access;
mod alias;
mod auth;
mod contents;
mod expires;
mod headers;
mod hosts;
mod others;
mod require;
mod rewrite;
mod sections;
mod server;
