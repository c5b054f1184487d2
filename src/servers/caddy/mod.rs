//! Caddy 2.6 with a Caddyfile.

mod build;
mod credentials;
mod directives;
mod lexer;
mod matcher;
mod named;
mod parser;
mod route;
mod run;
mod server;
mod site;

pub(super) use server::open;
