//! NetBSD's `$sha1$`: HMAC-SHA1 over itself.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::cut::{after, ended_field, plain_number};
use crate::hash::alphabet::{Fixed, i64_value, is_i64, push_low_first};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

const DIGEST: Fixed = Fixed { part: Part::Digest, length: 28, value: i64_value, spare: 0 };
/// What is printed before the digest has to fit libxcrypt's buffer (`CRYPT_OUTPUT_SIZE` less its NUL).
const SETTING: usize = 383;

/// A readable `$sha1$` hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Sha1Crypt<'h> {
    rounds: u64,
    salt: &'h [u8],
}

/// Reads `$sha1$`, a plain decimal number, `$`, a salt of at least one character, `$`, 28 characters whose first and
/// last bytes are the same (libxcrypt `crypt_sha1crypt_rn`).
///
/// # Errors
/// The first thing that keeps libxcrypt from ever printing this text.
pub(in crate::hash) fn read(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let (number, body) = ended_field(after(text, b"$sha1$")?, Part::Rounds)?;
    let rounds = plain_number(number, Part::Rounds)?;
    let (salt, digest) = ended_field(body, Part::Salt)?;
    if salt.is_empty() {
        return Err(Death::SaltEmpty);
    }
    if let Some(at) = salt.iter().position(|byte| !is_i64(*byte)) {
        return Err(Death::CharacterOutside { part: Part::Salt, at: at + 1 });
    }
    DIGEST.check(digest)?;
    if text.len() - digest.len() > SETTING {
        return Err(Death::TextTooLong { limit: SETTING + DIGEST.length });
    }
    if copies(digest).is_none_or(|(first, last)| first != last) {
        return Err(Death::CopiesDisagree);
    }
    Ok(Recipe::new(digest, Method::Sha1Crypt(Sha1Crypt { rounds, salt })))
}

/// The digest's first byte, bits 16 to 23 of the first group, and its copy, bits 0 to 7 of the last.
fn copies(digest: &[u8]) -> Option<(u8, u8)> {
    let mut values = digest.iter().filter_map(|byte| i64_value(*byte));
    let (third, fourth) = (values.nth(2)?, values.next()?);
    let (fifth_last, fourth_last) = (values.nth(20)?, values.next()?);
    Some((third >> 4 | fourth << 2, fifth_last | fourth_last << 6))
}

impl Sha1Crypt<'_> {
    /// How often HMAC is run.
    pub(in crate::hash) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// The digest of a password as it is printed. `pwhash` cuts salts at 64 and refuses zero rounds, which here is the
    /// same as one.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Option<Vec<u8>> {
        let keyed = Hmac::<Sha1>::new_from_slice(password).ok()?;
        let start = [self.salt, b"$sha1$", self.rounds.to_string().as_bytes()].concat();
        let mut digest: [u8; 20] = keyed.clone().chain_update(start).finalize().into_bytes().into();
        for _ in 1..self.rounds {
            digest = keyed.clone().chain_update(digest).finalize().into_bytes().into();
        }
        let padded: Vec<u8> = digest.iter().chain(digest.first()).copied().collect();
        let mut out = Vec::with_capacity(DIGEST.length);
        for group in padded.chunks(3) {
            push_low_first(&mut out, group.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)), 4);
        }
        Some(out)
    }
}
