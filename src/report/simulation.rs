//! The answer to a simulated request: for machines one JSON object a line, whose keys may be added to, never dropped or
//! changed; for people the steps that led there.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::content::shown_name;
use super::json::Escaping;
use super::printable::printable;
use super::style::Style;
use super::view::View;
use crate::answer::{Login, Request, Step};
use crate::source::{Place, Sources};

/// What becomes of a request.
#[derive(Debug)]
pub struct AnswerLine<'a, R> {
    /// Whether the server starts: `ok`, `fail` or `unknown`.
    pub startup: &'static str,
    /// The status; `None`: can't tell, or it does not start.
    pub status: Option<u16>,
    /// Whether all that decides is known.
    pub certain: bool,
    /// Why.
    pub reasons: R,
    /// The files that places speak of.
    pub sources: &'a Sources,
    /// The folder that paths are shown relative to.
    pub folder: &'a Path,
}

/// One reason.
#[derive(Debug, Clone, Copy)]
pub struct ReasonLine<'a> {
    /// Its id.
    pub id: &'static str,
    /// A sentence.
    pub message: &'a str,
    /// Where; `None` if no file says it.
    pub place: Option<Place>,
    /// The code of the server's log line.
    pub log: Option<&'static str>,
}

#[derive(Serialize)]
struct Shown<'a> {
    startup: &'static str,
    status: Option<u16>,
    certain: bool,
    reasons: Vec<ShownReason<'a>>,
}

#[derive(Serialize)]
struct ShownReason<'a> {
    reason: &'static str,
    message: &'a str,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    log: Option<&'static str>,
}

/// Writes one line.
///
/// # Errors
/// Those of `out`.
pub fn answer_line<'a>(
    line: AnswerLine<'a, impl Iterator<Item = ReasonLine<'a>>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let reasons = line.reasons.map(|reason| {
        let place = reason.place.filter(|place| line.sources.get(place.file).is_some());
        let start = place.and_then(|place| {
            let source = line.sources.get(place.file)?;
            Some(View::new(source, false).positions(place.span).0)
        });
        ShownReason {
            reason: reason.id,
            message: reason.message,
            file: place.map(|place| shown_name(line.sources.get(place.file), line.folder)),
            line: start.map(|start| start.line),
            column: start.map(|start| start.column),
            log: reason.log,
        }
    });
    let shown = Shown { startup: line.startup, status: line.status, certain: line.certain, reasons: reasons.collect() };
    serde_json::to_writer(Escaping(&mut *out), &shown)?;
    writeln!(out)
}

/// A request, what the server did with it, and its answer.
#[derive(Debug)]
pub struct Traced<'a, R> {
    /// The server's name.
    pub server: &'static str,
    /// The request.
    pub request: &'a Request,
    /// What the server did.
    pub steps: &'a [Step],
    /// The answer.
    pub answer: AnswerLine<'a, R>,
}

/// Writes a trace: the request, each step with its line, the answer, why, and the log line.
///
/// # Errors
/// Those of `out`.
pub fn traced<'a>(
    seen: Traced<'a, impl Iterator<Item = ReasonLine<'a>>>,
    style: &Style<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Traced { server, request, steps, answer } = seen;
    let bold = if style.colour { anstyle::Style::new().bold() } else { anstyle::Style::new() };
    let dim = if style.colour { anstyle::Style::new().dimmed() } else { anstyle::Style::new() };
    let show = |text: &str| printable(text, style.unicode).replace('\n', "?");
    let target = String::from_utf8_lossy(&request.path);
    writeln!(out, "{bold}{} {}{bold:#} {}", show(&request.method), show(&target), show(&who(request)))?;
    let place = |place: Option<Place>| -> Option<String> {
        let source = answer.sources.get(place?.file)?;
        let line = View::new(source, false).positions(place?.span).0.line;
        Some(format!("{}:{line}", shown_name(Some(source), answer.folder)))
    };
    for step in steps {
        let at = place(step.place).map(|at| format!("  {dim}{}{dim:#}", show(&at))).unwrap_or_default();
        writeln!(out, "  {}{at}", show(&step.what))?;
    }
    let verdict = match (answer.startup, answer.status) {
        ("fail", _) => format!("{server} does not start"),
        ("ok", Some(0)) => format!("{server} closes the connection without an answer"),
        ("ok", Some(status)) => format!("{server} answers {status}"),
        _ => "can't tell".to_owned(),
    };
    writeln!(out, "{bold}{}{bold:#}", show(&verdict))?;
    for reason in answer.reasons {
        let at = place(reason.place).map(|at| format!("  {dim}{}{dim:#}", show(&at))).unwrap_or_default();
        writeln!(out, "  {}{at}", show(reason.message))?;
        if let Some(log) = reason.log.filter(|log| !log.is_empty()) {
            writeln!(out, "  {dim}error log: {log}{dim:#}")?;
        }
    }
    Ok(())
}

fn who(request: &Request) -> String {
    match &request.login {
        Login::Anonymous => "without a login".to_owned(),
        Login::Holder(user) => format!("as {} with the right password", String::from_utf8_lossy(user)),
        Login::Password { user, .. } => format!("as {}", String::from_utf8_lossy(user)),
        Login::Header(_) => "with an Authorization header".to_owned(),
    }
}
