//! glibc's own crypt(3), before libxcrypt took its place (`crypt/crypt-entry.c`). Read, not run.

use super::kind::c_string;
use crate::hash::format::md5_crypt::Magic;
use crate::hash::format::sha_crypt::Width;
use crate::hash::format::{des, md5_crypt, sha_crypt};
use crate::hash::life::Death;
use crate::hash::recipe::Recipe;
use crate::hash::recognise::stranger;

/// The most rounds of its SHA-crypt (`ROUNDS_MAX`).
const ROUNDS_MOST: u64 = 999_999_999;

/// Reads a stored text: `$1$`, `$5$`, `$6$`, else DES.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let text = c_string(field);
    match text {
        [] => Err(Death::Empty),
        [b'$', b'1', b'$', ..] => md5_crypt::read(text, Magic::Md5),
        [b'$', b'5', b'$', ..] => sha_crypt::read_glibc(text, Width::Sha256, ROUNDS_MOST),
        [b'$', b'6', b'$', ..] => sha_crypt::read_glibc(text, Width::Sha512, ROUNDS_MOST),
        _ => des::read(text, false).map_err(|_| stranger(text)),
    }
}
