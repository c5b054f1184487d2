//! Directives that have nothing to do with a login and yet can refuse their arguments or set what a rule asks for.

use nom::branch::alt;
use nom::character::complete::{char, none_of, one_of};
use nom::combinator::{all_consuming, opt};
use nom::multi::many0_count;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::contents::take_down;
use super::values::count;
use super::{alias, expires, headers, proxy, rewrite};
use crate::answer::{Because, Missing, Reason};
use crate::servers::apache::config::Set;
use crate::servers::apache::directives::find;
use crate::servers::apache::error_document::{ErrorDocument, is_url};
use crate::servers::apache::expr::{Pattern, PatternFault};
use crate::servers::apache::line::Directive;
use crate::servers::apache::options::{OptionSet, refused as refused_options};
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::servers::apache::secrets::displayed;
use crate::source::{Place, Spanned};

/// Statuses that have a line of their own (modules/http/http_protocol.c, `status_lines`).
const STATUSES: [std::ops::RangeInclusive<u16>; 13] = [
    100..=103,
    200..=208,
    226..=226,
    300..=305,
    307..=308,
    400..=417,
    421..=424,
    426..=426,
    428..=429,
    431..=431,
    451..=451,
    500..=508,
    510..=511,
];

impl Reader<'_> {
    /// Whatever is not about a login.
    pub(in crate::servers::apache) fn other(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: &[Spanned<Vec<u8>>],
        scope: &mut Scope,
    ) {
        let refused = match name {
            b"options" => {
                let allowed = scope.permit.as_ref().map_or(OptionSet::EVERY, |permit| permit.allowed.options);
                refused_options(&directive.words(), allowed)
            }
            b"errordocument" => self.error_document(directive, words, scope),
            b"authformloginrequiredlocation" => {
                scope.config.form_location = Some(Set::new((), directive.place()));
                None
            }
            b"sslrequiressl" => {
                scope.config.ssl_required = Some(directive.place());
                None
            }
            b"ssloptions" => {
                let strict = &mut scope.config.ssl_strict;
                for word in directive.words() {
                    match word.value.to_ascii_lowercase().as_slice() {
                        b"strictrequire" | b"+strictrequire" => *strict = Some(true),
                        b"-strictrequire" => *strict = Some(false),
                        _ => {}
                    }
                }
                None
            }
            b"setenvif" | b"setenvifnocase" if told(directive) < 2 => {
                Some(format!("Missing regular expression for {}", proper(name)))
            }
            b"setenvif" | b"setenvifnocase" if told(directive) < 3 => {
                Some(format!("Missing envariable expression for {}", proper(name)))
            }
            b"setenvif" | b"setenvifnocase" if directive.words().get(1).is_some_and(is_refused) => {
                Some(format!("{} regex could not be compiled.", proper(name)))
            }
            b"setenvif" | b"setenvifnocase" => None,
            // What the environment holds may be anything.
            _ if !directive.undefined.is_empty() => None,
            _ => refusal(directive, name, words, scope.host.is_none()),
        };
        match refused {
            Some(message) => self.refuse(directive, &directive.words(), message),
            None if self.is_unfit(directive, name, words, scope) => {}
            None if self.server_command(directive, name, words, scope) => {}
            None => take_down(directive, name, words, scope),
        }
    }
}

impl Reader<'_> {
    /// server/core.c, `set_error_document`.
    fn error_document(
        &mut self,
        directive: &Directive<'_>,
        words: &[Spanned<Vec<u8>>],
        scope: &mut Scope,
    ) -> Option<String> {
        let [code, target] = words else { return None };
        let status = u16::try_from(count(&code.value)).ok().filter(|status| is_status(*status));
        let Some(status) = status else {
            return Some(format!("Unsupported HTTP response code {}", displayed(&code.value, true)));
        };
        let documents = |scope: &mut Scope, document| scope.config.content.error_documents.push((status, document));
        if status == 401 && !ErrorDocument::is_text(&target.value) && is_url(&target.value) {
            return None;
        }
        if target.value.eq_ignore_ascii_case(b"default") {
            documents(scope, ErrorDocument::Text);
            return None;
        }
        let place = Place::new(directive.file, target.span);
        let parsed = self.parse_string(directive, &target.value, place, scope.origin())?;
        let text = ErrorDocument::is_text(&target.value);
        documents(scope, if text { ErrorDocument::Text } else { ErrorDocument::Elsewhere(parsed, directive.place()) });
        None
    }

    /// Notes that the module or the server refuses the words. A variable that nothing defines may be anything: then it is
    /// not known.
    fn is_unfit(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: &[Spanned<Vec<u8>>],
        scope: &mut Scope,
    ) -> bool {
        let unmet = self.unmet(directive, words, scope);
        let unmet = unmet.or_else(|| self.refused_by_the_server(directive, name, words, scope));
        let Some(message) = unmet else { return false };
        match directive.undefined.first() {
            Some(variable) => {
                let missing = Missing::Variable { name: variable.clone() };
                self.fault(Because::at(Reason::CannotTell { missing }, directive.place()));
            }
            None => self.refuse(directive, &directive.words(), message),
        }
        true
    }
}

/// The name as the server writes it.
fn proper(name: &[u8]) -> &'static str {
    find(name).first().map_or("", |row| row.name)
}

/// What the modules that parse their arguments themselves refuse.
fn refusal(directive: &Directive<'_>, name: &[u8], words: &[Spanned<Vec<u8>>], in_section: bool) -> Option<String> {
    let all = directive.words();
    // A directive that cuts its line itself was given no words.
    let words = if name.starts_with(b"proxypass") { all.as_slice() } else { words };
    let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
    match (name, plain.as_slice()) {
        (b"rewriterule", _) => rewrite::rule(directive.args()),
        (b"rewritecond", _) => rewrite::condition(directive.args()),
        (b"header" | b"requestheader", words) => headers::header(proper(name), words),
        (b"expiresbytype", [mime, code, ..]) => expires::by_type(mime, code),
        (b"expiresdefault", [code, ..]) => expires::default(code),
        (b"redirect" | b"redirecttemp" | b"redirectpermanent", words) => alias::redirect(words, false, in_section),
        (b"browsermatch" | b"browsermatchnocase", _) => browser(directive, name),
        (b"proxypass" | b"proxypassmatch", words) => proxy::pass(words, in_section),
        (b"proxypassreverse", words) => proxy::reverse(words, in_section),
        (b"rewritebase", [base]) => rewrite::base(base, in_section),
        (b"redirectmatch", words) => alias::redirect(words, true, in_section),
        _ => None,
    }
}

/// How many words stand before an empty one.
fn told(directive: &Directive<'_>) -> usize {
    directive.words().iter().take_while(|word| !word.value.is_empty()).count()
}

/// modules/metadata/mod_setenvif.c, `add_browser`: SetEnvIf on the User-Agent header.
fn browser(directive: &Directive<'_>, name: &[u8]) -> Option<String> {
    let words = directive.words();
    let mut told = words.iter().take_while(|word| !word.value.is_empty());
    let Some(pattern) = told.next() else {
        return Some(format!("Missing regular expression for {}", proper(name)));
    };
    if told.next().is_none() {
        return Some(format!("Missing envariable expression for {}", proper(name)));
    }
    is_refused(pattern).then(|| format!("{} regex could not be compiled.", proper(name)))
}

/// Whether mod_setenvif refuses a pattern; it compiles none in which all that means something is escaped
/// (modules/metadata/mod_setenvif.c, `non_regex_pattern`).
fn is_refused(pattern: &Spanned<Vec<u8>>) -> bool {
    let escaped = preceded(char('\\'), one_of("\\^.$|()[]*+?{}"));
    let plain: IResult<&[u8], _> =
        all_consuming((many0_count(alt((escaped, none_of("\\^.$|()[]*+?{}")))), opt(char('\\')))).parse(&pattern.value);
    plain.is_err() && refuses(&pattern.value)
}

/// Whether the server is known not to compile a pattern.
pub(super) fn refuses(pattern: &[u8]) -> bool {
    matches!(Pattern::compile(pattern, false), Err(PatternFault::Refused))
}

/// Whether a status has a line of its own.
pub(in crate::servers::apache) fn is_status(code: u16) -> bool {
    STATUSES.iter().any(|range| range.contains(&code))
}
