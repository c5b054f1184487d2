//! Directives that decide on the answer once access is granted, and those that set variables before that (mod_alias,
//! mod_dir, mod_mime, mod_rewrite, mod_setenvif, mod_allowmethods, server/core.c).

use nom::bytes::complete::take_till;
use nom::{IResult, Parser};

use super::rewriting::rewriting;
use super::values::count;
use crate::servers::apache::config::Set;
use crate::servers::apache::content::{Content, Redirect, UrlPattern};
use crate::servers::apache::env_rule::{EnvRule, Subject};
use crate::servers::apache::expr::{Pattern, parse_condition};
use crate::servers::apache::line::Directive;
use crate::servers::apache::methods::Methods;
use crate::servers::apache::scope::Scope;
use crate::source::Spanned;
use crate::words::word;

type Words<'w> = &'w [Spanned<Vec<u8>>];

/// Takes down what a directive sets, once its arguments were found good.
pub(super) fn take_down(directive: &Directive<'_>, name: &[u8], words: Words<'_>, scope: &mut Scope) {
    let all = directive.words();
    match name {
        b"redirect" | b"redirecttemp" | b"redirectpermanent" | b"redirectmatch" => {
            let redirect = redirect(directive, name, words);
            match (&mut scope.host, redirect) {
                (Some(host), Some(redirect)) => host.redirects.push(redirect),
                (None, Some(redirect)) if redirect.what.is_none() => scope.config.content.redirect = Some(redirect),
                (None, Some(redirect)) => scope.config.content.redirects.push(redirect),
                (_, None) => {}
            }
        }
        b"rewriteengine" | b"rewriterule" | b"rewritecond" | b"rewriteoptions" | b"rewritebase" | b"rewritemap" => {
            let origin = scope.origin();
            if let Some(host) = &mut scope.host {
                rewriting(directive, name, &all, origin, &mut host.rewrite);
            }
            // Outside of all sections both the server and its folders take it down (`cmd_rewriteengine`).
            if scope.host.is_none() || matches!(name, b"rewriteengine" | b"rewriteoptions" | b"rewritebase") {
                rewriting(directive, name, &all, origin, &mut scope.config.content.rewrite);
            }
        }
        b"setenvif" | b"setenvifnocase" | b"browsermatch" | b"browsermatchnocase" | b"setenvifexpr" => {
            scope.config.env_set.extend(env_rule(name, &all, scope));
        }
        _ => content(directive, name, words, &mut scope.config.content),
    }
}

fn content(directive: &Directive<'_>, name: &[u8], words: Words<'_>, content: &mut Content) {
    let place = directive.place();
    let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
    let is_on = first.eq_ignore_ascii_case(b"on");
    match name {
        b"options" => content.options.take_down(&directive.words()),
        b"sethandler" => content.handler = Some(Set::new(first, place)),
        b"action" | b"script" => content.actions.push(Set::new(first, place)),
        b"removehandler" => {
            for extension in directive.words() {
                let name = extension.value.strip_prefix(b".").unwrap_or(&extension.value).to_ascii_lowercase();
                content.handlers_by_name.push((name, Set::new(Vec::new(), place)));
            }
        }
        b"addhandler" => {
            for extension in words.iter().skip(1) {
                let name = extension.value.strip_prefix(b".").unwrap_or(&extension.value).to_ascii_lowercase();
                content.handlers_by_name.push((name, Set::new(first.clone(), place)));
            }
        }
        b"directoryindex" => {
            let names = words.iter().map(|word| word.value.clone());
            let list = content.index.get_or_insert_default();
            match words {
                [only] if only.value.eq_ignore_ascii_case(b"disabled") => list.clear(),
                _ => list.extend(names),
            }
        }
        b"directoryslash" => content.slash = Some(is_on),
        b"directorycheckhandler" => content.checks_handler = Some(is_on),
        b"directoryindexredirect" => content.index_redirect = Some(index_redirect(&first)),
        b"acceptpathinfo" => {
            content.path_info = Some((!first.eq_ignore_ascii_case(b"default")).then_some(is_on));
        }
        b"limitrequestbody" => {
            content.body_limit = std::str::from_utf8(&first).ok().and_then(|digits| digits.parse().ok());
        }
        b"checkspelling" => content.spelling = Some(Set::new(is_on, place)),
        b"aliaspreservepath" => content.alias_keeps_path = Some(is_on),
        b"mergeslashes" => content.merges_slashes = Some(is_on),
        b"fallbackresource" => content.fallback = Some(Set::new(first, place)),
        b"setenv" => {
            let value = words.get(1).map(|word| word.value.clone()).unwrap_or_default();
            content.env.push((String::from_utf8_lossy(&first).into_owned(), Some(value)));
        }
        b"unsetenv" => {
            content.env.extend(words.iter().map(|word| (String::from_utf8_lossy(&word.value).into_owned(), None)));
        }
        b"allowmethods" => {
            let reset = matches!(words, [only] if only.value.eq_ignore_ascii_case(b"reset"));
            let methods = words.iter().map(|word| Methods::of(&String::from_utf8_lossy(&word.value)));
            let methods = if reset { Methods::ALL } else { methods.fold(Methods::NONE, Methods::union) };
            content.allowed_methods = Some((methods, place));
        }
        _ => {}
    }
}

/// `On` is 302; anything but a redirect's status is none (mod_dir.c, `configure_redirect`).
fn index_redirect(word: &[u8]) -> u16 {
    match word.to_ascii_lowercase().as_slice() {
        b"on" | b"temp" => 302,
        b"seeother" => 303,
        b"permanent" => 301,
        digits => std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0),
    }
}

fn redirect(directive: &Directive<'_>, name: &[u8], words: Words<'_>) -> Option<Redirect> {
    let first = words.first()?;
    let told = match first.value.to_ascii_lowercase().as_slice() {
        b"permanent" => Some(301),
        b"temp" => Some(302),
        b"seeother" => Some(303),
        b"gone" => Some(410),
        digits if digits.first().is_some_and(u8::is_ascii_digit) => {
            Some(u16::try_from(count(digits)).unwrap_or(u16::MAX))
        }
        _ => None,
    };
    let usual = if name == b"redirectpermanent" { 301 } else { 302 };
    let rest = if told.is_some() { words.get(1..)? } else { words };
    let status = told.unwrap_or(usual);
    let needs_url = (300..400).contains(&status);
    let path = match (rest, needs_url) {
        ([path, _], true) | ([path], false) => Some(path),
        _ => None,
    };
    let what = path.map(|path| match name {
        b"redirectmatch" => UrlPattern::Regex(Pattern::compile(&path.value, false).ok()),
        _ => UrlPattern::Prefix(path.value.clone()),
    });
    let to = rest.last().filter(|_| needs_url).map(|word| word.value.clone());
    Some(Redirect { what, status, to, place: directive.place() })
}

fn env_rule(name: &[u8], words: Words<'_>, scope: &Scope) -> Option<EnvRule> {
    let browser = name.starts_with(b"browser");
    let expression = name == b"setenvifexpr";
    let (subject, rest) = if expression {
        let condition = parse_condition(&words.first()?.value, scope.origin()).ok()?;
        (Subject::Expression(condition.value), words.get(1..)?)
    } else if browser {
        (Subject::Header("User-Agent".to_owned()), words)
    } else {
        (subject(&words.first()?.value), words.get(1..)?)
    };
    let (pattern, sets) = if expression {
        (None, rest)
    } else {
        (Pattern::compile(&rest.first()?.value, name.ends_with(b"nocase")).ok(), rest.get(1..)?)
    };
    Some(EnvRule { subject, pattern, sets: sets.iter().map(|word| set(&word.value)).collect() })
}

fn subject(attribute: &[u8]) -> Subject {
    match attribute.to_ascii_lowercase().as_slice() {
        b"remote_addr" => Subject::RemoteAddr,
        b"request_method" => Subject::Method,
        b"request_uri" => Subject::Uri,
        b"request_protocol" => Subject::Protocol,
        b"remote_host" | b"server_addr" => Subject::Unknown,
        // A pattern for names of headers.
        name if name.iter().any(|byte| b"\\^.$|()[]*+?{}".contains(byte)) || name.starts_with(b"oid(") => {
            Subject::Unknown
        }
        _ => Subject::Header(String::from_utf8_lossy(attribute).into_owned()),
    }
}

/// `NAME`, `NAME=VALUE` or `!NAME`.
fn set(text: &[u8]) -> (String, Option<Vec<u8>>) {
    fn name(input: &[u8]) -> IResult<&[u8], &[u8]> {
        take_till(|byte| byte == b'=').parse(input)
    }
    let shown = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    if let Some(unset) = text.strip_prefix(b"!") {
        return (shown(unset), None);
    }
    let (value, name) = name(text).unwrap_or((&[], text));
    let value = value.strip_prefix(b"=").map_or_else(
        || b"1".to_vec(),
        |value| word(value).map_or_else(|_| value.to_vec(), |(_, word)| word.value.into_owned()),
    );
    (shown(name), Some(value))
}
