//! A way in for some addresses, beside the login.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A rule that lets some addresses in (`Require ip`, `Require host`, `Require local`, `Allow from` under
    /// `Satisfy Any`) beside one that asks for a login.
    ///
    /// ## What the server does
    ///
    /// Rules beside each other are alternatives: from such an address everybody gets in without a password. Behind
    /// a reverse proxy all clients may come from one address, the proxy's.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require ip 10.0.0.0/8
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// If both shall hold, an address of the house and a password:
    ///
    /// ```apache
    /// <RequireAll>
    ///     Require ip 10.0.0.0/8
    ///     Require valid-user
    /// </RequireAll>
    /// ```
    ///
    /// If either shall do, all is well: switch this rule off where it is meant.
    id: "open-to-addresses",
    severity: Warning,
    title: "addresses that get in without a login",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "the login that such a client is not asked for", |noted| {
        let Remark::OpenToAddresses { rule } = &noted.remark else { return None };
        let words = Words {
            message: format!("who comes from an address of `{}` gets in without a password", words::brief(rule)),
            label: "instead of a login".to_owned(),
            why: "Rules beside each other are alternatives: one that grants is enough.".to_owned(),
            help: "If both shall hold, put them into <RequireAll>.".to_owned(),
        };
        Some((RULE.severity, words))
    });
}
