//! Variables, groups and maps in a text (modules/mappers/mod_rewrite.c, `do_expand`; server/util.c, `ap_pregsub`).

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till};
use nom::combinator::{map, map_opt, verify};
use nom::multi::many0;
use nom::sequence::preceded;
use nom::{IResult, bytes::complete::is_not};

use super::lookup::Around;
use super::rule::{Rule, RuleFlag};
use crate::servers::apache::expr::Pattern;

/// The groups of the rule and those of the last condition; `None`: can't tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// `$0` to `$9`.
    pub rule: Option<Vec<Vec<u8>>>,
    /// `%0` to `%9`.
    pub condition: Option<Vec<Vec<u8>>>,
}

/// A piece of a text.
enum Piece<'t> {
    Text(&'t [u8]),
    RuleGroup(usize),
    ConditionGroup(usize),
    Variable(&'t [u8]),
    Map(&'t [u8]),
}

/// A text that was expanded, and whether its decisive question mark came out of an expansion.
pub(super) struct Expanded {
    /// The text.
    pub text: Vec<u8>,
    /// Whether the first question mark (the last, with `QSL`) was not written.
    pub unsafe_mark: bool,
}

/// Expands a text; `None`: it holds what cannot be told.
pub(super) fn expand(text: &[u8], found: &Found, rule: Option<&Rule>, around: Around<'_>) -> Option<Expanded> {
    let last = rule.is_some_and(|rule| rule.has(&RuleFlag::LastMark));
    let mut made = Expanded { text: Vec::new(), unsafe_mark: false };
    let mut marked = false;
    for piece in pieces(text) {
        let (value, expanded) = match piece {
            Piece::Text(text) => (text.to_vec(), false),
            Piece::RuleGroup(index) => (escaped(group(found.rule.as_ref()?, index), rule), true),
            Piece::ConditionGroup(index) => (escaped(group(found.condition.as_ref()?, index), rule), true),
            Piece::Variable(name) => (around.lookup.variable(name, around.course)?, true),
            Piece::Map(inside) => (mapped(inside, found, rule, around)?, true),
        };
        if value.contains(&b'?') && (last || !marked) {
            marked = true;
            made.unsafe_mark = expanded;
        }
        made.text.extend(value);
    }
    Some(made)
}

fn group(groups: &[Vec<u8>], index: usize) -> Vec<u8> {
    groups.get(index).cloned().unwrap_or_default()
}

/// `${map:key|default}`: only the server's own functions are known.
fn mapped(inside: &[u8], found: &Found, rule: Option<&Rule>, around: Around<'_>) -> Option<Vec<u8>> {
    let (key, name) = until(b':')(inside).ok()?;
    let key = key.strip_prefix(b":")?;
    let (default, key) = until(b'|')(key).ok()?;
    let key = expand(key, found, rule, around)?.text;
    let value = around.lookup.map(name, &key)?;
    match default.strip_prefix(b"|") {
        Some(default) if value.is_empty() => Some(expand(default, found, rule, around)?.text),
        _ => Some(value),
    }
}

fn until<'t>(stop: u8) -> impl Fn(&'t [u8]) -> IResult<&'t [u8], &'t [u8]> {
    move |input| take_till(|byte| byte == stop)(input)
}

/// `B`: a group is escaped before it is put in (`escape_backref`).
fn escaped(group: Vec<u8>, rule: Option<&Rule>) -> Vec<u8> {
    let list = rule.and_then(|rule| {
        rule.flags.iter().find_map(|flag| if let RuleFlag::EscapeGroups(list) = flag { Some(list) } else { None })
    });
    let (Some(list), Some(rule)) = (list, rule) else { return group };
    let mut out = Vec::new();
    for byte in group {
        let plain = if list.is_empty() { byte.is_ascii_alphanumeric() || byte == b'_' } else { !list.contains(&byte) };
        match byte {
            _ if plain => out.push(byte),
            b' ' if !rule.has(&RuleFlag::NoPlus) => out.push(b'+'),
            byte => out.extend(format!("%{byte:02x}").into_bytes()),
        }
    }
    out
}

fn pieces(text: &[u8]) -> Vec<Piece<'_>> {
    let escaped = map(preceded(tag("\\"), take(1_usize)), Piece::Text);
    let plain = map(is_not("\\$%"), Piece::Text);
    let piece = alt((
        plain,
        escaped,
        map(preceded(tag("%{"), braced), Piece::Variable),
        map(verify(preceded(tag("${"), braced), |inside: &[u8]| inside.contains(&b':')), Piece::Map),
        map(preceded(tag("$"), digit), Piece::RuleGroup),
        map(preceded(tag("%"), digit), Piece::ConditionGroup),
        map(take(1_usize), Piece::Text),
    ));
    let parsed: IResult<&[u8], Vec<Piece<'_>>> = many0(piece).parse(text);
    parsed.map(|(_, pieces)| pieces).unwrap_or_default()
}

fn digit(input: &[u8]) -> IResult<&[u8], usize> {
    map_opt(take(1_usize), |digit: &[u8]| {
        digit.first().filter(|digit| digit.is_ascii_digit()).map(|digit| usize::from(digit - b'0'))
    })
    .parse(input)
}

/// Up to the brace that closes, others inside counted.
fn braced(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let mut depth = 1_usize;
    let open = |byte: &&u8| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth > 0
    };
    let length = input.iter().take_while(open).count();
    let (rest, inside) = take(length)(input)?;
    let (rest, _) = tag("}")(rest)?;
    Ok((rest, inside))
}

/// `to` with the groups of a match for `$0` to `$9`; `None` if the pattern is not found, or cannot be told.
#[must_use]
pub(in super::super) fn regex_replaced(pattern: &Pattern, subject: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let groups = pattern.find(subject)??;
    let escaped = map(preceded(tag("\\"), take(1_usize)), |byte: &[u8]| byte.to_vec());
    let number = map(preceded(tag("$"), digit), |index| group(&groups, index));
    let plain = map(alt((is_not("\\$"), take(1_usize))), |text: &[u8]| text.to_vec());
    let parsed: IResult<&[u8], Vec<Vec<u8>>> = many0(alt((escaped, number, plain))).parse(to);
    parsed.ok().map(|(_, parts)| parts.concat())
}
