//! Directives that name the program behind a page, and those that hand the `Authorization` header on to it
//! (modules/mappers/mod_actions.c, mod_mime, mod_setenvif, mod_rewrite, mod_proxy_fcgi, mod_headers; of modules from
//! elsewhere mod_fcgid, mod_fastcgi and mod_wsgi).

use nom::bytes::complete::{tag_no_case, take};
use nom::multi::many_till;
use nom::{IResult, Parser};

use crate::servers::apache::config::Set;
use crate::servers::apache::content::UrlPattern;
use crate::servers::apache::expr::Pattern;
use crate::servers::apache::line::Directive;
use crate::servers::apache::programs::{Copying, Given, Kind, Programs};
use crate::servers::apache::scope::Scope;
use crate::source::Spanned;

type Words<'w> = &'w [Spanned<Vec<u8>>];

/// Takes down what a directive says of programs.
pub(in crate::servers::apache) fn take_down(directive: &Directive<'_>, scope: &mut Scope) {
    let name = directive.name.value.to_ascii_lowercase();
    let words = directive.words();
    let at_server = scope.host.is_some();
    let programs = &mut scope.config.programs;
    let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
    let is_on = first.eq_ignore_ascii_case(b"on");
    match name.as_slice() {
        b"sethandler" => programs.handler = Some(Set::new(first, directive.place())),
        b"addhandler" => by_ends(directive, &first, &words, &mut programs.handlers),
        b"removehandler" => {
            let none = |word: &Spanned<Vec<u8>>| (end(&word.value), Set::new(b"none".to_vec(), directive.place()));
            programs.handlers.extend(words.iter().map(none));
        }
        b"addtype" => by_ends(directive, &first, &words, &mut programs.types),
        b"action" => programs.actions.extend(words.get(1).map(|program| (first, program.value.clone()))),
        b"cgipassauth" => programs.cgi = Some(is_on),
        b"wsgipassauthorization" => programs.wsgi = Some(is_on),
        b"fcgidpassheader" | b"passheader" => programs.fcgid |= first.eq_ignore_ascii_case(b"authorization"),
        b"fastcgiserver" | b"fastcgiexternalserver" | b"fastcgiconfig" => {
            programs.fastcgi |= words.iter().any(|word| word.value.eq_ignore_ascii_case(b"authorization"));
        }
        b"proxypass" | b"proxypassmatch" | b"wsgiscriptalias" | b"wsgiscriptaliasmatch" => {
            programs.given.extend(given(directive, &name, &words, at_server));
        }
        b"setenvif" | b"setenvifnocase" => programs.copied |= sets_of_header(&words, 2),
        b"setenvifexpr" => programs.copied |= sets_of_header(&words, 1),
        b"proxyfcgisetenvif" | b"requestheader" => {
            programs.copied |= words.get(2).is_some_and(|value| holds(&value.value, b"authorization"));
        }
        b"rewriteengine" | b"rewritebase" | b"rewriteoptions" | b"rewritecond" | b"rewriterule" => {
            rewriting(&name, &words, at_server, programs);
        }
        _ => {}
    }
}

/// Whether some word stands in a text, in any case.
fn holds(text: &[u8], wanted: &[u8]) -> bool {
    let found: IResult<&[u8], _> = many_till(take(1_usize), tag_no_case(wanted)).parse(text);
    found.is_ok()
}

/// The end of a name without its dot, as mod_mime compares it.
fn end(word: &[u8]) -> Vec<u8> {
    word.strip_prefix(b".").unwrap_or(word).to_ascii_lowercase()
}

fn by_ends(directive: &Directive<'_>, value: &[u8], words: Words<'_>, list: &mut Vec<(Vec<u8>, Set<Vec<u8>>)>) {
    let ends = words.iter().skip(1).map(|word| end(&word.value));
    list.extend(ends.map(|end| (end, Set::new(value.to_owned(), directive.place()))));
}

/// Whether variables, from this word on, are made of what the header holds: a value without `$` is a constant.
fn sets_of_header(words: Words<'_>, from: usize) -> bool {
    let header = words.first().is_some_and(|subject| holds(&subject.value, b"authorization"));
    header && words.iter().skip(from).any(|word| holds(&word.value, b"$"))
}

fn given(directive: &Directive<'_>, name: &[u8], words: Words<'_>, at_server: bool) -> Option<Given> {
    let wsgi = name.starts_with(b"wsgi");
    let (what, target) = match words {
        [target, ..] if !at_server && !wsgi => (None, target),
        [path, target, ..] => (Some(path), target),
        _ => return None,
    };
    let what = match what {
        Some(path) if name.ends_with(b"match") => Some(UrlPattern::Regex(Pattern::compile(&path.value, false).ok())),
        Some(path) => Some(UrlPattern::Prefix(path.value.clone())),
        None => None,
    };
    let kind = if wsgi { Some(Kind::Wsgi) } else { backend(&target.value) };
    let script = if wsgi { target.value.clone() } else { Vec::new() };
    let proxies = !wsgi && target.value != b"!";
    Some(Given { what, kind, proxies, script, place: directive.place() })
}

/// What a proxied URL or a handler `proxy:URL` is spoken to as, as far as it is a program.
pub(in crate::servers::apache) fn backend(target: &[u8]) -> Option<Kind> {
    (holds(target, b"fcgi://") || holds(target, b"scgi://")).then_some(Kind::Fcgi)
}

fn rewriting(name: &[u8], words: Words<'_>, at_server: bool, programs: &mut Programs) {
    let word = |index: usize| words.get(index).map(|word| word.value.as_slice()).unwrap_or_default();
    let copying = &mut programs.rewrite;
    match name {
        b"rewriteengine" => copying.engine = Some(word(0).eq_ignore_ascii_case(b"on")),
        b"rewriteoptions" => copying.inherits |= words.iter().any(|word| holds(&word.value, b"inherit")),
        b"rewritecond" => copying.looks |= holds(word(0), b"%{http:authorization}"),
        b"rewriterule" => {
            let looked = std::mem::take(&mut copying.looks);
            let flags = words.get(2..).unwrap_or_default();
            let sets = |what: &[u8]| flags.iter().any(|flag| holds(&flag.value, what));
            copying.copies |= sets(b":%{http:authorization}") || (looked && (sets(b":%") || sets(b":bearer")));
        }
        _ => {}
    }
    copying.any = true;
    if at_server {
        // Those of a host are no rewrites of a folder, and no folder forgets them.
        programs.copied |= copying.copies && copying.engine != Some(false);
        *copying = Copying { looks: copying.looks, ..Copying::default() };
    }
}
