//! HAProxy 2.6 with userlists.

mod condition;
mod config;
mod judge;
mod keywords;
mod proxy;
mod server;
mod userlist;
mod words;

pub(super) use server::open;
