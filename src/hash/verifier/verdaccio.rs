//! verdaccio-htpasswd (`utils.js`, `verifyPassword`), over bcryptjs, apache-md5 and unix-crypt-td-js.

use crate::hash::format::bcrypt::Variant;
use crate::hash::format::md5_crypt::Magic;
use crate::hash::format::{bcrypt, des, ldap, md5_crypt};
use crate::hash::life::Death;
use crate::hash::recipe::{Method, Recipe};
use crate::hash::recognise::stranger;

/// The highest cost of bcryptjs.
const BCRYPT_MOST: u8 = 31;

/// Reads a stored text: bcrypt of three letters, `{PLAIN}`, `{SHA}`, then MD5 crypt without a limit on the salt, or DES.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let recipe = match field {
        [b'$', b'2', b'a' | b'b' | b'y', b'$', ..] => {
            let mut recipe = bcrypt::read(field, BCRYPT_MOST)?;
            if let Method::Bcrypt(bcrypt) = &mut recipe.method {
                bcrypt.variant = Variant::Plain;
            }
            recipe
        }
        [b'{', b'P', b'L', b'A', b'I', b'N', b'}', ..] => ldap::read_plain(field)?,
        [b'{', b'S', b'H', b'A', b'}', ..] => ldap::read_sha(field)?,
        _ if field.starts_with(Magic::Apr1.bytes()) || field.starts_with(Magic::Md5.bytes()) => {
            md5_crypt::read_any(field, usize::MAX)?
        }
        _ => des::read(field, false).map_err(|_| stranger(field))?,
    };
    Ok(Recipe { nul_ends: false, ..recipe })
}

/// The password as MD5 crypt and DES get it: the low byte of each UTF-16 unit (Node's `ascii` encoding).
pub(super) fn narrowed(password: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(password).encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect()
}

/// Whether a stored text is checked by code that narrows the password.
pub(super) fn narrows(field: &[u8]) -> bool {
    !field.starts_with(b"$2") && !field.starts_with(b"{")
}
