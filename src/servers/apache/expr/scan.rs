//! The scanner: text to words and operators, with every state of `util_expr_scan.l` as one parser.

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_while, take_while_m_n, take_while1};
use nom::character::complete::{char, one_of};
use nom::combinator::{consumed, opt, peek, recognize, value, verify};
use nom::error::ErrorKind;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::fault::{Fault, FaultKind};
use super::names::{Function, Origin, Variable};
use super::tree::{Comparison, Word};
use crate::source::{Span, Spanned};

/// One word of a condition.
#[derive(Debug, Clone)]
pub(super) enum Token<'s> {
    Word(Word),
    Pattern { text: &'s [u8], ignore_case: bool },
    Constant(bool),
    Not,
    And,
    Or,
    Concat,
    In,
    Match { negated: bool },
    Compare(Comparison),
    Unary(&'s str),
    Binary(&'s str),
    Name(&'s str),
    Punctuation(u8),
}

/// Pieces and patterns of this length do not fit the server's buffers (`MAX_STRING_LEN`).
const TOO_LONG: usize = 8192;
/// Functions within functions that are looked at.
const DEEPEST: usize = 60;

/// An error at the bytes that are left.
#[derive(Debug)]
pub(super) struct At<'s>(&'s [u8], FaultKind);

impl<'s> nom::error::ParseError<&'s [u8]> for At<'s> {
    fn from_error_kind(rest: &'s [u8], _kind: ErrorKind) -> Self {
        Self(rest, FaultKind::Character)
    }

    fn append(_rest: &'s [u8], _kind: ErrorKind, other: Self) -> Self {
        other
    }
}

type Scan<'s, T> = IResult<&'s [u8], T, At<'s>>;

fn stop<'s, T>(rest: &'s [u8], kind: FaultKind) -> Scan<'s, T> {
    Err(nom::Err::Failure(At(rest, kind)))
}

/// One text under the scanner.
pub(super) struct Scanner<'s> {
    whole: &'s [u8],
    origin: Origin,
}

impl<'s> Scanner<'s> {
    /// A C string ends at its first NUL.
    pub(super) fn new(text: &'s [u8], origin: Origin) -> Self {
        let ended: Scan<'s, &'s [u8]> = take_till(|byte| byte == 0).parse(text);
        Self { whole: ended.map_or(text, |(_, whole)| whole), origin }
    }

    /// How many bytes are scanned.
    pub(super) fn len(&self) -> usize {
        self.whole.len()
    }

    /// All of it as words of a condition.
    pub(super) fn condition(&self) -> Result<Vec<Spanned<Token<'s>>>, Fault> {
        let mut tokens = Vec::new();
        let mut rest = self.whole;
        loop {
            let start: Scan<'s, &'s [u8]> = take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).parse(rest);
            rest = start.map_or(rest, |(rest, _)| rest);
            if rest.is_empty() {
                return Ok(tokens);
            }
            let (behind, token) = self.token(rest).map_err(|error| self.fault(error))?;
            tokens.extend(token.map(|token| self.spanned(rest, behind, token)));
            rest = behind;
        }
    }

    /// All of it as a string expression.
    pub(super) fn string(&self) -> Result<Spanned<Word>, Fault> {
        let (rest, pieces) = self.pieces(self.whole, State::Whole, 0).map_err(|error| self.fault(error))?;
        Ok(self.spanned(self.whole, rest, joined(pieces)))
    }

    fn fault(&self, error: nom::Err<At<'s>>) -> Fault {
        match error {
            nom::Err::Error(At(rest, kind)) | nom::Err::Failure(At(rest, kind)) => {
                Fault { offset: self.whole.len() - rest.len(), kind }
            }
            nom::Err::Incomplete(_) => Fault { offset: self.whole.len(), kind: FaultKind::Syntax },
        }
    }

    fn spanned<T>(&self, from: &[u8], to: &[u8], value: T) -> Spanned<T> {
        let whole = self.whole.len();
        Spanned::new(value, Span::new(whole - from.len(), whole - to.len()))
    }

    /// The longest word that fits; a pattern that never ends is no word at all, so `true /x` is just `true`.
    fn token(&self, rest: &'s [u8]) -> Scan<'s, Option<Token<'s>>> {
        let quoted = |rest| self.quoted(rest);
        let variable = |rest| self.variable(rest, 0);
        let number = recognize((opt(char('-')), take_while1(|byte: u8| byte.is_ascii_digit())));
        alt((
            quoted.map(Token::Word).map(Some),
            variable.map(Token::Word).map(Some),
            backref.map(Token::Word).map(Some),
            pattern,
            operator.map(Some),
            number.map(|digits: &[u8]| Some(Token::Word(Word::Digits(digits.to_vec())))),
            name.map(|name| Some(keyword(name))),
            one_of("(){},:").map(|byte| u8::try_from(byte).ok().map(Token::Punctuation)),
        ))
        .parse(rest)
    }

    fn quoted(&self, rest: &'s [u8]) -> Scan<'s, Word> {
        let (rest, quote) = alt((char('"'), char('\''))).parse(rest)?;
        let state = if quote == '"' { State::Quoted(b'"') } else { State::Quoted(b'\'') };
        let (rest, pieces) = self.pieces(rest, state, 0)?;
        Ok((rest, joined(pieces)))
    }

    /// The text of a string up to its end and over it, piece by piece.
    fn pieces(&self, mut rest: &'s [u8], state: State, depth: usize) -> Scan<'s, Vec<Spanned<Word>>> {
        let mut pieces = Vec::new();
        loop {
            let (behind, piece) = self.piece(rest, state, depth)?;
            pieces.extend(piece.map(|piece| self.spanned(rest, behind, piece)));
            rest = behind;
            match (rest, state) {
                ([], State::Whole) => return Ok((rest, pieces)),
                ([], State::Quoted(_) | State::Argument) => return stop(rest, FaultKind::Unterminated),
                ([byte, behind @ ..], State::Quoted(quote)) if *byte == quote => return Ok((behind, pieces)),
                ([b'}', behind @ ..], State::Argument) => return Ok((behind, pieces)),
                _ => {}
            }
        }
    }

    fn piece(&self, rest: &'s [u8], state: State, depth: usize) -> Scan<'s, Option<Word>> {
        alt((
            |rest| self.variable(rest, depth).map(|(rest, word)| (rest, Some(word))),
            backref.map(Some),
            |rest| text(rest, state),
        ))
        .parse(rest)
    }

    /// `%{NAME}` or `%{function:argument}`.
    fn variable(&self, rest: &'s [u8], depth: usize) -> Scan<'s, Word> {
        let (inside, _) = tag("%{").parse(rest)?;
        if depth > DEEPEST {
            return stop(inside, FaultKind::TooDeep);
        }
        let (behind, name) = opt(name).parse(inside)?;
        match (name, behind) {
            (Some(name), [b'}', behind @ ..]) => match Variable::lookup(name) {
                Ok(variable) => Ok((behind, Word::Variable(variable))),
                Err(kind) => stop(inside, kind),
            },
            (Some(name), [b':', argument @ ..]) => {
                let (behind, pieces) = self.pieces(argument, State::Argument, depth + 1)?;
                if pieces.is_empty() {
                    return stop(argument, FaultKind::Syntax);
                }
                let (from, to) = (argument.len(), behind.len() + 1);
                let whole = self.whole.len();
                let argument = Spanned::new(joined(pieces), Span::new(whole - from, whole - to));
                match Function::lookup(name, self.origin) {
                    Ok(function) => Ok((behind, Word::Call(function, Box::new(argument)))),
                    Err(kind) => stop(inside, kind),
                }
            }
            (None, [b'}' | b':', ..]) => stop(behind, FaultKind::Syntax),
            (_, []) => stop(behind, FaultKind::Unterminated),
            (_, [..]) => stop(behind, FaultKind::NameCharacter),
        }
    }
}

/// What a string is in: what ends it.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Whole,
    Quoted(u8),
    Argument,
}

/// Pieces as one word: a lone text stays one, which `-R` asks for.
fn joined(mut pieces: Vec<Spanned<Word>>) -> Word {
    match pieces.pop() {
        None => Word::Text(Vec::new()),
        Some(Spanned { value: Word::Text(text), .. }) if pieces.is_empty() => Word::Text(text),
        Some(last) => {
            pieces.push(last);
            Word::Concat(pieces)
        }
    }
}

/// Plain bytes and escapes up to what ends a piece; `None` where there are none.
fn text(mut rest: &[u8], state: State) -> Scan<'_, Option<Word>> {
    let mut bytes = Vec::new();
    loop {
        match rest {
            [] => break,
            [b'%', b'{', ..] | [b'$', b'0'..=b'9', ..] => break,
            [b'}', ..] if state == State::Argument => break,
            [byte, ..] if state == State::Quoted(*byte) => break,
            [b'\n', ..] => return stop(rest, FaultKind::Unterminated),
            [b'"' | b'\'', ..] if state == State::Argument => return stop(rest, FaultKind::Jammed),
            [b'\\', behind @ ..] => {
                let (behind, byte) = escape(behind)?;
                bytes.push(byte);
                rest = behind;
            }
            [byte, behind @ ..] => {
                bytes.push(*byte);
                rest = behind;
            }
        }
        if bytes.len() >= TOO_LONG {
            return stop(rest, FaultKind::TooLong);
        }
    }
    let piece = (!bytes.is_empty()).then(|| {
        let end = memchr::memchr(0, &bytes).unwrap_or(bytes.len());
        bytes.truncate(end);
        Word::Text(bytes)
    });
    Ok((rest, piece))
}

/// Behind a backslash.
fn escape(rest: &[u8]) -> Scan<'_, u8> {
    let (behind, digits) = take_while(|byte: u8| byte.is_ascii_digit()).parse(rest)?;
    if !digits.is_empty() {
        let octal = str::from_utf8(digits).ok().filter(|digits| digits.len() <= 3);
        return match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => Ok((behind, byte)),
            None => stop(rest, FaultKind::Escape),
        };
    }
    match rest {
        [] => stop(rest, FaultKind::Jammed),
        [b'n', behind @ ..] => Ok((behind, b'\n')),
        [b'r', behind @ ..] => Ok((behind, b'\r')),
        [b't', behind @ ..] => Ok((behind, b'\t')),
        [b'b', behind @ ..] => Ok((behind, 0x08)),
        [b'f', behind @ ..] => Ok((behind, 0x0c)),
        [byte, behind @ ..] => Ok((behind, *byte)),
    }
}

fn backref(rest: &[u8]) -> Scan<'_, Word> {
    let digit = preceded(char('$'), one_of("0123456789"));
    digit
        .map(|digit| Word::Backref(digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(0)))
        .parse(rest)
}

fn name(rest: &[u8]) -> Scan<'_, &str> {
    let first = take_while_m_n(1, 1, |byte: u8| byte.is_ascii_alphabetic());
    let more = take_while(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_');
    recognize((first, more)).map(|name| str::from_utf8(name).unwrap_or_default()).parse(rest)
}

/// `/.../` or `m#...#`, with `i` behind it or not; a name longer than `m_` is no pattern. No escape hides the delimiter.
fn pattern(rest: &[u8]) -> Scan<'_, Option<Token<'_>>> {
    let marked = preceded(char('m'), one_of("/#$%^,;:_?|-!.'\""));
    let name_wins = |word: &[u8]| word.len() <= 2;
    let long =
        |rest| verify(peek(opt(recognize(name))), move |found: &Option<&[u8]>| found.is_none_or(name_wins)).parse(rest);
    let (rest, delimiter) = alt((char('/'), preceded(long, marked))).parse(rest)?;
    let (behind, text) = take_till(|byte| char::from(byte) == delimiter).parse(rest)?;
    if text.len() >= TOO_LONG {
        return stop(rest, FaultKind::TooLong);
    }
    if behind.is_empty() {
        return Ok((behind, None));
    }
    let (behind, _) = take(1_usize).parse(behind)?;
    let (behind, flag) = opt(char('i')).parse(behind)?;
    Ok((behind, Some(Token::Pattern { text, ignore_case: flag.is_some() })))
}

fn operator(rest: &[u8]) -> Scan<'_, Token<'_>> {
    let dash = (char('-'), take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_'));
    let dashed =
        verify(consumed(dash), |(_, (_, word)): &(&[u8], (_, &[u8]))| !word.first().is_some_and(u8::is_ascii_digit));
    let signs = alt((
        value(Token::Match { negated: false }, tag("=~")),
        value(Token::Match { negated: true }, tag("!~")),
        value(Token::Compare(text_equal()), tag("==")),
        value(Token::Compare(text_equal()), tag("=")),
        value(Token::Compare(compare(false, true, false, true)), tag("!=")),
        value(Token::Compare(compare(false, true, true, false)), tag("<=")),
        value(Token::Compare(compare(false, true, false, false)), tag("<")),
        value(Token::Compare(compare(false, false, true, true)), tag(">=")),
        value(Token::Compare(compare(false, false, false, true)), tag(">")),
        value(Token::And, tag("&&")),
        value(Token::Or, tag("||")),
        value(Token::Not, tag("!")),
        value(Token::Concat, tag(".")),
    ));
    alt((signs, dashed.map(|(_, (_, word))| dashed_word(str::from_utf8(word).unwrap_or_default())))).parse(rest)
}

fn compare(numeric: bool, less: bool, equal: bool, greater: bool) -> Comparison {
    Comparison { numeric, less, equal, greater }
}

fn text_equal() -> Comparison {
    compare(false, false, true, false)
}

/// The integer comparisons, with a dash or, as mod_ssl's older language had them, without.
fn integer(word: &str) -> Option<Token<'static>> {
    Some(Token::Compare(match word {
        "eq" => compare(true, false, true, false),
        "ne" => compare(true, true, false, true),
        "lt" => compare(true, true, false, false),
        "le" => compare(true, true, true, false),
        "gt" => compare(true, false, false, true),
        "ge" => compare(true, false, true, true),
        "in" => return Some(Token::In),
        _ => return None,
    }))
}

fn dashed_word(word: &str) -> Token<'_> {
    integer(word).unwrap_or(if word.len() == 1 { Token::Unary(word) } else { Token::Binary(word) })
}

/// Names that are operators or constants; case matters.
fn keyword(word: &str) -> Token<'_> {
    match word {
        "true" => Token::Constant(true),
        "false" => Token::Constant(false),
        "not" => Token::Not,
        "and" => Token::And,
        "or" => Token::Or,
        _ => integer(word).unwrap_or(Token::Name(word)),
    }
}
