//! A line that does not fit into the server's buffer.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A line of a password file, continued lines counted as one, that is longer than what the server takes.
    ///
    /// ## What the server does
    ///
    /// It stops reading there and says nothing: every user behind that line does not exist. They get 401
    /// (Unauthorized), and the error log says AH01618: `user alice not found`. Apache takes 8190 bytes a line.
    ///
    /// ## Example
    ///
    /// A comment or a pasted certificate of 8191 bytes or more, with entries below it.
    ///
    /// ## What to write instead
    ///
    /// Short lines: one `user:hash` a line.
    id: "user-line-too-long",
    severity: Error,
    title: "a line of the password file that ends its reading",
    explains: [UserLineTooLong],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UserLineTooLong { limit, lost } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the server reads no further than this line: {lost} {} behind it {} lost{}",
                if *lost == 1 { "entry" } else { "entries" },
                if *lost == 1 { "is" } else { "are" },
                words::they(cause.outcome, "a login gets")
            ),
            label: "too long".to_owned(),
            why: format!("A line may have {limit} bytes; a longer one ends the reading without a word in the log."),
            help: "Remove the line, or cut it into several.".to_owned(),
        })
    });
}
