//! A line behind a backslash.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A line that ends in a backslash, with an entry on the next one.
    ///
    /// ## What the server does
    ///
    /// A backslash at the very end of a line joins the next one to it, also behind a comment and behind a hash. The
    /// entry on that next line is no line of its own any more: this user gets 401 (Unauthorized), and the error log
    /// says AH01618: `user not found`.
    ///
    /// ## Example
    ///
    /// ```text
    /// # kept in \\server\share\
    /// alice:$2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// # kept in \\server\share
    /// alice:$2y$10$…
    /// ```
    id: "swallowed-entry",
    severity: Error,
    title: "an entry that the line before takes with it",
    explains: [SwallowedEntry],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::SwallowedEntry { lost } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the backslash at the end of this line takes the next entry with it: {} {}",
                words::who(lost.clone()),
                words::never(cause.outcome)
            ),
            label: "goes on in the next line".to_owned(),
            why: "A backslash at the end of a line joins the next one to it, even in a comment.".to_owned(),
            help: "Remove the backslash.".to_owned(),
        })
    });
}
