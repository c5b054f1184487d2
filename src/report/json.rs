//! The report for machines: one JSON object whose keys may be added to, never dropped or changed.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use super::content::{Report, shown_name, shown_path};
use super::printable::is_invisible;
use crate::answer::{Area, Person};
use crate::finding::{Finding, Label};
use crate::hash::without_strays;
use crate::source::{Place, Position};

/// Writes the report as one JSON object; `folder` is the one that paths are shown relative to.
///
/// # Errors
/// Those of `out`.
pub fn json(report: &Report, folder: &Path, show_secrets: bool, out: &mut dyn Write) -> io::Result<()> {
    let scene = Scene { report, folder, show_secrets };
    let counts = report.counts();
    let findings = report.ordered();
    let document = Document {
        version: 1,
        diagnostics: Each(|| findings.iter().map(|finding| scene.diagnostic(finding))),
        areas: Each(|| report.areas.iter().map(|area| scene.area(area))),
        summary: Summary { files: report.files, errors: counts.errors, warnings: counts.warnings, notes: counts.notes },
    };
    let mut out = BufWriter::new(out);
    serde_json::to_writer_pretty(Escaping(&mut out), &document)?;
    writeln!(out)?;
    out.flush()
}

/// Writes the areas alone, as `htlint logins` has them.
///
/// # Errors
/// Those of `out`.
pub fn areas(report: &Report, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Areas<A: Serialize> {
        version: u8,
        areas: A,
    }
    let scene = Scene { report, folder, show_secrets: false };
    let document = Areas { version: 1, areas: Each(|| report.areas.iter().map(|area| scene.area(area))) };
    let mut out = BufWriter::new(out);
    serde_json::to_writer_pretty(Escaping(&mut out), &document)?;
    writeln!(out)?;
    out.flush()
}

#[derive(Serialize)]
struct Document<D: Serialize, A: Serialize> {
    version: u8,
    diagnostics: D,
    areas: A,
    summary: Summary,
}

/// A list that is made while it is written: a million users need not stand in memory at once.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
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
struct AreaEntry<'r, U: Serialize> {
    host: Option<&'r str>,
    path: Option<String>,
    directory: Option<String>,
    file: String,
    line: usize,
    methods: Option<&'r [&'static str]>,
    realm: Option<String>,
    server: &'static str,
    anonymous: Option<u16>,
    users: U,
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

    fn area(&self, area: &'r Area) -> AreaEntry<'r, impl Serialize> {
        let spot = self.spot(area.place);
        AreaEntry {
            host: area.host.as_deref(),
            path: area.path.as_deref().map(without_strays),
            directory: area.directory.as_deref().map(|directory| shown_path(directory, self.folder)),
            file: spot.file,
            line: spot.line,
            methods: area.methods.as_deref(),
            realm: area.realm.as_deref().map(without_strays),
            server: area.server,
            anonymous: area.anonymous.status.filter(|_| area.starts),
            users: Each(|| area.people.iter().map(|person| self.user(area, person))),
            verdict: area.verdict().word(),
            files: area.files.as_deref(),
        }
    }

    fn user(&self, area: &Area, person: &Person) -> User {
        let spot = person.place.map(|place| self.spot(place));
        let can_log_in = person.can_log_in();
        let reason = person.answer.reason().filter(|_| can_log_in != Some(true));
        User {
            name: without_strays(&String::from_utf8_lossy(&person.name)),
            line: spot.as_ref().map(|spot| spot.line),
            file: spot.map(|spot| spot.file),
            can_log_in,
            status: person.answer.status.filter(|_| area.starts),
            reason: reason.map(|because| because.reason.kind().id()),
        }
    }
}

fn unless_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Escapes the characters of JSON that a terminal would obey; they can only stand inside of strings.
pub(super) struct Escaping<W>(pub(super) W);

impl<W: Write> Write for Escaping<W> {
    /// Takes whole characters only, as `serde_json` writes them.
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        let plain = |byte: &u8| byte.is_ascii() && *byte != 0x7f;
        if json.iter().all(plain) {
            self.0.write_all(json)?;
            return Ok(json.len());
        }
        for found in std::str::from_utf8(json).map_err(io::Error::other)?.chars() {
            if found == '\u{7f}' || is_invisible(found) {
                let mut units = [0; 2];
                for unit in found.encode_utf16(&mut units) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
            } else {
                write!(self.0, "{found}")?;
            }
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_means_the_same() {
        let text = "a\u{9b}31m\u{202e}\u{e0001}\u{7f}\u{1b}";
        let mut json = Vec::new();
        serde_json::to_writer(Escaping(&mut json), text).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert!(json.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
