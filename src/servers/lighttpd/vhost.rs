//! Document roots by host (mod_simple_vhost.c, `mod_simple_vhost_docroot`; mod_evhost.c, `mod_evhost_uri_handler`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1};
use nom::character::complete::one_of;
use nom::combinator::{map, opt, value};
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::block::Setting;
use super::cut::cut;
use super::disk::Look;
use super::fault::Fault;
use super::physical::joined;
use super::request::Parsed;
use super::respond::Stop;
use super::setup::{Lighttpd, Truth};
use crate::read::FileType;

/// A piece of `evhost.path-pattern`.
#[derive(Clone)]
enum Piece {
    /// Text.
    Text(Vec<u8>),
    /// `%_`: the whole host.
    Host,
    /// `%1`, `%{1}`: a part of the host; `%{1.2}`: a letter of it.
    Part(usize, Option<usize>),
}

impl Lighttpd<'_> {
    /// mod_simple_vhost's document root; nothing: it leaves the request alone.
    pub(super) fn simple_host(&self, parsed: &Parsed, truths: &[Truth]) -> Result<Option<Vec<u8>>, Stop> {
        let text = |key| -> Result<Vec<u8>, Stop> {
            let setting = self.effective(truths, key)?;
            Ok(setting.and_then(|setting| setting.value.text()).unwrap_or_default().to_vec())
        };
        let root = text("simple-vhost.server-root")?;
        if root.is_empty() {
            return Ok(None);
        }
        let behind = text("simple-vhost.document-root")?;
        let default = text("simple-vhost.default-host")?;
        let of = |host: &[u8]| {
            let start = [with_slash(&root), cut(host, b':').0.to_vec()].concat();
            if behind.is_empty() { with_slash(&start) } else { with_slash(&joined(&start, &behind)) }
        };
        for host in [&parsed.host, &default] {
            let path = of(host);
            let own = std::ptr::eq(host, &parsed.host) && host.is_empty();
            if !own && self.is_folder(&path)? {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    fn is_folder(&self, path: &[u8]) -> Result<bool, Stop> {
        match self.served(path) {
            Look::Found(stat, _) => Ok(stat.kind == FileType::Directory),
            Look::Unknown(because) => Err(because.into()),
            Look::Missing | Look::NotAFolder | Look::Denied | Look::Broken => Ok(false),
        }
    }

    /// mod_evhost's document root; nothing: it leaves the request alone.
    pub(super) fn evhost(&self, parsed: &Parsed, truths: &[Truth]) -> Result<Option<Vec<u8>>, Stop> {
        let filled = |setting: &Setting| setting.value.text().is_some_and(|pattern| !pattern.is_empty());
        let Some(setting) = self.last_of(truths, &["evhost.path-pattern"], filled)? else { return Ok(None) };
        if parsed.host.is_empty() {
            return Ok(None);
        }
        let pieces = pieces(setting.value.text().unwrap_or_default()).map_or(Vec::new(), |(_, pieces)| pieces);
        let parts = parts(&parsed.host);
        let path: Vec<Vec<u8>> = pieces.into_iter().map(|piece| filled_in(piece, &parsed.host, &parts)).collect();
        let path = with_slash(&path.concat());
        Ok(self.is_folder(&path)?.then_some(path))
    }
}

fn with_slash(path: &[u8]) -> Vec<u8> {
    if path.ends_with(b"/") { path.to_vec() } else { [path, b"/"].concat() }
}

fn filled_in(piece: Piece, host: &[u8], parts: &[Vec<u8>]) -> Vec<u8> {
    match piece {
        Piece::Text(text) => text,
        Piece::Host => cut(host, b':').0.to_vec(),
        Piece::Part(part, letter) => {
            let part = parts.get(part).cloned().unwrap_or_default();
            match letter.and_then(|letter| letter.checked_sub(1)) {
                None => part,
                Some(at) => part.get(at).map(|byte| vec![*byte]).unwrap_or_default(),
            }
        }
    }
}

/// `%0` is the domain with its suffix, `%1` the suffix, `%2` the domain, `%3` what stands before it, and so on.
fn parts(host: &[u8]) -> Vec<Vec<u8>> {
    if host.starts_with(b"[") {
        let (inner, _) = cut(host, b']');
        return vec![[inner, b"]"].concat()];
    }
    let (name, _) = cut(host, b':');
    let mut labels = Vec::new();
    let mut rest = Some(name);
    while let Some(text) = rest {
        let (label, behind) = cut(text, b'.');
        labels.push(label.to_vec());
        rest = behind;
    }
    let domain = labels.get(labels.len().saturating_sub(2)..).unwrap_or_default().join(&b"."[..]);
    std::iter::once(domain).chain(labels.into_iter().rev().filter(|label| !label.is_empty())).collect()
}

fn digit(text: &[u8]) -> IResult<&[u8], usize> {
    let digits = one_of("0123456789");
    map(digits, |digit| digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(0)).parse(text)
}

fn pieces(text: &[u8]) -> IResult<&[u8], Vec<Piece>> {
    let braced = delimited(tag("{"), (digit, opt(preceded(tag("."), digit))), tag("}"));
    many0(alt((
        map(take_till1(|byte| byte == b'%'), |text: &[u8]| Piece::Text(text.to_vec())),
        value(Piece::Text(b"%".to_vec()), tag("%%")),
        value(Piece::Host, tag("%_")),
        map(preceded(tag("%"), digit), |part| Piece::Part(part, None)),
        map(preceded(tag("%"), braced), |(part, letter)| Piece::Part(part, letter)),
    )))
    .parse(text)
}

/// Refuses a `%` that says nothing (`mod_evhost_parse_pattern`).
pub(super) fn check_pattern(setting: &Setting) -> Result<(), Fault> {
    match pieces(setting.value.text().unwrap_or_default()) {
        Ok(([], _)) => Ok(()),
        Ok(_) | Err(_) => Err(Fault::refused(setting.place, "evhost.path-pattern", "invalid pattern")),
    }
}
