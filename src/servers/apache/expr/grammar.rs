//! The grammar of `util_expr_parse.y` over the scanner's words: `!` binds closer than `&&`, `&&` closer than `||`.

use super::fault::{Fault, FaultKind};
use super::names::{BinaryOperator, Function, Origin, UnaryOperator};
use super::regex::{Pattern, PatternFault};
use super::scan::{Scanner, Token};
use super::subnet::Subnet;
use super::tree::{Condition, Haystack, StringExpr, Word};
use crate::source::{Span, Spanned};

/// Nested parentheses, negations and functions that are looked at.
const DEEPEST: usize = 100;

/// Reads a string expression, `text` being the directive's word or words after config quoting; spans count from its
/// start.
///
/// # Errors
/// Where the server refuses the text, or where that cannot be told: see [`Fault::is_certain`].
pub fn parse_string(text: &[u8], origin: Origin) -> Result<StringExpr, Fault> {
    Scanner::new(text, origin).string().map(|word| StringExpr { word })
}

/// Reads a boolean expression: the argument of `<If>` after config quoting, or what [`super::require_expr_text`] leaves
/// of `Require expr`.
///
/// # Errors
/// Where the server refuses the text, or where that cannot be told: see [`Fault::is_certain`].
pub fn parse_condition(text: &[u8], origin: Origin) -> Result<Spanned<Condition>, Fault> {
    let scanner = Scanner::new(text, origin);
    let tokens = scanner.condition()?;
    let mut parser = Parser { rest: &tokens, end: scanner.len(), origin, depth: 0, undecided: None };
    let condition = parser.or()?;
    match (parser.rest, parser.undecided) {
        ([], None) => Ok(condition),
        ([], Some(fault)) => Err(fault),
        ([token, ..], _) => Err(Fault { offset: token.span.start, kind: FaultKind::Syntax }),
    }
}

struct Parser<'t, 's> {
    rest: &'t [Spanned<Token<'s>>],
    end: usize,
    origin: Origin,
    depth: usize,
    undecided: Option<Fault>,
}

type Parsed<T> = Result<T, Fault>;

impl<'t, 's> Parser<'t, 's> {
    fn or(&mut self) -> Parsed<Spanned<Condition>> {
        self.chain(Self::and, |token| matches!(token, Token::Or), Condition::Or)
    }

    fn and(&mut self) -> Parsed<Spanned<Condition>> {
        self.chain(Self::single, |token| matches!(token, Token::And), Condition::And)
    }

    fn chain(
        &mut self,
        part: fn(&mut Self) -> Parsed<Spanned<Condition>>,
        between: fn(&Token<'s>) -> bool,
        build: fn(Vec<Spanned<Condition>>) -> Condition,
    ) -> Parsed<Spanned<Condition>> {
        let first = part(self)?;
        let mut all = Vec::new();
        let mut span = first.span;
        while self.next_is(between) {
            let next = part(self)?;
            span = span.to(next.span);
            all.push(next);
        }
        if all.is_empty() {
            return Ok(first);
        }
        all.insert(0, first);
        Ok(Spanned::new(build(all), span))
    }

    fn single(&mut self) -> Parsed<Spanned<Condition>> {
        let Some((token, rest)) = self.rest.split_first() else {
            return self.unexpected();
        };
        let start = token.span;
        if let Token::Constant(constant) = token.value {
            self.rest = rest;
            return Ok(Spanned::new(Condition::Constant(constant), start));
        }
        if self.next_is(|token| matches!(token, Token::Not)) {
            let inner = self.deeper(Self::single)?;
            let span = start.to(inner.span);
            return Ok(Spanned::new(Condition::Not(Box::new(inner)), span));
        }
        if self.punctuation(b'(') {
            let inner = self.deeper(Self::or)?;
            self.expect(b')')?;
            return Ok(inner);
        }
        if let Token::Unary(letter) = token.value {
            self.rest = rest;
            let word = self.word()?;
            let span = start.to(word.span);
            return self.unary(letter, start, word).map(|condition| Spanned::new(condition, span));
        }
        self.comparison()
    }

    fn unary(&self, letter: &str, place: Span, word: Spanned<Word>) -> Parsed<Condition> {
        if letter == "R" {
            return subnet(&word).map(Condition::RemoteIn);
        }
        let operator = UnaryOperator::lookup(letter).map_err(|kind| Fault { offset: place.start, kind })?;
        Ok(Condition::Unary(operator, word))
    }

    fn comparison(&mut self) -> Parsed<Spanned<Condition>> {
        let left = self.word()?;
        let Some((token, rest)) = self.rest.split_first() else {
            return self.unexpected();
        };
        let start = left.span;
        let condition = match &token.value {
            Token::Compare(comparison) => {
                self.rest = rest;
                Condition::Compare(*comparison, left, self.word()?)
            }
            Token::Match { negated } => {
                self.rest = rest;
                Condition::Match(*negated, left, self.pattern()?)
            }
            Token::In => {
                self.rest = rest;
                Condition::In(left, self.haystack()?)
            }
            Token::Binary(name) => {
                self.rest = rest;
                let right = self.word()?;
                if name.eq_ignore_ascii_case("ipmatch") {
                    Condition::IpMatch(left, subnet(&right)?)
                } else {
                    let operator = BinaryOperator::lookup(name);
                    let operator = operator.map_err(|kind| Fault { offset: token.span.start, kind })?;
                    Condition::Binary(operator, left, right)
                }
            }
            Token::Word(_) | Token::Pattern { .. } | Token::Constant(_) | Token::Not | Token::And | Token::Or => {
                return self.unexpected();
            }
            Token::Concat | Token::Unary(_) | Token::Name(_) | Token::Punctuation(_) => return self.unexpected(),
        };
        Ok(Spanned::new(condition, Span::new(start.start, self.behind())))
    }

    fn pattern(&mut self) -> Parsed<Spanned<Pattern>> {
        let Some((Spanned { value: Token::Pattern { text, ignore_case }, span }, rest)) = self.rest.split_first()
        else {
            return self.unexpected();
        };
        self.rest = rest;
        let compiled = Pattern::compile(text, *ignore_case);
        match compiled {
            Ok(pattern) => Ok(Spanned::new(pattern, *span)),
            Err(PatternFault::Refused) => Err(Fault { offset: span.start, kind: FaultKind::Pattern }),
            Err(PatternFault::Undecided) => {
                self.undecided.get_or_insert(Fault { offset: span.start, kind: FaultKind::PatternUndecided });
                Ok(Spanned::new(Pattern::unknown(), *span))
            }
        }
    }

    fn haystack(&mut self) -> Parsed<Haystack> {
        if self.punctuation(b'{') {
            let mut words = vec![self.word()?];
            while self.punctuation(b',') {
                words.push(self.word()?);
            }
            self.expect(b'}')?;
            return Ok(Haystack::Words(words));
        }
        let (name, place, argument) = self.call()?;
        if name.eq_ignore_ascii_case("PeerExtList") {
            return Ok(Haystack::PeerExtList(argument));
        }
        Err(Fault { offset: place.start, kind: FaultKind::UnknownListFunction(name.to_owned()) })
    }

    fn word(&mut self) -> Parsed<Spanned<Word>> {
        let first = self.operand()?;
        let mut all = Vec::new();
        let mut span = first.span;
        while self.next_is(|token| matches!(token, Token::Concat)) {
            let next = self.operand()?;
            span = span.to(next.span);
            all.push(next);
        }
        if all.is_empty() {
            return Ok(first);
        }
        all.insert(0, first);
        Ok(Spanned::new(Word::Concat(all), span))
    }

    fn operand(&mut self) -> Parsed<Spanned<Word>> {
        if let Some((Spanned { value: Token::Word(word), span }, rest)) = self.rest.split_first() {
            self.rest = rest;
            return Ok(Spanned::new(word.clone(), *span));
        }
        let (name, place, argument) = self.call()?;
        let function = Function::lookup(name, self.origin).map_err(|kind| Fault { offset: place.start, kind })?;
        Ok(Spanned::new(Word::Call(function, Box::new(argument)), Span::new(place.start, self.behind())))
    }

    fn call(&mut self) -> Parsed<(&'s str, Span, Spanned<Word>)> {
        let Some((Spanned { value: Token::Name(name), span }, rest)) = self.rest.split_first() else {
            return self.unexpected();
        };
        self.rest = rest;
        self.expect(b'(')?;
        let argument = self.deeper(Self::word)?;
        self.expect(b')')?;
        Ok((name, *span, argument))
    }

    fn deeper<T>(&mut self, inner: fn(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(Fault { offset: self.here(), kind: FaultKind::TooDeep });
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn next_is(&mut self, wanted: fn(&Token<'s>) -> bool) -> bool {
        match self.rest.split_first() {
            Some((token, rest)) if wanted(&token.value) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn punctuation(&mut self, wanted: u8) -> bool {
        match self.rest.split_first() {
            Some((Spanned { value: Token::Punctuation(byte), .. }, rest)) if *byte == wanted => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, wanted: u8) -> Parsed<()> {
        if self.punctuation(wanted) { Ok(()) } else { self.unexpected() }
    }

    fn unexpected<T>(&self) -> Parsed<T> {
        Err(Fault { offset: self.here(), kind: FaultKind::Syntax })
    }

    fn here(&self) -> usize {
        self.rest.first().map_or(self.end, |token| token.span.start)
    }

    /// The end of what is read so far, blanks behind it included.
    fn behind(&self) -> usize {
        self.here()
    }
}

/// The network of `-R` and `-ipmatch`: one quoted text without variables (`subnet_parse_arg`).
fn subnet(word: &Spanned<Word>) -> Parsed<Subnet> {
    let fault = |kind| Fault { offset: word.span.start, kind };
    let Word::Text(text) = &word.value else {
        return Err(fault(FaultKind::SubnetNotConstant));
    };
    Subnet::parse(text).ok_or_else(|| fault(FaultKind::Subnet))
}
