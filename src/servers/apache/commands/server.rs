//! Directives of the main configuration that set up the process and its hosts (server/core.c, server/listen.c,
//! modules/arch/unix/mod_unixd.c, modules/mappers/mod_alias.c, modules/proxy/mod_proxy.c).

use std::net::IpAddr;

use nom::bytes::complete::{tag, take_until, take_while1};
use nom::combinator::all_consuming;
use nom::multi::fold_many1;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

use crate::servers::apache::config::{Allowed, Set};
use crate::servers::apache::content::UrlPattern;
use crate::servers::apache::directives::Override;
use crate::servers::apache::expr::{Pattern, PatternFault};
use crate::servers::apache::host::{HostAddress, Listen, Mapping, Trace};
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::{Reader, Scope};
use crate::servers::apache::target::Slashes;
use crate::source::Spanned;

type Words<'w> = &'w [Spanned<Vec<u8>>];

impl Reader<'_> {
    /// Executes a directive that only the main configuration has; false if it is none of these.
    pub(super) fn server_command(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: Words<'_>,
        scope: &mut Scope,
    ) -> bool {
        let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
        let set = || Set::new(first.clone(), directive.place());
        match name {
            b"listen" => self.listen(directive, words),
            b"user" => self.process.user = Some(set()),
            b"group" => self.process.group = Some(set()),
            b"errorlog" | b"customlog" | b"transferlog" | b"pidfile" => self.process.logs.push(set()),
            b"allowoverride" => self.allow_override(directive, scope),
            b"allowoverridelist" => {
                let none = matches!(words, [word] if word.value.eq_ignore_ascii_case(b"none"));
                let names = words.iter().map(|word| word.value.to_ascii_lowercase());
                let names = if none { Vec::new() } else { names.collect() };
                scope.config.override_list = Some(Set::new(names, directive.place()));
            }
            b"alias" | b"scriptalias" | b"aliasmatch" | b"scriptaliasmatch" => {
                self.alias(directive, name, words, scope);
            }
            b"proxypass" | b"proxypassmatch" => self.pass(directive, name, words, scope),
            _ => return host_command(directive, name, words, scope),
        }
        true
    }

    fn listen(&mut self, directive: &Directive<'_>, words: Words<'_>) {
        let word = words.first().map(|word| word.value.as_slice()).unwrap_or_default();
        let protocol = words.get(1).map(|word| word.value.as_slice());
        match address_and_port(word) {
            Some((address, Some(port))) => {
                let https = protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"https")) || port == 443;
                self.process.listens.push(Listen { address, port, https, place: directive.place() });
            }
            Some((_, None)) => self.refuse(directive, words, "Port must be specified".to_owned()),
            None => self.refuse(directive, words, "Invalid address or port".to_owned()),
        }
    }

    /// server/core.c, `set_override`.
    fn allow_override(&mut self, directive: &Directive<'_>, scope: &mut Scope) {
        let mut allowed = Allowed { classes: Override::NONE, skips_forbidden: false, skips_unknown: false };
        for word in directive.words() {
            let lower = word.value.to_ascii_lowercase();
            let text = String::from_utf8_lossy(&lower).into_owned();
            let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value)));
            match (name, value) {
                ("nonfatal", Some(what)) => {
                    allowed.skips_forbidden |= matches!(what, "override" | "all");
                    allowed.skips_unknown |= matches!(what, "unknown" | "all");
                }
                ("options", Some(_)) => allowed.classes = allowed.classes.with(Override::OPTIONS),
                (_, None) => match Override::granted(&[name]) {
                    Some(classes) => allowed.classes = allowed.classes.with(classes),
                    None => return self.illegal_override(directive, &word),
                },
                (_, Some(_)) => return self.illegal_override(directive, &word),
            }
        }
        scope.config.allow_override = Some(Set::new(allowed, directive.place()));
    }

    fn illegal_override(&mut self, directive: &Directive<'_>, word: &Spanned<Vec<u8>>) {
        let word = String::from_utf8_lossy(&word.value).into_owned();
        self.refuse(directive, &directive.words(), format!("Illegal override option {word}"));
    }

    fn alias(&mut self, directive: &Directive<'_>, name: &[u8], words: Words<'_>, scope: &mut Scope) {
        let regex = name.ends_with(b"match");
        match (words, scope.host.is_some()) {
            ([path], false) => scope.config.content.alias = Some(Set::new(path.value.clone(), directive.place())),
            ([_], true) => {
                let message = format!("{} must have two arguments when used globally", directive.name());
                self.refuse(directive, words, message);
            }
            ([what, path], true) => {
                let Some(what) = self.url_pattern(directive, words, &what.value, regex) else { return };
                let script = name.starts_with(b"script");
                let mapping = Mapping { what, path: path.value.clone(), script, place: directive.place() };
                if let Some(host) = &mut scope.host {
                    host.mappings.push(mapping);
                }
            }
            _ => {
                let message = format!("{} takes one argument in a <Location>", directive.name());
                self.refuse(directive, words, message);
            }
        }
    }

    fn pass(&mut self, directive: &Directive<'_>, name: &[u8], words: Words<'_>, scope: &mut Scope) {
        let place = directive.place();
        let Some(host) = scope.host.is_some().then_some(()) else {
            scope.config.content.proxied = Some(place);
            return;
        };
        let () = host;
        let (Some(path), target) = (words.first(), words.get(1)) else { return };
        let regex = name.ends_with(b"match");
        let Some(what) = self.url_pattern(directive, words, &path.value, regex) else { return };
        let taken = target.is_none_or(|target| target.value != b"!");
        if let Some(host) = &mut scope.host {
            host.passes.push((what, taken, place));
        }
    }

    fn url_pattern(
        &mut self,
        directive: &Directive<'_>,
        words: Words<'_>,
        text: &[u8],
        regex: bool,
    ) -> Option<UrlPattern> {
        if !regex {
            return Some(UrlPattern::Prefix(text.to_owned()));
        }
        match Pattern::compile(text, false) {
            Ok(pattern) => Some(UrlPattern::Regex(Some(pattern))),
            Err(PatternFault::Undecided) => Some(UrlPattern::Regex(None)),
            Err(PatternFault::Refused) => {
                self.refuse(directive, words, "Regular expression could not be compiled.".to_owned());
                None
            }
        }
    }
}

/// What sets up one host.
fn host_command(directive: &Directive<'_>, name: &[u8], words: Words<'_>, scope: &mut Scope) -> bool {
    let Some(host) = &mut scope.host else { return false };
    let place = directive.place();
    let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
    let is = |wanted: &str| first.eq_ignore_ascii_case(wanted.as_bytes());
    match name {
        b"servername" => host.name = Some(Set::new(host_name(&first), place)),
        b"serveralias" => host.aliases.extend(directive.words().into_iter().map(|word| word.value)),
        b"serverpath" => host.server_path = Some(first),
        b"documentroot" => host.docroot = Some(Set::new(first, place)),
        b"accessfilename" => {
            host.access_names = Some(directive.words().into_iter().map(|word| word.value).collect());
        }
        b"traceenable" => host.trace = Some(if is("off") { Trace::Off } else { Trace::On }),
        b"allowencodedslashes" => {
            let slashes = if is("nodecode") { Slashes::Kept } else { Slashes::Refused };
            host.slashes = Some(if is("on") { Slashes::Decoded } else { slashes });
        }
        b"usecanonicalname" => host.canonical = !is("off"),
        b"sslengine" => host.tls = Some(is("on") || is("optional")),
        b"userdir" if !is("disabled") => host.unmapped = Some(place),
        b"virtualdocumentroot" | b"virtualdocumentrootip" | b"virtualscriptalias" | b"virtualscriptaliasip" => {
            host.unmapped = Some(place);
        }
        _ => return false,
    }
    true
}

/// The addresses of a `<VirtualHost>` line; `None`: one that the server refuses; a name is left out, for what it stands
/// for is not in any file.
pub(super) fn host_address(word: &[u8], default_port: u16) -> Option<HostAddress> {
    let (text, wild_port) = match word.strip_suffix(b":*") {
        Some(text) => (text, true),
        None => (word, word == b"*"),
    };
    let text = if word == b"*" { word } else { text };
    let (address, port) = address_and_port(text)?;
    let port = if wild_port { 0 } else { port.unwrap_or(default_port) };
    let is_default = text.to_ascii_lowercase().starts_with(b"_default_");
    Some(HostAddress { address, port, is_default })
}

/// `80`, `*:80`, `127.0.0.1:80`, `[::1]:80`, or any of these without a port.
fn address_and_port(word: &[u8]) -> Option<(Option<IpAddr>, Option<u16>)> {
    if let Ok((_, port)) = all_consuming(number).parse(word) {
        return Some((None, Some(port)));
    }
    let (rest, host) = bracketed(word).or_else(|_| plain_host(word)).ok()?;
    let address = match host {
        b"*" | b"" => None,
        host if host.eq_ignore_ascii_case(b"_default_") => None,
        host => Some(std::str::from_utf8(host).ok()?.parse().ok()?),
    };
    let port = match rest {
        [] => None,
        [b':', digits @ ..] => Some(all_consuming(number).parse(digits).ok()?.1),
        _ => return None,
    };
    Some((address, port))
}

fn bracketed(input: &[u8]) -> IResult<&[u8], &[u8]> {
    delimited(tag("["), take_until("]"), tag("]")).parse(input)
}

fn plain_host(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while1(|byte| byte != b':').parse(input)
}

/// A port; above 65535 it is none.
fn number(input: &[u8]) -> IResult<&[u8], u16> {
    let digit = nom::bytes::complete::take_while_m_n(1, 1, |byte: u8| byte.is_ascii_digit());
    let sum = fold_many1(
        digit,
        || Some(0_u16),
        |sum: Option<u16>, digit: &[u8]| {
            let digit = digit.first().map(|digit| u16::from(digit - b'0'))?;
            sum?.checked_mul(10)?.checked_add(digit)
        },
    );
    nom::combinator::map_opt(sum, |sum| sum).parse(input)
}

/// The name without scheme and port (server/core.c, `server_hostname_port`).
fn host_name(word: &[u8]) -> Vec<u8> {
    fn scheme(input: &[u8]) -> IResult<&[u8], &[u8]> {
        terminated(take_until("://"), tag("://")).parse(input)
    }
    let rest = scheme(word).map_or(word, |(rest, _)| rest);
    bracketed(rest).or_else(|_| plain_host(rest)).map_or(rest, |(_, host)| host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_server_does() {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert_eq!(address_and_port(b"80"), Some((None, Some(80))));
        assert_eq!(address_and_port(b"127.0.0.1:8080"), Some((Some(loopback), Some(8080))));
        assert_eq!(address_and_port(b"[::1]:80"), Some((Some("::1".parse().unwrap()), Some(80))));
        assert_eq!(address_and_port(b"*:80"), Some((None, Some(80))));
        assert_eq!(address_and_port(b"70000"), None);
        let any = host_address(b"*", 80).unwrap();
        assert_eq!((any.address, any.port), (None, 0));
        let default = host_address(b"_default_:443", 80).unwrap();
        assert!(default.is_default && default.port == 443);
    }

    #[test]
    fn a_server_name_has_no_scheme_and_no_port() {
        assert_eq!(host_name(b"https://shop.example:8443"), b"shop.example");
        assert_eq!(host_name(b"shop.example"), b"shop.example");
    }
}
