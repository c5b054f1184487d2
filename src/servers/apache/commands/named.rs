//! Words of directives that name what another module brings, or that their module reads as a language of its own
//! (modules/filters/mod_filter.c, mod_substitute.c; modules/dav/main/mod_dav.c; modules/database/mod_dbd.c;
//! modules/metadata/mod_remoteip.c; server/core.c, `set_errorlog_format`).

use std::net::IpAddr;

use nom::bytes::complete::take_till;
use nom::character::complete::{char, digit1};
use nom::combinator::{all_consuming, map_opt, opt, rest};
use nom::multi::separated_list1;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::addresses::{Listened, listened};
use super::others::refuses;
use super::values::{count, holds};
use crate::answer::{Because, Missing, Reason};
use crate::servers::apache::expr::{Origin, parse_condition};
use crate::servers::apache::line::Directive;
use crate::servers::apache::mass_hosts::MassRoot;
use crate::servers::apache::reader::Reader;
use crate::source::Spanned;

/// Output filters, each with the module that registers it.
const FILTERS: [(&str, &str); 27] = [
    ("byterange", "http_core.c"),
    ("content_length", "core.c"),
    ("core", "core.c"),
    ("chunk", "http_core.c"),
    ("http_header", "http_core.c"),
    ("http_outerror", "http_core.c"),
    ("old_write", "core.c"),
    ("log_input_output", "mod_logio.c"),
    ("deflate", "mod_deflate.c"),
    ("inflate", "mod_deflate.c"),
    ("includes", "mod_include.c"),
    ("substitute", "mod_substitute.c"),
    ("rate_limit", "mod_ratelimit.c"),
    ("brotli_compress", "mod_brotli.c"),
    ("sed", "mod_sed.c"),
    ("buffer", "mod_buffer.c"),
    ("proxy-html", "mod_proxy_html.c"),
    ("xml2enc", "mod_xml2enc.c"),
    ("xlateout", "mod_charset_lite.c"),
    ("data", "mod_data.c"),
    ("casefilter", "mod_case_filter.c"),
    ("cache_save", "mod_cache.c"),
    ("cache", "mod_cache.c"),
    ("mod_expires", "mod_expires.c"),
    ("fixup_headers_out", "mod_headers.c"),
    ("dumpio_out", "mod_dumpio.c"),
    ("bucketeer", "mod_bucketeer.c"),
];

type Words<'w> = &'w [Spanned<Vec<u8>>];

impl Reader<'_> {
    /// Why a module refuses the words of its directive.
    pub(super) fn unnamed(&mut self, directive: &Directive<'_>, name: &[u8], words: Words<'_>) -> Option<String> {
        let value = |index: usize| words.get(index).map(|word| word.value.as_slice()).unwrap_or_default();
        match name {
            b"addoutputfilterbytype" if words.len() < 2 => {
                Some("AddOutputFilterByType requires at least two arguments".to_owned())
            }
            b"addoutputfilterbytype" => {
                let mut names = value(0).split(|byte| *byte == b';').filter(|name| !name.is_empty());
                names.find_map(|name| self.filter(name))
            }
            b"filterprovider" => self.filter(value(1)).or_else(|| {
                let bad = parse_condition(value(2), Origin::MainConfig).is_err();
                bad.then(|| "Error parsing FilterProvider expression".to_owned())
            }),
            b"deflatefilternote" | b"brotlifilternote" if words.len() > 1 => {
                let known = ["ratio", "input", "output", "instream", "outstream"];
                let known = known.iter().any(|kind| value(0).eq_ignore_ascii_case(kind.as_bytes()));
                (!known).then(|| format!("Unknown note type {}", String::from_utf8_lossy(value(0))))
            }
            b"userdir" if directive.words().is_empty() => Some("UserDir requires an argument.".to_owned()),
            b"virtualdocumentroot" | b"virtualdocumentrootip" | b"virtualscriptalias" | b"virtualscriptaliasip" => {
                MassRoot::read(value(0)).is_none().then(|| "syntax error in format string".to_owned())
            }
            b"sessioncryptodriver" => self.library_of(directive, "crypto", value(0)),
            b"sslrandomseed" => self.seed(directive, value(1)),
            b"proxyerroroverride" => {
                let fits = |word: &Spanned<Vec<u8>>| (400..600).contains(&count(&word.value));
                let fits = words.iter().skip(1).all(fits);
                (!fits)
                    .then(|| "ProxyErrorOverride: status codes to intercept must be valid HTTP Status Codes".to_owned())
            }
            b"dav" => self.dav(value(0)),
            b"substitute" => substitution(value(0)),
            b"errorlogformat" => error_format(words),
            b"dbdriver" => self.library_of(directive, "dbd", value(0)),
            b"sslpassphrasedialog" => {
                let known = value(0) == b"builtin" || value(0).starts_with(b"exec:") || value(0).starts_with(b"|");
                (!known).then(|| "SSLPassPhraseDialog: Invalid argument".to_owned())
            }
            b"remoteipinternalproxy" | b"remoteiptrustedproxy" => {
                words.iter().find_map(|word| self.proxy_address(directive, &word.value))
            }
            b"sslciphersuite" | b"sslproxyciphersuite" if words.len() > 1 => {
                let known = value(0).eq_ignore_ascii_case(b"ssl") || value(0) == b"TLSv1.3";
                (!known).then(|| format!("protocol '{}' not supported", String::from_utf8_lossy(value(0))))
            }
            _ => None,
        }
    }

    /// modules/filters/mod_filter.c, `add_filter`; one that mod_ext_filter defines may have any name.
    fn filter(&self, name: &[u8]) -> Option<String> {
        let modules = &self.profile.modules;
        let listed = FILTERS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
        let open = modules.has(b"mod_ext_filter.c")
            || modules.has(b"mod_lua.c")
            || !self.profile.unnamed.is_empty()
            || self.profile.foreign.as_ref().is_some_and(|foreign| !foreign.is_empty());
        let known = listed.map_or(open, |(_, module)| modules.has(module.as_bytes()));
        (!known).then(|| format!("Unknown filter provider {}", String::from_utf8_lossy(name)))
    }

    /// modules/dav/main/mod_dav.c, `dav_cmd_dav`.
    fn dav(&self, word: &[u8]) -> Option<String> {
        if word.eq_ignore_ascii_case(b"off") {
            return None;
        }
        let provider: &[u8] = if word.eq_ignore_ascii_case(b"on") { b"filesystem" } else { word };
        let known =
            provider == b"filesystem" && self.profile.modules.has(b"mod_dav_fs.c") || !self.profile.unnamed.is_empty();
        (!known).then(|| format!("Unknown DAV provider: {}", String::from_utf8_lossy(provider)))
    }

    /// modules/ssl/ssl_engine_config.c, `ssl_cmd_SSLRandomSeed`.
    fn seed(&mut self, directive: &Directive<'_>, word: &[u8]) -> Option<String> {
        let none = word == b"builtin" || word.starts_with(b"egd:");
        let path = [&b"file:"[..], b"exec:"].iter().find_map(|start| word.strip_prefix(*start)).unwrap_or(word);
        let there = none || self.is_there(path, directive, |_| true);
        (!there).then(|| format!("SSLRandomSeed: source path '{}' does not exist", String::from_utf8_lossy(path)))
    }

    /// A library that apr-util loads by its name.
    fn library_of(&mut self, directive: &Directive<'_>, kind: &str, name: &[u8]) -> Option<String> {
        let file = format!("apr_{kind}_{}.so", String::from_utf8_lossy(name));
        let path = format!("/usr/lib/x86_64-linux-gnu/apr-util-1/{file}");
        let there = !name.contains(&b'/') && self.is_there(path.as_bytes(), directive, |_| true);
        (!there).then(|| format!("Can't load driver file {file}"))
    }

    /// modules/metadata/mod_remoteip.c, `proxies_set`: an address, a network, or a name of which DNS must know.
    fn proxy_address(&mut self, directive: &Directive<'_>, word: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(word);
        let refused = || Some(format!("RemoteIP: Error parsing IP {text}"));
        let (host, bits) = network(word);
        let address = |text: &[u8]| std::str::from_utf8(text).ok()?.parse::<IpAddr>().ok();
        if let (Some(address), Some(bits)) = (address(host), bits.map(|bits| (address(bits), count(bits)))) {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let masked = bits.0.is_some_and(|mask| mask.is_ipv4() == address.is_ipv4());
            return if masked || (1..=most).contains(&bits.1) { None } else { refused() };
        }
        if address(host).is_some() || (bits.is_none() && is_partial(host)) {
            return None;
        }
        match listened(&[word, b":1"].concat()) {
            Ok(Listened::At(..)) if bits.is_none() => None,
            Ok(Listened::Named) if bits.is_none() => {
                let reason = Reason::CannotTell { missing: Missing::Dns };
                self.fault(Because::at(reason, directive.place()));
                None
            }
            _ => refused(),
        }
    }
}

/// What stands before a slash and what behind it.
fn network(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    let until = take_till::<_, _, nom::error::Error<&[u8]>>(|byte| byte == b'/');
    let (_, parts) = (until, opt(preceded(char('/'), rest))).parse(word).unwrap_or((word, (word, None)));
    parts
}

/// Some of the four numbers of an address.
fn is_partial(word: &[u8]) -> bool {
    let number = map_opt(digit1, |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u8>().ok());
    let whole: IResult<&[u8], _> = all_consuming((separated_list1(char('.'), number), opt(char('.')))).parse(word);
    whole.is_ok()
}

/// modules/filters/mod_substitute.c, `set_pattern`.
fn substitution(line: &[u8]) -> Option<String> {
    let [b's' | b'S', rest @ ..] = line else {
        return Some("Bad Substitute format, must be an s/// pattern".to_owned());
    };
    let parts = rest.split_first().and_then(|(mark, rest)| parts(*mark, rest));
    let Some((from, flags)) = parts.filter(|(from, _)| !from.is_empty()) else {
        return Some("Bad Substitute format, must be a complete s/// pattern".to_owned());
    };
    if !flags.iter().all(|flag| b"infqINFQ".contains(flag)) {
        return Some("Bad Substitute flag, only s///[infq] are supported".to_owned());
    }
    let plain = flags.iter().any(|flag| flag.eq_ignore_ascii_case(&b'n'));
    (!plain && refuses(from)).then(|| "Substitute could not compile regex".to_owned())
}

/// What is sought, and the flags, between marks.
fn parts(mark: u8, rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let until = || take_till::<_, _, nom::error::Error<&[u8]>>(move |byte| byte == mark);
    let (flags, (from, _)) =
        (terminated(until(), char(char::from(mark))), terminated(until(), opt(char(char::from(mark)))))
            .parse(rest)
            .ok()?;
    Some((from, flags))
}

/// server/core.c, `set_errorlog_format`, `parse_errorlog_string`; of the items only their shape is looked at.
fn error_format(words: Words<'_>) -> Option<String> {
    let (format, main) = match words {
        [format] => (&format.value, true),
        [kind, format] => {
            let known = [&b"connection"[..], b"request"].iter().any(|known| kind.value.eq_ignore_ascii_case(known));
            if !known {
                return Some("ErrorLogFormat type must be one of request, connection".to_owned());
            }
            (&format.value, false)
        }
        _ => return None,
    };
    let message = holds(format, "%M");
    (main && !message).then(|| "main ErrorLogFormat must contain message format string '%M'".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_substitution_has_two_marks_and_known_flags() {
        for line in ["s/a/b/", "s|a|b|ni", "S/a//", "s/a/b"] {
            assert_eq!(substitution(line.as_bytes()), None, "{line}");
        }
        for line in ["a/b/", "s", "s/a", "s//b/", "s/a/b/g", "s/(/b/"] {
            assert!(substitution(line.as_bytes()).is_some(), "{line}");
        }
    }
}
