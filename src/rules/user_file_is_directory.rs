//! A password file's path that leads to something else.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A path that names a folder, a device or a socket. Docker makes a folder where the file of a mount does not
    /// exist.
    ///
    /// ## What the server does
    ///
    /// It opens regular files only. The prompt appears (401), and every login gets 500 (Internal Server Error). The
    /// error log says AH00554: `Access to file ... denied by server: not a regular file`, and AH01620: `(9)Bad file
    /// descriptor: Could not open password file`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthUserFile /etc/apache2/passwords/
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthUserFile /etc/apache2/passwords/staff.htpasswd
    /// ```
    ///
    /// If Docker made the folder: remove it, put the file there, and start the container anew.
    id: "user-file-is-directory",
    severity: Error,
    title: "a password file that is a folder or a device",
    explains: [UserFileNotRegular],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UserFileNotRegular { path, what } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the password file is {what}{}", words::logins(cause.outcome)),
            label: what.clone(),
            why: format!("The server reads passwords from regular files only, and {path} is none."),
            help: "Name the password file itself. If a container's mount made a folder of it, remove the \
                 folder and put the file there."
                .to_owned(),
        })
    });
}
