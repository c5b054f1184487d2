//! Two entries that ran into each other.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A line with two entries in it. Something was appended to a file whose last line had no newline.
    ///
    /// ## What the server does
    ///
    /// The stored password ends at the second colon, so that the second user's name becomes part of it: no password
    /// fits it, and the second user does not exist. Both get 401 (Unauthorized). The error log says AH01617
    /// (`Password Mismatch`) for the first and AH01618 (`user not found`) for the second.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$2y$10$…bob:$2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// alice:$2y$10$…
    /// bob:$2y$10$…
    /// ```
    id: "glued-entries",
    severity: Error,
    title: "two entries on one line",
    explains: [GluedEntries],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::GluedEntries { lost } = &cause.because.reason else { return None };
        let first = words::who(cause.because.place.and_then(|place| case.user_at(place)));
        let both = lost.as_ref().map_or_else(|| first.clone(), |lost| format!("{first}, and {} as well,", lost.trim()));
        Some(Words {
            message: format!("two entries stand on one line: {both} {}", words::never(cause.outcome)),
            label: "two entries".to_owned(),
            why: "The second entry's name becomes part of the first one's stored password, and is no \
                 user's name any more."
                .to_owned(),
            help: "Put a line break between the two entries, and one at the end of the file.".to_owned(),
        })
    });
}
