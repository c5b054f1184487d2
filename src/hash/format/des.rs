//! The DES hashes: traditional, bigcrypt, and BSDi's extended form.

use pwhash::{HashSetup, bsdi_crypt, unix_crypt};

use super::cut::{after, first};
use crate::hash::alphabet::{DES_DIGEST, Fixed, i64_char, i64_value, is_i64};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

/// Blocks that bigcrypt computes at most (libxcrypt `crypt_bigcrypt_rn`).
const BLOCKS: usize = 16;
/// Bytes of the password in one block.
const BLOCK: usize = 8;

/// A traditional DES salt, as two characters of crypt(3)'s alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Des {
    salt: [u8; 2],
}

/// A readable BSDi hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Bsdi {
    count: u32,
    salt: [u8; 4],
}

/// Reads two salt characters and 11 of digest, or any number of such digests up to 16 if `big`.
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text. A text that does not have the shape is
/// called plain text: nothing may be told about it.
pub(in crate::hash) fn read(text: &[u8], big: bool) -> Result<Recipe<'_>, Death> {
    let (salt, digest) = first(text, 2, Part::Salt).map_err(|_| Death::PlainText)?;
    let blocks = digest.len() / DES_DIGEST.length;
    let most = if big { BLOCKS } else { 1 };
    if !digest.len().is_multiple_of(DES_DIGEST.length)
        || !(1..=most).contains(&blocks)
        || !salt.iter().all(|byte| is_i64(*byte))
    {
        return Err(Death::PlainText);
    }
    for block in digest.chunks(DES_DIGEST.length) {
        DES_DIGEST.check(block).map_err(|_| Death::PlainText)?;
    }
    let des = Des::new(salt).ok_or(Death::PlainText)?;
    Ok(Recipe::new(digest, if blocks == 1 { Method::Des(des) } else { Method::Bigcrypt(des) }))
}

/// Reads 13 bytes whose first two are anything that musl takes for a salt (musl `ascii_is_unsafe`, `ascii_to_bin`).
///
/// # Errors
/// As [`read`].
pub(in crate::hash) fn read_musl(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let (salt, digest) = first(text, 2, Part::Salt).map_err(|_| Death::PlainText)?;
    if salt.iter().any(|byte| matches!(byte, b'\n' | b':')) || DES_DIGEST.check(digest).is_err() {
        return Err(Death::PlainText);
    }
    let mapped = [musl_value(salt.first()), musl_value(salt.get(1))];
    Ok(Recipe::new(digest, Method::Des(Des { salt: mapped.map(|value| i64_char(value.into())) })))
}

/// The six bits that musl makes of any byte: the distance to the start of its range, of the byte as a signed number.
fn musl_value(byte: Option<&u8>) -> u8 {
    let byte = byte.copied().unwrap_or(0);
    let start = match byte {
        b'a'..=0x7f => b'a' - 38,
        b'A'..=b'`' => b'A' - 12,
        _ => b'.',
    };
    byte.wrapping_sub(start) & 0x3f
}

/// Reads `_`, 4 characters of count, 4 of salt, 11 of digest.
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text.
pub(in crate::hash) fn read_bsdi(text: &[u8]) -> Result<Recipe<'_>, Death> {
    const COUNT: Fixed = Fixed { part: Part::Cost, length: 4, value: i64_value, spare: 0 };
    const SALT: Fixed = Fixed { part: Part::Salt, length: 4, value: i64_value, spare: 0 };
    let (count, body) = first(after(text, b"_")?, COUNT.length, Part::Cost)?;
    COUNT.check(count)?;
    let (salt, digest) = first(body, SALT.length, Part::Salt)?;
    SALT.check(salt)?;
    DES_DIGEST.check(digest)?;
    let count = count.iter().rev().fold(0, |sum, byte| sum << 6 | u32::from(i64_value(*byte).unwrap_or(0)));
    let salt = salt.try_into().map_err(|_| Death::TooShort { part: Part::Salt, have: 0, want: SALT.length })?;
    Ok(Recipe::new(digest, Method::Bsdi(Bsdi { count, salt })))
}

impl Des {
    fn new(salt: &[u8]) -> Option<Self> {
        Some(Self { salt: salt.try_into().ok()? })
    }

    /// The digest of the first 8 bytes of a password.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Option<Vec<u8>> {
        let setting = str::from_utf8(&self.salt).ok()?;
        #[expect(deprecated, reason = "marked so lest anybody store new ones; old ones still have to be checked")]
        let text = unix_crypt::hash_with(setting, password).ok()?;
        text.into_bytes().get(2..).map(<[u8]>::to_vec)
    }

    /// The digests of all blocks of a password, each salted with the start of the one before it (libxcrypt
    /// `crypt_bigcrypt_rn`; `pwhash` does not know it).
    pub(in crate::hash) fn print_big(&self, password: &[u8]) -> Option<Vec<u8>> {
        let mut block_salt = *self;
        let mut out = Vec::new();
        let blocks = password.chunks(BLOCK).take(BLOCKS);
        for block in blocks.chain(password.is_empty().then_some(password)) {
            let digest = block_salt.print(block)?;
            block_salt = Self::new(digest.get(..2)?)?;
            out.extend(digest);
        }
        Some(out)
    }
}

impl Bsdi {
    /// How often DES is run.
    pub(in crate::hash) fn count(&self) -> u64 {
        self.count.into()
    }

    /// The digest of a whole password. A count of zero is run once (libxcrypt `des_crypt_block`), which `pwhash`
    /// refuses.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Option<Vec<u8>> {
        let setup = HashSetup { salt: Some(str::from_utf8(&self.salt).ok()?), rounds: Some(self.count.max(1)) };
        #[expect(deprecated, reason = "marked so lest anybody store new ones; old ones still have to be checked")]
        let text = bsdi_crypt::hash_with(setup, password).ok()?;
        text.into_bytes().get(9..).map(<[u8]>::to_vec)
    }
}
