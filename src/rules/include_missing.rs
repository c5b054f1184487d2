//! A file that the configuration includes and that is not there.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A path to be included that leads to no file the server can read, or a pattern that no file fits.
    ///
    /// ## What the server does
    ///
    /// It does not start; a running one keeps its former configuration on a reload.
    ///
    /// ```text
    /// Could not open configuration file /etc/apache2/conf/auth.conf: No such file or directory
    /// ```
    ///
    /// ## Example
    ///
    /// ```apache
    /// Include conf/auth.conf
    /// ```
    ///
    /// ## What to write instead
    ///
    /// The path as it is on the server; relative ones start from ServerRoot. `IncludeOptional` for what may be absent.
    id: "include-missing",
    severity: Error,
    title: "a file to be included that is not there",
    explains: [IncludeMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::IncludeMissing { path } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the server does not start: there is nothing to include at {}", words::brief(path)),
            label: "nothing there".to_owned(),
            why: "A file that the configuration needs is as fatal as a typing error in it.".to_owned(),
            help: "Mend the path, or write `IncludeOptional` if it may be absent.".to_owned(),
        })
    });
}
