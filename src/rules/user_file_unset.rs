//! Passwords are asked for, and no file holds them.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A login that is asked for where no `AuthUserFile` is in force.
    ///
    /// ## What the server does
    ///
    /// It shows the prompt (401) and fails on the answer: every login gets 500 (Internal Server Error). The error
    /// log says AH01619: `AuthUserFile not specified in the configuration` (AH01621 for Digest).
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
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
    ///
    /// If the folder above has an `AuthUserFile`, nothing in between may have cut it off.
    id: "user-file-unset",
    severity: Error,
    title: "a login without a password file",
    explains: [UserFileUnset],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        Some(Words {
            message: format!("a password is asked for, and no password file is named{}", words::logins(cause.outcome)),
            label: "no password file".to_owned(),
            why: "The prompt appears, and the server fails when it is to check the answer.".to_owned(),
            help: "Add `AuthUserFile` with the absolute path of the password file.".to_owned(),
        })
    });
}
