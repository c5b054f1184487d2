//! A blank beside the colon.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A blank before or behind the colon of an entry. To the server it is part of the name or of the stored
    /// password.
    ///
    /// ## What the server does
    ///
    /// Behind the name: the user would have to type the blank too. Before the hash: no password fits. Either way
    /// the login gets 401 (Unauthorized), with AH01618 (`user not found`) or AH01617 (`Password Mismatch`) in the
    /// error log. Blanks at the very beginning and at the end of the line do no harm to Apache; nginx minds them
    /// too.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice: $2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// alice:$2y$10$…
    /// ```
    id: "blank-around-user",
    severity: Error,
    title: "a blank that is part of a user's name or of the stored password",
    explains: [BlankInEntry],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::BlankInEntry { part } = &cause.because.reason else { return None };
        let user = words::who(cause.because.place.and_then(|place| case.user_at(place)));
        Some(Words {
            message: format!("a blank is part of {part}: {} {}", user.trim(), words::never(cause.outcome)),
            label: format!("part of {part}"),
            why: "The server cuts the line at the colon and takes every other byte as it is.".to_owned(),
            help: "Remove the blank: `user:hash`.".to_owned(),
        })
    });
}
