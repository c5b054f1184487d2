//! Arguments that the server does not take.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A directive with too many or too few words behind it, or with a word that the directive does not take.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log tells its own words, such as
    ///
    /// ```text
    /// AuthName takes one argument, the authentication realm (e.g. "Members Only")
    /// ip address '127/8' appears to be invalid
    /// Argument for 'Require all' must be 'granted' or 'denied'
    /// ```
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthName Members Only
    /// Order Deny, Allow
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Quotes round an argument that holds blanks, no blank behind the comma of `Order`, straight quotes and no
    /// typographic ones:
    ///
    /// ```apache
    /// AuthName "Members Only"
    /// Order Deny,Allow
    /// ```
    id: "wrong-arguments",
    severity: Error,
    title: "arguments that the server refuses",
    explains: [WrongArguments],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::WrongArguments { name, message } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the server refuses the arguments of '{name}'{}", words::requests(cause.outcome)),
            label: "refused".to_owned(),
            why: format!("Its words: {}.", message.trim_end_matches('.')),
            help: "Put an argument that holds blanks into straight double quotes, and leave out what the \
                 directive does not take."
                .to_owned(),
        })
    });
}
