//! Conditions: which block one stands for, and what the server makes of its text (configparser.y,
//! `configparser_parse_condition`).

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::block::{Block, Condition, Field};
use super::cursor::Cursor;
use super::cut::cut;
use super::fault::Fault;
use super::host::normalized;
use super::reader::Reader;
use super::token::Operator;
use super::value::same_key;
use crate::answer::{Missing, Reason};
use crate::pattern::{Dialect, Pattern, PatternFault};
use crate::source::{Place, Span};

/// How lighttpd compiles patterns (data_config.c, `data_config_pcre_compile`).
pub(super) const DIALECT: Dialect =
    Dialect { utf: true, dot_all: false, dollar_end_only: false, ignore_case: false, bytes: false };

/// The most groups that a condition's pattern may have.
const MOST_GROUPS: usize = 9;

impl Reader<'_> {
    /// The block of a condition: a new one, or the one that has the same text.
    pub(super) fn block_of(
        &mut self,
        object: &[u8],
        tag: &[u8],
        operator: Operator,
        string: Vec<u8>,
        place: Place,
    ) -> Result<usize, Fault> {
        let field = field(object, tag);
        let simplify = operator == Operator::Match && field != Some(Field::Socket);
        let (operator, string) = if simplify { simplified(string) } else { (operator, string) };
        let around = self.blocks.get(self.current).map_or(&b""[..], |block| block.name.as_slice());
        let name = [around, b" / $", object, b"[\"", tag, b"\"] ", sign(operator), b" \"", &string, b"\""].concat();
        if let Some(known) = self.known(&name) {
            return Ok(known);
        }
        self.room(place)?;
        let written = [b"$", object, b"[\"", tag, b"\"] ", sign(operator), b" \"", &string, b"\""].concat();
        let written = String::from_utf8_lossy(&written).into_owned();
        let Some(field) = field else {
            return Err(Fault::because(
                place,
                Reason::BadExpression { name: written, message: "no such field".to_owned() },
            ));
        };
        let refuse = |message: String| Fault::because(place, Reason::BadExpression { name: written.clone(), message });
        let string = normal(&field, operator, string).map_err(|bad| refuse(format!("invalid IP addr: {bad}")))?;
        let pattern = match operator {
            Operator::Match | Operator::NoMatch => match Pattern::compile_as(&string, DIALECT) {
                Ok(pattern) if pattern.groups > MOST_GROUPS => {
                    return Err(refuse("Too many captures in regex, use (?:...) instead of (...)".to_owned()));
                }
                Ok(pattern) => Some(pattern),
                Err(PatternFault::Refused) => return Err(refuse("the regular expression does not compile".to_owned())),
                Err(PatternFault::Undecided) => {
                    return Err(Fault::unknown(place, Missing::Pattern { directive: written }));
                }
            },
            Operator::Equal | Operator::Unequal | Operator::Prefix | Operator::Suffix => None,
        };
        let condition = Condition::Compare { field, operator, string, pattern };
        Ok(self.add(name, written, place, condition))
    }

    /// The server gives up on more blocks than it has room for (configfile-glue.c, `config_plugin_values_init`).
    fn room(&self, place: Place) -> Result<(), Fault> {
        const MOST: usize = 4096;
        if self.blocks.len() < MOST { Ok(()) } else { Err(Fault::syntax(place, "more than 4096 conditions")) }
    }

    fn known(&self, name: &[u8]) -> Option<usize> {
        self.blocks.iter().position(|block| same_key(&block.name, name))
    }

    fn add(&mut self, name: Vec<u8>, written: String, place: Place, condition: Condition) -> usize {
        let parent = Some(self.current);
        self.blocks.push(Block { name, written, place, parent, previous: None, condition, settings: BTreeMap::new() });
        self.blocks.len() - 1
    }

    /// Ties `else $...` to the condition before it.
    pub(super) fn chain(&mut self, before: usize, next: usize, place: Place) -> Result<usize, Fault> {
        if before >= next {
            return Err(Fault::syntax(place, "unreachable else condition"));
        }
        self.not_behind_else(before, place)?;
        if let Some(block) = self.blocks.get_mut(next) {
            block.previous = Some(before);
        }
        Ok(next)
    }

    /// Reads a plain `else` with its lines. Its name comes only behind them: it is that of the condition before with
    /// the opposite sign.
    pub(super) fn plain_else(&mut self, before: usize, cursor: &mut Cursor, place: Place) -> Result<usize, Fault> {
        self.room(place)?;
        let around = self.blocks.get(self.current).map_or(&b""[..], |block| block.name.as_slice());
        let name = [around, b" / else_tmp_token"].concat();
        let place = Place::new(place.file, Span::new(place.span.start, place.span.end));
        let block = self.add(name, "else".to_owned(), place, Condition::Else);
        self.enter(block, place)?;
        self.body(cursor)?;
        self.not_behind_else(before, place)?;
        let name = self.blocks.get(before).map(opposite).unwrap_or_default();
        if self.known(&name).is_some() {
            return Err(Fault::syntax(place, "unreachable else condition"));
        }
        if let Some(block) = self.blocks.get_mut(block) {
            (block.name, block.previous) = (name, Some(before));
        }
        Ok(block)
    }

    fn not_behind_else(&self, before: usize, place: Place) -> Result<(), Fault> {
        if self.blocks.get(before).is_some_and(Block::is_else) {
            return Err(Fault::syntax(place, "unreachable condition following else catch-all"));
        }
        Ok(())
    }
}

/// The name with the opposite sign: the first byte of its operator is replaced.
fn opposite(block: &Block) -> Vec<u8> {
    let mut name = block.name.clone();
    let Condition::Compare { operator, string, .. } = &block.condition else { return name };
    let sign = match operator {
        Operator::Unequal | Operator::NoMatch => b'=',
        Operator::Equal | Operator::Match | Operator::Prefix | Operator::Suffix => b'!',
    };
    // The server counts back from the end, by the string as it has normalised it.
    let at = name.len().checked_sub(string.len() + 5);
    if let Some(byte) = at.and_then(|at| name.get_mut(at)) {
        *byte = sign;
    }
    name
}

fn sign(operator: Operator) -> &'static [u8] {
    match operator {
        Operator::Equal => b"==",
        Operator::Unequal => b"!=",
        Operator::Match => b"=~",
        Operator::NoMatch => b"!~",
        Operator::Prefix => b"=^",
        Operator::Suffix => b"=$",
    }
}

/// The field by its two names (`configparser_comp_key_id`).
fn field(object: &[u8], tag: &[u8]) -> Option<Field> {
    let header = |name: &[u8]| Some(Field::Header(name.to_vec()));
    match (object, tag) {
        (b"REQUEST_HEADER", _) => header(tag),
        (b"SERVER", b"socket") => Some(Field::Socket),
        (b"HTTP", b"url") => Some(Field::Url),
        (b"HTTP", b"host") => Some(Field::Host),
        (b"HTTP", b"referer" | b"user-agent" | b"cookie") => header(tag),
        (b"HTTP", b"useragent") => header(b"User-Agent"),
        (b"HTTP", b"language") => header(b"Accept-Language"),
        (b"HTTP", b"remoteip" | b"remote-ip") => Some(Field::RemoteIp),
        (b"HTTP", b"querystring" | b"query-string") => Some(Field::Query),
        (b"HTTP", b"request-method") => Some(Field::Method),
        (b"HTTP", b"scheme") => Some(Field::Scheme),
        _ => None,
    }
}

/// A pattern that is only anchored text becomes a plain comparison (`configparser_simplify_regex`).
fn simplified(string: Vec<u8>) -> (Operator, Vec<u8>) {
    let plain = |text: &[u8]| !text.iter().any(|byte| b"\\^$.|?*+()[]{}".contains(byte));
    let found = match string.as_slice() {
        [b'\\', b'.', inner @ .., b'$'] if plain(inner) => Some((Operator::Suffix, [&b"."[..], inner].concat())),
        [b'^', inner @ .., b'$'] if plain(inner) => Some((Operator::Equal, inner.to_vec())),
        [inner @ .., b'$'] if plain(inner) => Some((Operator::Suffix, inner.to_vec())),
        [b'^', inner @ ..] if plain(inner) => Some((Operator::Prefix, inner.to_vec())),
        _ => None,
    };
    found.unwrap_or((Operator::Match, string))
}

/// The string as it is compared; the server refuses some of them.
fn normal(field: &Field, operator: Operator, string: Vec<u8>) -> Result<Vec<u8>, String> {
    if matches!(operator, Operator::Match | Operator::NoMatch) {
        return Ok(string);
    }
    let shown = || String::from_utf8_lossy(&string).into_owned();
    match field {
        Field::RemoteIp => address(&string).ok_or_else(shown),
        Field::Host => normalized(&string, 0).ok_or_else(shown),
        Field::Socket if !matches!(string.as_slice(), [b':' | b'/' | b'\\', ..] | [b'[', b']', ..]) => {
            normalized(&string, 0).ok_or_else(shown)
        }
        Field::Socket | Field::Url | Field::Query | Field::Method | Field::Scheme | Field::Header(_) => Ok(string),
    }
}

/// An address or a network (configfile.c, `config_remoteip_normalize`). What the server takes for none of them and lets
/// pass all the same stays as it is.
fn address(string: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(string).ok()?;
    let (plain, bits) = split(text);
    let most = if text.contains(':') { 128 } else { 32 };
    if bits.is_some_and(|bits| bits.parse::<u32>().map_or(true, |bits| bits == 0 || bits > most)) {
        return Some(string.to_vec());
    }
    let plain = if text.contains(':') {
        let Ok(address) = plain.trim_start_matches('[').trim_end_matches(']').parse::<Ipv6Addr>() else {
            return Some(string.to_vec());
        };
        address.to_string()
    } else {
        plain.parse::<Ipv4Addr>().ok()?.to_string()
    };
    Some(bits.map_or_else(|| plain.clone(), |bits| format!("{plain}/{bits}")).into_bytes())
}

/// The address and, behind a slash, how many bits of it count.
#[must_use]
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    let (plain, bits) = cut(text.as_bytes(), b'/');
    (text.get(..plain.len()).unwrap_or(text), bits.and_then(|_| text.get(plain.len() + 1..)))
}
