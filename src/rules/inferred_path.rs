//! Tells of server paths that are taken for files here because their ends are the same.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A path of the server that nobody mapped, and that ends like one file of this project: htlint takes the one for
    /// the other.
    ///
    /// ## What the server does
    ///
    /// It opens the path as it is written. Whether the file there is a copy of the one here, only the deployment knows.
    ///
    /// ## Example
    ///
    /// ```apache
    /// # here: private/.htpasswd
    /// AuthUserFile /var/www/shop/private/.htpasswd
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Nothing, if it is so. To say it once and for all, in `htlint.toml`:
    ///
    /// ```toml
    /// [paths]
    /// "/var/www/shop" = "."
    /// ```
    id: "inferred-path",
    severity: Note,
    title: "a path of the server, taken for a file here",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::PathInferred { what } = &noted.remark else { return None };
        let words = Words {
            message: what.clone(),
            label: "taken for a file here".to_owned(),
            why: "The path is one of the server; nobody told where it lies in this checkout.".to_owned(),
            help: "If that is wrong, `--map SERVER_PATH=LOCAL_PATH` or `[paths]` in htlint.toml tells.".to_owned(),
        };
        Some((RULE.severity, words))
    });
}
