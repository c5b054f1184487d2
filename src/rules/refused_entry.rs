//! An entry for the sake of which a server takes the whole file for unusable.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An entry of another form than the server takes, in a list of users that it uses as a whole or not at all: a second
    /// colon, a user who is named twice, a hash of the wrong length, or no entry where there must be one.
    ///
    /// ## What the server does
    ///
    /// It does not start, or it lets nobody in, not even the users of the other entries.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$2y$10$…
    /// alice:$2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// alice:$2y$10$…
    /// ```
    ///
    /// One `user:hash` for every user.
    id: "refused-entry",
    severity: Error,
    title: "an entry that makes the whole list of users unusable",
    explains: [RefusedEntry],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::RefusedEntry { why } = &cause.because.reason else { return None };
        let they = words::they(cause.outcome, "every user gets");
        Some(Words {
            message: format!("the server refuses the whole list of users because of {why}{they}"),
            label: (*why).to_owned(),
            why: "One entry that it does not take is enough: the others do not count either.".to_owned(),
            help: "Write one `user:hash` for every user, made by `htpasswd`; remove what is left over.".to_owned(),
        })
    });
}
