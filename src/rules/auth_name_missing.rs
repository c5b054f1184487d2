//! A login without a name to show.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An `AuthType` with rules that ask for a login, and no `AuthName` in force.
    ///
    /// ## What the server does
    ///
    /// The browser's prompt must name the realm. Without one the server cannot ask, and every request that needs a
    /// login gets 500 (Internal Server Error), anonymous ones too. The error log says AH01615: `need AuthName`
    /// (AH01780 for Digest).
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
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
    id: "auth-name-missing",
    severity: Error,
    title: "a login without a realm",
    explains: [AuthNameMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        Some(Words {
            message: format!("a login is asked for, and no AuthName names the realm{}", words::requests(cause.outcome)),
            label: "no realm".to_owned(),
            why: "The server cannot ask for a password without a realm to name.".to_owned(),
            help: "Add `AuthName \"Staff\"`, with a name of your own in straight quotes.".to_owned(),
        })
    });
}
