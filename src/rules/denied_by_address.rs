//! `Deny from all` beside a login.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::{Finding, Severity};

rule! {
    /// ## What it reports
    ///
    /// `Order`, `Deny` and `Allow` (or another check of the client's address) that refuse where a login is
    /// configured. An error if they refuse everybody, else a warning.
    ///
    /// ## What the server does
    ///
    /// The old address rules and `Require` must both agree. The address comes first: who is refused gets 403
    /// (Forbidden), with or without a password. The error log says AH01797: `client denied by server
    /// configuration`. `Order allow,deny` without an `Allow` denies everybody, and a parent folder's `Deny from
    /// all` holds on below it.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Order deny,allow
    /// Deny from all
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// The login alone: remove `Order`, `Deny` and `Allow`. For "this address or a login":
    ///
    /// ```apache
    /// Require ip 192.0.2.0/24
    /// Require valid-user
    /// ```
    id: "denied-by-address",
    severity: Error,
    title: "address rules that refuse before a login is asked for",
    explains: [DeniedByAddress],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain_as(case, findings, |cause| {
        let severity = words::where_it_locks_out(case, cause);
        let all = if severity == Severity::Error { words::requests(cause.outcome) } else { String::new() };
        let words = Words {
            message: format!("the address is refused before any login is asked for{all}"),
            label: "refuses by address".to_owned(),
            why: "The address rules and the login must both agree, and the address comes first.".to_owned(),
            help: "Remove the rules for addresses (`Order`, `Deny`, `Allow`), or let those in that shall log in."
                .to_owned(),
        };
        Some((severity, words))
    });
}
