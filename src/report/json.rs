//! The report for machines: one JSON object whose keys may be added to, never dropped or changed.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::content::{Report, shown_name, shown_path};
use super::printable::is_invisible;
use crate::answer::{Area, Person};
use crate::finding::{Finding, Label};
use crate::source::{Place, Position};

/// Writes the report as one JSON object; `folder` is the one that paths are shown relative to.
///
/// # Errors
/// Those of `out`.
pub fn json(report: &Report, folder: &Path, show_secrets: bool, out: &mut dyn Write) -> io::Result<()> {
    let scene = Scene { report, folder, show_secrets };
    let counts = report.counts();
    let document = Document {
        version: 1,
        diagnostics: report.ordered().into_iter().map(|finding| scene.diagnostic(finding)).collect(),
        areas: report.areas.iter().map(|area| scene.area(area)).collect(),
        summary: Summary { files: report.files, errors: counts.errors, warnings: counts.warnings, notes: counts.notes },
    };
    let text = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", escaped(&text))
}

#[derive(Serialize)]
struct Document<'r> {
    version: u8,
    diagnostics: Vec<Diagnostic<'r>>,
    areas: Vec<AreaEntry<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Diagnostic<'r> {
    rule: &'static str,
    severity: &'static str,
    message: &'r str,
    help: Option<&'r str>,
    #[serde(flatten)]
    spot: Spot,
    related: Vec<Related<'r>>,
    outcome: Outcome,
    url: Option<&'static str>,
    fix: Option<()>,
    label: Option<&'r str>,
    why: Option<&'r str>,
}

#[derive(Serialize)]
struct Spot {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Related<'r> {
    message: &'r str,
    #[serde(flatten)]
    spot: Spot,
}

#[derive(Serialize)]
struct Outcome {
    logins: Option<&'static str>,
    status: Option<u16>,
}

#[derive(Serialize)]
struct AreaEntry<'r> {
    host: Option<&'r str>,
    path: Option<&'r str>,
    directory: Option<String>,
    file: String,
    line: usize,
    methods: Option<&'r [&'static str]>,
    realm: Option<&'r str>,
    server: &'static str,
    anonymous: Option<u16>,
    users: Vec<User>,
    verdict: &'static str,
    files: Option<&'r str>,
}

#[derive(Serialize)]
struct User {
    name: String,
    file: Option<String>,
    line: Option<usize>,
    can_log_in: Option<bool>,
    status: Option<u16>,
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// A report, and how its places are shown.
struct Scene<'r> {
    report: &'r Report,
    folder: &'r Path,
    show_secrets: bool,
}

impl<'r> Scene<'r> {
    fn diagnostic(&self, finding: &'r Finding) -> Diagnostic<'r> {
        Diagnostic {
            rule: finding.rule.0,
            severity: finding.severity.word(),
            message: &finding.message,
            help: unless_empty(&finding.help),
            spot: self.spot(finding.place),
            related: finding.related.iter().map(|label| self.related(label)).collect(),
            outcome: Outcome {
                logins: finding.outcome.logins.map(crate::finding::Logins::word),
                status: finding.outcome.status,
            },
            url: None,
            fix: None,
            label: unless_empty(&finding.label),
            why: unless_empty(&finding.why),
        }
    }

    fn related(&self, label: &'r Label) -> Related<'r> {
        Related { message: &label.message, spot: self.spot(label.place) }
    }

    fn spot(&self, place: Place) -> Spot {
        let start = Position { line: 1, column: 1 };
        let view = self.report.view(place.file, self.show_secrets);
        let (from, to) = view.map_or((start, start), |view| view.positions(place.span));
        Spot {
            file: shown_name(self.report.sources.get(place.file), self.folder),
            line: from.line,
            column: from.column,
            end_line: to.line,
            end_column: to.column,
        }
    }

    fn area(&self, area: &'r Area) -> AreaEntry<'r> {
        let spot = self.spot(area.place);
        AreaEntry {
            host: None,
            path: area.path.as_deref(),
            directory: area.directory.as_deref().map(|directory| shown_path(directory, self.folder)),
            file: spot.file,
            line: spot.line,
            methods: area.methods.as_deref(),
            realm: area.realm.as_deref(),
            server: area.server,
            anonymous: area.anonymous.status,
            users: area.people.iter().map(|person| self.user(person)).collect(),
            verdict: area.verdict().word(),
            files: area.files.as_deref(),
        }
    }

    fn user(&self, person: &Person) -> User {
        let spot = person.place.map(|place| self.spot(place));
        let can_log_in = person.can_log_in();
        let reason = person.answer.reason().filter(|_| can_log_in != Some(true));
        User {
            name: String::from_utf8_lossy(&person.name).into_owned(),
            line: spot.as_ref().map(|spot| spot.line),
            file: spot.map(|spot| spot.file),
            can_log_in,
            status: person.answer.status,
            reason: reason.map(|because| because.reason.kind().id()),
        }
    }
}

fn unless_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The same JSON with the characters escaped that a terminal would obey; they can only stand inside of strings.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for found in json.chars() {
        if found == '\u{7f}' || is_invisible(found) {
            let mut units = [0; 2];
            text.extend(found.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(found);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_means_the_same() {
        let text = "a\u{9b}31m\u{202e}\u{e0001}\u{7f}\u{1b}";
        let json = escaped(&serde_json::to_string(text).unwrap());
        assert!(json.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
