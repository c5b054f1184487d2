//! A password file that is closed to the server.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A password file that the account of the server's workers (on Debian `www-data`) may not open: the file's own
    /// mode, or a folder above it that this account may not enter.
    ///
    /// ## What the server does
    ///
    /// The workers open the file, not root who started them. The prompt appears (401), and every login gets 500
    /// (Internal Server Error). The error log says `(13)Permission denied: AH01620: Could not open password file:
    /// ...`.
    ///
    /// If the account owns the file, only the owner's bits count, and after that only the group's.
    ///
    /// ## Example
    ///
    /// ```text
    /// -rw------- 1 root root 78 /etc/apache2/staff.htpasswd
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// chown root:www-data /etc/apache2/staff.htpasswd
    /// chmod 640 /etc/apache2/staff.htpasswd
    /// ```
    ///
    /// Every folder above it needs `x` for the account, such as `chmod 755`.
    id: "unreadable-user-file",
    severity: Error,
    title: "a password file that the server's workers may not read",
    explains: [UserFileUnreadable],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UserFileUnreadable { path, fault } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the server's workers may not read the password file{}", words::logins(cause.outcome)),
            label: "not readable".to_owned(),
            why: format!("They open {path} for each login: {}.", fault.trim_end_matches('.')),
            help: format!(
                "Give it to the workers' group and let that group read: `chgrp www-data {0}` (Debian's \
                 group) and `chmod 640 {0}`; every folder above needs `x` for it.",
                words::shell(path)
            ),
        })
    });
}
