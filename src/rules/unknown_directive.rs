//! A directive that the server does not know.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A line whose first word is no directive of this server: a spelling mistake, a line of another server's
    /// language, text that was meant as a comment, or a password entry in the wrong file.
    ///
    /// ## What the server does
    ///
    /// It cannot read the file, so it refuses everything the file stands for. In a `.htaccess` every request below
    /// that folder gets 500 (Internal Server Error), login or not; in the main configuration the server does not
    /// start (AH00526). The error log says:
    ///
    /// ```text
    /// Invalid command 'AuthTyp', perhaps misspelled or defined by a module not included in the server configuration
    /// ```
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthTyp Basic
    /// AuthName "Staff"
    /// ```
    ///
    /// ## What to write instead
    ///
    /// The directive's right name; letter case is no matter. A comment needs `#` as the first character of its
    /// line. Entries like `alice:$2y$10$…` belong in the password file.
    id: "unknown-directive",
    severity: Error,
    title: "a directive that no module of this server has",
    explains: [UnknownDirective],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnknownDirective { name, nearest } = &cause.because.reason else { return None };
        let nearest = nearest.as_deref();
        Some(Words {
            message: format!(
                "the server has no {}{}",
                words::named("directive", name, nearest),
                words::requests(cause.outcome)
            ),
            label: "no such directive".to_owned(),
            why: words::unknown_line(cause.outcome),
            help: words::meant(nearest, "Mend the name, or put `#` before the line if it is a comment."),
        })
    });
}
