//! What the directives' own functions refuse, and what they declare.

mod access;
mod backends;
mod content;
mod dispatch;
mod entries;
mod final_checks;
mod hashes;
mod http;
mod modules;
mod opening;
mod rewrite;
mod tls;
mod upstream;
mod values;
mod zones;

pub(super) use dispatch::simple;
pub(super) use entries::entry;
pub(super) use final_checks::{closing, end};
pub(super) use opening::opening;
