//! `{SHA}` and `{SSHA}`: SHA-1 in base64, bare or with a salt behind it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::take_while;
use sha1::{Digest, Sha1};

use super::cut::after;
use crate::hash::alphabet::Fixed;
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

/// Bytes of a SHA-1 digest.
const SHA1: usize = 20;
/// Its 27 characters of base64, before the `=`.
const DIGEST: Fixed = Fixed { part: Part::Digest, length: 27, value: base64_value, spare: 0b11 };

/// A readable `{SSHA}` hash: canonical base64 of 20 bytes or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Ssha<'h> {
    base64: &'h [u8],
}

/// Reads `{SHA}`, 27 characters, `=` (apr `apr_sha1_base64`, nginx `ngx_crypt_sha`).
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text.
pub(in crate::hash) fn read_sha(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let digest = after(text, b"{SHA}")?;
    let (have, want) = (digest.len(), DIGEST.length + 1);
    let Some((last, body)) = digest.split_last().filter(|_| have == want) else {
        let part = Part::Digest;
        return Err(if have < want {
            Death::TooShort { part, have, want }
        } else {
            Death::TooLong { part, have, want }
        });
    };
    DIGEST.check(body)?;
    if *last != b'=' {
        return Err(Death::CharacterOutside { part: Part::Digest, at: want });
    }
    Ok(Recipe::new(digest, Method::Sha))
}

/// Reads `{SHA}` as lighttpd does: base64 that may hold blanks and control characters and ends at the first other
/// byte, of 20 bytes (lighttpd `li_base64_dec`).
///
/// # Errors
/// It has not 27 characters.
pub(in crate::hash) fn read_sha_loosely(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let body = after(text, b"{SHA}")?;
    let cut: IResult<&[u8], &[u8], ()> =
        take_while(|byte| base64_value(byte).is_some() || matches!(byte, 1..=b' ')).parse(body);
    let letters = || cut.clone().map_or(body, |(_, letters)| letters).iter().filter_map(|byte| base64_value(*byte));
    let (have, want, part) = (letters().count(), DIGEST.length, Part::Digest);
    if have < want {
        return Err(Death::TooShort { part, have, want });
    }
    if have > want {
        return Err(Death::TooLong { part, have, want });
    }
    let mut bytes = [0; SHA1];
    let (mut bits, mut held) = (0, 0u32);
    let mut places = bytes.iter_mut();
    for value in letters() {
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            if let Some(place) = places.next() {
                *place = (held >> bits).to_le_bytes()[0];
            }
        }
    }
    Ok(Recipe::new(body, Method::ShaBytes(bytes)))
}

/// Reads `{SSHA}` and canonical, padded base64 of 20 bytes or more (nginx `ngx_crypt_ssha`).
///
/// # Errors
/// The first thing that keeps nginx from ever printing this text.
pub(in crate::hash) fn read_ssha(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let base64 = after(text, b"{SSHA}")?;
    let cut: IResult<&[u8], &[u8], ()> = take_while(|byte| base64_value(byte).is_some()).parse(base64);
    let (padding, letters) = cut.unwrap_or((&[], base64));
    let (have, want, part) = (letters.len(), DIGEST.length, Part::Digest);
    if have < want {
        return Err(Death::TooShort { part, have, want });
    }
    let spare = match (have % 4, padding) {
        (0, b"") => 0,
        (3, b"=") => 0b11,
        (2, b"==") => 0b1111,
        _ => return Err(Death::NotCanonical { part, at: have + 1 }),
    };
    let last = letters.last().and_then(|byte| base64_value(*byte)).unwrap_or(0);
    if last & spare != 0 {
        return Err(Death::NotCanonical { part, at: have });
    }
    Ok(Recipe::new(base64, Method::Ssha(Ssha { base64 })))
}

/// Reads `{PLAIN}`, whose rest is the password (nginx `ngx_crypt_plain`).
///
/// # Errors
/// It begins otherwise.
pub(in crate::hash) fn read_plain(text: &[u8]) -> Result<Recipe<'_>, Death> {
    Ok(Recipe::new(after(text, b"{PLAIN}")?, Method::Text))
}

/// The value of a character of standard base64.
fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// SHA-1 of pieces one after the other.
pub(in crate::hash) fn sha1(pieces: &[&[u8]]) -> [u8; SHA1] {
    pieces.iter().fold(Sha1::new(), |sha1, piece| sha1.chain_update(piece)).finalize().into()
}

/// The digest of a password as `{SHA}` prints it.
pub(in crate::hash) fn print_sha(password: &[u8]) -> Vec<u8> {
    STANDARD.encode(sha1(&[password])).into_bytes()
}

impl Ssha<'_> {
    /// The digest of a password and this salt, with the salt behind it.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Vec<u8> {
        let decoded = STANDARD.decode(self.base64).unwrap_or_default();
        let salt = decoded.get(SHA1..).unwrap_or_default();
        STANDARD.encode([&sha1(&[password, salt]), salt].concat()).into_bytes()
    }
}
