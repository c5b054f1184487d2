//! AuthnzFcgiDefineProvider (modules/aaa/mod_authnz_fcgi.c, `fcgi_define_provider`): a program that is asked who may.

use std::net::IpAddr;
use std::sync::Arc;

use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::char;
use nom::combinator::{all_consuming, opt};
use nom::{IResult, Parser};

use crate::answer::{Because, Missing, Reason};
use crate::servers::apache::config::{DirConfig, Provider};
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::Reader;
use crate::source::Spanned;

impl Reader<'_> {
    /// Knows the provider from here on, or says why it is refused.
    pub(super) fn define_fcgi(&mut self, directive: &Directive<'_>, words: &[Spanned<Vec<u8>>]) -> Option<String> {
        let refused = |text: String| Some(format!("AuthnzFcgiDefineProvider: {text}"));
        let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
        let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
        let [kind, rest @ ..] = plain.as_slice() else { return refused("No type given".to_owned()) };
        let is = |wanted: &str| kind.eq_ignore_ascii_case(wanted.as_bytes());
        if !["authn", "authz", "authnz"].into_iter().any(is) {
            return refused(format!("Invalid provider type {}", text(kind)));
        }
        let [name, rest @ ..] = rest else { return refused("No provider name given".to_owned()) };
        let [address, rest @ ..] = rest else { return refused("No backend-address given".to_owned()) };
        let Some((host, port)) = backend(address) else {
            return refused(format!("backend-address '{}' has invalid form", text(address)));
        };
        if port > 65_535 {
            return refused(format!("backend-address '{}' has invalid port", text(address)));
        }
        match host.parse::<IpAddr>() {
            Err(_) if host.is_empty() => return refused("Error resolving backend address".to_owned()),
            Err(_) if host != "localhost" => {
                let reason = Reason::CannotTell { missing: Missing::Dns };
                self.fault(Because::at(reason, directive.place()));
            }
            _ => {}
        }
        if let [more, ..] = rest {
            return refused(format!("Unexpected parameter {}", text(more)));
        }
        let (name, config) = (text(name), Arc::new(DirConfig::default()));
        if !is("authz") {
            self.aliases.authn.insert(name.clone(), (name.clone(), config.clone()));
        }
        if !is("authn") {
            self.aliases.authz.insert(name.clone(), (Provider::Foreign(name), config));
        }
        None
    }
}

/// The host and the port of `fcgi://HOST:PORT/`.
fn backend(address: &[u8]) -> Option<(String, u32)> {
    fn end(input: &[u8]) -> IResult<&[u8], &[u8]> {
        let digits = take_while_m_n(1, 5, |byte: u8| byte.is_ascii_digit());
        all_consuming((char(':'), digits, opt(char('/')))).map(|(_, digits, _)| digits).parse(input)
    }
    let (rest, _) = tag::<_, _, nom::error::Error<&[u8]>>("fcgi://").parse(address).ok()?;
    let cut = |at: usize| Some((rest.get(..at)?, end(rest.get(at..)?).ok()?.1));
    let (host, port) = (0..rest.len()).rev().find_map(cut)?;
    let host = std::str::from_utf8(host).ok()?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Some((bare.to_owned(), std::str::from_utf8(port).ok()?.parse().ok()?))
}
