//! The server's expressions (`ap_expr`): read as it reads them, judged three-valued.

mod eval;
mod facts;
mod fault;
mod fnmatch;
mod function;
mod grammar;
mod names;
mod regex;
mod scan;
mod subnet;
#[cfg(test)]
mod tests;
mod tree;

pub use eval::require_expr_text;
pub use facts::{Facts, Table};
pub use fault::{Fault, FaultKind};
pub use fnmatch::{Fnmatch, fnmatch, is_glob};
pub use grammar::{parse_condition, parse_string};
pub use names::{BinaryOperator, Function, Origin, UnaryOperator, Variable};
pub use regex::{Pattern, PatternFault};
pub use subnet::Subnet;
pub use tree::{Comparison, Condition, Haystack, StringExpr, Word};
