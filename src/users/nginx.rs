//! Password files as nginx reads them, a byte at a time (src/http/modules/ngx_http_auth_basic_module.c,
//! `ngx_http_auth_basic_handler`).

use nom::bytes::complete::{tag, take_till};
use nom::combinator::opt;
use nom::sequence::terminated;
use nom::{IResult, Parser};

use super::password::{Entry, Oddity, UserFile};
use crate::source::{FileId, Span};

/// The most bytes of a stored password (`NGX_HTTP_AUTH_BUF_SIZE`).
const MOST: usize = 2048;

/// Where a line's name and stored password stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NginxLine {
    /// The name.
    pub user: Span,
    /// The stored password.
    pub stored: Span,
    /// The whole line, without the CR or LF at its end.
    pub whole: Span,
}

/// What LF parts.
struct Row<'b> {
    text: &'b [u8],
    start: usize,
    ended: bool,
}

impl Row<'_> {
    /// Empty lines, and those that the server skips by their first byte.
    fn is_skipped(&self) -> bool {
        matches!(self.text, [] | [b'#' | b'\r', ..])
    }

    /// Whether the line is nothing but the beginning of a name: the server has read its end already when it finds that
    /// they differ, and so passes over the next line as well.
    fn hides_the_next(&self, user: &[u8]) -> bool {
        self.ended && !self.is_skipped() && user.starts_with(self.text)
    }
}

/// The line that begins here, with this name.
fn line_of(bytes: &[u8], start: usize, user: &[u8]) -> Option<NginxLine> {
    let stored = start + user.len() + 1;
    let behind = bytes.get(stored..)?;
    let most = behind.get(..MOST).unwrap_or(behind);
    Some(NginxLine {
        user: Span::new(start, start + user.len()),
        stored: Span::new(stored, stored + till(|byte| matches!(byte, b'\r' | b'\n' | b':'), most)),
        whole: Span::new(start, stored + till(|byte| matches!(byte, b'\r' | b'\n'), behind)),
    })
}

/// How many bytes come before one that fits.
fn till(ends: impl Fn(u8) -> bool, text: &[u8]) -> usize {
    let head: IResult<&[u8], &[u8]> = take_till(ends).parse(text);
    head.map_or(text.len(), |(_, head)| head.len())
}

fn name(text: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_till(|byte| byte == b':'), tag(":")).parse(text)
}

fn row(rest: &[u8]) -> IResult<&[u8], (&[u8], bool)> {
    let (rest, (text, end)) = (take_till(|byte| byte == b'\n'), opt(tag("\n"))).parse(rest)?;
    Ok((rest, (text, end.is_some())))
}

fn rows(bytes: &[u8]) -> impl Iterator<Item = Row<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let start = bytes.len() - rest.len();
        let (behind, (text, ended)) = row(rest).ok().filter(|_| !rest.is_empty())?;
        rest = behind;
        Some(Row { text, start, ended })
    })
}

/// The line that decides for a user: the first that begins with the name and a colon.
#[must_use]
pub fn nginx_line(bytes: &[u8], user: &[u8]) -> Option<NginxLine> {
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        // How much of the name was found before something else came, which the server has then read as well.
        let same = match first {
            b'#' | b'\r' | b'\n' => 0,
            _ => rest.iter().zip(user).take_while(|(one, other)| one == other).count(),
        };
        let start = bytes.len() - rest.len();
        let behind = rest.get(same..).unwrap_or_default();
        rest = match behind.split_first() {
            Some((b':', _)) if same == user.len() => return line_of(bytes, start, user),
            Some((b'\n', behind)) if same == 0 => behind,
            Some((_, behind)) => row(behind).map_or(&[], |(rest, _)| rest),
            None => &[],
        };
    }
    None
}

/// The whole file: the lines that the server comes to when it looks for the user that the line names, and what else is
/// worth a word.
#[must_use]
pub fn read_nginx(file: FileId, bytes: &[u8]) -> UserFile {
    let (mut entries, mut oddities) = (Vec::new(), Vec::new());
    let mut before: Vec<Row<'_>> = Vec::new();
    let mut unended = None;
    for row in rows(bytes) {
        let span = Span::new(row.start, row.start + row.text.len());
        unended = (!row.ended).then_some(span);
        if row.is_skipped() {
            before.clear();
            oddities.extend(commented(row.text, span));
            continue;
        }
        let Ok((_, user)) = name(row.text) else {
            oddities.push(Oddity::NoColon { span, remark: is_remark(row.text) });
            before.push(row);
            continue;
        };
        // A login needs a name.
        if user.is_empty() {
            before.clear();
            continue;
        }
        // Of several such lines one behind the other, each hides the next, which then hides none.
        let hiding = before.iter().rev().take_while(|row| row.hides_the_next(user)).count();
        entries.extend(line_of(bytes, row.start, user).filter(|_| hiding % 2 == 0).map(|line| entry(bytes, line)));
        before.clear();
    }
    oddities.extend(unended.map(|span| Oddity::NoFinalNewline { span }));
    UserFile::of(file, bytes, entries, oddities)
}

fn entry(bytes: &[u8], line: NginxLine) -> Entry {
    let slice = |span: Span| bytes.get(span.range()).unwrap_or_default();
    Entry {
        user: slice(line.user).into(),
        stored: slice(line.stored).into(),
        rest: slice(Span::new((line.stored.end + 1).min(line.whole.end), line.whole.end)).into(),
        user_span: line.user,
        span: line.whole,
    }
}

fn is_remark(text: &[u8]) -> bool {
    [&b"//"[..], b";", b"--", b"!", b"/*", b"*", b"<"].iter().any(|mark| text.starts_with(mark))
}

/// A comment that has the shape of an entry.
fn commented(text: &[u8], span: Span) -> Option<Oddity> {
    let (behind, user) = name(text.strip_prefix(b"#")?).ok()?;
    let one_word = !user.is_empty() && !user.iter().any(|byte| crate::lines::is_blank(*byte));
    let stored = behind.get(..till(|byte| matches!(byte, b'\r' | b':'), behind)).unwrap_or_default();
    one_word.then(|| Oddity::CommentedEntry { user: user.into(), stored: stored.into(), span })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored<'b>(bytes: &'b [u8], user: &str) -> Option<&'b [u8]> {
        nginx_line(bytes, user.as_bytes()).map(|line| &bytes[line.stored.range()])
    }

    #[test]
    fn the_first_line_of_a_name_decides() {
        assert_eq!(stored(b"a:1\nb:2:x\nb:3", "b"), Some(&b"2"[..]));
        assert_eq!(stored(b"#b:2\n b:3\nb:", "b"), Some(&b""[..]));
        assert_eq!(stored(b"a:1\rb:2\n", "b"), None);
    }

    #[test]
    fn the_lines_of_a_file_are_those_that_are_found_one_by_one() {
        let bytes = b"a:1\nab\nabc:2\nx\nx\nx:3\n#q:4\n:5\nb:6\r\na:7\nb";
        let sources = crate::source::Sources::default();
        let file = read_nginx(sources.add(crate::source::Source::new("f".into(), bytes.to_vec())), bytes);
        for entry in file.deciding() {
            let first = nginx_line(bytes, &entry.user).unwrap();
            assert_eq!(first.whole, entry.span);
        }
        assert_eq!(file.entries.len(), 4);
    }

    #[test]
    fn a_line_that_is_only_the_start_of_the_name_hides_the_next() {
        assert_eq!(stored(b"ali\nalice:1\n", "alice"), None);
        assert_eq!(stored(b"alix\nalice:1\n", "alice"), Some(&b"1"[..]));
    }
}
