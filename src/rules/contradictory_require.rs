//! Rules that exclude each other.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// Rules that contradict each other, as a `<RequireAll>` with an address that is never met beside `valid-user`,
    /// or with negated rules only.
    ///
    /// ## What the server does
    ///
    /// It sees that no login could satisfy the rules: every request gets 403 (Forbidden) at once, with or without a
    /// password. The error log says AH01630: `client denied by server configuration`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <RequireAll>
    ///     Require all denied
    ///     Require valid-user
    /// </RequireAll>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Remove the rule that cannot be met. If either shall do, write `<RequireAny>`, or no section at all:
    ///
    /// ```apache
    /// Require ip 192.0.2.0/24
    /// Require valid-user
    /// ```
    id: "contradictory-require",
    severity: Error,
    title: "rules that cannot all be met",
    explains: [ContradictoryRules],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        Some(Words {
            message: format!(
                "these rules cannot all be met, so that no login is ever asked for{}",
                words::requests(cause.outcome)
            ),
            label: "contradict each other".to_owned(),
            why: "Where no login could satisfy the rules, the server asks for none.".to_owned(),
            help: "Remove the rule that cannot be met, or write <RequireAny> if one of them shall do.".to_owned(),
        })
    });
}
