//! Words as httpd cuts them from a line (server/util.c, `ap_getword_conf` and `substring_conf`), and fields between colons
//! (`ap_getword` with `:`).

use std::borrow::Cow;

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_while};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::lines::is_blank;

/// One word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'t> {
    /// The word without its quotes and backslashes.
    pub value: Cow<'t, [u8]>,
    /// The bytes it was written with, quotes included; a part of the text it was cut from.
    pub raw: &'t [u8],
    /// The quote it stands in.
    pub quote: Option<u8>,
}

/// Cuts the next word and the blanks behind it off a text; fails at the end of the text.
///
/// # Errors
/// Only when nothing but blanks is left.
pub fn word(input: &[u8]) -> IResult<&[u8], Word<'_>> {
    delimited(blanks, alt((quoted(b"\""), quoted(b"'"), bare)), blanks).parse(input)
}

/// All words of a text.
#[must_use]
pub fn words(mut text: &[u8]) -> Vec<Word<'_>> {
    let mut all = Vec::new();
    while let Ok((rest, next)) = word(text) {
        all.push(next);
        text = rest;
    }
    all
}

/// The words that a provider of `Require` asks for: an empty one ends them (modules/aaa/mod_authz_user.c,
/// `user_check_authorization`, and its like in the other modules).
#[must_use]
pub fn asked_words(text: &[u8]) -> Vec<Word<'_>> {
    let mut all = words(text);
    let end = all.iter().position(|word| word.value.is_empty()).unwrap_or(all.len());
    all.truncate(end);
    all
}

/// The text up to the first `:`, and what follows all colons in a row; without a colon the rest is empty.
///
/// # Errors
/// Never.
pub fn field(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_till(|byte| byte == b':'), take_while(|byte| byte == b':')).parse(input)
}

/// Blanks, as many as there are.
///
/// # Errors
/// Never.
pub fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(is_blank)(input)
}

fn bare(input: &[u8]) -> IResult<&[u8], Word<'_>> {
    let (rest, raw) = verify(take_till(is_blank), |raw: &[u8]| !raw.is_empty()).parse(input)?;
    Ok((rest, Word { value: unescape(raw, None), raw, quote: None }))
}

fn quoted<'t>(quote: &'static [u8]) -> impl Parser<&'t [u8], Output = Word<'t>, Error = nom::error::Error<&'t [u8]>> {
    move |input: &'t [u8]| {
        let mark = quote.first().copied();
        let plain = |byte: u8| byte != b'\\' && Some(byte) != mark;
        let escape = preceded(tag(&b"\\"[..]), opt(alt((tag(&b"\\"[..]), tag(quote)))));
        let inside = recognize(many0_count(alt((
            recognize(escape),
            verify(take(1_usize), move |one: &[u8]| one.iter().all(|byte| plain(*byte))),
        ))));
        let (rest, inside) = delimited(tag(quote), inside, opt(tag(quote))).parse(input)?;
        let raw = input.get(..input.len() - rest.len()).unwrap_or_default();
        Ok((rest, Word { value: unescape(inside, mark), raw, quote: mark }))
    }
}

/// Takes the backslash off `\\`, and within quotes off the quote.
fn unescape(raw: &[u8], quote: Option<u8>) -> Cow<'_, [u8]> {
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let mut plain = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let escaped = byte == b'\\' && bytes.peek().is_some_and(|next| *next == b'\\' || Some(*next) == quote);
        plain.push(if escaped { bytes.next().unwrap_or(byte) } else { byte });
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        words(text.as_bytes()).iter().map(|word| String::from_utf8_lossy(&word.value).into_owned()).collect()
    }

    #[test]
    fn quotes_hold_blanks_and_what_follows_them_begins_a_new_word() {
        assert_eq!(values(r#""Staff"Only  'a b' c"#), ["Staff", "Only", "a b", "c"]);
    }

    #[test]
    fn a_missing_closing_quote_takes_the_rest() {
        assert_eq!(values(r#"a "b c"#), ["a", "b c"]);
    }

    #[test]
    fn backslashes_escape_themselves_and_the_quote_around_them() {
        assert_eq!(values(r#"C:\web\\x "a \" b \n \\" c\ d"#), [r"C:\web\x", r#"a " b \n \"#, r"c\", "d"]);
    }

    #[test]
    fn an_empty_quoted_word_is_a_word() {
        assert_eq!(values(r#""" x"#), ["", "x"]);
    }
}
