//! The lines that a finding speaks of, of whatever files, as one text that miette can draw frames of.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

use super::content::{Report, shown_name};
use super::printable::printable;
use super::style::Style;
use super::view::View;
use crate::finding::Finding;
use crate::source::{FileId, Place, Position, Source, Span};

/// The columns a frame takes beside line number and text: ` 12 | `, and those between a mark and its label: `'-- `.
const GUTTER: usize = 4;
const STEM: usize = 4;

/// The fewest columns a line is cut to.
const NARROWEST: usize = 24;

/// Every line with marks on it, file by file, the file of the finding first; nothing else of the files is in it, so
/// that no secret next door can show.
#[derive(Debug, Default)]
pub(super) struct Frames {
    text: String,
    lines: Vec<Line>,
    labels: Vec<Drawn>,
}

#[derive(Debug)]
struct Line {
    file: FileId,
    name: String,
    number: usize,
    span: Span,
}

#[derive(Debug)]
struct Drawn {
    span: Span,
    column: usize,
    words: String,
    primary: bool,
}

/// A place of the finding in its file's view.
struct Mark {
    file: FileId,
    span: Span,
    position: Position,
    words: String,
    primary: bool,
}

impl Frames {
    /// The frames of the finding's own place and of the first `most` related ones.
    pub(super) fn new(report: &Report, finding: &Finding, most: usize, style: &Style<'_>) -> Self {
        let mut marks: Vec<Mark> = Vec::new();
        let related = finding.related.iter().take(most).map(|label| (label.place, &label.message));
        for (place, words) in std::iter::once((finding.place, &finding.label)).chain(related) {
            add(&mut marks, report, place, &printable(words, style.unicode), style);
        }
        let mut frames = Self::default();
        let mut files: Vec<FileId> = Vec::new();
        for mark in &marks {
            if !files.contains(&mark.file) {
                files.push(mark.file);
            }
        }
        for file in files {
            let Some(source) = report.sources.get(file) else { continue };
            let mut inside: Vec<&Mark> = marks.iter().filter(|mark| mark.file == file).collect();
            inside.sort_by_key(|mark| (mark.position.line, !mark.primary, mark.span));
            for line in inside.chunk_by(|one, other| one.position.line == other.position.line) {
                frames.push(source, line, style);
            }
        }
        frames
    }

    /// The labels for miette.
    pub(super) fn labels(&self) -> impl Iterator<Item = LabeledSpan> {
        self.labels.iter().map(|label| {
            let words = (!label.words.is_empty()).then(|| label.words.clone());
            let span = (label.span.start, label.span.len());
            if label.primary {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        })
    }

    /// Adds one line with its marks.
    fn push(&mut self, source: &Source, marks: &[&Mark], style: &Style<'_>) {
        let Some(first) = marks.first() else { return };
        let number = first.position.line;
        let digits = number.to_string().len();
        let columns = style.width.saturating_sub(digits + GUTTER).max(NARROWEST);
        let spans: Vec<Span> = marks.iter().map(|mark| mark.span).collect();
        let excerpt = View::new(source, style.show_secrets).excerpt(&spans, columns, style.unicode);
        let start = self.text.len();
        for (mark, range) in marks.iter().zip(excerpt.marks) {
            let (end, words) = fit(&excerpt.text, range.start, range.end, &mark.words, columns);
            self.labels.push(Drawn {
                span: Span::new(start + range.start, start + end),
                column: mark.position.column,
                words,
                primary: mark.primary,
            });
        }
        self.text.push_str(&excerpt.text);
        self.text.push('\n');
        let name = printable(&shown_name(Some(source), style.folder), style.unicode).replace('\n', "?");
        self.lines.push(Line { file: first.file, name, number, span: Span::new(start, self.text.len()) });
    }
}

impl SourceCode for Frames {
    /// One line, or lines that follow each other in one file, which miette then draws as one frame.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let asked = Span::new(span.offset(), span.offset() + span.len().max(1));
        let mut lines = self.lines.iter().filter(|line| line.span.overlaps(asked));
        let first = lines.next().ok_or(MietteError::OutOfBounds)?;
        let (mut last, mut count) = (first, 1);
        for line in lines {
            if line.file != last.file || line.number != last.number + 1 {
                return Err(MietteError::OutOfBounds);
            }
            (last, count) = (line, count + 1);
        }
        let whole = first.span.to(last.span);
        let data = self.text.as_bytes().get(whole.range()).ok_or(MietteError::OutOfBounds)?;
        let column = self.labels.iter().find(|label| label.span.start == asked.start).map_or(1, |label| label.column);
        let contents = MietteSpanContents::new_named(
            first.name.clone(),
            data,
            (whole.start, whole.len()).into(),
            first.number - 1,
            column - 1,
            count,
        );
        Ok(Box::new(contents))
    }
}

/// Adds a place, its words to those of a mark that it coincides with.
fn add(marks: &mut Vec<Mark>, report: &Report, place: Place, words: &str, style: &Style<'_>) {
    let Some(view) = report.view(place.file, style.show_secrets) else { return };
    let span = view.clip(place.span);
    if let Some(mark) = marks.iter_mut().find(|mark| mark.file == place.file && mark.span == span) {
        if !words.is_empty() && !mark.words.split("; ").any(|said| said == words) {
            let joint = if mark.words.is_empty() { "" } else { "; " };
            mark.words = format!("{}{joint}{words}", mark.words);
        }
        return;
    }
    let (position, _) = view.positions(span);
    marks.push(Mark { file: place.file, span, position, words: words.to_owned(), primary: marks.is_empty() });
}

/// Where to end a mark, and its label in lines, so that the label, which hangs at the mark's middle, fits into the
/// columns.
fn fit(text: &str, start: usize, end: usize, words: &str, columns: usize) -> (usize, String) {
    let width = |from: usize, to: usize| text.get(from..to).map_or(0, display_width);
    let left = width(0, start);
    let wanted = display_width(words).min(columns / 3);
    let most = (2 * columns.saturating_sub(STEM + wanted)).saturating_sub(2 * left).max(1);
    let marked = text.get(start..end).unwrap_or_default();
    let end = marked
        .char_indices()
        .map(|(at, found)| start + at + found.len_utf8())
        .take_while(|end| width(start, *end) <= most)
        .last()
        .unwrap_or(end);
    let room = columns.saturating_sub(left + width(start, end) / 2 + STEM).max(NARROWEST / 3);
    let options = Options::new(room)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    (end, textwrap::fill(&words.replace('\n', " "), options))
}
