//! Commas between names, where the server wants blanks.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A comma in the names behind `Require user` or `Require group`, or between the members of a group.
    ///
    /// ## What the server does
    ///
    /// It cuts such lists at blanks only, and the comma becomes part of a name: `Require user alice, bob` lets in
    /// `alice,` and `bob`, and `alice,bob` is one name. No entry is called like that, and who is meant gets 401
    /// (Unauthorized) after the right password. The error log says AH01631: `user alice: authorization failure`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require user alice, bob
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// Require user alice bob
    /// ```
    ///
    /// In a group file: `staff: alice bob`.
    id: "comma-in-require",
    severity: Error,
    title: "a comma in a list of names, which is part of a name",
    explains: [CommaInName],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::CommaInName { name } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the comma is part of the name, and '{name}' is who is let in{}",
                words::logins(cause.outcome)
            ),
            label: "names are separated by blanks".to_owned(),
            why: "The server cuts the list at blanks only.".to_owned(),
            help: format!(
                "Write `{}`: names stand without commas, separated by blanks.",
                name.replace(',', " ").trim()
            ),
        })
    });
}
