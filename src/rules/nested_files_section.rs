//! `<Files>` inside `<Files>`.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A `<Files>` or `<FilesMatch>` section inside another one.
    ///
    /// ## What the server does
    ///
    /// It reads the inner section, complains of its faults, and never applies it: whatever it protects is not
    /// protected.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <FilesMatch "\.php$">
    ///     <Files "admin.php">
    ///         Require valid-user
    ///     </Files>
    /// </FilesMatch>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// <Files "admin.php">
    ///     Require valid-user
    /// </Files>
    /// ```
    id: "nested-files-section",
    severity: Warning,
    title: "a Files section inside another, which never applies",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "inside this one", |noted| {
        let Remark::NestedFilesIgnored = noted.remark else { return None };
        let words = Words {
            message: "a section for files inside another one is never applied: what it says does not hold".to_owned(),
            label: "never applied".to_owned(),
            why: "The server reads it, and looks for no such section inside another.".to_owned(),
            help: "Move it out of the section around it.".to_owned(),
        };
        Some((RULE.severity, words))
    });
}
