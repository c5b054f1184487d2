//! A path that means something elsewhere.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A path of another machine or of another kind: a Windows path, a URL, `~`, the path of a URL instead of a
    /// file.
    ///
    /// ## What the server does
    ///
    /// To a server on Unix all of these are names of files: `C:/xampp/.htpasswd` and
    /// `https://example.org/.htpasswd` are sought below its own root, `/staff/.htpasswd` at the root of the disk.
    /// The prompt appears (401), and every login gets 500 (Internal Server Error). The error log names the path
    /// that was tried, with AH01620: `Could not open password file`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthUserFile "C:/xampp/htdocs/staff/.htpasswd"
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthUserFile /var/www/staff/.htpasswd
    /// ```
    ///
    /// Where the same tree runs on two machines, keep the path in each server's own configuration.
    id: "foreign-path",
    severity: Error,
    title: "a password file's path of another machine or kind",
    explains: [UserFileForeign],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain_as(case, findings, |cause| {
        let Reason::UserFileForeign { form, .. } = &cause.because.reason else { return None };
        let words = Words {
            message: format!("the password file is named by {form}{}", words::logins(cause.outcome)),
            label: (*form).to_owned(),
            why: "The server takes it for the name of a file on its own disk, and looks for it at each \
                 login."
                .to_owned(),
            help: "Write the absolute path that the password file has on the server.".to_owned(),
        };
        Some((words::sure(cause.outcome), words))
    });
}
