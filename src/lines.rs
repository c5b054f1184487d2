//! Logical lines as httpd cuts them, for its configuration and its password and group files alike
//! (server/util.c, `ap_cfg_getline_core` and `cfg_trim_line`): each keeps the way back to the bytes it came from.

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_until};
use nom::combinator::{opt, rest};
use nom::{IResult, Parser};

use crate::source::Span;

/// The most bytes a logical line may hold before its blanks are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineLimit {
    /// For a line that ends in LF, which is not counted.
    pub ended: usize,
    /// For a last line without LF.
    pub open: usize,
    /// Whether the buffer grows while a line is read, and only the whole line is measured, without the backslashes
    /// at which its parts were joined (server/util.c, `ap_varbuf_cfg_getline`).
    pub grows: bool,
}

impl LineLimit {
    /// A per-directory file: one buffer of `HUGE_STRING_LEN` (server/config.c, `ap_build_config`).
    pub const PER_DIRECTORY: Self = Self { ended: 8191, open: 8192, grows: true };
    /// A password file: one buffer of `MAX_STRING_LEN` (modules/aaa/mod_authn_file.c, `check_password`).
    pub const PASSWORDS: Self = Self { ended: 8190, open: 8190, grows: false };
    /// A group file or a main configuration: `VARBUF_MAX_LEN`.
    pub const LARGE: Self = Self { ended: 16 * 1024 * 1024, open: 16 * 1024 * 1024, grows: true };
}

/// Text that was put together from pieces of a source and still knows where each byte stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'s> {
    bytes: Cow<'s, [u8]>,
    /// Where pieces begin: offset in the text, and the bytes of the source; the first begins at 0.
    pieces: Vec<Piece>,
    start: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    at: usize,
    source: Span,
    /// A value that stands for the whole of `source`: its bytes have no places of their own.
    replaced: bool,
}

impl<'s> Text<'s> {
    /// Text that stands in the source as it is, from `start` on.
    #[must_use]
    pub fn literal(bytes: &'s [u8], start: usize) -> Self {
        Self { bytes: Cow::Borrowed(bytes), pieces: Vec::new(), start }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the bytes from `start` to `end` of the text stand in the source.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        if end <= start {
            return Span::at(self.locate(start, false));
        }
        Span::new(self.locate(start, false), self.locate(end - 1, true))
    }

    /// Where a part of [`Text::bytes`] stands in the source, told by its address; a foreign slice gives an empty span.
    #[must_use]
    pub fn span_of(&self, part: &[u8]) -> Span {
        let base = self.bytes.as_ptr().addr();
        let start = part.as_ptr().addr().wrapping_sub(base);
        if start > self.bytes.len() { Span::at(self.start) } else { self.span(start, start + part.len()) }
    }

    /// Adds a piece of the source as it stands there.
    pub fn push_literal(&mut self, bytes: &[u8], start: usize) {
        self.push(bytes, Span::new(start, start + bytes.len()), false);
    }

    /// Adds a value that stands for the bytes at `source`.
    pub fn push_replaced(&mut self, value: &[u8], source: Span) {
        self.push(value, source, true);
    }

    /// An empty text whose pieces are pushed one by one.
    #[must_use]
    pub fn empty(start: usize) -> Text<'static> {
        Text { bytes: Cow::Owned(Vec::new()), pieces: Vec::new(), start }
    }

    /// The same without the bytes before `start` and from `end` on.
    fn cut(mut self, start: usize, end: usize) -> Self {
        if self.pieces.is_empty() {
            self.start += start;
        }
        for piece in &mut self.pieces {
            let before = start.saturating_sub(piece.at);
            if !piece.replaced {
                piece.source = Span::new((piece.source.start + before).min(piece.source.end), piece.source.end);
            }
            piece.at = piece.at.saturating_sub(start);
        }
        let kept = self.pieces.iter().rposition(|piece| piece.at == 0).unwrap_or(0);
        self.pieces.drain(..kept);
        self.bytes = match self.bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(start..end).unwrap_or_default()),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(start..end).unwrap_or_default().to_vec()),
        };
        self
    }

    /// Drops the bytes from `end` on.
    fn truncate(&mut self, end: usize) {
        match &mut self.bytes {
            Cow::Borrowed(bytes) => *bytes = bytes.get(..end).unwrap_or(bytes),
            Cow::Owned(bytes) => bytes.truncate(end),
        }
    }

    fn push(&mut self, bytes: &[u8], source: Span, replaced: bool) {
        let at = self.bytes.len();
        if self.pieces.is_empty() && at > 0 {
            self.pieces.push(Piece { at: 0, source: Span::new(self.start, self.start + at), replaced: false });
        }
        if bytes.is_empty() && at > 0 {
            return;
        }
        self.pieces.push(Piece { at, source, replaced });
        self.bytes.to_mut().extend_from_slice(bytes);
    }

    /// The source offset of the byte at `offset`, or with `behind` the offset right behind it.
    fn locate(&self, offset: usize, behind: bool) -> usize {
        let extra = usize::from(behind);
        let index = self.pieces.partition_point(|piece| piece.at <= offset);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return self.start + offset + extra;
        };
        if piece.replaced {
            return if behind { piece.source.end } else { piece.source.start };
        }
        (piece.source.start + (offset - piece.at) + extra).min(piece.source.end.max(piece.source.start))
    }
}

/// One logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogicalLine<'s> {
    /// The text without the line end and without the blanks at both ends.
    pub text: Text<'s>,
    /// All its physical lines, without the last LF.
    pub span: Span,
    /// Where each physical line but the first begins.
    pub continued_at: Vec<usize>,
    /// Where a NUL cut it short: what follows up to the LF is dropped.
    pub cut_by_nul: Option<usize>,
    /// Whether it is longer than the reader takes; it is then the last one, and its text is not to be used.
    pub too_long: bool,
    /// Whether an LF ends it.
    pub ended: bool,
}

impl LogicalLine<'_> {
    /// Whether the reader skips it: empty, or its first character is `#`.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        self.text.bytes().first().is_none_or(|byte| *byte == b'#')
    }

    /// Whether it is a comment.
    #[must_use]
    pub fn is_comment(&self) -> bool {
        self.text.bytes().first() == Some(&b'#')
    }
}

/// The logical lines of a file, skipped ones included.
#[derive(Debug, Clone)]
pub struct LogicalLines<'s> {
    whole: &'s [u8],
    rest: &'s [u8],
    limit: LineLimit,
}

/// Cuts a file into logical lines. A line that is too long ends the reading, as it does in httpd.
#[must_use]
pub fn logical_lines(bytes: &[u8], limit: LineLimit) -> LogicalLines<'_> {
    LogicalLines { whole: bytes, rest: bytes, limit }
}

impl<'s> LogicalLines<'s> {
    fn offset(&self) -> usize {
        self.whole.len() - self.rest.len()
    }

    /// The next physical line without its LF, and whether it has one.
    fn physical(&mut self) -> (&'s [u8], bool) {
        let before = self.rest;
        match physical_line(before) {
            Ok((rest, (line, end))) => {
                self.rest = rest;
                (line, end.is_some())
            }
            Err(_) => {
                self.rest = &[];
                (before, false)
            }
        }
    }
}

impl<'s> Iterator for LogicalLines<'s> {
    type Item = LogicalLine<'s>;

    fn next(&mut self) -> Option<LogicalLine<'s>> {
        if self.rest.is_empty() {
            return None;
        }
        let start = self.offset();
        let mut line = LogicalLine {
            text: Text::literal(&[], start),
            span: Span::at(start),
            continued_at: Vec::new(),
            cut_by_nul: None,
            too_long: false,
            ended: false,
        };
        loop {
            let at = self.offset();
            let (raw, ended) = self.physical();
            let (_, visible) = before_nul(raw).unwrap_or((&[], raw));
            if visible.len() < raw.len() {
                line.cut_by_nul = Some(at + visible.len());
            }
            append(&mut line.text, visible, at);
            line.span = Span::new(start, at + raw.len());
            line.ended = ended;
            let length = line.text.bytes().len();
            line.too_long = length > if ended { self.limit.ended } else { self.limit.open };
            let whole = visible.len() == raw.len();
            let fits = self.limit.grows || !line.too_long;
            let kept = continuation(line.text.bytes()).filter(|_| ended && whole && fits);
            match kept {
                Some(kept) => {
                    line.text.truncate(kept);
                    line.too_long = kept > self.limit.open;
                    if self.rest.is_empty() {
                        break;
                    }
                    line.continued_at.push(self.offset());
                }
                None => break,
            }
        }
        if line.too_long {
            self.rest = &[];
        }
        let (from, to) = trimmed(line.text.bytes());
        line.text = line.text.cut(from, to);
        Some(line)
    }
}

fn append<'s>(text: &mut Text<'s>, bytes: &'s [u8], start: usize) {
    if text.bytes.is_empty() && text.pieces.is_empty() {
        *text = Text::literal(bytes, start);
    } else {
        text.push_literal(bytes, start);
    }
}

type PhysicalLine<'s> = (&'s [u8], Option<&'s [u8]>);

fn physical_line(input: &[u8]) -> IResult<&[u8], PhysicalLine<'_>> {
    (alt((take_until("\n"), rest)), opt(tag("\n"))).parse(input)
}

fn before_nul(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_till(|byte| byte == 0)(input)
}

/// The length that is kept of a line that goes on: without `\` or `\` CR at its end.
fn continuation(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.strip_suffix(b"\\").map(<[u8]>::len)
}

/// Whether C's `isspace` holds in the C locale.
#[must_use]
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

fn trimmed(line: &[u8]) -> (usize, usize) {
    let end = line.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |last| last + 1);
    let start = line.iter().position(|byte| !is_blank(*byte)).unwrap_or(0).min(end);
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(Vec<u8>, Span)> {
        logical_lines(bytes, LineLimit::PER_DIRECTORY).map(|line| (line.text.bytes().to_vec(), line.span)).collect()
    }

    #[test]
    fn a_backslash_at_the_line_end_joins_and_one_before_a_blank_does_not() {
        assert_eq!(
            lines(b"a \\\n  b\nc \\ \nd"),
            [
                (b"a   b".to_vec(), Span::new(0, 7)),
                (b"c \\".to_vec(), Span::new(8, 12)),
                (b"d".to_vec(), Span::new(13, 14)),
            ]
        );
    }

    #[test]
    fn a_carriage_return_before_the_line_end_is_a_blank() {
        assert_eq!(lines(b"a\\\r\nb\r\n"), [(b"ab".to_vec(), Span::new(0, 6))]);
    }

    #[test]
    fn a_backslash_at_the_end_of_the_file_stays() {
        assert_eq!(lines(b"a\\"), [(b"a\\".to_vec(), Span::new(0, 2))]);
    }

    #[test]
    fn spans_lead_back_over_a_join() {
        let source = b"Auth\\\nName  x";
        let line = logical_lines(source, LineLimit::PER_DIRECTORY).next().expect("a line");
        let text = &line.text;
        assert_eq!(text.bytes(), b"AuthName  x");
        assert_eq!(text.span(0, 8), Span::new(0, 10));
        assert_eq!(text.span_of(&text.bytes()[10..]), Span::new(12, 13));
    }

    #[test]
    fn a_nul_hides_the_rest_of_its_line() {
        assert_eq!(lines(b"ab\0cd\\\ne"), [(b"ab".to_vec(), Span::new(0, 6)), (b"e".to_vec(), Span::new(7, 8))]);
    }

    #[test]
    fn the_limit_counts_a_line_before_its_blanks_are_cut() {
        let fits = [b" ".repeat(8190), b"a\n".to_vec()].concat();
        assert!(!logical_lines(&fits, LineLimit::PER_DIRECTORY).any(|line| line.too_long));
        let longer = [b" ".repeat(8191), b"a\nb\n".to_vec()].concat();
        let read: Vec<_> = logical_lines(&longer, LineLimit::PER_DIRECTORY).collect();
        assert_eq!(read.len(), 1);
        assert!(read[0].too_long);
    }
}
