//! A comment on the line of a directive.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::{Reason, Remark};
use crate::finding::{Finding, Severity};

rule! {
    /// ## What it reports
    ///
    /// A `#` behind a directive that was meant to begin a comment.
    ///
    /// ## What the server does
    ///
    /// Only a line whose first character is `#` is a comment. Further back `#` is an ordinary word, and most
    /// directives refuse it: the file cannot be read, and every request gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log says `AuthType takes one argument` or
    /// `No comments are allowed here`.
    ///
    /// Some directives look no further and work all the same (`Require valid-user # staff`, `RewriteEngine On #
    /// now`), and `Require user alice # not bob` lets `#`, `not` and `bob` in as well.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic    # the usual
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// # the usual
    /// AuthType Basic
    /// ```
    id: "trailing-comment",
    severity: Error,
    title: "a comment behind a directive, taken for arguments",
    explains: [TrailingComment],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::TrailingComment { name, message } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the comment behind '{name}' is read as arguments{}", words::requests(cause.outcome)),
            label: "no comment to the server".to_owned(),
            why: format!(
                "A comment must have a line of its own; here the server reads further words: {}.",
                message.trim_end_matches('.')
            ),
            help: format!("Move the comment to a line of its own above '{name}'."),
        })
    });
    RULE.remark(case, findings, "the names", |noted| {
        let Remark::CommentTakenForNames { directive } = &noted.remark else { return None };
        let words = Words {
            message: format!("the comment behind '{directive}' is read as further names, which may come in as well"),
            label: "every word counts".to_owned(),
            why: "The server splits the line at blanks, and `#` begins a comment only at the start of a line."
                .to_owned(),
            help: "Move the comment to a line of its own.".to_owned(),
        };
        Some((Severity::Warning, words))
    });
}
