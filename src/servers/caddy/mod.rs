//! Caddy 2.6 with a Caddyfile.

mod build;
mod change;
mod credentials;
mod definitions;
mod directives;
mod expression;
mod files;
mod handlers;
mod lexer;
mod listen;
mod matcher;
mod options;
mod parser;
mod placeholders;
mod route;
mod run;
mod server;
mod site;

pub(super) use server::open;
