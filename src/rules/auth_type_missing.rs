//! Rules that need a user, and no AuthType.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A rule that asks for a user (`Require valid-user`, `user`, `group`) where no `AuthType` is in force.
    ///
    /// ## What the server does
    ///
    /// It knows that the request needs a user and has no means to find out who it is: every request gets 500
    /// (Internal Server Error), with and without a login. The error log says AH00027 (AH00028 under `Satisfy Any`):
    ///
    /// ```text
    /// No authentication done but request not allowed without authentication for /. Authentication not configured?
    /// ```
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// Require valid-user
    /// ```
    id: "auth-type-missing",
    severity: Error,
    title: "a login is asked for, and no way to log in is named",
    explains: [AuthTypeMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        Some(Words {
            message: format!("a login is asked for, and no AuthType says how{}", words::requests(cause.outcome)),
            label: "needs a user".to_owned(),
            why: "The rule needs a user, and nothing here finds out who it is. Authentication not \
                 configured?"
                .to_owned(),
            help: "Add `AuthType Basic`.".to_owned(),
        })
    });
}
