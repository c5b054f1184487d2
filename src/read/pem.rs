//! Certificates and keys as far as servers look at them when they start (OpenSSL, `PEM_read_bio`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nom::bytes::complete::{tag, take, take_till, take_until};
use nom::combinator::rest;
use nom::multi::many0;
use nom::number::complete::be_u8;
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

/// A block between `BEGIN` and `END`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// What it calls itself.
    pub(crate) label: Vec<u8>,
    /// What is in it; nothing where it is no base64, or cut off.
    pub(crate) bytes: Option<Vec<u8>>,
    /// Whether it is encrypted in the old way.
    pub(crate) sealed: bool,
}

/// The blocks of a file in their order.
pub(crate) fn blocks(text: &[u8]) -> Vec<Block> {
    let mut found = Vec::new();
    let mut text = text;
    while let Ok((behind, block)) = block(text) {
        found.push(block);
        text = behind;
    }
    found
}

fn block(input: &[u8]) -> IResult<&[u8], Block> {
    let mut begin = delimited(tag("-----BEGIN "), take_till(|byte| byte == b'-' || byte == b'\n'), tag("-----"));
    let (input, _) = take_until("-----BEGIN ").parse(input)?;
    let (input, label) = begin.parse(input)?;
    let end = [b"-----END ", label, b"-----"].concat();
    let body: IResult<&[u8], &[u8]> = terminated(take_until(end.as_slice()), tag(end.as_slice())).parse(input);
    let (behind, body) = match body {
        Ok((behind, body)) => (behind, Some(body)),
        Err(_) => (input.get(input.len()..).unwrap_or_default(), None),
    };
    // Lines with a colon are headers.
    let lines = || body.unwrap_or_default().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let sealed = lines().any(|line| line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED"));
    let digits: Vec<u8> = lines().filter(|line| !line.contains(&b':')).flatten().copied().collect();
    let bytes = body.and_then(|_| STANDARD.decode(digits).ok());
    Ok((behind, Block { label: label.to_vec(), bytes, sealed }))
}

/// One thing of DER: its tag and what is in it.
type Thing<'d> = (u8, &'d [u8]);

fn thing(input: &[u8]) -> IResult<&[u8], Thing<'_>> {
    let (input, mark) = be_u8(input)?;
    let (input, first) = be_u8(input)?;
    let (input, length) = match first {
        0..=127 => (input, usize::from(first)),
        _ => {
            let (input, bytes) = take(usize::from(first & 0x7f)).parse(input)?;
            let length = bytes
                .iter()
                .fold(0_usize, |length, byte| length.saturating_mul(256).saturating_add(usize::from(*byte)));
            (input, length)
        }
    };
    let (input, content) = take(length).parse(input)?;
    Ok((input, (mark, content)))
}

/// What is in a sequence that is all there is.
fn sequence(bytes: &[u8]) -> Option<Vec<Thing<'_>>> {
    let (behind, (mark, content)) = thing(bytes).ok()?;
    let (left, things) = many0(thing).parse(content).ok()?;
    (mark == 0x30 && behind.is_empty() && left.is_empty()).then_some(things)
}

/// What tells a public key from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Public {
    /// The modulus of RSA.
    Rsa(Vec<u8>),
    /// The point of an elliptic curve.
    Curve(Vec<u8>),
    /// Of another kind, or not written down.
    Other,
}

impl Public {
    /// Whether both are of the same kind, and differ: a key of another kind waits for a certificate of its own.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rsa(one), Self::Rsa(other)) | (Self::Curve(one), Self::Curve(other)) => one != other,
            _ => false,
        }
    }

    /// Whether OpenSSL as Debian sets it up takes no key so short (`SSL_CTX_set_security_level(2)`).
    pub(crate) fn is_short(&self) -> bool {
        matches!(self, Self::Rsa(modulus) if modulus.len() < 256)
    }
}

fn unsigned(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

/// The public key of a certificate; `None`: it is no certificate.
pub(crate) fn certificate(bytes: &[u8]) -> Option<Public> {
    let things = sequence(bytes)?;
    let (_, content) = things.first()?;
    let (_, parts) = many0(thing).parse(content).ok()?;
    let version = usize::from(parts.first().is_some_and(|(mark, _)| *mark == 0xa0));
    let (_, key) = parts.get(version + 5)?;
    let (_, key) = many0(thing).parse(key).ok()?;
    let [_, (0x03, [0, bits @ ..])] = key.as_slice() else { return Some(Public::Other) };
    Some(match sequence(bits).as_deref() {
        Some([(0x02, modulus), (0x02, _)]) => Public::Rsa(unsigned(modulus)),
        Some(_) => Public::Other,
        None if bits.first() == Some(&4) => Public::Curve(bits.to_vec()),
        None => Public::Other,
    })
}

/// The public half of a private key; `None`: it is no key.
pub(crate) fn private(bytes: &[u8]) -> Option<Public> {
    let things = sequence(bytes)?;
    Some(match things.as_slice() {
        // PKCS#8: the key of the kind itself is inside.
        [(0x02, _), (0x30, _), (0x04, inner), ..] => private(inner).unwrap_or(Public::Other),
        [(0x02, _), (0x02, modulus), (0x02, _), ..] => Public::Rsa(unsigned(modulus)),
        [(0x02, _), (0x04, _), others @ ..] => {
            let public = others.iter().find(|(mark, _)| *mark == 0xa1).and_then(|(_, inner)| thing(inner).ok());
            match public {
                Some((_, (0x03, [0, point @ ..]))) => Public::Curve(point.to_vec()),
                _ => Public::Other,
            }
        }
        _ => Public::Other,
    })
}

/// How many bytes the prime of Diffie-Hellman parameters has.
pub(crate) fn prime(bytes: &[u8]) -> Option<usize> {
    match sequence(bytes)?.as_slice() {
        [(0x02, prime), ..] => Some(unsigned(prime).len()),
        _ => None,
    }
}

/// What stands behind `data:`.
pub(crate) fn inline(text: &[u8]) -> Option<&[u8]> {
    let parsed: IResult<&[u8], (&[u8], &[u8])> = (tag("data:"), rest).parse(text);
    parsed.ok().map(|(_, (_, text))| text)
}
