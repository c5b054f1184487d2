//! Password and digest files as lighttpd's mod_authn_file cuts them (`mod_authn_file_htpasswd_get`,
//! `mod_authn_file_htdigest_get_loop`): lines end at LF, the file at its first NUL, nothing is trimmed but one CR.

use nom::bytes::complete::{tag, take_till};
use nom::combinator::opt;
use nom::sequence::terminated;
use nom::{IResult, Parser};

use super::password::{Entry, Oddity, UserFile};
use crate::source::{FileId, Span};

/// A longer line is passed over.
const LONGEST: usize = 1024;

/// A line of a digest file, `user:realm:digest[:userhash]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtdigestLine {
    /// The user.
    pub user: Box<[u8]>,
    /// The realm.
    pub realm: Box<[u8]>,
    /// The digest in hexadecimal. A secret.
    pub digest: Box<[u8]>,
    /// Where the name stands.
    pub user_span: Span,
    /// Where the line stands.
    pub span: Span,
}

/// A line that is long enough and not too long, and is no comment.
struct Line<'t> {
    text: &'t [u8],
    start: usize,
}

/// What the server sees of the file.
fn visible(bytes: &[u8]) -> &[u8] {
    let mut until = take_till::<_, _, nom::error::Error<&[u8]>>(|byte| byte == 0);
    until.parse(bytes).map_or(bytes, |(_, text)| text)
}

/// One line, and whether an LF ends it.
fn line(rest: &[u8]) -> IResult<&[u8], (&[u8], bool)> {
    let (rest, (text, end)) = (take_till(|byte| byte == b'\n'), opt(tag("\n"))).parse(rest)?;
    Ok((rest, (text, end.is_some())))
}

/// The text up to a colon; fails where there is none.
fn field(text: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_till(|byte| byte == b':'), tag(":")).parse(text)
}

fn without_cr(text: &[u8]) -> &[u8] {
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// Every line, those that are skipped among them, by a visitor.
fn each_line<'t>(bytes: &'t [u8], mut visit: impl FnMut(Line<'t>)) -> bool {
    let text = visible(bytes);
    let mut rest = text;
    let mut ended = true;
    while !rest.is_empty() {
        let start = text.len() - rest.len();
        let Ok((behind, (line, end))) = line(rest) else { break };
        ended = end;
        visit(Line { text: line, start });
        rest = behind;
    }
    ended
}

fn is_skipped(text: &[u8]) -> bool {
    matches!(text, [] | [b'\r' | b'#', ..])
}

/// Reads a file of passwords or hashes.
#[must_use]
pub fn read_lighttpd(file: FileId, bytes: &[u8]) -> UserFile {
    let (mut entries, mut oddities) = (Vec::new(), Vec::new());
    let mut last = None;
    let ended = each_line(bytes, |line| {
        let span = Span::new(line.start, line.start + line.text.len());
        last = Some(span);
        if line.text.starts_with(b"#") {
            oddities.extend(commented(line.text, span));
        } else if line.text.len() > LONGEST {
            oddities.push(Oddity::TooLong { span, limit: LONGEST, lost: names(line.text) });
        } else if !is_skipped(line.text) {
            match field(line.text) {
                Ok((stored, user)) => entries.push(Entry {
                    user: user.into(),
                    stored: without_cr(stored).into(),
                    rest: Box::default(),
                    user_span: Span::new(line.start, line.start + user.len()),
                    span,
                }),
                Err(_) => oddities.push(Oddity::NoColon { span, remark: is_remark(line.text) }),
            }
        }
    });
    let nul = visible(bytes).len();
    if nul < bytes.len() {
        oddities.push(Oddity::Nul { span: Span::new(nul, nul + 1) });
    } else if let Some(span) = last.filter(|span| !ended && !span.is_empty()) {
        oddities.push(Oddity::NoFinalNewline { span });
    }
    UserFile::of(file, bytes, entries, oddities)
}

fn is_remark(text: &[u8]) -> bool {
    [&b"//"[..], b";", b"--", b"!", b"/*", b"*", b"<"].iter().any(|mark| text.starts_with(mark))
}

fn names(text: &[u8]) -> Vec<Box<[u8]>> {
    field(text).map(|(_, user)| vec![user.into()]).unwrap_or_default()
}

/// A comment that has the shape of an entry.
fn commented(text: &[u8], span: Span) -> Option<Oddity> {
    let (stored, user) = field(text.get(1..)?).ok()?;
    let one_word = !user.is_empty() && !user.iter().any(|byte| crate::lines::is_blank(*byte));
    let (user, stored) = (user.into(), without_cr(stored).into());
    one_word.then_some(Oddity::CommentedEntry { user, stored, span })
}

/// Reads a digest file; lines of another shape are passed over.
#[must_use]
pub fn htdigest_lines(bytes: &[u8]) -> Vec<HtdigestLine> {
    let mut lines = Vec::new();
    each_line(bytes, |line| {
        if is_skipped(line.text) || line.text.len() > LONGEST {
            return;
        }
        let Ok((behind, (user, realm))) = (field, field).parse(line.text) else { return };
        // What stands behind a fourth colon names the user in another way.
        let digest = field(behind).map_or(behind, |(_, digest)| digest);
        lines.push(HtdigestLine {
            user: user.into(),
            realm: realm.into(),
            digest: without_cr(digest).into(),
            user_span: Span::new(line.start, line.start + user.len()),
            span: Span::new(line.start, line.start + line.text.len()),
        });
    });
    lines
}
