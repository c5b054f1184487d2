//! A path from a tutorial.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A path with a placeholder in it: `/path/to/.htpasswd`, `/full/path/to/...`, `<ABSOLUTE_PATH>`, `$$name$$`.
    ///
    /// ## What the server does
    ///
    /// It takes any path and looks for the file at the first login: the prompt appears (401), and every login gets
    /// 500 (Internal Server Error). The error log says AH01620: `Could not open password file: /path/to/.htpasswd`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthUserFile /path/to/.htpasswd
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// ```
    ///
    /// In the folder of the file `pwd` prints the first part.
    id: "placeholder-path",
    severity: Error,
    title: "a password file's path that was never filled in",
    explains: [UserFilePlaceholder],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain_as(case, findings, |cause| {
        let Reason::UserFilePlaceholder { written } = &cause.because.reason else { return None };
        let words = Words {
            message: format!("the path '{written}' was never filled in{}", words::logins(cause.outcome)),
            label: "a placeholder".to_owned(),
            why: "The server takes any path, and looks for the file when the first login comes.".to_owned(),
            help: "Write the absolute path that the password file has on the server.".to_owned(),
        };
        Some((words::sure(cause.outcome), words))
    });
}
