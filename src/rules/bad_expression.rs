//! An expression with a fault in it.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A condition (`<If>`, `Require expr`) or a text with `%{...}` in it that the server cannot parse.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log says `Cannot parse condition clause`
    /// or `Cannot parse expression in Require line`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <If %{HTTP_HOST} == 'example.org'>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// The whole condition in double quotes, variables as `%{NAME}`, text in single quotes:
    ///
    /// ```apache
    /// <If "%{HTTP_HOST} == 'example.org'">
    /// ```
    id: "bad-expression",
    severity: Error,
    title: "an expression that the server cannot parse",
    explains: [BadExpression],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::BadExpression { name, message } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the server cannot parse the expression of '{name}'{}", words::requests(cause.outcome)),
            label: "no expression".to_owned(),
            why: format!(
                "The server refuses the whole file: Cannot parse the expression. What is wrong: {}.",
                message.trim_end_matches('.')
            ),
            help: "Put the whole condition into double quotes, texts inside it into single ones, and \
                 write variables as `%{NAME}`."
                .to_owned(),
        })
    });
}
