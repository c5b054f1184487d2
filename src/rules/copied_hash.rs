//! A hash that was copied from one user to another.

use std::collections::HashMap;

use super::mend;
use super::rule::{Case, rule};
use super::telling::Words;
use crate::finding::{Finding, Label};
use crate::hash::{Grade, strength};
use crate::source::Place;
use crate::users::Entry;

rule! {
    /// ## What it reports
    ///
    /// Two users of one file with the very same stored text.
    ///
    /// ## What the server does
    ///
    /// It lets both in with the same password. As each hash has a random salt of its own, equal texts mean that one
    /// was copied: whoever knows one password knows both, and everybody who sees the file sees that they are equal.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$2y$10$…
    /// bob:$2y$10$…
    /// ```
    ///
    /// with the same text behind both colons.
    ///
    /// ## What to write instead
    ///
    /// A password for each, set by the person who shall know it:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd bob
    /// ```
    id: "copied-hash",
    severity: Note,
    title: "one stored password for several users",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for used in case.user_files {
        let mut seen: HashMap<&[u8], &Entry> = HashMap::new();
        for entry in used.file.deciding() {
            let first = *seen.entry(&entry.stored).or_insert(entry);
            if first.span == entry.span || strength(&entry.stored).grade == Grade::Unknown {
                continue;
            }
            let place = Place::new(used.file.file, entry.user_span);
            let (user, owner) = (String::from_utf8_lossy(&entry.user), String::from_utf8_lossy(&first.user));
            let words = Words {
                message: format!("'{user}' has the same stored password as '{owner}'"),
                label: "copied".to_owned(),
                why: "Who knows one of the two passwords knows both.".to_owned(),
                help: mend::rewrite(case, place),
            };
            let place_of_first = Place::new(used.file.file, first.user_span);
            let related = vec![Label { place: place_of_first, message: "the same text".to_owned() }];
            findings.push(Finding { related, ..RULE.finding(place, words) });
        }
    }
}
