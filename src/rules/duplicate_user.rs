//! A user who stands twice in a password file.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::finding::{Finding, Label};
use crate::source::Place;

rule! {
    /// ## What it reports
    ///
    /// An entry of a user for whom an earlier line of the same file decides already.
    ///
    /// ## What the server does
    ///
    /// It takes the first line of a name and looks no further, even where that line's password does not fit: the
    /// password in the second one does not work, and gets 401 (Unauthorized) with AH01617 (`Password Mismatch`).
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
    /// One line a user. `htpasswd FILE alice` replaces an entry; the `>>` of a shell only adds one.
    id: "duplicate-user",
    severity: Warning,
    title: "a second entry of the same user, which never counts",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for used in case.user_files {
        for (void, first) in used.file.overshadowed() {
            let user = String::from_utf8_lossy(&void.user);
            let words = Words {
                message: format!("'{user}' has an earlier entry, and this one never counts"),
                label: "never looked at".to_owned(),
                why: "The server takes the first line of a name and looks no further.".to_owned(),
                help: "Keep the entry with the password that shall work, and remove the other.".to_owned(),
            };
            let first =
                Label { place: Place::new(used.file.file, first.user_span), message: "this one decides".to_owned() };
            let finding = RULE.finding(Place::new(used.file.file, void.user_span), words);
            findings.push(Finding { related: vec![first], ..finding });
        }
    }
}
