//! A user behind a `#`.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An entry whose first character is `#`.
    ///
    /// ## What the server does
    ///
    /// Such a line is a comment: that user does not exist, and gets 401 (Unauthorized). The error log says AH01618:
    /// `user not found`. No user's name can begin with `#`.
    ///
    /// ## Example
    ///
    /// ```text
    /// #alice:$2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// `alice:$2y$10$…` if the user shall get in. If not, remove the line: a commented entry still shows its hash.
    id: "commented-user",
    severity: Warning,
    title: "an entry that is a comment to the server",
    explains: [CommentedUser],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::CommentedUser { name } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the entry of '{name}' is a comment to the server: this user {}",
                words::never(cause.outcome)
            ),
            label: "a comment".to_owned(),
            why: "A line that begins with # is no entry.".to_owned(),
            help: "Remove the # if this user shall get in, else remove the whole line.".to_owned(),
        })
    });
}
