//! Passwords that anybody would try first, tried on the entries of password files.

mod attempt;

pub use attempt::{Plan, Silence, Watch, audit};
