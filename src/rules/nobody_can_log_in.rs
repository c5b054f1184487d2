//! The last net: no lockout is ever silent.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{telling, words};
use crate::answer::Area;
use crate::finding::{Finding, Label, Logins, Outcome, Severity};
use crate::source::{Place, Span};

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
    for area in case.lockouts() {
        if findings.iter().any(|finding| finding.severity == Severity::Error && tells_of(case, finding, area)) {
            continue;
        }
        let empty = area.people.is_empty() && area.unseen.is_none();
        findings.push(if empty { without_users(case, area) } else { unexplained(area) });
    }
}

/// A place whose password file holds nobody.
fn without_users(case: &Case<'_>, area: &Area) -> Finding {
    let files = case.user_files.iter().map(|used| used.file.file);
    let place = files.filter(|file| area.decided_by.contains(file)).map(|file| Place::new(file, Span::at(0))).next();
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

/// Whether an earlier finding speaks of what keeps everybody out: of a place that the answers name or, where they name
/// none, of the area's own place or of the file without entries that is read for it.
fn tells_of(case: &Case<'_>, finding: &Finding, area: &Area) -> bool {
    let mut told = std::iter::once(finding.place).chain(finding.related.iter().map(|label| label.place));
    let named: Vec<Place> = telling::reasons(area).filter_map(|because| because.place).collect();
    if !named.is_empty() {
        return told.any(|place| named.contains(&place));
    }
    let files = case.user_files.iter().map(|used| &used.file).filter(|file| area.decided_by.contains(&file.file));
    told.any(|place| place == area.place)
        || files.filter(|file| file.entries.is_empty()).any(|file| file.file == finding.place.file)
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
