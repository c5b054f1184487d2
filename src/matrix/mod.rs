//! Which consumer of a password file takes which stored text: every cell is asked of the code that decides.

mod table;

pub use table::{Cell, Column, ROWS, Row, cell, columns, rows};
