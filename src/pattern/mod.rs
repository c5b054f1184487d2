//! Patterns as PCRE2 reads them, for the servers that use it.

mod class;
mod compiled;
mod escapes;
mod options;
mod pieces;

pub use compiled::{Dialect, Groups, Pattern, PatternFault};
