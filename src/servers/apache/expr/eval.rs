//! The value of an expression for one request, three-valued: `None` is "can't tell".

use std::borrow::Cow;
use std::net::IpAddr;

use super::facts::{Facts, Nothing, Table};
use super::fnmatch::{Fnmatch, fnmatch};
use super::function::pure;
use super::names::{BinaryOperator, Function, UnaryOperator, Variable};
use super::regex::{Groups, Pattern};
use super::tree::{Comparison, Condition, Haystack, StringExpr, Word};
use crate::source::Spanned;

/// The server gives up a value nested deeper (`AP_EXPR_MAX_RECURSION`).
const DEEPEST: usize = 20;

/// What `Require expr` makes of its argument: one pair of double quotes around all of it is dropped
/// (`expr_parse_config` of `mod_authz_core.c`).
#[must_use]
pub fn require_expr_text(argument: &[u8]) -> &[u8] {
    match argument {
        [b'"'] => b"",
        [b'"', inside @ .., b'"'] => inside,
        _ => argument,
    }
}

impl StringExpr {
    /// Its value; `None` if the facts do not tell it, or if the server's own evaluation fails (nested too deep).
    #[must_use]
    pub fn eval(&self, facts: &dyn Facts) -> Option<Vec<u8>> {
        if let Word::Text(text) = &self.word.value {
            return Some(text.clone());
        }
        let mut run = Run::new(facts);
        let value = run.word(&self.word.value, 0);
        run.finish(value)
    }

    /// The same with its value in place of what it is made of, where the facts tell it.
    #[must_use]
    pub fn settled(&self, facts: &dyn Facts) -> Option<StringExpr> {
        let value = Word::Text(self.eval(facts)?);
        Some(Self { word: Spanned { value, ..self.word } })
    }

    /// Its value if that does not depend on the request.
    #[must_use]
    pub fn constant(&self) -> Option<Cow<'_, [u8]>> {
        if let Word::Text(text) = &self.word.value {
            return Some(Cow::Borrowed(text));
        }
        self.eval(&Nothing).map(Cow::Owned)
    }

    /// Whether its value is the same for all requests.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.constant().is_some()
    }
}

impl Condition {
    /// Whether it holds; `None` if the facts do not tell, or if the server's own evaluation fails (nested too deep:
    /// `<If>` then counts as false, `Require expr` gives 500).
    #[must_use]
    pub fn eval(&self, facts: &dyn Facts) -> Option<bool> {
        let mut run = Run::new(facts);
        let value = run.condition(self, 0);
        run.finish(value)
    }
}

/// One evaluation: what `$0` to `$9` hold by now (`None`: can't tell), and whether the server would give up.
struct Run<'f> {
    facts: &'f dyn Facts,
    groups: Option<Groups>,
    too_deep: bool,
}

impl<'f> Run<'f> {
    fn new(facts: &'f dyn Facts) -> Self {
        Self { facts, groups: Some(Groups::new()), too_deep: false }
    }

    fn finish<T>(&self, value: Option<T>) -> Option<T> {
        value.filter(|_| !self.too_deep)
    }

    fn condition(&mut self, condition: &Condition, depth: usize) -> Option<bool> {
        self.too_deep |= depth >= DEEPEST;
        match condition {
            Condition::Constant(value) => Some(*value),
            Condition::Not(inner) => self.condition(&inner.value, depth).map(|value| !value),
            Condition::Or(all) => self.chain(all, true, depth),
            Condition::And(all) => self.chain(all, false, depth),
            Condition::Compare(comparison, left, right) => {
                let (left, right) = (self.word(&left.value, depth + 1), self.word(&right.value, depth + 1));
                Some(comparison.holds(&left?, &right?))
            }
            Condition::Match(negated, word, pattern) => {
                let subject = self.word(&word.value, depth + 1);
                self.find(&pattern.value, subject.as_deref()).map(|found| found != *negated)
            }
            Condition::In(needle, haystack) => self.within(needle, haystack, depth + 1),
            Condition::Unary(operator, word) => {
                let word = self.word(&word.value, depth + 1)?;
                self.unary(*operator, &word)
            }
            Condition::RemoteIn(subnet) => Some(subnet.holds(self.facts.remote()?)),
            Condition::Binary(operator, left, right) => {
                let (left, right) = (self.word(&left.value, depth + 1), self.word(&right.value, depth + 1));
                let pathname = *operator == BinaryOperator::Fnmatch;
                let how = Fnmatch { pathname, case_blind: *operator == BinaryOperator::Strcmatch };
                Some(fnmatch(&right?, &left?, how))
            }
            Condition::IpMatch(word, subnet) => {
                let word = self.word(&word.value, depth + 1)?;
                // Anything else goes to the resolver.
                let address: IpAddr = str::from_utf8(&word).ok()?.parse().ok()?;
                Some(subnet.holds(address))
            }
        }
    }

    /// `||` (decided by a true part) or `&&` (by a false one). What stands behind a part that cannot be told may or may
    /// not be looked at by the server, so the groups it sets are not known.
    fn chain(&mut self, all: &[Spanned<Condition>], decisive: bool, depth: usize) -> Option<bool> {
        let mut known = true;
        for part in all {
            let value = self.condition(&part.value, depth + 1);
            if !known {
                self.groups = None;
            }
            known &= value.is_some();
            if value == Some(decisive) {
                return value;
            }
        }
        known.then_some(!decisive)
    }

    /// The groups change only for a pattern that has some, and are emptied where it is not found.
    fn find(&mut self, pattern: &Pattern, subject: Option<&[u8]>) -> Option<bool> {
        let found = subject.and_then(|subject| pattern.find(subject));
        if pattern.groups > 0 {
            self.groups = found.as_ref().map(|found| found.clone().unwrap_or_default());
        }
        found.map(|found| found.is_some())
    }

    fn within(&mut self, needle: &Spanned<Word>, haystack: &Haystack, depth: usize) -> Option<bool> {
        let needle = self.word(&needle.value, depth)?;
        let words = match haystack {
            Haystack::Words(words) => words,
            // Without TLS there is no certificate.
            Haystack::PeerExtList(_) => return (self.facts.variable("HTTPS")? != b"on").then_some(false),
        };
        let mut known = true;
        for word in words {
            match self.word(&word.value, depth) {
                Some(word) if word == needle => return Some(true),
                word => known &= word.is_some(),
            }
        }
        known.then_some(false)
    }

    fn unary(&self, operator: UnaryOperator, word: &[u8]) -> Option<bool> {
        match operator {
            UnaryOperator::NotEmpty => Some(!word.is_empty()),
            UnaryOperator::Empty => Some(word.is_empty()),
            UnaryOperator::True => {
                let off = ["", "0", "off", "no", "false"];
                Some(!off.iter().any(|off| word.eq_ignore_ascii_case(off.as_bytes())))
            }
            UnaryOperator::File(letter) => self.facts.file(letter, word),
            UnaryOperator::Subrequest(_) => None,
        }
    }

    fn word(&mut self, word: &Word, depth: usize) -> Option<Vec<u8>> {
        self.too_deep |= depth >= DEEPEST;
        match word {
            Word::Text(text) | Word::Digits(text) => Some(text.clone()),
            Word::Variable(variable) => self.variable(variable),
            Word::Backref(number) => {
                self.groups.as_ref().map(|groups| groups.get(*number).cloned().unwrap_or_default())
            }
            Word::Concat(words) => {
                let parts: Vec<_> = words.iter().map(|word| self.word(&word.value, depth + 1)).collect();
                parts.into_iter().collect::<Option<Vec<_>>>().map(|parts| parts.concat())
            }
            Word::Call(function, argument) => {
                let argument = self.word(&argument.value, depth + 1)?;
                self.call(*function, &argument)
            }
        }
    }

    fn variable(&self, variable: &Variable) -> Option<Vec<u8>> {
        match variable {
            Variable::Core(name) => match header(name) {
                Some(header) => self.entry(Table::RequestHeaders, header.as_bytes()),
                None => self.facts.variable(name),
            },
            // `expr_var_fn` of `ssl_engine_vars.c`: empty on a connection without TLS.
            Variable::Ssl(name) => match self.facts.variable("HTTPS")?.as_slice() {
                b"off" => Some(Vec::new()),
                _ => self.facts.variable(name),
            },
            // A health check's own request aside, there is no body to show.
            Variable::HealthCheck(name) => (name != "HC_BODY").then(Vec::new),
        }
    }

    fn entry(&self, table: Table, name: &[u8]) -> Option<Vec<u8>> {
        self.facts.entry(table, name).map(Option::unwrap_or_default)
    }

    fn call(&self, function: Function, argument: &[u8]) -> Option<Vec<u8>> {
        match function {
            Function::Osenv => self.entry(Table::Process, argument),
            Function::Req => self.entry(Table::RequestHeaders, argument),
            Function::Resp => self.entry(Table::ResponseHeaders, argument),
            Function::Note => self.entry(Table::Notes, argument),
            Function::Reqenv => self.entry(Table::Environment, argument),
            Function::Env => self.first(&[Table::Notes, Table::Environment, Table::Process], argument),
            Function::Ssl => self.ssl(argument),
            Function::HealthCheck => (!argument.eq_ignore_ascii_case(b"BODY")).then(Vec::new),
            Function::File | Function::Filesize => None,
            Function::Tolower | Function::Toupper | Function::Escape | Function::Unescape | Function::Ldap => {
                pure(function, argument)
            }
            Function::Base64 | Function::Unbase64 | Function::Sha1 | Function::Md5 => pure(function, argument),
        }
    }

    fn first(&self, tables: &[Table], name: &[u8]) -> Option<Vec<u8>> {
        for table in tables {
            if let Some(value) = self.facts.entry(*table, name)? {
                return Some(value);
            }
        }
        Some(Vec::new())
    }

    /// `SSL(name)`: most of the server's variables by name, or nothing (`ssl_var_lookup`).
    fn ssl(&self, name: &[u8]) -> Option<Vec<u8>> {
        let name = str::from_utf8(name).ok()?;
        match Variable::lookup(name) {
            Ok(Variable::Ssl(name)) if name.starts_with("SSL_VERSION_") => None,
            Ok(Variable::Core(name)) if !SSL_LACKS.contains(&name) => self.variable(&Variable::Core(name)),
            Ok(Variable::Ssl(name)) => self.variable(&Variable::Ssl(name)),
            // `HTTP:name` and `ENV:name` stand for the header and the variable of that name.
            _ => match name.split_at_checked(5) {
                Some((prefix, header)) if prefix.eq_ignore_ascii_case("HTTP:") && !header.is_empty() => {
                    self.entry(Table::RequestHeaders, header.as_bytes())
                }
                _ => match name.split_at_checked(4) {
                    Some((prefix, variable)) if prefix.eq_ignore_ascii_case("ENV:") && !variable.is_empty() => {
                        self.first(&[Table::Notes, Table::Environment, Table::Process], variable.as_bytes())
                    }
                    _ => Some(Vec::new()),
                },
            },
        }
    }
}

/// Variables that `SSL(...)` does not know.
const SSL_LACKS: [&str; 16] = [
    "CONTENT_TYPE",
    "HANDLER",
    "REQUEST_LOG_ID",
    "SCRIPT_USER",
    "SCRIPT_GROUP",
    "DOCUMENT_URI",
    "LAST_MODIFIED",
    "CONTEXT_PREFIX",
    "CONTEXT_DOCUMENT_ROOT",
    "REQUEST_STATUS",
    "REMOTE_PORT",
    "IPV6",
    "CONN_LOG_ID",
    "CONN_REMOTE_ADDR",
    "HTTP2",
    "",
];

/// The header behind a variable (`req_header_header_names`).
fn header(variable: &str) -> Option<&'static str> {
    match variable {
        "HTTP_USER_AGENT" => Some("User-Agent"),
        "HTTP_PROXY_CONNECTION" => Some("Proxy-Connection"),
        "HTTP_REFERER" => Some("Referer"),
        "HTTP_COOKIE" => Some("Cookie"),
        "HTTP_FORWARDED" => Some("Forwarded"),
        "HTTP_HOST" => Some("Host"),
        "HTTP_ACCEPT" => Some("Accept"),
        _ => None,
    }
}

impl Comparison {
    fn holds(self, left: &[u8], right: &[u8]) -> bool {
        let order = if self.numeric { integer(left).cmp(&integer(right)) } else { left.cmp(right) };
        (order.is_lt() && self.less) || (order.is_eq() && self.equal) || (order.is_gt() && self.greater)
    }
}

/// The leading integer after blanks, 0 if there is none, kept within 64 bits (`apr_atoi64`).
fn integer(text: &[u8]) -> i64 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    };
    let step = |value: i64, byte: &u8| {
        let digit = i64::from(byte - b'0');
        let value = value.saturating_mul(10);
        if negative { value.saturating_sub(digit) } else { value.saturating_add(digit) }
    };
    digits.iter().take_while(|byte| byte.is_ascii_digit()).fold(0, step)
}
