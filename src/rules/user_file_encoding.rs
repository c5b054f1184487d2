//! A password file with a byte order mark, in UTF-16, or with CR line ends.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A password file that begins with a byte order mark, is UTF-16, or ends its lines with a bare CR.
    ///
    /// ## What the server does
    ///
    /// It reads bytes and ends lines at LF. A byte order mark becomes part of the first user's name, and in the
    /// other cases no line is what it seems: who is meant gets 401 (Unauthorized), and the error log says AH01618:
    /// `user alice not found`.
    ///
    /// ## Example
    ///
    /// `alice:$2y$10$…` behind three bytes that no editor shows: EF BB BF.
    ///
    /// ## What to write instead
    ///
    /// The same text, saved as "UTF-8 without BOM" or ASCII, with LF or CRLF line ends.
    id: "user-file-encoding",
    severity: Error,
    title: "a password file in an encoding that hides its users",
    explains: [UserFileEncoding],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UserFileEncoding { what } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "the password file holds {what}, which hides users from the server{}",
                words::they(cause.outcome, "they get")
            ),
            label: what.to_string(),
            why: "The server reads plain bytes with LF line ends: what an editor hides becomes part of a \
                 name."
                .to_owned(),
            help: "Save the file as UTF-8 without a byte order mark (BOM), with LF line ends.".to_owned(),
        })
    });
}
