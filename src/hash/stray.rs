//! Stored passwords that strayed to where none is looked for: no report may show them.

use nom::IResult;
use nom::bytes::complete::{take_till, take_while};

use super::scheme::Scheme;
use crate::source::Span;

/// The fewest bytes that are taken for one: a `$1$2` in a rewrite rule is none.
const LEAST: usize = 16;

/// Where stored passwords with a mark of their own (`$apr1$`, `{SHA}`) stand in a text, in order.
#[must_use]
pub fn strays(text: &[u8]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Ok((behind, length)) = stray(rest) {
        let Some(length) = length else { break };
        let end = text.len() - behind.len();
        if length > 0 {
            found.push(Span::new(end - length, end));
        }
        rest = behind;
    }
    found
}

/// A text with three dots for each of them.
#[must_use]
pub fn without_strays(text: &str) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for span in strays(text.as_bytes()) {
        shown.push_str(text.get(at..span.start).unwrap_or_default());
        shown.push('…');
        at = span.end;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}

/// What may be one from its first mark on, and how long it is if it is one, else 0; `None` at the end of the text.
fn stray(text: &[u8]) -> IResult<&[u8], Option<usize>> {
    let (marked, _) = take_till(is_mark)(text)?;
    let (behind, run) = take_while(|byte: u8| byte.is_ascii_alphanumeric() || b"$./+=,{}_-".contains(&byte))(marked)?;
    let known = !matches!(
        Scheme::of(run),
        Scheme::UnknownDollar | Scheme::Plain | Scheme::PlainTagged | Scheme::Ldap | Scheme::Empty
    );
    match marked.split_first() {
        None => Ok((marked, None)),
        Some(_) if known && run.len() >= LEAST => Ok((behind, Some(run.len()))),
        Some((_, next)) => Ok((next, Some(0))),
    }
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'$' | b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_found_wherever_it_stands() {
        assert_eq!(without_strays("users 'ann:$apr1$Ab3dEf7h$0123456789abcdefghijkl' x"), "users 'ann:…' x");
        assert_eq!(without_strays("[{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=], $$2y$$05$$0123456789abcdef"), "[…], $…");
        assert_eq!(strays(b"$5$x$"), []);
    }

    #[test]
    fn what_only_looks_like_one_stays() {
        for text in ["`$apr1$` and `{SHA}`", "$1$2/index.php", "{http.request.uri.path}", "${HOME_OF_THE_SERVER}", "a$"]
        {
            assert_eq!(without_strays(text), text);
        }
    }
}
