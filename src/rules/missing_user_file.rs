//! A password file that is not there.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A password file that does not exist at the path that the configuration names: a misspelt name, a path of
    /// another machine, a file that was never deployed, a blank inside the quotes.
    ///
    /// ## What the server does
    ///
    /// It opens the file anew for each login. Without a password it still asks for one (401), so the prompt looks
    /// fine; then every login gets 500 (Internal Server Error). The error log says AH01620 (AH01622 for Digest):
    ///
    /// ```text
    /// (2)No such file or directory: AH01620: Could not open password file: /etc/apache2/staf.htpasswd
    /// ```
    ///
    /// A database of the provider `dbm` that cannot be opened is AH10285.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthUserFile /etc/apache2/staf.htpasswd
    /// ```
    ///
    /// where the file is called `staff.htpasswd`.
    ///
    /// ## What to write instead
    ///
    /// The absolute path of the file on the server, letter case included; or make the file:
    ///
    /// ```text
    /// htpasswd -c -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    ///
    /// `-c` makes a new file and drops what was in an old one: leave it out for the second user.
    id: "missing-user-file",
    severity: Error,
    title: "a password file that does not exist",
    explains: [UserFileMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UserFileMissing { path } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the password file does not exist{}", words::logins(cause.outcome)),
            label: "no such file".to_owned(),
            why: format!(
                "The server opens {path} for each login that is sent, and there is none. The prompt \
                 appears all the same."
            ),
            help: format!("Name the file where it is, or make it: `htpasswd -c -B -C 10 {} USER`.", words::shell(path)),
        })
    });
}
