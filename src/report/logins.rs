//! Who can log in where, as a table for people: each area with its strangers and its users.

use std::io::{self, Write};

use textwrap::core::display_width;

use super::content::{Report, shown_name, shown_path};
use super::printable::printable;
use super::style::Style;
use crate::answer::{Answer, Area, Verdict};
use crate::hash::without_strays;
use crate::source::Place;

/// Writes a block for each area: where it is and what becomes of it, then a row for strangers and one for each user.
/// First of all, why the server does not start. Nothing at all where there is no area.
///
/// # Errors
/// Those of `out`.
pub fn logins(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(refusal) = &report.refusal {
        let look = if style.colour { colour(Verdict::Lockout) } else { anstyle::Style::new() };
        let shown = format!("{}  {}", refusal.message, at(report, refusal.place, style));
        writeln!(out, "{look}nobody gets in anywhere{look:#}: {}", printable(&shown, style.unicode))?;
    }
    for (index, area) in report.areas.iter().enumerate() {
        if index > 0 && report.refusal.is_none() {
            writeln!(out)?;
        }
        block(report, area, style, out)?;
    }
    Ok(())
}

/// `folder/file:line`.
fn at(report: &Report, place: Place, style: &Style<'_>) -> String {
    let source = report.sources.get(place.file);
    let line = source.map_or(1, |source| source.position(place.span.start).line);
    format!("{}:{line}", shown_name(source, style.folder))
}

fn block(report: &Report, area: &Area, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let verdict = area.verdict();
    let look = if style.colour { colour(verdict) } else { anstyle::Style::new() };
    let bold = if style.colour { anstyle::Style::new().bold() } else { anstyle::Style::new() };
    let place = at(report, area.place, style);
    let show = |text: &str| printable(&without_strays(text), style.unicode);
    writeln!(out, "{bold}{}{bold:#}  {look}{}{look:#}  {}", show(&title(area, style)), words(verdict), show(&place))?;

    if !area.starts {
        return Ok(());
    }
    let mut rows = vec![("(a stranger)".to_owned(), stranger(&area.anonymous))];
    rows.extend(area.people.iter().map(|person| {
        let at = person.place.map(|place| at(report, place, style));
        (String::from_utf8_lossy(&person.name).into_owned(), holder(&person.answer, at.as_deref()))
    }));
    rows.extend(area.unseen.as_ref().map(|answer| ("(other users)".to_owned(), holder(answer, None))));
    let rows: Vec<_> = rows.iter().map(|(who, what)| (show(who), show(what))).collect();
    let width = rows.iter().map(|(who, _)| display_width(who)).max().unwrap_or(0).min(WIDEST);
    for (who, what) in rows {
        let gap = " ".repeat(width.saturating_sub(display_width(&who)));
        writeln!(out, "  {who}{gap}  {what}")?;
    }
    Ok(())
}

const UNKNOWN: &str = "can't tell (`htlint check --notes` says what is missing)";

/// The widest column of names; longer ones stick out.
const WIDEST: usize = 32;

/// `admin/ <Files "a.php"> POST, PUT, realm "Staff"`.
fn title(area: &Area, style: &Style<'_>) -> String {
    let folder = area.directory.as_deref().map(|directory| shown_path(directory, style.folder));
    let path = area.path.as_ref().map(|path| format!("{}{path}", area.host.as_deref().unwrap_or_default()));
    let mut title = path.or(folder).unwrap_or_else(|| "?".to_owned());
    if let Some(files) = &area.files {
        title.push_str(&format!(" {files}"));
    }
    if let Some(methods) = &area.methods {
        let shown: Vec<&str> = methods.iter().copied().take(MOST_METHODS).collect();
        let more = if methods.len() > shown.len() { ", ..." } else { "" };
        title.push_str(&format!(" [{}{more}]", shown.join(", ")));
    }
    if let Some(realm) = &area.realm {
        title.push_str(&format!(" \"{realm}\""));
    }
    title
}

const MOST_METHODS: usize = 4;

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Open => "open: anybody gets in",
        Verdict::Lockout => "lockout: nobody gets in",
        Verdict::Unknown => "can't tell",
        Verdict::Ok => "ok",
    }
}

fn colour(verdict: Verdict) -> anstyle::Style {
    let colour = match verdict {
        Verdict::Open | Verdict::Lockout => anstyle::AnsiColor::Red,
        Verdict::Unknown => anstyle::AnsiColor::Yellow,
        Verdict::Ok => anstyle::AnsiColor::Green,
    };
    colour.on_default().bold()
}

fn stranger(answer: &Answer) -> String {
    match answer.status {
        Some(401) => "is asked for a password (401)".to_owned(),
        Some(200) => format!("gets in{}", because(answer)),
        Some(0) => format!("gets no answer{}", because(answer)),
        Some(status) => format!("gets {status}{}", because(answer)),
        None => UNKNOWN.to_owned(),
    }
}

fn holder(answer: &Answer, at: Option<&str>) -> String {
    let at = at.map(|at| format!("  {at}")).unwrap_or_default();
    match (answer.passes(), answer.status) {
        (Some(true), _) => format!("gets in{at}"),
        (_, Some(0)) => format!("never{}{at}", because(answer)),
        (_, Some(status)) => format!("never: {status}{}{at}", because(answer)),
        (_, None) => format!("{UNKNOWN}{at}"),
    }
}

/// The reason's name, which `htlint explain` knows or leads from.
fn because(answer: &Answer) -> String {
    answer.reason().map(|because| format!(", {}", because.reason.kind().id())).unwrap_or_default()
}
