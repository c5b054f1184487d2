//! Squid's basic_ncsa_auth (`src/auth/basic/NCSA/basic_ncsa_auth.cc`).

use super::kind::{Crypt, c_string};
use crate::hash::format::md5_crypt;
use crate::hash::life::Life;
use crate::hash::recipe::{Method, Recipe};

/// Of a salt of its own MD5 crypt, this many bytes are used and printed (`crypt_md5`).
const SALT: usize = 8;
/// The longest password of what does not begin with `$`: longer ones are refused even if crypt(3) finds them right.
const DES_LONGEST: usize = 8;

/// Reads a stored text: crypt(3), then MD5 crypt of any magic, then MD5 in small hex digits.
pub(super) fn read(field: &[u8], crypt: Crypt) -> Result<Recipe<'_>, Life> {
    let text = c_string(field);
    let known = match crypt.read(text) {
        Ok(recipe) if text.starts_with(b"$") => return Ok(recipe),
        Ok(recipe) => return Ok(Recipe { longest: DES_LONGEST, ..recipe }),
        Err(life) => life,
    };
    if let Ok(recipe) = md5_crypt::read_any(text, SALT) {
        return Ok(recipe);
    }
    let is_md5 = text.len() == 32 && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_md5 { Ok(Recipe::new(text, Method::HexMd5)) } else { Err(known) }
}
