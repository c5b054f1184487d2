//! A relative path, taken from the server's own root.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A password file named by a relative path.
    ///
    /// ## What the server does
    ///
    /// It takes the path from its own root (`ServerRoot`, on Debian `/etc/apache2`), never from the folder of the
    /// `.htaccess`. No file is there as a rule: the prompt appears (401), and every login gets 500 (Internal Server
    /// Error). The error log names the path that was tried, with AH01620:
    ///
    /// ```text
    /// (2)No such file or directory: AH01620: Could not open password file: /etc/apache2/.htpasswd
    /// ```
    ///
    /// ## Example
    ///
    /// A `.htaccess` beside a `.htpasswd` in `/var/www/private`, with
    ///
    /// ```apache
    /// AuthUserFile .htpasswd
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthUserFile /var/www/private/.htpasswd
    /// ```
    ///
    /// Better still outside of what the server serves: `/etc/apache2/private.htpasswd`.
    id: "relative-user-file",
    severity: Error,
    title: "a relative password file, which the server seeks elsewhere",
    explains: [UserFileRelative],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain_as(case, findings, |cause| {
        let Reason::UserFileRelative { written, path, beside } = &cause.because.reason else { return None };
        let why = format!("A relative path is taken from the server's root: it opens {path}.");
        let near = if *beside { " The file beside the configuration is never looked at." } else { "" };
        let words = Words {
            message: format!(
                "the password file '{written}' is not sought in this folder{}",
                words::logins(cause.outcome)
            ),
            label: "relative to the server's root".to_owned(),
            why: why + near,
            help: "Write the absolute path that the password file has on the server.".to_owned(),
        };
        Some((words::sure(cause.outcome), words))
    });
}
