//! The world outside: what can be read, what is found, and where a server's path lies here.
#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]

mod account;
mod config;
mod discover;
mod files;
mod paths;
mod robust;
