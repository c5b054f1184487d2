//! A configuration file that is silent to the server.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A configuration file in whose bytes the server finds no line at all: UTF-16 with the high byte first, or
    /// bare CRs as line ends behind a `#`.
    ///
    /// ## What the server does
    ///
    /// A NUL ends a line, and only LF begins a new one. So it reads empty lines or one long comment, says nothing,
    /// and protects nothing: everybody gets in without a password.
    ///
    /// ## Example
    ///
    /// A `.htaccess` saved as "Unicode big endian".
    ///
    /// ## What to write instead
    ///
    /// The same text, saved as "UTF-8 without BOM" or ASCII, with LF or CRLF line ends.
    id: "nothing-read",
    severity: Warning,
    title: "a configuration file of which the server reads nothing",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::NothingRead { what } = noted.remark else { return None };
        let words = Words {
            message: format!("the server reads nothing of this file, which is in {what}: nothing in it holds"),
            label: what.to_owned(),
            why: "A NUL byte ends a line, and only LF begins a new one; what is left is empty or a comment.".to_owned(),
            help: "Save the file as UTF-8 without a byte order mark (BOM), with LF line ends.".to_owned(),
        };
        Some((RULE.severity, words))
    });
}
