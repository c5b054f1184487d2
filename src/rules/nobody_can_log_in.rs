//! The last net: no lockout is ever silent.

use std::collections::HashSet;

use super::rule::{Case, rule};
use super::telling::Words;
use super::{telling, words};
use crate::answer::Area;
use crate::finding::{Finding, Label, Logins, Outcome, Severity};
use crate::source::{FileId, Place, Span};

rule! {
    /// ## What it reports
    ///
    /// A place where a login is configured and nobody at all gets in, for a reason that no other rule has words
    /// for; also a password file without users.
    ///
    /// ## What the server does
    ///
    /// Every login gets the status that the finding names, even with the right password. What the server looked at
    /// on the way there stands under it.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/empty.htpasswd
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// For an empty password file the first user:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/empty.htpasswd alice
    /// ```
    ///
    /// Else follow the places that are named. If htlint should have words of their own for them, please report it.
    id: "nobody-can-log-in",
    severity: Error,
    title: "a place where nobody can log in, whatever the reason",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut told = Told::default();
    findings.iter().for_each(|finding| told.hear(finding));
    for area in case.lockouts() {
        if told.speaks_of(case, area) {
            continue;
        }
        let empty = area.people.is_empty() && area.unseen.is_none();
        let finding = if empty { without_users(case, area) } else { unexplained(area) };
        told.hear(&finding);
        findings.push(finding);
    }
}

/// What the errors so far speak of.
#[derive(Default)]
struct Told {
    places: HashSet<Place>,
    files: HashSet<FileId>,
}

impl Told {
    fn hear(&mut self, finding: &Finding) {
        if finding.severity == Severity::Error {
            self.places.extend(finding.related.iter().map(|label| label.place).chain([finding.place]));
            self.files.insert(finding.place.file);
        }
    }

    /// Whether an error speaks of what keeps everybody out: of a place that the answers name or, where they name none,
    /// of the area's own place or of the file without entries that is read for it.
    fn speaks_of(&self, case: &Case<'_>, area: &Area) -> bool {
        let mut named = telling::reasons(area).filter_map(|because| because.place).peekable();
        if named.peek().is_some() {
            return named.any(|place| self.places.contains(&place));
        }
        let is_empty = |file: &FileId| case.user_file(*file).is_some_and(|used| used.file.entries.is_empty());
        self.places.contains(&area.place)
            || area.decided_by.iter().any(|file| is_empty(file) && self.files.contains(file))
    }
}

/// A place whose password file holds nobody.
fn without_users(case: &Case<'_>, area: &Area) -> Finding {
    let file = area.decided_by.iter().find(|file| case.user_file(**file).is_some());
    let place = file.map(|file| Place::new(*file, Span::at(0)));
    let file = place.map_or_else(|| "FILE".to_owned(), |place| words::shell(&case.path(place)));
    let words = Words {
        message: "nobody can log in here: there is no user".to_owned(),
        label: "lets nobody in".to_owned(),
        why: "No entry is known that could let anybody in.".to_owned(),
        help: format!("Add a user: `htpasswd -B -C 10 {file} USER`."),
    };
    let related = place.map(|place| Label { place, message: "no user in this file".to_owned() });
    let outcome = Outcome { logins: Some(Logins::None), status: area.anonymous.status };
    Finding { related: related.into_iter().collect(), outcome, ..RULE.finding(area.place, words) }
}

/// A place whose answers name reasons that no rule has told of.
fn unexplained(area: &Area) -> Finding {
    let status = telling::answers(area).find_map(|answer| answer.status);
    let outcome = Outcome { logins: Some(Logins::None), status };
    let why = telling::reasons(area).last().map(|because| telling::reasoned(steps(area), because));
    let words = Words {
        message: format!("nobody can log in here{}", words::logins(outcome)),
        label: "keeps everybody out".to_owned(),
        why: why.unwrap_or_default(),
        help: "Follow the places that are named.".to_owned(),
    };
    Finding { related: trace(area), outcome, ..RULE.finding(area.place, words) }
}

/// The reasons by their names, each once, in the server's order.
fn steps(area: &Area) -> String {
    let mut names: Vec<&str> = telling::reasons(area).map(|because| because.reason.kind().id()).collect();
    names.dedup();
    if names.is_empty() { String::new() } else { format!("What led there: {}.", names.join(", ")) }
}

/// The places on the way there, each once.
fn trace(area: &Area) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for because in telling::reasons(area) {
        let own = because.place.map(|place| Label { place, message: because.reason.kind().id().replace('-', " ") });
        labels.extend(own.into_iter().chain(because.related.iter().cloned()).filter(|label| label.place != area.place));
    }
    labels.sort_by_key(|label| label.place);
    labels.dedup_by_key(|label| label.place);
    labels
}
