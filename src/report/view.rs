//! A printable copy of a source with its secrets masked; no text, column or width of it tells how long a secret is.

use std::ops::Range;

use super::printable::{character, stand_in};
use crate::source::{Position, Source, Span};

/// What stands for a secret of any length.
const MASK: &str = "********";

/// The bytes that one character takes at most in UTF-8.
const WIDEST: usize = 4;

/// A source as reports may show it.
#[derive(Debug, Clone, Copy)]
pub struct View<'s> {
    source: &'s Source,
    secrets: &'s [Span],
}

/// A line of a view, cut to a number of columns, and where the marked bytes stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The line without its end.
    pub text: String,
    /// For each mark asked for, in that order, its bytes of `text`.
    pub marks: Vec<Range<usize>>,
}

/// Source bytes and what shows them.
struct Glyph {
    span: Span,
    text: String,
    columns: usize,
}

impl Glyph {
    fn new(span: Span, text: String) -> Self {
        let columns = textwrap::core::display_width(&text);
        Self { span, text, columns }
    }
}

impl<'s> View<'s> {
    /// The view of a source; with `show_secrets` nothing is masked and no position is changed.
    #[must_use]
    pub fn new(source: &'s Source, show_secrets: bool) -> Self {
        Self { source, secrets: if show_secrets { &[] } else { source.secrets() } }
    }

    /// The span as far as it tells nothing of a secret: what lies in or behind the first secret of its line is drawn
    /// back to where that secret begins; a span of which nothing is left marks one byte there.
    #[must_use]
    pub fn clip(&self, span: Span) -> Span {
        let length = self.source.bytes().len();
        let span = Span::new(span.start.min(length), span.end.min(length));
        let clipped = Span::new(self.before_secret(span.start), self.before_secret(span.end));
        if clipped.is_empty() && clipped != span { Span::new(clipped.start, clipped.start + 1) } else { clipped }
    }

    /// Line and column of the first byte of a clipped span and of the one behind its last.
    #[must_use]
    pub fn positions(&self, span: Span) -> (Position, Position) {
        let span = self.clip(span);
        (self.source.position(span.start), self.source.position(span.end))
    }

    /// The line on which the first mark begins, in at most `columns` columns around it. Marks are clipped to that line.
    #[must_use]
    pub fn excerpt(&self, marks: &[Span], columns: usize, unicode: bool) -> Excerpt {
        let marks: Vec<Span> = marks.iter().map(|mark| self.clip(*mark)).collect();
        let anchor = marks.first().map_or(0, |mark| mark.start);
        let line = self.source.line_span(self.source.position(anchor).line);
        let (mut glyphs, cut) = self.lead(line, anchor, columns, unicode);
        if cut {
            glyphs.insert(0, Glyph::new(Span::at(line.start), ellipsis(unicode)));
        }
        let taken: usize = glyphs.iter().map(|glyph| glyph.columns).sum();
        let (trail, cut) = self.trail(Span::new(anchor, line.end), columns.saturating_sub(taken), unicode);
        glyphs.extend(trail);
        if cut {
            glyphs.push(Glyph::new(Span::at(line.end), ellipsis(unicode)));
        }
        let marks = marks.iter().map(|mark| place(&glyphs, Span::new(mark.start, mark.end.min(line.end)))).collect();
        Excerpt { text: glyphs.into_iter().map(|glyph| glyph.text).collect(), marks }
    }

    /// What stands before the anchor, and whether some of it was left out. No secret is among it: marks are clipped.
    fn lead(&self, line: Span, anchor: usize, columns: usize, unicode: bool) -> (Vec<Glyph>, bool) {
        let from = anchor.saturating_sub(columns * WIDEST).max(line.start);
        let broken = self.source.slice(Span::new(from, anchor)).iter().take_while(|byte| (0x80..0xc0).contains(*byte));
        let from = if from == line.start { from } else { from + broken.take(WIDEST).count() };
        let mut glyphs = self.glyphs(Span::new(from, anchor), columns * (WIDEST + 1), unicode);
        let mut taken: usize = glyphs.iter().map(|glyph| glyph.columns).sum();
        if from == line.start && taken <= columns / 2 {
            return (glyphs, false);
        }
        let left_out = glyphs
            .iter()
            .take_while(|glyph| {
                let fits = taken <= columns / 4;
                taken -= glyph.columns;
                !fits
            })
            .count();
        glyphs.drain(..left_out);
        (glyphs, true)
    }

    /// What stands from the anchor on, and whether some of it was left out.
    fn trail(&self, span: Span, columns: usize, unicode: bool) -> (Vec<Glyph>, bool) {
        let mut glyphs = self.glyphs(span, columns + 1, unicode);
        let whole = glyphs.last().is_none_or(|glyph| glyph.span.end >= span.end);
        if whole && glyphs.iter().map(|glyph| glyph.columns).sum::<usize>() <= columns {
            return (glyphs, false);
        }
        let room = columns.saturating_sub(ellipsis(unicode).chars().count());
        let mut taken = 0;
        let fitting = glyphs
            .iter()
            .take_while(|glyph| {
                taken += glyph.columns;
                taken <= room
            })
            .count();
        glyphs.truncate(fitting);
        (glyphs, true)
    }

    /// The first `most` glyphs of a span within one line.
    fn glyphs(&self, span: Span, most: usize, unicode: bool) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        let mut at = span.start;
        while at < span.end && glyphs.len() < most {
            let next = self.secrets.get(self.secrets.partition_point(|secret| secret.end <= at));
            if let Some(secret) = next.filter(|secret| secret.start <= at) {
                let end = secret.end.min(span.end);
                glyphs.push(Glyph::new(Span::new(at, end), MASK.to_owned()));
                at = end;
            } else {
                let stop = next.map_or(span.end, |secret| secret.start.min(span.end));
                let end = stop.min(at + (most + 1) * WIDEST);
                self.plain_glyphs(Span::new(at, end), unicode, &mut glyphs);
                at = end;
            }
        }
        glyphs.truncate(most);
        glyphs
    }

    /// Adds the glyphs of bytes among which there is no secret.
    fn plain_glyphs(&self, span: Span, unicode: bool, glyphs: &mut Vec<Glyph>) {
        let mut at = span.start;
        for chunk in self.source.slice(span).utf8_chunks() {
            for found in chunk.valid().chars() {
                let text = if found == '\t' { "    ".to_owned() } else { character(found, unicode).to_string() };
                glyphs.push(Glyph::new(Span::new(at, at + found.len_utf8()), text));
                at += found.len_utf8();
            }
            for _ in chunk.invalid() {
                glyphs.push(Glyph::new(Span::new(at, at + 1), stand_in(unicode).to_string()));
                at += 1;
            }
        }
    }

    /// The offset, or where the first secret of its line begins if that is before it.
    fn before_secret(&self, offset: usize) -> usize {
        let line_start = offset + 1 - self.source.position(offset).column;
        let first = self.secrets.get(self.secrets.partition_point(|secret| secret.end <= line_start));
        first.map_or(offset, |secret| secret.start.max(line_start).min(offset))
    }
}

/// What stands for what was left out.
fn ellipsis(unicode: bool) -> String {
    if unicode { "…" } else { "..." }.to_owned()
}

/// Where a mark stands in the text of these glyphs; what was cut away counts as the edge.
fn place(glyphs: &[Glyph], mark: Span) -> Range<usize> {
    let width = |count: usize| glyphs.iter().take(count).map(|glyph| glyph.text.len()).sum::<usize>();
    let before = glyphs.iter().take_while(|glyph| glyph.span.end <= mark.start).count();
    let within = glyphs.iter().skip(before).take_while(|glyph| glyph.span.start < mark.end).count();
    width(before)..width(before + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8], secrets: &[(usize, usize)]) -> Source {
        let mut source = Source::new("f".into(), bytes.to_vec());
        source.set_secrets(secrets.iter().map(|(start, end)| Span::new(*start, *end)).collect());
        source
    }

    fn excerpt(source: &Source, mark: Span, columns: usize) -> (String, String) {
        let excerpt = View::new(source, false).excerpt(&[mark], columns, true);
        let marked = excerpt.text[excerpt.marks[0].clone()].to_owned();
        (excerpt.text, marked)
    }

    #[test]
    fn passwords_of_any_length_look_alike() {
        let seen = |secret: &str| {
            let text = format!("alice:{secret} # x");
            let source = source(text.as_bytes(), &[(6, 6 + secret.len())]);
            let view = View::new(&source, false);
            let spans =
                [(0, 4), (0, 8), (6, 6 + secret.len()), (6 + secret.len(), text.len()), (text.len(), text.len())];
            spans.map(|(start, end)| {
                let span = Span::new(start, end);
                (view.positions(span), view.excerpt(&[span], 60, true))
            })
        };
        assert_eq!(seen("abc"), seen("correct horse battery staple"));
        assert_eq!(seen("abc"), seen(&"x".repeat(10_000)));
        let (text, marks) = (&seen("abc")[2].1.text, &seen("abc")[2].1.marks);
        assert_eq!((text.as_str(), &text[marks[0].clone()]), ("alice:******** # x", "********"));
    }

    #[test]
    fn a_secret_may_be_shown_when_asked() {
        let source = source(b"alice:abc", &[(6, 9)]);
        let view = View::new(&source, true);
        assert_eq!(view.clip(Span::new(6, 9)), Span::new(6, 9));
        assert_eq!(view.excerpt(&[Span::new(6, 9)], 60, true).text, "alice:abc");
    }

    #[test]
    fn bytes_that_are_no_text_are_harmless_and_marks_stay_on_them() {
        let source = source(b"a\xffb\x1b[2J\rc\0d", &[]);
        let (text, marked) = excerpt(&source, Span::new(3, 4), 60);
        assert_eq!((text.as_str(), marked.as_str()), ("a\u{fffd}b␛[2J␍c␀d", "␛"));
        assert_eq!(View::new(&source, false).excerpt(&[Span::at(0)], 60, false).text, "a?b?[2J?c?d");
    }

    #[test]
    fn a_huge_line_is_cut_around_the_mark() {
        let mut bytes = "ä".repeat(1_000_000).into_bytes();
        bytes.extend(b"HERE");
        bytes.extend("認".repeat(1_000_000).into_bytes());
        let source = source(&bytes, &[]);
        let (text, marked) = excerpt(&source, Span::new(2_000_000, 2_000_004), 40);
        assert_eq!((marked.as_str(), textwrap::core::display_width(&text) <= 40), ("HERE", true));
        assert!(text.starts_with("…ä") && text.ends_with("認…"), "{text}");
    }

    #[test]
    fn a_mark_at_the_end_of_the_file_is_empty_behind_the_text() {
        let source = source(b"ab\ncd", &[]);
        let excerpt = View::new(&source, false).excerpt(&[Span::at(5)], 40, true);
        assert_eq!((excerpt.text.as_str(), excerpt.marks.first()), ("cd", Some(&(2..2))));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_and_any_marks_give_a_short_clean_line(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            secrets in proptest::collection::vec((0_usize..200, 0_usize..20), 0..4),
            start in 0_usize..220, length in 0_usize..50, columns in 10_usize..80,
        ) {
            let mut source = Source::new("f".into(), bytes);
            source.set_secrets(secrets.iter().map(|(at, long)| Span::new(*at, at + long)).collect());
            let view = View::new(&source, false);
            let excerpt = view.excerpt(&[Span::new(start, start + length), Span::at(start)], columns, true);
            assert!(!excerpt.text.contains(|found: char| found.is_control()));
            assert!(textwrap::core::display_width(&excerpt.text) <= columns + 1, "{excerpt:?}");
            for mark in excerpt.marks {
                assert!(excerpt.text.get(mark).is_some());
            }
            let (from, to) = view.positions(Span::new(start, start + length));
            assert!(from <= to);
        }
    }
}
