//! Rules that deny where a login is configured.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A rule such as `Require all denied` in force where a login is configured, so that the login is never asked
    /// for.
    ///
    /// ## What the server does
    ///
    /// It first looks whether the rules can be met by anybody who logs in. Where they cannot, every request gets
    /// 403 (Forbidden) at once, with or without a password. The error log says AH01630: `client denied by server
    /// configuration`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// Require all denied
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
    id: "denied-by-rule",
    severity: Error,
    title: "a rule that refuses everybody before a login is asked for",
    explains: [DeniedByRule],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain_as(case, findings, |cause| {
        let words = Words {
            message: format!("the rule refuses before any login is asked for{}", words::requests(cause.outcome)),
            label: "denies".to_owned(),
            why: "Where no login could satisfy the rules, the server asks for none.".to_owned(),
            help: "To let users in with a password write `Require valid-user` instead.".to_owned(),
        };
        Some((words::where_it_locks_out(case, cause), words))
    });
}
