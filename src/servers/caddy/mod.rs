//! Caddy 2.6 with a Caddyfile.

mod build;
mod credentials;
mod definitions;
mod directives;
mod handlers;
mod lexer;
mod matcher;
mod parser;
mod route;
mod run;
mod server;
mod site;

pub(super) use server::open;
