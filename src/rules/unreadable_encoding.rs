//! A configuration file with a byte order mark or in UTF-16.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A configuration file that begins with a byte order mark, or that is UTF-16 throughout. Windows editors write
    /// both.
    ///
    /// ## What the server does
    ///
    /// It reads bytes. The mark becomes part of the first word, even before a comment, and no directive is called
    /// like that: every request gets 500 (Internal Server Error), in the main configuration the server does not
    /// start (AH00526). The error log says
    ///
    /// ```text
    /// Invalid command '\xef\xbb\xbfAuthType', perhaps misspelled or defined by a module
    /// not included in the server configuration
    /// ```
    ///
    /// ## Example
    ///
    /// `AuthType Basic` behind three bytes that no editor shows: EF BB BF.
    ///
    /// ## What to write instead
    ///
    /// The same text, saved as "UTF-8 without BOM" or as ASCII.
    id: "unreadable-encoding",
    severity: Error,
    title: "a configuration file in an encoding that the server cannot read",
    explains: [UnreadableEncoding],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnreadableEncoding { what } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the file holds {what}, which the server reads as part of a directive{}",
                words::requests(cause.outcome)
            ),
            label: what.to_string(),
            why: "The server reads plain bytes: what an editor hides is part of the first word, and no \
                 directive is called like that."
                .to_owned(),
            help: "Save the file as UTF-8 without a byte order mark (BOM).".to_owned(),
        })
    });
}
