//! The ground floor: files as bytes, spans of bytes, and the one table that turns them into lines and columns.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use elsa::FrozenVec;

/// A half-open range of byte offsets in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte; never below `start`.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, not including, `end`; an `end` before `start` gives an empty span at `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// An empty span at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span holding both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the two share a byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same as a range, for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value and the bytes it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// Which of the loaded [`Sources`]; an index that only [`Sources::add`] makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(usize);

/// A span in a named file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `file`.
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

/// A line and column, both from 1; columns count bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1; a line ends at LF only, as httpd counts.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
}

/// One file as it was read: its path and its bytes, of whatever encoding.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    bytes: Vec<u8>,
    line_starts: OnceLock<Vec<usize>>,
    secrets: Vec<Span>,
}

impl Source {
    /// A source of these bytes; `path` is the name it is known by on this machine.
    #[must_use]
    pub fn new(path: PathBuf, bytes: Vec<u8>) -> Self {
        Self { path, bytes, line_starts: OnceLock::new(), secrets: Vec::new() }
    }

    /// The path it was read from on this machine.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of `span`; what lies outside the file is left out.
    #[must_use]
    pub fn slice(&self, span: Span) -> &[u8] {
        let end = span.end.min(self.bytes.len());
        self.bytes.get(span.start.min(end)..end).unwrap_or_default()
    }

    /// Line and column of a byte offset; an offset behind the end counts as the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        Position { line, column: offset - start + 1 }
    }

    /// The span of a line (from 1) without its LF; an empty span at the end for a line that is not there.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Span {
        let starts = self.line_starts();
        let Some(start) = line.checked_sub(1).and_then(|index| starts.get(index)).copied() else {
            return Span::at(self.bytes.len());
        };
        let end = starts.get(line).map_or(self.bytes.len(), |next| next - 1);
        Span::new(start, end)
    }

    /// The byte ranges no report may show, in order, not overlapping (see `report::view`).
    #[must_use]
    pub fn secrets(&self) -> &[Span] {
        &self.secrets
    }

    /// Sets the byte ranges no report may show; the caller is the reader that knows this kind of file.
    pub fn set_secrets(&mut self, mut secrets: Vec<Span>) {
        secrets.sort_unstable();
        self.secrets.clear();
        for span in secrets {
            match self.secrets.last_mut() {
                Some(last) if span.start <= last.end => *last = last.to(span),
                _ => self.secrets.push(span),
            }
        }
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', &self.bytes).map(|at| at + 1)).collect()
        })
    }
}

/// Every file read so far.
#[derive(Default)]
pub struct Sources {
    files: FrozenVec<Box<Source>>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.iter().map(|(_, source)| source.path())).finish()
    }
}

impl Sources {
    /// Takes a file in and names it. What was taken in before stays where it is: a server may read on while others look
    /// at what it has read.
    pub fn add(&self, source: Source) -> FileId {
        self.files.push(Box::new(source));
        FileId(self.files.len() - 1)
    }

    /// The file of that name; `None` only for an id of another `Sources`.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0)
    }

    /// The same, to change what may be shown of it.
    pub fn get_mut(&mut self, id: FileId) -> Option<&mut Source> {
        self.files.as_mut().get_mut(id.0).map(AsMut::as_mut)
    }

    /// The paths of these files, each once: a file may have been read for several servers.
    #[must_use]
    pub fn paths(&self, files: &BTreeSet<FileId>) -> BTreeSet<&Path> {
        files.iter().filter_map(|file| self.get(*file)).map(Source::path).collect()
    }

    /// All files with their names, in the order they were read.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(index, source)| (FileId(index), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_carriage_return_is_no_line_end() {
        let source = Source::new(PathBuf::from("f"), b"a\rb\nc".to_vec());
        assert_eq!(source.position(2), Position { line: 1, column: 3 });
        assert_eq!(source.position(4), Position { line: 2, column: 1 });
        assert_eq!(source.line_span(1), Span::new(0, 3));
        assert_eq!(source.line_span(2), Span::new(4, 5));
    }

    #[test]
    fn touching_secrets_become_one() {
        let mut source = Source::new(PathBuf::from("f"), b"abcdef".to_vec());
        source.set_secrets(vec![Span::new(3, 5), Span::new(0, 2), Span::new(2, 3)]);
        assert_eq!(source.secrets(), [Span::new(0, 5)]);
    }
}
