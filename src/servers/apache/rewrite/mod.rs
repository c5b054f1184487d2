//! mod_rewrite: its settings, and what its rules make of a request (modules/mappers/mod_rewrite.c).

mod apply;
mod conditions;
mod expand;
mod lookup;
mod query;
mod rule;
mod schemes;
mod settings;

pub(super) use apply::{Applied, Course, apply};
pub(super) use expand::regex_replaced;
pub(super) use lookup::Lookup;
pub(super) use rule::{Compared, Condition, Order, Rule, RuleFlag, Test};
pub(super) use schemes::{scheme_length, with_base};
pub(super) use settings::{Inherits, Rewrite};
