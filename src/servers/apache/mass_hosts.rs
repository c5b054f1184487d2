//! Document roots that are made of the name a client gives (modules/mappers/mod_vhost_alias.c).

use nom::branch::alt;
use nom::bytes::complete::is_not;
use nom::character::complete::{char, one_of};
use nom::combinator::{all_consuming, cut, opt};
use nom::multi::many0;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::config::DirConfig;
use super::expr::Facts;
use super::facts::Circumstances;
use super::journey::{Arrived, Errand};

/// What `VirtualDocumentRoot` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MassRoot {
    pieces: Vec<Piece>,
}

/// A piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// As it stands.
    Text(Vec<u8>),
    /// `%p`: the port.
    Port,
    /// `%N.M`: a part of the name, and of that some letters.
    Part(Count, Option<Count>),
}

/// A number of `%N.M`: from which end, and whether all that follows belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    from_end: bool,
    number: usize,
    more: bool,
}

/// The file path of a URL path below the document root of the name that the client gives (`mva_translate`).
pub(super) fn mass_hosted(
    errand: &Errand<'_, '_>,
    settings: &DirConfig,
    arrived: &Arrived<'_>,
    url: &[u8],
) -> Option<Vec<u8>> {
    let mass = arrived.spot.host.host.mass_root.as_ref()?.as_ref()?;
    let env = &settings.env_set;
    let facts =
        Circumstances { ask: Some(errand.ask), spot: Some(&arrived.spot), user: None, env, library: None, early: true };
    let (name, port) = (facts.variable("SERVER_NAME")?, facts.variable("SERVER_PORT")?);
    Some([mass.of(&name, &port).as_slice(), url].concat())
}

impl MassRoot {
    /// Reads a format; `None` where the server refuses it (`vhost_alias_set`).
    #[must_use]
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let sign = char('%').map(|_| Piece::Text(b"%".to_vec()));
        let part = (count, opt(preceded(char('.'), cut(count)))).map(|(part, letters)| Piece::Part(part, letters));
        let special = preceded(char('%'), alt((sign, char('p').map(|_| Piece::Port), part)));
        let plain = is_not("%").map(|text: &[u8]| Piece::Text(text.to_vec()));
        let whole: IResult<&[u8], Vec<Piece>> = all_consuming(many0(alt((special, plain)))).parse(text);
        whole.ok().map(|(_, pieces)| Self { pieces })
    }

    /// The document root of a host of that name (`vhost_alias_interpolate`).
    #[must_use]
    pub(super) fn of(&self, name: &[u8], port: &[u8]) -> Vec<u8> {
        let mut made = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => made.extend_from_slice(text),
                Piece::Port => made.extend_from_slice(port),
                Piece::Part(part, letters) => {
                    let found = chosen(name, *part);
                    let found = letters.map_or(found, |letters| some(found, letters));
                    made.extend(found.to_ascii_lowercase());
                }
            }
        }
        if made.last() == Some(&b'/') {
            made.pop();
        }
        made
    }
}

fn count(input: &[u8]) -> IResult<&[u8], Count> {
    let (rest, (dash, digit, plus)) = (opt(char('-')), one_of("0123456789"), opt(char('+'))).parse(input)?;
    let number = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or_default();
    Ok((rest, Count { from_end: dash.is_some(), number, more: plus.is_some() }))
}

/// Parts of a name between its dots, counted from either end; one that it has not is `_`.
fn chosen(name: &[u8], Count { from_end, number, more }: Count) -> &[u8] {
    let mut starts = vec![0];
    starts.extend((0_usize..).zip(name).filter(|(_, byte)| **byte == b'.').map(|(at, _)| at + 1));
    let end_of = |index: usize| starts.get(index + 1).map_or(name.len(), |next| next - 1);
    let Some(index) = number.checked_sub(1) else { return name };
    if index >= starts.len() {
        return b"_";
    }
    let index = if from_end { starts.len() - 1 - index } else { index };
    let first = if from_end && more { 0 } else { starts.get(index).copied().unwrap_or_default() };
    let last = if !from_end && more { name.len() } else { end_of(index) };
    name.get(first..last).unwrap_or_default()
}

/// Letters of a part, counted from either end.
fn some(part: &[u8], Count { from_end, number, more }: Count) -> &[u8] {
    let Some(index) = number.checked_sub(1) else { return part };
    if index >= part.len() {
        return b"_";
    }
    let index = if from_end { part.len() - 1 - index } else { index };
    let first = if from_end && more { 0 } else { index };
    let last = if !from_end && more { part.len() } else { index + 1 };
    part.get(first..last).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::MassRoot;

    fn made(format: &str) -> Option<String> {
        let root = MassRoot::read(format.as_bytes())?;
        Some(String::from_utf8_lossy(&root.of(b"www.Shop.example", b"80")).into_owned())
    }

    #[test]
    fn a_root_is_made_of_the_parts_of_a_name() {
        for (format, root) in [
            ("/v/%0", "/v/www.shop.example"),
            ("/v/%1/", "/v/www"),
            ("/v/%-1/%2", "/v/example/shop"),
            ("/v/%2+", "/v/shop.example"),
            ("/v/%-2+", "/v/www.shop"),
            ("/v/%4", "/v/_"),
            ("/v/%2.1/%2.-1/%2.2+", "/v/s/p/hop"),
            ("/v/%p%%", "/v/80%"),
            ("/v/%1.9", "/v/_"),
        ] {
            assert_eq!(made(format).as_deref(), Some(root), "{format}");
        }
        assert!(made("/v/%x").is_none() && made("/v/%1.").is_none());
    }
}
