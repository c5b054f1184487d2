//! HAProxy 2.6 with userlists.

mod bind;
mod blocks;
mod condition;
mod config;
mod judge;
mod keywords;
mod options;
mod proxy;
mod response;
mod rewrite;
mod sample;
mod server;
mod userlist;
mod words;

pub(super) use server::open;
