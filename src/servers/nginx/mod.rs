//! nginx, from its configuration to its answers.

mod access;
mod asked;
mod basic;
mod commands;
mod condition;
mod content;
mod dav;
mod directives;
mod disk;
mod exchange;
mod glob;
mod holes;
mod include;
mod listen;
mod location;
mod mapping;
mod methods;
mod names;
mod network;
mod open;
mod passing;
mod reader;
mod rewriting;
mod script;
mod secrets;
mod setting;
mod site;
mod stands;
mod survey;
mod syntax;
mod tree;
mod upstream;
mod uri;
mod values;

pub use open::open;
pub(super) use setting::settings;
