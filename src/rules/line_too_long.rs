//! A configuration line that does not fit into the server's buffer.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A line of a configuration file, continued lines counted as one, that is longer than what the server takes.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error). The error
    /// log says `Error reading FILE at line N: Line too long`. In a `.htaccess` a line may have 8191 bytes.
    ///
    /// ## Example
    ///
    /// A `Require ip` with a thousand addresses, or a `\` at the end of each of many lines.
    ///
    /// ## What to write instead
    ///
    /// Several shorter lines. `Require` lines beside each other are alternatives, so a long list can be cut
    /// anywhere:
    ///
    /// ```apache
    /// Require ip 192.0.2.1 192.0.2.2
    /// Require ip 192.0.2.3 192.0.2.4
    /// ```
    id: "line-too-long",
    severity: Error,
    title: "a configuration line longer than the server takes",
    explains: [LineTooLong],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::LineTooLong { limit } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the line is longer than the {limit} bytes that the server takes{}",
                words::requests(cause.outcome)
            ),
            label: "too long".to_owned(),
            why: "Lines continued with a backslash count as one, and one that is too long makes the \
                 server refuse the whole file: Line too long."
                .to_owned(),
            help: "Cut the line into several directives.".to_owned(),
        })
    });
}
