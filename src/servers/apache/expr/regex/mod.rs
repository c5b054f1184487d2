//! Patterns: what PCRE2 compiles and finds.

mod class;
mod pattern;

pub(super) use pattern::Groups;
pub use pattern::{Pattern, PatternFault};
