//! The wrong kind of file for this login.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A file of one kind where another is read: an htdigest file for `AuthType Basic`, an htpasswd file for
    /// `AuthType Digest`, a group file as the password file.
    ///
    /// ## What the server does
    ///
    /// It reads the lines in its own way, and none of them fits any password: every login gets 401 (Unauthorized),
    /// whatever is typed. The error log says AH01617 (`Password Mismatch`) for Basic, and AH01790 (`user in realm
    /// not found`) for Digest.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Digest
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// ```
    ///
    /// with lines as `alice:$2y$10$…`, made by `htpasswd`.
    ///
    /// ## What to write instead
    ///
    /// `AuthType Basic` for such a file; for Digest make one with the realm of `AuthName`:
    ///
    /// ```text
    /// htdigest -c /etc/apache2/staff.htdigest "Staff" alice
    /// ```
    id: "wrong-kind-of-user-file",
    severity: Error,
    title: "a user file of another kind than the one that is read",
    explains: [WrongKindOfUserFile],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::WrongKindOfUserFile { found, wanted } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("{wanted} is read here, and this is {found}{}", words::logins(cause.outcome)),
            label: found.to_string(),
            why: "The server cuts the lines in its own way, and so none of them fits any password.".to_owned(),
            help: format!(
                "Name {wanted} here: `htpasswd` makes files for AuthType Basic, `htdigest` those for \
                 Digest."
            ),
        })
    });
}
