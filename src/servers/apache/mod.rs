//! Apache httpd 2.4.

pub mod directives;
pub mod expr;
