//! A login that was given to be tried, and is refused.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::answer::{Area, Person, ReasonKind};
use crate::finding::{Finding, Label, Logins, Outcome};

rule! {
    /// ## What it reports
    ///
    /// A login from the file behind `--credentials` that does not get in where its user is known.
    ///
    /// ## What the server does
    ///
    /// It refuses this very user and password with the status that the finding names, mostly 401 (Unauthorized); the
    /// error log then says AH01617, `Password Mismatch`. Either the password is another one by now, or what stands in
    /// the way is not the password: then another finding tells of it.
    ///
    /// ## Example
    ///
    /// ```text
    /// htlint check --credentials logins.txt
    /// ```
    ///
    /// with `alice:` and an old password in `logins.txt`.
    ///
    /// ## What to write instead
    ///
    /// The right password in `logins.txt`, or a new entry:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "failing-credential",
    severity: Error,
    title: "a given login that is refused",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Finding> = Vec::new();
    for area in case.areas {
        for person in &area.people {
            let Some(status) = refusal(person) else { continue };
            let finding = finding(case, area, person, status);
            match told.iter_mut().find(|other| other.place == finding.place && other.message == finding.message) {
                Some(other) => other.related.extend(finding.related),
                None => told.push(finding),
            }
        }
    }
    for finding in &mut told {
        finding.related.dedup();
    }
    findings.append(&mut told);
}

/// The status that the given login gets, if it does not get in.
fn refusal(person: &Person) -> Option<u16> {
    let answer = person.given.as_ref()?;
    answer.status.filter(|_| answer.passes() == Some(false))
}

fn finding(case: &Case<'_>, area: &Area, person: &Person, status: u16) -> Finding {
    let name = String::from_utf8_lossy(&person.name);
    let reason = person.given.as_ref().and_then(|answer| answer.reason()).map(|because| because.reason.kind());
    let place = person.place.unwrap_or(area.place);
    let wrong = reason.is_none_or(|kind| kind == ReasonKind::WrongPassword);
    let why = match reason.filter(|_| !wrong) {
        None => "The password that was given is not the one behind the stored hash.".to_owned(),
        Some(kind) => format!("What led there: {}.", kind.id()),
    };
    let help = match person.place.filter(|_| wrong) {
        Some(place) => format!("Correct the password that was given. Or: {}", mend::rewrite(case, place)),
        None => "Mend what stands in the way of this user's login.".to_owned(),
    };
    let message = format!("the given login of '{name}' is refused with {}", words::status(status));
    let words = Words { message, label: "refuses the given login".to_owned(), why, help };
    let related = person.place.map(|_| Label { place: area.place, message: "it is refused here".to_owned() });
    let outcome = Outcome { logins: Some(Logins::Some), status: Some(status) };
    Finding { related: related.into_iter().collect(), outcome, ..RULE.finding(place, words) }
}
