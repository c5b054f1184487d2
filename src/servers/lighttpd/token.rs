//! The words of a configuration file (configfile.c, `config_tokenizer`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_while, take_while1};
use nom::combinator::{peek, recognize, value, verify};
use nom::multi::{fold_many0, many0_count};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use crate::source::Span;

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `=~`
    Match,
    /// `!~`
    NoMatch,
    /// `=^`
    Prefix,
    /// `=$`
    Suffix,
}

/// A word's kind, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `=`
    Assign,
    /// `:=`
    ForceAssign,
    /// `+=`
    Append,
    /// `+`
    Plus,
    /// `=>`
    Arrow,
    /// `,` in a list.
    Comma,
    /// `(`
    OpenList,
    /// `)`
    CloseList,
    /// `{`
    OpenBlock,
    /// `}`
    CloseBlock,
    /// `[`
    OpenField,
    /// `]`
    CloseField,
    /// `$`
    Dollar,
    /// `==` and its kind, in a condition.
    Operator(Operator),
    /// A string, its quotes taken off.
    Text(Vec<u8>),
    /// Digits.
    Number(Vec<u8>),
    /// A name.
    Key(Vec<u8>),
    /// `HTTP` in `$HTTP["url"]`.
    Field(Vec<u8>),
    /// `include`
    Include,
    /// `include_shell`
    IncludeShell,
    /// `global`
    Global,
    /// `else`
    Else,
    /// One line end or many, with the comments between them.
    EndOfLine,
    /// Bytes that are no word; the server's own words.
    Bad(&'static str),
    /// The end of the file, or a NUL, which the server takes for it.
    End,
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// What the server remembers between words.
struct Tokenizer {
    in_key: bool,
    in_condition: bool,
    lists: usize,
    line_end_due: bool,
}

type Read<'t> = IResult<&'t [u8], Option<Kind>>;

/// All words of a file; the last one is [`Kind::End`] or [`Kind::Bad`].
#[must_use]
pub(super) fn tokens(bytes: &[u8]) -> Vec<Token> {
    let mut tokenizer = Tokenizer { in_key: true, in_condition: false, lists: 0, line_end_due: false };
    let mut tokens = Vec::new();
    let mut rest = bytes;
    loop {
        let start = bytes.len() - rest.len();
        let (behind, kind) = tokenizer.next(rest).unwrap_or((rest, Some(Kind::Bad("unreadable"))));
        let Some(kind) = kind else {
            rest = behind;
            continue;
        };
        let last = matches!(kind, Kind::Bad(_) | Kind::End);
        tokens.push(Token { kind, span: Span::new(start, bytes.len() - behind.len()) });
        if last {
            return tokens;
        }
        rest = behind;
    }
}

impl Tokenizer {
    /// One word, or nothing for bytes that say nothing.
    fn next<'t>(&mut self, rest: &'t [u8]) -> Read<'t> {
        if self.line_end_due {
            self.line_end_due = false;
            self.in_key = true;
            return Ok((rest, Some(Kind::EndOfLine)));
        }
        let Some(first) = rest.first() else {
            return Ok((rest, Some(Kind::End)));
        };
        match first {
            0 => Ok((rest, Some(Kind::End))),
            b' ' | b'\t' => nothing(take_while1(is_blank)).parse(rest),
            b'#' => nothing(comment).parse(rest),
            b'\r' | b'\n' => self.line_end(rest),
            b'"' => text(rest),
            b'=' | b'!' => self.equals(rest),
            b'}' => self.close_block(rest),
            b',' if self.lists == 0 => nothing(tag(",")).parse(rest),
            b'(' | b')' => self.parenthesis(rest),
            b'$' => {
                (self.in_condition, self.in_key) = (true, false);
                some(value(Kind::Dollar, tag("$"))).parse(rest)
            }
            b',' | b'+' | b':' | b'{' | b'[' | b']' => mark(rest),
            _ => self.word(rest),
        }
    }

    fn line_end<'t>(&mut self, rest: &'t [u8]) -> Read<'t> {
        let (rest, _) =
            many0_count(alt((tag("\r\n"), tag("\r"), tag("\n"), comment, take_while1(is_blank)))).parse(rest)?;
        if self.lists > 0 {
            return Ok((rest, None));
        }
        self.in_key = true;
        Ok((rest, Some(Kind::EndOfLine)))
    }

    fn equals<'t>(&mut self, rest: &'t [u8]) -> Read<'t> {
        if rest.starts_with(b"=") && self.lists > 0 {
            return bad(value(Kind::Arrow, tag("=>")), "use => for assignments in arrays", rest);
        }
        if self.in_condition {
            let operator = alt((
                value(Operator::Equal, tag("==")),
                value(Operator::Match, tag("=~")),
                value(Operator::Prefix, tag("=^")),
                value(Operator::Suffix, tag("=$")),
                value(Operator::Unequal, tag("!=")),
                value(Operator::NoMatch, tag("!~")),
            ));
            let (rest, kind) = bad(operator.map(Kind::Operator), "no operator of a condition", rest)?;
            (self.in_key, self.in_condition) = (true, false);
            return Ok((rest, kind));
        }
        let assign = verify(value(Kind::Assign, tag("=")), |_| self.in_key);
        bad(assign, "unexpected equal-sign or exclamation mark", rest)
    }

    fn parenthesis<'t>(&mut self, rest: &'t [u8]) -> Read<'t> {
        if rest.starts_with(b"(") {
            self.lists += 1;
            return some(value(Kind::OpenList, tag("("))).parse(rest);
        }
        let Some(lists) = self.lists.checked_sub(1) else {
            return Ok((rest, Some(Kind::Bad("a closing parenthesis without an opening one"))));
        };
        self.lists = lists;
        some(value(Kind::CloseList, tag(")"))).parse(rest)
    }

    /// What follows a `}` in its line stands as if it were in the next one.
    fn close_block<'t>(&mut self, rest: &'t [u8]) -> Read<'t> {
        let (rest, _) = (tag("}"), take_while(is_blank)).parse(rest)?;
        if rest.starts_with(b"#") {
            return some(value(Kind::CloseBlock, comment)).parse(rest);
        }
        self.line_end_due = !matches!(rest, [] | [b'\r' | b'\n', ..]);
        Ok((rest, Some(Kind::CloseBlock)))
    }

    fn word<'t>(&self, rest: &'t [u8]) -> Read<'t> {
        if self.in_condition {
            let field = take_while1(|byte: u8| byte.is_ascii_alphabetic() || byte == b'_');
            let field = before_more(field).map(|name: &[u8]| Kind::Field(name.to_vec()));
            return bad(field, "invalid character in condition", rest);
        }
        if rest.first().is_some_and(u8::is_ascii_digit) {
            let digits = take_while1(|byte: u8| byte.is_ascii_digit());
            return some(digits.map(|digits: &[u8]| Kind::Number(digits.to_vec()))).parse(rest);
        }
        // A no-break space in UTF-8 counts as a blank.
        if let Ok((rest, _)) = tag::<_, _, nom::error::Error<&[u8]>>(&b"\xc2\xa0"[..]).parse(rest) {
            return Ok((rest, None));
        }
        let key = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        bad(before_more(key).map(keyword), "invalid character in variable name", rest)
    }
}

fn keyword(name: &[u8]) -> Kind {
    match name {
        b"include" => Kind::Include,
        b"include_shell" => Kind::IncludeShell,
        b"global" => Kind::Global,
        b"else" => Kind::Else,
        _ => Kind::Key(name.to_vec()),
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn comment(rest: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize((tag("#"), take_till(|byte| matches!(byte, 0 | b'\r' | b'\n')))).parse(rest)
}

fn mark(rest: &[u8]) -> Read<'_> {
    let marks = alt((
        value(Kind::Comma, tag(",")),
        value(Kind::Append, tag("+=")),
        value(Kind::Plus, tag("+")),
        value(Kind::ForceAssign, tag(":=")),
        value(Kind::OpenBlock, tag("{")),
        value(Kind::OpenField, tag("[")),
        value(Kind::CloseField, tag("]")),
    ));
    bad(marks, "unexpected character ':'", rest)
}

/// A string; a backslash takes its meaning from a quote behind it, and from nothing else.
fn text(rest: &[u8]) -> Read<'_> {
    let escaped = preceded(tag("\\"), peek(tag("\""))).and(tag("\"")).map(|(_, quote): (&[u8], &[u8])| quote);
    let plain = verify(take(1_usize), |byte: &[u8]| !matches!(byte, b"\"" | b"\0"));
    let pieces = fold_many0(alt((escaped, plain)), Vec::new, |mut text: Vec<u8>, piece: &[u8]| {
        text.extend(piece);
        text
    });
    bad(preceded(tag("\""), terminated(pieces, tag("\""))).map(Kind::Text), "missing closing quote", rest)
}

/// A name that something follows: at the very end of the file the server takes it for broken.
fn before_more<'t>(
    name: impl Parser<&'t [u8], Output = &'t [u8], Error = nom::error::Error<&'t [u8]>>,
) -> impl Parser<&'t [u8], Output = &'t [u8], Error = nom::error::Error<&'t [u8]>> {
    terminated(name, peek(verify(take(1_usize), |next: &[u8]| next != b"\0")))
}

fn nothing<'t>(
    skipped: impl Parser<&'t [u8], Output = &'t [u8], Error = nom::error::Error<&'t [u8]>>,
) -> impl Parser<&'t [u8], Output = Option<Kind>, Error = nom::error::Error<&'t [u8]>> {
    skipped.map(|_| None)
}

fn some<'t>(
    word: impl Parser<&'t [u8], Output = Kind, Error = nom::error::Error<&'t [u8]>>,
) -> impl Parser<&'t [u8], Output = Option<Kind>, Error = nom::error::Error<&'t [u8]>> {
    word.map(Some)
}

/// The word, or the server's complaint at its place.
fn bad<'t>(
    mut word: impl Parser<&'t [u8], Output = Kind, Error = nom::error::Error<&'t [u8]>>,
    complaint: &'static str,
    rest: &'t [u8],
) -> Read<'t> {
    match word.parse(rest) {
        Ok((rest, kind)) => Ok((rest, Some(kind))),
        Err(_) => Ok((rest, Some(Kind::Bad(complaint)))),
    }
}
