//! Which directives and variables nginx and its modules have, and what arguments they take.

mod arguments;
mod numbers;
mod table;
mod variables;

pub(super) use arguments::wrong;
pub(super) use numbers::{number, offset, size, time};
pub(super) use table::{Row, nearest, rows};
pub(super) use variables::{is_fixed, is_known};
