//! lighttpd: mod_authn_file's htpasswd backend (`mod_authn_file_htpasswd_basic`).

use super::kind::{Crypt, c_string};
use crate::hash::format::{ldap, md5_crypt};
use crate::hash::life::{Death, Life};
use crate::hash::recipe::Recipe;

/// Shorter texts are not handed to crypt(3).
const CRYPT_LEAST: usize = 13;

/// Reads a stored text: `{SHA}` loosely, `$apr1$`, then crypt(3).
pub(super) fn read(field: &[u8], crypt: Crypt) -> Result<Recipe<'_>, Life> {
    let text = c_string(field);
    match text {
        [b'{', b'S', b'H', b'A', b'}', ..] => Ok(ldap::read_sha_loosely(text)?),
        [b'$', b'a', b'p', b'r', b'1', b'$', ..] => Ok(md5_crypt::read(text, md5_crypt::Magic::Apr1)?),
        [] => Err(Death::Empty.into()),
        _ if text.len() < CRYPT_LEAST => Err(Death::PlainText.into()),
        [b'$', b'1', b'+', b'n', b't', b'l', b'm', b'$', ..] => Ok(md5_crypt::read(text, md5_crypt::Magic::NtMd5)?),
        _ => crypt.read(text),
    }
}
