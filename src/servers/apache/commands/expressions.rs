//! Expressions, maps and caches that other modules' directives name (modules/metadata/mod_setenvif.c, mod_headers.c;
//! modules/mappers/mod_rewrite.c, `cmd_rewritemap`; modules/ssl/ssl_engine_config.c, `ssl_cmd_SSLSessionCache`).

use super::values::measure;
use crate::servers::apache::expr::parse_condition;
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::source::{Place, Spanned};

type Words<'w> = &'w [Spanned<Vec<u8>>];

/// Caches that modules share, each with the module that brings it (`ap_register_provider`, `AP_SOCACHE_PROVIDER_GROUP`).
const CACHES: [(&str, &str); 6] = [
    ("default", "mod_socache_shmcb.c"),
    ("shmcb", "mod_socache_shmcb.c"),
    ("dbm", "mod_socache_dbm.c"),
    ("memcache", "mod_socache_memcache.c"),
    ("redis", "mod_socache_redis.c"),
    ("dc", "mod_socache_dc.c"),
];

/// The size that a cyclic buffer must stay below.
const LARGEST: i64 = 4_294_967_295;

/// The functions that `int:` names.
const INTERNAL_MAPS: [&[u8]; 4] = [b"tolower", b"toupper", b"escape", b"unescape"];

impl Reader<'_> {
    /// `SetEnvIfExpr`; a bad expression is noted.
    pub(super) fn env_expression(
        &mut self,
        directive: &Directive<'_>,
        words: Words<'_>,
        scope: &Scope,
    ) -> Option<String> {
        match words {
            [] => Some("Missing expression for SetEnvIfExpr".to_owned()),
            [first, ..] if first.value.is_empty() => Some("Missing expression for SetEnvIfExpr".to_owned()),
            [first, rest @ ..] => {
                self.condition_in(directive, &first.value, first, scope);
                rest.is_empty().then(|| "Missing envariable expression for SetEnvIfExpr".to_owned())
            }
        }
    }

    /// The `expr=` of a header's value and of its clause; bad ones are noted.
    pub(super) fn header_expressions(
        &mut self,
        directive: &Directive<'_>,
        words: Words<'_>,
        scope: &Scope,
    ) -> Option<String> {
        let early = |word: &Spanned<Vec<u8>>| {
            word.value.eq_ignore_ascii_case(b"always") || word.value.eq_ignore_ascii_case(b"onsuccess")
        };
        let words = words.get(usize::from(words.first().is_some_and(early))..).unwrap_or_default();
        let action = words.first().map(|word| word.value.to_ascii_lowercase()).unwrap_or_default();
        let (value, clause) = match action.as_slice() {
            b"edit" | b"edit*" => (3, 4),
            b"unset" | b"echo" => (usize::MAX, 2),
            _ => (2, 3),
        };
        if let Some((word, text)) = words.get(value).and_then(expression) {
            self.parse_string(directive, text, Place::new(directive.file, word.span), scope.origin());
        }
        if let Some((word, text)) = words.get(clause).and_then(expression) {
            self.condition_in(directive, text, word, scope);
        }
        None
    }

    fn condition_in(&mut self, directive: &Directive<'_>, text: &[u8], word: &Spanned<Vec<u8>>, scope: &Scope) {
        if let Err(fault) = parse_condition(text, scope.origin()) {
            self.bad_expression(directive, &fault, Place::new(directive.file, word.span));
        }
    }

    /// The file, program or function of a `RewriteMap` must be there.
    pub(super) fn rewrite_map(&mut self, directive: &Directive<'_>, words: Words<'_>) -> Option<String> {
        let [name, source, ..] = words else { return None };
        let lower = source.value.to_ascii_lowercase();
        let behind = |start: &[u8]| source.value.get(start.len()..).filter(|_| lower.starts_with(start));
        if let Some(function) = behind(b"int:") {
            let unknown = !INTERNAL_MAPS.contains(&function);
            return unknown
                .then(|| format!("RewriteMap: internal map not found:{}", String::from_utf8_lossy(function)));
        }
        if let Some(path) = behind(b"dbm:") {
            // Where the file of the usual kind is not there, the server looks no further (`cmd_rewritemap`).
            let there = self.is_there(path, directive, |_| true);
            return (!there)
                .then(|| format!("RewriteMap: file for map {} not found", String::from_utf8_lossy(&name.value)));
        }
        if [&b"dbm"[..], b"dbd:", b"fastdbd:"].iter().any(|kind| lower.starts_with(kind)) {
            return None;
        }
        let path = behind(b"txt:").or_else(|| behind(b"rnd:")).or_else(|| behind(b"prg:")).unwrap_or(&source.value);
        let path = if lower.starts_with(b"prg:") {
            crate::words::words(path).first().map(|word| word.value.to_vec()).unwrap_or_default()
        } else {
            path.to_vec()
        };
        let there = self.is_there(&path, directive, |_| true);
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (!there).then(|| format!("RewriteMap: file for map {} not found:{}", shown(&name.value), shown(&path)))
    }

    /// A cache must come with a loaded module.
    pub(super) fn shared_cache(&self, word: &[u8], may_be_none: bool) -> Option<String> {
        let text = String::from_utf8_lossy(word);
        let name = text.split(':').next().unwrap_or_default();
        if may_be_none && ["none", "nonenotnull"].iter().any(|none| name.eq_ignore_ascii_case(none)) {
            return None;
        }
        let known = CACHES.iter().any(|(known, module)| *known == name && self.profile.modules.has(module.as_bytes()));
        if !known {
            return Some(format!(
                "'{name}' cache not supported. Maybe you need to load the appropriate socache module (mod_socache_{name}?)"
            ));
        }
        let told = text.split_once(':').filter(|_| name == "shmcb");
        told.and_then(|(_, told)| cyclic(told)).map(|message| format!("Invalid argument: {message}"))
    }
}

/// What is wrong with the file and the size of a cyclic buffer (modules/cache/mod_socache_shmcb.c,
/// `socache_shmcb_create`).
fn cyclic(told: &str) -> Option<&'static str> {
    let (before, size) = match told.rsplit_once('(') {
        Some(halves) => halves,
        None => return told.ends_with(')').then_some("no opening parenthesis"),
    };
    let Some(size) = size.strip_suffix(')').filter(|_| !before.is_empty()) else {
        return Some("no closing parenthesis or cache size missing after pathname with parenthesis");
    };
    match (size, measure(size.as_bytes())) {
        ("", _) => Some("size has to be >= 8192 bytes"),
        (_, None) => Some("cache size not numerical"),
        (_, Some(size)) if !(0..LARGEST).contains(&size) => Some("size has to be < 4294967295 bytes on this platform"),
        (_, Some(size)) => (size < 8192).then_some("size has to be >= 8192 bytes"),
    }
}

fn expression(word: &Spanned<Vec<u8>>) -> Option<(&Spanned<Vec<u8>>, &[u8])> {
    let start = word.value.get(..5)?;
    start.eq_ignore_ascii_case(b"expr=").then(|| (word, word.value.get(5..).unwrap_or_default()))
}
