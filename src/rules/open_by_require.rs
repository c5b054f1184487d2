//! A rule that grants without a user.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A rule that needs no user and lets a stranger in, where a login is configured: `Require all granted`, an
    /// address range that holds everybody, a method, a condition that is true.
    ///
    /// ## What the server does
    ///
    /// Rules beside each other are alternatives: the first that grants is enough. So everybody gets in without a
    /// password, and nothing is logged.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// Require valid-user
    /// Require all granted
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Without the rule that grants to all. If both shall hold:
    ///
    /// ```apache
    /// <RequireAll>
    ///     Require ip 192.0.2.0/24
    ///     Require valid-user
    /// </RequireAll>
    /// ```
    id: "open-by-require",
    severity: Error,
    title: "a rule that lets everybody in beside one that asks for a login",
    explains: [GrantedByRule],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::GrantedByRule { rule } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("`{}` is enough{}", words::brief(rule), words::OPEN),
            label: "needs no login".to_owned(),
            why: "Rules beside each other are alternatives: one that grants is enough, and no login is \
                 asked for."
                .to_owned(),
            help: "Remove this rule, or put it into <RequireAll> together with the one that asks for a login."
                .to_owned(),
        })
    });
}
