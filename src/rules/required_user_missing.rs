//! A name that the rules let in and the password file does not hold.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A user named by `Require user` who has no entry in the password file, as the server reads it. Often the file
    /// was made anew by `htpasswd -c`, which drops all former users, or the name differs in letter case.
    ///
    /// ## What the server does
    ///
    /// It compares names byte for byte. That user's login gets 401 (Unauthorized) for any password, and the error
    /// log says AH01618: `user alice not found`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require user alice
    /// ```
    ///
    /// with a password file that holds `Alice:$2y$10$…`.
    ///
    /// ## What to write instead
    ///
    /// One spelling in both places, or a new entry (without `-c`):
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "required-user-missing",
    severity: Error,
    title: "a user who is asked for and has no entry",
    explains: [UserMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UserMissing { name, nearest } = &cause.because.reason else { return None };
        let near = nearest.as_ref().map(|nearest| format!(" It does hold '{nearest}'.")).unwrap_or_default();
        Some(Words {
            message: format!("'{name}' is asked for, has no entry, and {}", words::never(cause.outcome)),
            label: "no entry of this name".to_owned(),
            why: format!("The password file holds no user of exactly this name.{near}"),
            help: match nearest {
                Some(nearest) => format!("Write '{nearest}' here if that is who is meant, or give '{name}' an entry."),
                None => format!("Add the entry with `htpasswd -B -C 10 FILE {}`, without `-c`.", words::shell(name)),
            },
        })
    });
}
