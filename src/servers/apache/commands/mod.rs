//! What each directive does to the settings: one file for each group of modules.

mod access;
mod alias;
mod auth;
mod expires;
mod headers;
mod others;
mod require;
mod rewrite;
mod sections;
