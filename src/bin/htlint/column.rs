//! A column of lines from a pipe, in constant memory whatever their length and number.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use zeroize::Zeroizing;

/// The most bytes of a line that are kept.
pub(crate) const MOST: usize = 1 << 20;

/// Lines that end at LF, the last one perhaps at the end.
pub(crate) struct Column<R> {
    input: BufReader<R>,
    line: Zeroizing<Vec<u8>>,
}

/// One line without its LF.
pub(crate) enum Line<'l> {
    /// All of it.
    Whole(&'l [u8]),
    /// Of more than [`MOST`] bytes; none was kept.
    TooLong,
}

impl<R: Read> Column<R> {
    /// The lines of a stream.
    pub(crate) fn new(input: R) -> Self {
        // Never grown, so that no copy of a secret is left behind.
        Self { input: BufReader::with_capacity(1 << 16, input), line: Zeroizing::new(Vec::with_capacity(MOST)) }
    }

    /// The next line; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let (mut began, mut too_long) = (false, false);
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() {
                break;
            }
            began = true;
            let end = memchr::memchr(b'\n', buffer);
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            too_long |= self.line.len() + part.len() > MOST;
            if !too_long {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        Ok(began.then_some(if too_long { Line::TooLong } else { Line::Whole(&self.line) }))
    }

    /// Whether the next line will have to be waited for, so that answers should not wait as well.
    pub(crate) fn is_drained(&self) -> bool {
        self.input.buffer().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths of the lines; `None` for one that is too long.
    fn lengths(input: impl Read) -> Vec<Option<usize>> {
        let mut column = Column::new(input);
        let mut lengths = Vec::new();
        while let Some(line) = column.next().unwrap() {
            lengths.push(match line {
                Line::Whole(line) => Some(line.len()),
                Line::TooLong => None,
            });
        }
        lengths
    }

    #[test]
    fn only_a_line_feed_ends_a_line() {
        assert_eq!(lengths(&b"a\r\n\nbc\0\n"[..]), [Some(2), Some(0), Some(3)]);
        assert_eq!(lengths(&b"a\nlast"[..]), [Some(1), Some(4)]);
        assert!(lengths(&b""[..]).is_empty());
    }

    #[test]
    fn a_giant_line_is_passed_over() {
        let most = u64::try_from(MOST).unwrap();
        let giant = |len| io::repeat(b'x').take(len).chain(&b"\nabc\n"[..]);
        assert_eq!(lengths(giant(most)), [Some(MOST), Some(3)]);
        assert_eq!(lengths(giant(most + 1)), [None, Some(3)]);
        assert_eq!(lengths(giant(most * 40)), [None, Some(3)]);
    }
}
