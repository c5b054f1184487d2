//! Apache httpd 2.4: from its configuration files to its answers.

mod areas;
mod assumed;
mod authn;
mod authz;
mod commands;
mod conditions;
mod config;
pub mod directives;
mod entries;
pub mod expr;
mod files;
mod files_pattern;
mod line;
mod load;
mod merge;
mod methods;
mod open;
mod path_form;
mod people;
mod policy;
mod presented;
mod profile;
mod reader;
mod secrets;
mod server;
mod site;
mod survey;
mod syntax;
mod target;
mod tree;
mod world;

pub use directives::{ModuleSet, Override};
pub use load::{Ground, Loaded, load};
pub use open::open;
pub use profile::Profile;
pub use site::Site;
