//! Compose files: which image runs with which files, variables and labels (the Compose specification, compose-go).

mod env_file;
mod file;
mod template;
mod volume;

pub use env_file::variables;
pub use file::{Compose, Service, Value, Variables};
pub use template::{Refused, substitute};
pub use volume::{Mount, Mounted};
