//! Apache: `apr_password_validate` (apr-util `crypto/apr_passwd.c`).

use super::kind::{Crypt, c_string};
use crate::hash::format::{bcrypt, ldap, md5_crypt};
use crate::hash::life::Life;
use crate::hash::recipe::{Method, Recipe};

/// apr's own bcrypt takes no higher cost (apr-util `crypto/crypt_blowfish.c`, `BF_crypt`).
const BCRYPT_MOST: u8 = 17;

/// Reads a stored text: own bcrypt, `$apr1$`, `{SHA}`, then crypt(3); without a crypt(3) the rest is the password.
pub(super) fn read(field: &[u8], crypt: Crypt) -> Result<Recipe<'_>, Life> {
    let text = c_string(field);
    match text {
        [b'$', b'2', b'a' | b'y', b'$', ..] => Ok(bcrypt::read(text, BCRYPT_MOST)?),
        [b'$', b'a', b'p', b'r', b'1', b'$', ..] => Ok(md5_crypt::read(text, md5_crypt::Magic::Apr1)?),
        [b'{', b'S', b'H', b'A', b'}', ..] => Ok(ldap::read_sha(text)?),
        _ if crypt == Crypt::None => Ok(Recipe::new(text, Method::Text)),
        _ => crypt.read(text),
    }
}

/// Whether a refusal of this text is a status of its own; one of crypt(3) is a mismatch like any other.
pub(super) fn has_own_errors(field: &[u8]) -> bool {
    matches!(field, [b'$', b'2', b'a' | b'y', b'$', ..])
}
