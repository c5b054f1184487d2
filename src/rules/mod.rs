//! The rules: each explains a reason that an answer gave, or tells of what changes no answer.

mod rule;

use crate::finding::Finding;

pub use rule::{Case, Rule};

/// Every rule, in the order they are asked.
pub static ALL: &[&Rule] = &[];

/// The rule of that name; `None` if there is none.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    rule::find(ALL, id)
}

/// Asks every rule.
#[must_use]
pub fn run(case: &Case<'_>) -> Vec<Finding> {
    rule::run(ALL, case)
}
