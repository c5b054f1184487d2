//! What the directives' own functions refuse, and what they declare.

mod access;
mod backends;
mod content;
mod dispatch;
mod entries;
mod final_checks;
mod http;
mod modules;
mod opening;
mod rewrite;
mod upstream;
mod values;

pub(super) use dispatch::simple;
pub(super) use entries::entry;
pub(super) use final_checks::{closing, end};
pub(super) use opening::opening;
