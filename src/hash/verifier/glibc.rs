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

/// Whether it gives NULL: a text that is none of the three and does not begin with two characters of a salt
/// (`crypt/crypt_util.c`, `_ufc_setup_salt_r`, from 2.17 on).
pub(super) fn refuses(field: &[u8]) -> bool {
    let in_salt = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    match c_string(field) {
        [b'$', b'1' | b'5' | b'6', b'$', ..] => false,
        [first, second, ..] => !in_salt(first) || !in_salt(second),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_salt_as_long_as_its_first_two_characters_are() {
        assert!(!refuses(b"pw") && !refuses(b"password") && !refuses(b"$6$x"));
        assert!(refuses(b"") && refuses(b"p") && refuses(b"p!w") && refuses(b"$2y$05$x") && refuses(b"*0"));
    }
}
