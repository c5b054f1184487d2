//! A last line that is not ended.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::finding::Finding;
use crate::source::{Place, Span};
use crate::users::Oddity;

rule! {
    /// ## What it reports
    ///
    /// A password file whose last line has no newline behind it.
    ///
    /// ## What the server does
    ///
    /// It reads that line all the same. But whatever is appended next (by `echo >>`, `cat >>` or `htpasswd` itself)
    /// runs into it, and then two users are lost at once: see glued-entries.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$2y$10$…⏎
    /// bob:$2y$10$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// A newline at the end of the last line: `echo >> staff.htpasswd` adds it.
    id: "missing-final-newline",
    severity: Note,
    title: "a password file without a newline at its end",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for used in case.user_files {
        for oddity in &used.file.oddities {
            let Oddity::NoFinalNewline { span } = oddity else { continue };
            let place = Place::new(used.file.file, Span::at(span.end));
            let words = Words {
                message: "the last line has no newline: the next entry to be appended will run into it".to_owned(),
                label: "no newline".to_owned(),
                why: "The server reads the line as it is; programs that append to it, htpasswd too, do not look."
                    .to_owned(),
                help: format!("Add it: `echo >> {}`.", words::shell(&case.path(place))),
            };
            findings.push(RULE.finding(place, words));
        }
    }
}
