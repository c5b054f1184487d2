//! The report for people: each finding with the lines it speaks of, drawn by miette, and a summary.

use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles};
use textwrap::{Options, WordSeparator, WordSplitter};

use super::content::{Counts, Report};
use super::frames::Frames;
use super::printable::printable;
use super::style::Style;
use crate::finding::{Finding, Severity};

/// How many places of one finding are drawn.
const MOST_PLACES: usize = 8;

/// Writes the report for people: every finding in order, then a line that counts them; nothing at all if there is
/// nothing to show.
///
/// # Errors
/// Those of `out`.
pub fn terminal(report: &Report, style: &Style<'_>, out: &mut dyn Write) -> io::Result<()> {
    let shown = |finding: &&Finding| style.notes || finding.severity != Severity::Note;
    let mut any = false;
    for finding in report.ordered().into_iter().filter(shown) {
        any = true;
        writeln!(out, "{}", draw(report, finding, style))?;
    }
    if any && style.summary {
        let bold = if style.colour { anstyle::Style::new().bold() } else { anstyle::Style::new() };
        writeln!(out, "{bold}{}{bold:#}", summary(report.counts(), report.files, style.notes))?;
    }
    Ok(())
}

/// What miette is given of a finding; all its text is printable.
#[derive(Debug)]
struct Shown {
    message: String,
    severity: miette::Severity,
    frames: Frames,
}

impl fmt::Display for Shown {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.frames)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.frames.labels()))
    }
}

fn draw(report: &Report, finding: &Finding, style: &Style<'_>) -> String {
    let shown = Shown {
        message: printable(&finding.message, style.unicode),
        severity: severity(finding.severity),
        frames: Frames::new(report, finding, MOST_PLACES, style),
    };
    let mut text = String::new();
    if handler(finding, &shown.frames, style).render_report(&mut text, &shown).is_err() {
        text = format!("  {}[{}]: {}\n", finding.severity.word(), finding.rule.0, shown.message);
    }
    let hidden = finding.related.len().saturating_sub(MOST_PLACES);
    if hidden > 0 {
        push(&mut text, "also", &format!("{hidden} more places, all in --format json"), style);
    }
    push(&mut text, "why", &finding.why, style);
    push(&mut text, "help", &finding.help, style);
    push(&mut text, "more", &format!("htlint explain {}", finding.rule.0), style);
    text
}

/// Chosen outright: the handler that miette takes by itself depends on the environment, and the one that NO_GRAPHICS
/// selects panics on a source that is not UTF-8.
fn handler(finding: &Finding, frames: &Frames, style: &Style<'_>) -> GraphicalReportHandler {
    let mut characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    let head = format!("{}[{}]:", finding.severity.word(), finding.rule.0);
    characters.error.clone_from(&head);
    characters.warning.clone_from(&head);
    characters.advice = head;
    let mut styles = if style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let own = match finding.severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Note => styles.advice,
    };
    let own = if style.colour { own.bold() } else { own };
    let marks = frames.labels().map(|label| if label.primary() { own } else { styles.help });
    styles.highlights = marks.collect();
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(style.width)
        .with_context_lines(0)
        .with_urls(false)
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
}

fn severity(severity: Severity) -> miette::Severity {
    match severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Note => miette::Severity::Advice,
    }
}

/// Adds a paragraph under a heading, wrapped to the width; nothing for an empty one.
fn push(text: &mut String, heading: &str, paragraph: &str, style: &Style<'_>) {
    if paragraph.is_empty() {
        return;
    }
    let cyan = anstyle::Style::new().fg_color(Some(anstyle::AnsiColor::Cyan.into()));
    let colour = if style.colour { cyan } else { anstyle::Style::new() };
    let indent = format!("  {colour}{heading:>4}:{colour:#} ");
    let options = Options::new(style.width.saturating_sub(2))
        .initial_indent(&indent)
        .subsequent_indent("        ")
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    text.push_str(&textwrap::fill(&printable(paragraph, style.unicode), options));
    text.push('\n');
}

/// `2 errors, 1 warning (3 notes: --notes shows them) in 4 files`.
fn summary(counts: Counts, files: usize, notes: bool) -> String {
    let plural = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let noted = plural(counts.notes, "note");
    let parts = [plural(counts.errors, "error"), plural(counts.warnings, "warning"), noted.clone().filter(|_| notes)];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    let aside = noted.filter(|_| !notes).map(|noted| {
        let them = if counts.notes == 1 { "it" } else { "them" };
        format!(" ({noted}: --notes shows {them})")
    });
    let files = plural(files, "file").unwrap_or_else(|| "no file".to_owned());
    format!("{}{} in {files}", said.join(", "), aside.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_is_there() {
        let counts = Counts { errors: 2, warnings: 1, notes: 3 };
        assert_eq!(summary(counts, 4, false), "2 errors, 1 warning (3 notes: --notes shows them) in 4 files");
        assert_eq!(summary(counts, 4, true), "2 errors, 1 warning, 3 notes in 4 files");
        let counts = Counts { errors: 0, warnings: 1, notes: 1 };
        assert_eq!(summary(counts, 1, false), "1 warning (1 note: --notes shows it) in 1 file");
    }
}
