//! Apache httpd 2.4.

pub mod expr;
