//! One of two directives that make a login together.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// `auth_basic` without `auth_basic_user_file`, or the reverse, where nothing further out adds the other one.
    ///
    /// ## What the server does
    ///
    /// It asks for a login only where both are in force. With one alone it lets everybody in, and says nothing of it at
    /// the start or in its log.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// location /staff/ {
    ///     auth_basic "Staff";
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```nginx
    /// location /staff/ {
    ///     auth_basic "Staff";
    ///     auth_basic_user_file /etc/nginx/staff.htpasswd;
    /// }
    /// ```
    id: "half-login",
    severity: Error,
    title: "one half of a login, which asks for nothing",
    explains: [HalfLogin],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::HalfLogin { present, missing } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("`{present}` stands here without `{missing}`{}", words::OPEN),
            label: "half of a login".to_owned(),
            why: "Only the two together ask for a login; one alone is passed over without a word.".to_owned(),
            help: format!("Add `{missing}`, here or in a block around."),
        })
    });
}
