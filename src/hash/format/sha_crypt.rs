//! SHA-crypt: `$5$` and `$6$`.

use sha_crypt::{Params, sha256_crypt};

use super::cut::{after, ended_field, field, plain_number, salt_within};
use super::sha512_digest::sha512_digest;
use crate::hash::alphabet::{DIGEST_32, DIGEST_64, push_low_first};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

/// Of a salt, this many bytes are used and printed (libxcrypt `SALT_LEN_MAX`, musl `SALT_MAX`).
const SALT: usize = 16;
/// Rounds when the text names none (`ROUNDS_DEFAULT`).
const ROUNDS_DEFAULT: u64 = 5000;
/// Fewer are refused, or raised and printed so (`ROUNDS_MIN`).
const ROUNDS_MIN: u64 = 1000;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) enum Width {
    Sha256,
    Sha512,
}

/// A readable SHA-crypt hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct ShaCrypt<'h> {
    width: Width,
    rounds: u64,
    salt: &'h [u8],
}

/// Reads `$5$` or `$6$`, an optional `rounds=N$` with N up to `most`, a salt of up to 16, `$`, the digest.
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text.
pub(in crate::hash) fn read(text: &[u8], width: Width, most: u64) -> Result<Recipe<'_>, Death> {
    let body = after(text, width.magic())?;
    match after(body, b"rounds=") {
        Err(_) => read_salted(body, width, ROUNDS_DEFAULT),
        Ok(numbered) => {
            let (number, behind) = ended_field(numbered, Part::Rounds)?;
            let have = plain_number(number, Part::Rounds)?;
            if !(ROUNDS_MIN..=most).contains(&have) {
                return Err(Death::CostOutOfRange { have, min: ROUNDS_MIN, max: most });
            }
            read_salted(behind, width, have)
        }
    }
}

/// The same in glibc's own crypt(3), where `rounds=` without a number of nothing but digits up to the `$` is salt
/// (glibc `__sha256_crypt_r`: only a `$` right behind what strtoul reads makes it a number).
///
/// # Errors
/// As [`read`].
pub(in crate::hash) fn read_glibc(text: &[u8], width: Width, most: u64) -> Result<Recipe<'_>, Death> {
    let body = after(text, width.magic())?;
    let number = after(body, b"rounds=").map(|numbered| field(numbered).0);
    match number {
        Ok(number) if !reads_as_number(number) => read_salted(body, width, ROUNDS_DEFAULT),
        Ok(_) | Err(_) => read(text, width, most),
    }
}

/// Whether strtoul reads the whole field: blanks, a sign, digits. Nothing at all counts too: it ends at once.
fn reads_as_number(number: &[u8]) -> bool {
    let digits = number.trim_ascii_start();
    let digits = after(digits, b"+").or_else(|_| after(digits, b"-")).unwrap_or(digits);
    number.is_empty() || (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

fn read_salted(body: &[u8], width: Width, rounds: u64) -> Result<Recipe<'_>, Death> {
    let (salt, digest) = ended_field(body, Part::Salt)?;
    salt_within(salt, SALT)?;
    match width {
        Width::Sha256 => DIGEST_32.check(digest)?,
        Width::Sha512 => DIGEST_64.check(digest)?,
    }
    Ok(Recipe::new(digest, Method::ShaCrypt(ShaCrypt { width, rounds, salt })))
}

impl Width {
    pub(in crate::hash) fn magic(self) -> &'static [u8] {
        match self {
            Width::Sha256 => b"$5$",
            Width::Sha512 => b"$6$",
        }
    }
}

impl<'h> ShaCrypt<'h> {
    /// How often the digest is hashed again.
    pub(in crate::hash) fn rounds(&self) -> u64 {
        self.rounds
    }

    /// The salt.
    pub(in crate::hash) fn salt(&self) -> &'h [u8] {
        self.salt
    }

    /// The digest of a password as it is printed. `sha-crypt`'s own text functions refuse an empty salt and forgive a
    /// long one, so only its digests are used; `pwhash` clamps large rounds instead of refusing them.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Option<Vec<u8>> {
        let params = Params::new(u32::try_from(self.rounds).ok()?).ok()?;
        Some(match self.width {
            Width::Sha256 => print_256(&sha256_crypt(password, self.salt, params)),
            Width::Sha512 => print_512(&sha512_digest(password, self.salt, self.rounds)),
        })
    }
}

/// Three bytes as four characters, the last byte lowest.
fn push_group(out: &mut Vec<u8>, digest: &[u8], group: [usize; 3]) {
    let value = group.iter().fold(0, |value, at| value << 8 | u32::from(digest.get(*at).copied().unwrap_or(0)));
    push_low_first(out, value, 4);
}

/// The order of bytes of `crypt_sha256crypt_rn`: each group's bytes are ten apart and turn by one place.
fn print_256(digest: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(43);
    for group in 0..10usize {
        let [a, b, c] = [group, group + 10, group + 20];
        push_group(
            &mut out,
            digest,
            match group % 3 {
                0 => [a, b, c],
                1 => [c, a, b],
                _ => [b, c, a],
            },
        );
    }
    let byte = |at: usize| u32::from(digest.get(at).copied().unwrap_or(0));
    push_low_first(&mut out, byte(31) << 8 | byte(30), 3);
    out
}

/// The order of bytes of `crypt_sha512crypt_rn`: each group's bytes are 21 apart and turn by one place.
fn print_512(digest: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(86);
    for group in 0..21usize {
        let [a, b, c] = [group, group + 21, group + 42];
        push_group(
            &mut out,
            digest,
            match group % 3 {
                0 => [a, b, c],
                1 => [b, c, a],
                _ => [c, a, b],
            },
        );
    }
    push_low_first(&mut out, u32::from(digest.get(63).copied().unwrap_or(0)), 2);
    out
}
