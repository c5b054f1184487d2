//! musl's crypt(3) (`src/crypt/crypt_r.c`).

use super::kind::c_string;
use crate::hash::format::md5_crypt::Magic;
use crate::hash::format::sha_crypt::Width;
use crate::hash::format::{bcrypt, des, md5_crypt, sha_crypt};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};
use crate::hash::recognise::{shown, stranger};

/// The highest cost of its bcrypt (`BF_crypt`).
const BCRYPT_MOST: u8 = 19;
/// The most rounds of its SHA-crypt (`ROUNDS_MAX`).
const ROUNDS_MOST: u64 = 9_999_999;
/// The longest password of SHA-crypt (`KEY_MAX`).
const SHA_LONGEST: usize = 256;
/// The longest password of MD5 crypt (`KEY_MAX`).
const MD5_LONGEST: usize = 30_000;

/// Reads a stored text: four marks, anything else is DES.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let text = c_string(field);
    match text {
        [] => Err(Death::Empty),
        [b'$', b'1', b'$', ..] => {
            md5_crypt::read(text, Magic::Md5).map(|recipe| Recipe { longest: MD5_LONGEST, ..recipe })
        }
        [b'$', b'2', _, b'$', ..] => bcrypt::read(text, BCRYPT_MOST),
        [b'$', b'5', b'$', ..] => sha(text, Width::Sha256),
        [b'$', b'6', b'$', ..] => sha(text, Width::Sha512),
        [b'_', ..] => bsdi(text).map_err(|death| shown(text, death)),
        _ => des::read_musl(text).map_err(|_| stranger(text)),
    }
}

/// SHA-crypt whose salt may not hold what ends a field of /etc/shadow (`sha256crypt`).
fn sha(text: &[u8], width: Width) -> Result<Recipe<'_>, Death> {
    let recipe = sha_crypt::read(text, width, ROUNDS_MOST)?;
    if let Method::ShaCrypt(sha) = &recipe.method
        && let Some(at) = sha.salt().iter().position(|byte| matches!(byte, b'\n' | b':'))
    {
        return Err(Death::CharacterOutside { part: Part::Salt, at: at + 1 });
    }
    Ok(Recipe { longest: SHA_LONGEST, ..recipe })
}

/// BSDi with a count of one or more (`_crypt_extended_r_uut`).
fn bsdi(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let recipe = des::read_bsdi(text)?;
    if matches!(&recipe.method, Method::Bsdi(bsdi) if bsdi.count() == 0) {
        return Err(Death::CostOutOfRange { have: 0, min: 1, max: (1 << 24) - 1 });
    }
    Ok(recipe)
}

/// Whether a dead text is an error: what is of no scheme here is hashed as DES and only differs, unless the salt is
/// unusable (`ascii_is_unsafe`).
pub(super) fn refuses(field: &[u8], death: Death) -> bool {
    match (death, field) {
        (Death::PlainText | Death::NoSuchScheme(_), [first, second, ..]) => {
            [first, second].into_iter().any(|byte| matches!(byte, 0 | b'\n' | b':'))
        }
        _ => true,
    }
}
