//! Authentication that nothing requires.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An `AuthType` or an `AuthUserFile` without any rule on who may come in: no `Require` here, or only an outer
    /// `Require all granted`.
    ///
    /// ## What the server does
    ///
    /// A login is asked for only where a rule needs a user. Below an outer `Require all granted`, as every Debian
    /// site has it, the folder is open: everybody gets in without a password, and nothing is logged. Where there is
    /// no rule at all, every request gets 500 (Internal Server Error), and the error log says AH01627: `AuthType
    /// configured with no corresponding authorization directives`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
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
    id: "require-missing",
    severity: Error,
    title: "a way to log in, and no rule that asks for it",
    explains: [RequireMissing, NothingRequired],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let open = cause.because.reason == Reason::NothingRequired;
        let (then, why) = if open {
            (
                words::OPEN.to_owned(),
                "A password is asked for only where a rule needs a user; a rule from outside lets all in.",
            )
        } else {
            (words::requests(cause.outcome), "The server refuses to guess who may come in.")
        };
        Some(Words {
            message: format!("a login is configured, and no rule asks for it{then}"),
            label: "nothing requires this".to_owned(),
            why: why.to_owned(),
            help: "Add `Require valid-user`, or `Require user` and the names.".to_owned(),
        })
    });
}
