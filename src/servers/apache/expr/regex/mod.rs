//! Patterns: what PCRE2 compiles and finds.

pub(super) use crate::pattern::Groups;
pub use crate::pattern::{Pattern, PatternFault};
