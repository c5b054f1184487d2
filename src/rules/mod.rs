//! The rules: each explains a reason that an answer gave, or tells of what changes no answer.

mod alias_seam;
mod answered_before_login;
mod auth_name_missing;
mod auth_type_missing;
mod authorization_contested;
mod authorization_dropped;
mod authorization_forwarded;
mod bad_expression;
mod blank_around_user;
mod cannot_tell;
#[cfg(test)]
mod cases;
mod challenge_behind_login;
mod comma_in_require;
mod commented_user;
mod contradictory_require;
mod copied_hash;
mod dead_hash;
mod denied_by_address;
mod denied_by_rule;
mod directive_not_allowed_here;
mod duplicate_user;
mod empty_password;
mod empty_require;
mod entry_without_colon;
mod failing_credential;
mod false_ifmodule;
mod foreign_path;
mod glued_entries;
mod group_empty;
mod group_file_missing;
mod guessable_password;
mod half_login;
mod ignored_access_file;
mod include_missing;
mod inferred_path;
#[cfg(test)]
mod laws;
mod limit_holes;
mod line_too_long;
mod log_lines;
mod mend;
mod missing_final_newline;
mod missing_user_file;
mod mixed_access_control;
mod module_not_default;
mod module_not_loaded;
mod negative_require;
mod nested_files_section;
mod nobody_can_log_in;
mod nobody_satisfies_require;
mod nothing_read;
mod open_by_require;
mod open_by_satisfy_any;
mod open_to_addresses;
mod outranked_protection;
mod password_file_downloadable;
mod placeholder_path;
mod plain_text_password;
mod preflight_behind_login;
mod provider_missing;
mod provider_unfit;
mod realm_missing;
mod refused_entry;
mod relative_user_file;
mod require_missing;
mod required_user_missing;
mod rule;
#[cfg(test)]
mod sayings;
mod short_password_limit;
mod single_dollar;
mod slow_hash;
mod startup_refused;
mod swallowed_entry;
mod swallowed_line;
mod telling;
mod trailing_comment;
mod unbalanced_section;
mod unknown_auth_type;
mod unknown_authn_provider;
mod unknown_authz_provider;
mod unknown_directive;
mod unknown_method;
mod unreadable_config;
mod unreadable_encoding;
mod unreadable_user_file;
mod unsupported_hash;
mod user_file_encoding;
mod user_file_is_directory;
mod user_file_unset;
mod user_line_too_long;
mod weak_hash;
mod words;
mod wrong_arguments;
mod wrong_kind_of_user_file;

use std::path::Path;

use crate::answer::Cause;
use crate::finding::Finding;
use crate::source::Sources;

pub use rule::{Case, Rule};

/// Every rule, in the order they are asked.
pub static ALL: &[&Rule] = &[
    &unknown_directive::RULE,
    &directive_not_allowed_here::RULE,
    &module_not_loaded::RULE,
    &wrong_arguments::RULE,
    &trailing_comment::RULE,
    &unbalanced_section::RULE,
    &unreadable_encoding::RULE,
    &line_too_long::RULE,
    &bad_expression::RULE,
    &unknown_method::RULE,
    &unknown_authn_provider::RULE,
    &unknown_authz_provider::RULE,
    &negative_require::RULE,
    &empty_require::RULE,
    &include_missing::RULE,
    &startup_refused::RULE,
    &unreadable_config::RULE,
    &auth_type_missing::RULE,
    &unknown_auth_type::RULE,
    &auth_name_missing::RULE,
    &require_missing::RULE,
    &user_file_unset::RULE,
    &provider_missing::RULE,
    &provider_unfit::RULE,
    &missing_user_file::RULE,
    &relative_user_file::RULE,
    &placeholder_path::RULE,
    &foreign_path::RULE,
    &user_file_is_directory::RULE,
    &unreadable_user_file::RULE,
    &required_user_missing::RULE,
    &dead_hash::RULE,
    &unsupported_hash::RULE,
    &single_dollar::RULE,
    &plain_text_password::RULE,
    &empty_password::RULE,
    &refused_entry::RULE,
    &entry_without_colon::RULE,
    &glued_entries::RULE,
    &user_file_encoding::RULE,
    &user_line_too_long::RULE,
    &commented_user::RULE,
    &swallowed_entry::RULE,
    &blank_around_user::RULE,
    &wrong_kind_of_user_file::RULE,
    &realm_missing::RULE,
    &nobody_satisfies_require::RULE,
    &comma_in_require::RULE,
    &denied_by_rule::RULE,
    &contradictory_require::RULE,
    &denied_by_address::RULE,
    &group_file_missing::RULE,
    &group_empty::RULE,
    &open_by_require::RULE,
    &open_by_satisfy_any::RULE,
    &half_login::RULE,
    &outranked_protection::RULE,
    &answered_before_login::RULE,
    &limit_holes::RULE,
    &false_ifmodule::RULE,
    &ignored_access_file::RULE,
    &cannot_tell::RULE,
    &swallowed_line::RULE,
    &mixed_access_control::RULE,
    &nested_files_section::RULE,
    &module_not_default::RULE,
    &inferred_path::RULE,
    &open_to_addresses::RULE,
    &authorization_dropped::RULE,
    &authorization_contested::RULE,
    &nothing_read::RULE,
    &password_file_downloadable::RULE,
    &alias_seam::RULE,
    &authorization_forwarded::RULE,
    &challenge_behind_login::RULE,
    &preflight_behind_login::RULE,
    &duplicate_user::RULE,
    &missing_final_newline::RULE,
    &weak_hash::RULE,
    &slow_hash::RULE,
    &guessable_password::RULE,
    &short_password_limit::RULE,
    &copied_hash::RULE,
    &failing_credential::RULE,
    &nobody_can_log_in::RULE,
];

/// The rule of that name; `None` if there is none.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    rule::find(ALL, id)
}

/// What the rule that has words for this cause says of it; `None` if it says nothing.
#[must_use]
pub fn explain(cause: &Cause, sources: &Sources, folder: &Path) -> Option<Finding> {
    let rule = ALL.iter().copied().find(|rule| rule.explains.contains(&cause.because.reason.kind()))?;
    let causes = std::slice::from_ref(cause);
    let case = Case { causes, areas: &[], remarks: &[], user_files: &[], sources, folder };
    rule::run(&[rule], &case).into_iter().next()
}

/// Asks every rule.
#[must_use]
pub fn run(case: &Case<'_>) -> Vec<Finding> {
    rule::run(ALL, case)
}
