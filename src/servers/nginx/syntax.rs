//! The words and blocks of a configuration (src/core/ngx_conf_file.c, `ngx_conf_read_token`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_while, take_while1};
use nom::combinator::{opt, recognize};
use nom::multi::many0_count;
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

use crate::source::Span;

/// The most bytes that a word or a comment may have (`NGX_CONF_BUFFER`).
const BUFFER: usize = 4096;

/// One word of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word without its quotes and backslashes.
    pub(super) value: Vec<u8>,
    /// Where it stands, quotes included.
    pub(super) span: Span,
}

/// What the server reads in one go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Words, and the `;` or `{` behind them.
    Statement {
        /// At least one.
        words: Vec<Word>,
        /// Whether a `{` ends it.
        opens: bool,
    },
    /// A `}`.
    Close(Span),
    /// The end of the file.
    End,
}

/// Text that is no configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The server's own words.
    pub(super) message: String,
    /// Where.
    pub(super) span: Span,
}

/// Reads the token at an offset; gives the offset behind it.
///
/// # Errors
/// The server reads no further.
pub(super) fn token(whole: &[u8], at: usize) -> Result<(usize, Token), Fault> {
    let reader = Reader { whole };
    let mut rest = whole.get(at..).unwrap_or_default();
    let mut words = Vec::new();
    loop {
        rest = reader.skip(rest)?;
        match rest {
            [] if words.is_empty() => return Ok((whole.len(), Token::End)),
            [] => return Err(reader.cut_off()),
            [end @ (b';' | b'{'), behind @ ..] if !words.is_empty() => {
                return Ok((reader.offset(behind), Token::Statement { words, opens: *end == b'{' }));
            }
            [b'}', behind @ ..] if words.is_empty() => {
                let end = reader.offset(behind);
                return Ok((end, Token::Close(Span::new(end - 1, end))));
            }
            [mark @ (b';' | b'{' | b'}'), ..] => return Err(reader.unexpected(rest, *mark)),
            [quote @ (b'"' | b'\''), ..] => rest = reader.quoted(rest, *quote, &mut words)?,
            _ => rest = reader.bare(rest, &mut words)?,
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn blanks(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(is_blank)(input)
}

fn comment(input: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize(pair(tag("#"), take_till(|byte| byte == b'\n'))).parse(input)
}

/// A backslash takes the meaning from the next byte; behind a `$`, `{` opens nothing.
fn bare(input: &[u8]) -> IResult<&[u8], usize> {
    let escape = recognize((tag("\\"), opt(take(1_usize))));
    let variable = recognize((tag("$"), take_while(|byte| byte == b'{')));
    let plain = take_while1(|byte| !is_blank(byte) && !matches!(byte, b';' | b'{' | b'\\' | b'$'));
    many0_count(alt((escape, variable, plain))).parse(input)
}

/// The text up to the quote that closes it.
fn inside(quote: u8) -> impl Fn(&[u8]) -> IResult<&[u8], &[u8]> {
    move |input| {
        let escape = recognize((tag("\\"), opt(take(1_usize))));
        let plain = take_while1(move |byte| byte != quote && byte != b'\\');
        recognize(many0_count(alt((escape, plain)))).parse(input)
    }
}

/// One piece of a word as it is stored: `\"`, `\'`, `\\`, `\t`, `\r`, `\n`, or bytes that stay.
fn stored(raw: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        rest = match rest {
            [] => return value,
            [b'\\', kept @ (b'"' | b'\'' | b'\\'), behind @ ..] => {
                value.push(*kept);
                behind
            }
            [b'\\', letter @ (b't' | b'r' | b'n'), behind @ ..] => {
                value.push(match letter {
                    b't' => b'\t',
                    b'r' => b'\r',
                    _ => b'\n',
                });
                behind
            }
            [byte, behind @ ..] => {
                value.push(*byte);
                behind
            }
        };
    }
}

struct Reader<'s> {
    whole: &'s [u8],
}

impl<'s> Reader<'s> {
    fn offset(&self, rest: &[u8]) -> usize {
        self.whole.len() - rest.len()
    }

    /// Blanks and comments between words.
    fn skip(&self, mut rest: &'s [u8]) -> Result<&'s [u8], Fault> {
        loop {
            if let Ok((behind, _)) = blanks(rest) {
                rest = behind;
            } else if let Ok((behind, text)) = comment(rest) {
                if text.len() >= BUFFER && (text.len() > BUFFER || !behind.is_empty()) {
                    return Err(self.too_long(rest));
                }
                rest = behind;
            } else {
                return Ok(rest);
            }
        }
    }

    fn quoted(&self, start: &'s [u8], quote: u8, words: &mut Vec<Word>) -> Result<&'s [u8], Fault> {
        let body = start.get(1..).unwrap_or_default();
        let (behind, raw) = inside(quote)(body).map_err(|_| self.cut_off())?;
        if raw.len() + 1 >= BUFFER && body.len() > BUFFER {
            return Err(self.too_long(start));
        }
        let closed: IResult<&[u8], &[u8]> = preceded(take(1_usize), take(0_usize)).parse(behind);
        let (behind, _) = closed.map_err(|_| self.cut_off())?;
        let span = Span::new(self.offset(start), self.offset(behind));
        words.push(Word { value: stored(raw), span });
        match behind {
            [] => Err(self.cut_off()),
            [next, ..] if is_blank(*next) || matches!(next, b';' | b'{' | b')') => Ok(behind),
            [next, ..] => Err(self.unexpected(behind, *next)),
        }
    }

    fn bare(&self, start: &'s [u8], words: &mut Vec<Word>) -> Result<&'s [u8], Fault> {
        let (behind, _) = bare(start).map_err(|_| self.cut_off())?;
        let raw = start.get(..start.len() - behind.len()).unwrap_or_default();
        if raw.len() >= BUFFER && start.len() > BUFFER {
            return Err(self.too_long(start));
        }
        if behind.is_empty() {
            return Err(self.cut_off());
        }
        words.push(Word { value: stored(raw), span: Span::new(self.offset(start), self.offset(behind)) });
        Ok(behind)
    }

    fn unexpected(&self, rest: &[u8], mark: u8) -> Fault {
        let at = self.offset(rest);
        Fault { message: format!("unexpected \"{}\"", char::from(mark)), span: Span::new(at, at + 1) }
    }

    fn cut_off(&self) -> Fault {
        let message = "unexpected end of file, expecting \";\" or \"}\"".to_owned();
        Fault { message, span: Span::at(self.whole.len().saturating_sub(1)) }
    }

    fn too_long(&self, rest: &[u8]) -> Fault {
        let at = self.offset(rest);
        Fault { message: "too long parameter".to_owned(), span: Span::new(at, at + 1) }
    }
}
