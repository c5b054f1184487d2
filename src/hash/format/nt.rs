//! `$3$`: the NT hash, MD4 without salt.

use md4::{Digest, Md4};

use super::cut::after;
use crate::hash::alphabet::Fixed;
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

const DIGEST: Fixed = Fixed { part: Part::Digest, length: 32, value: lower_hex, spare: 0 };

fn lower_hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Reads `$3$$` and 32 digits of lower-case hex (libxcrypt `crypt_nt_rn`).
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text.
pub(in crate::hash) fn read(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let digest = after(after(text, b"$3$")?, b"$").map_err(|_| Death::SeparatorMissing { after: Part::Salt })?;
    DIGEST.check(digest)?;
    Ok(Recipe::new(digest, Method::Nt))
}

/// The digest of a password whose bytes are widened with zeros, whatever their encoding.
pub(in crate::hash) fn print(password: &[u8]) -> Vec<u8> {
    let wide: Vec<u8> = password.iter().flat_map(|byte| [*byte, 0]).collect();
    let hex = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    Md4::digest(wide).iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).collect()
}
