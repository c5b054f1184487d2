//! A comment that ends in a backslash.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::{Finding, Severity};

rule! {
    /// ## What it reports
    ///
    /// A comment whose last character is a backslash. A warning where the next line would have been a directive,
    /// else a note.
    ///
    /// ## What the server does
    ///
    /// A backslash at the very end of a line joins the next one to it, and it does so in comments too: the next
    /// line becomes part of the comment, without a word in the log. If it was `Require valid-user`, nobody is asked
    /// for a password any more.
    ///
    /// ## Example
    ///
    /// ```apache
    /// # passwords from \\fileserver\web\
    /// AuthType Basic
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// # passwords from \\fileserver\web
    /// AuthType Basic
    /// ```
    id: "swallowed-line",
    severity: Warning,
    title: "a comment that takes the next line with it",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "this line is part of the comment", |noted| {
        let Remark::CommentSwallowsLine { directive } = &noted.remark else { return None };
        let what =
            directive.as_ref().map_or_else(|| "the next line".to_owned(), |name| format!("'{name}' on the next line"));
        let words = Words {
            message: format!("the comment ends in a backslash and takes {what} with it"),
            label: "goes on".to_owned(),
            why: "A backslash at the end of a line joins the next one to it, even in a comment.".to_owned(),
            help: "Remove the backslash, or put a full stop behind it.".to_owned(),
        };
        Some((if directive.is_some() { Severity::Warning } else { Severity::Note }, words))
    });
}
