//! HAProxy 2.6 with userlists.

mod condition;
mod config;
mod server;
mod words;

pub(super) use server::open;
