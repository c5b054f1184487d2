//! h2o 2.2 with its `htpasswd.rb`.

mod config;
mod script;
mod server;
mod values;

pub(super) use server::{PROFILE, open};
