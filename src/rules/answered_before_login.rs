//! An answer that comes before the question who asks.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A `return` or `rewrite` that answers in a place where a login is configured.
    ///
    /// ## What the server does
    ///
    /// Rewriting comes before the question who may come in: whatever `return` says, it says to everybody.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// location /staff/report {
    ///     auth_basic "Staff";
    ///     auth_basic_user_file /etc/nginx/staff.htpasswd;
    ///     return 200 "42 orders";
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// A file, or another location that answers behind the login: `try_files /none @report;` with the `return` in
    /// `location @report`.
    id: "answered-before-login",
    severity: Error,
    title: "an answer that is given before a login is asked for",
    explains: [AnsweredBeforeLogin],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::AnsweredBeforeLogin { directive } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("`{}` answers before the login is asked for{}", words::brief(directive), words::OPEN),
            label: "comes first".to_owned(),
            why: "Rewriting comes before access control.".to_owned(),
            help: "Let a file answer, or a named location that `try_files` leads to.".to_owned(),
        })
    });
}
