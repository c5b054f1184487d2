//! A line that is no entry.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A line of a password file that holds no colon: a hash without its user, a user without a hash, or an entry
    /// that was broken in two by a line break.
    ///
    /// ## What the server does
    ///
    /// It takes the whole line for a user's name, with nothing behind it. Nobody logs in by it: whoever was meant
    /// gets 401 (Unauthorized), with AH01618 (`user not found`) in the error log. docker-registry refuses every
    /// login over one such line.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice
    /// $2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// alice:$2y$10$…
    /// ```
    ///
    /// A comment begins with `#`.
    id: "entry-without-colon",
    severity: Error,
    title: "a line of the password file without a colon",
    explains: [EntryWithoutColon],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        Some(Words {
            message: format!(
                "this line has no colon, and lets nobody in{}",
                words::they(cause.outcome, "whoever it is meant for gets")
            ),
            label: "no entry".to_owned(),
            why: "To the server the whole line is a user's name without a password.".to_owned(),
            help: "Write one `user:hash` a line, made by `htpasswd`; begin a comment with `#`; or remove \
                 the line."
                .to_owned(),
        })
    });
}
