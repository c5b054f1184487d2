//! A prefix that lets requests climb out of its folder.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::{Finding, Severity};

rule! {
    /// ## What it reports
    ///
    /// A `location` without a slash at its end whose `alias`, or the URL of its `proxy_pass`, has one.
    ///
    /// ## What the server does
    ///
    /// What stands behind the prefix is put behind the folder as it is: `/files../secret` becomes `/srv/files/../secret`.
    /// Strangers read whatever lies beside the folder, password files too. With `proxy_pass http://app/public/;` the
    /// application is asked for `/public/../secret`.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// location /files {
    ///     alias /srv/files/;
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```nginx
    /// location /files/ {
    ///     alias /srv/files/;
    /// }
    /// ```
    id: "alias-seam",
    severity: Warning,
    title: "a prefix that leads out of its folder",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::AliasSeam { prefix, folder } = &noted.remark else { return None };
        let words = Words {
            message: format!("{prefix}../ leads out of {folder}: what lies beside it is handed out"),
            label: "no slash at the end of the prefix".to_owned(),
            why: "What stands behind the prefix is put behind that as it is.".to_owned(),
            help: format!("Write `location {prefix}/`."),
        };
        Some((Severity::Warning, words))
    });
}
