//! h2o 2.2 with its `htpasswd.rb`.

mod config;
mod script;
mod server;

pub(super) use server::{PROFILE, open};
