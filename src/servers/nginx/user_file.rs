//! The line of a password file that a login is compared with (src/http/modules/ngx_http_auth_basic_module.c,
//! `ngx_http_auth_basic_handler`).

use crate::source::Span;

/// The most bytes of a stored password (`NGX_HTTP_AUTH_BUF_SIZE`).
pub(super) const MOST: usize = 2048;

/// Where a line's name and stored password stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// The name.
    pub(super) user: Span,
    /// The stored password.
    pub(super) stored: Span,
    /// The whole line.
    pub(super) whole: Span,
}

/// The line that decides for a user: the first that begins with the name and a colon. A line that is nothing but the
/// beginning of the name hides the one behind it: the server has read its end already when it looks for the next.
pub(super) fn line_of(bytes: &[u8], user: &[u8]) -> Option<Line> {
    let mut start = 0;
    loop {
        let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let skipped = match rest {
            [b'\n', ..] => {
                start += 1;
                continue;
            }
            [b'#' | b'\r', ..] => 0,
            _ => {
                let same = rest.iter().zip(user).take_while(|(one, other)| one == other).count();
                if same == user.len() && rest.get(same) == Some(&b':') {
                    return Some(found(bytes, start, same));
                }
                same + 1
            }
        };
        let behind = rest.get(skipped..).unwrap_or_default();
        start += skipped + memchr::memchr(b'\n', behind)? + 1;
    }
}

fn found(bytes: &[u8], start: usize, length: usize) -> Line {
    let stored = start + length + 1;
    let rest = bytes.get(stored..).unwrap_or_default();
    let field = rest.iter().take(MOST).take_while(|byte| !matches!(byte, b'\n' | b'\r' | b':')).count();
    let line = rest.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
    Line {
        user: Span::new(start, start + length),
        stored: Span::new(stored, stored + field),
        whole: Span::new(start, stored + line),
    }
}

/// Every line that decides for the user that it names, in order.
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut all = Vec::new();
    let mut start = 0;
    for physical in bytes.split_inclusive(|byte| *byte == b'\n') {
        let name = physical.iter().take_while(|byte| !matches!(byte, b':' | b'\n')).count();
        let is_entry = physical.get(name) == Some(&b':') && name > 0 && !matches!(physical, [b'#' | b'\r', ..]);
        let user = physical.get(..name).unwrap_or_default();
        if is_entry && let Some(line) = line_of(bytes, user).filter(|line| line.user.start == start) {
            all.push(line);
        }
        start += physical.len();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored<'b>(bytes: &'b [u8], user: &str) -> Option<&'b [u8]> {
        line_of(bytes, user.as_bytes()).map(|line| &bytes[line.stored.range()])
    }

    #[test]
    fn the_first_line_of_a_name_decides() {
        assert_eq!(stored(b"a:1\nb:2:x\nb:3", "b"), Some(&b"2"[..]));
        assert_eq!(stored(b"#b:2\n b:3\nb:", "b"), Some(&b""[..]));
        assert_eq!(stored(b"a:1\rb:2\n", "b"), None);
    }

    #[test]
    fn a_line_that_is_only_the_start_of_the_name_hides_the_next() {
        assert_eq!(stored(b"ali\nalice:1\n", "alice"), None);
        assert_eq!(stored(b"alix\nalice:1\n", "alice"), Some(&b"1"[..]));
    }
}
