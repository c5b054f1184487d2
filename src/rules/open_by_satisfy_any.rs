//! `Satisfy Any` and nothing that denies.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// `Satisfy Any` where no `Deny` is in force.
    ///
    /// ## What the server does
    ///
    /// Either the address or the login is enough. Where nothing refuses an address, each one is fine: everybody
    /// gets in without a password, and nothing is logged.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// Require valid-user
    /// Satisfy Any
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Without `Satisfy Any`. For "this address or a login":
    ///
    /// ```apache
    /// Require ip 192.0.2.0/24
    /// Require valid-user
    /// ```
    id: "open-by-satisfy-any",
    severity: Error,
    title: "Satisfy Any with no address refused",
    explains: [SatisfiedByAddress],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |_| {
        Some(Words {
            message: format!("the address alone is enough, and none is refused{}", words::OPEN),
            label: "address or login".to_owned(),
            why: "`Satisfy Any` takes either, and where nothing denies an address every one is fine.".to_owned(),
            help: "Remove `Satisfy Any`, or deny all addresses but those that shall get in without a password."
                .to_owned(),
        })
    });
}
