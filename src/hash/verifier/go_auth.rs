//! The Go library abbot/go-http-auth (`CheckSecret`): rclone, Traefik.

use super::go_bcrypt;
use crate::hash::format::{ldap, md5_crypt};
use crate::hash::life::Death;
use crate::hash::recipe::Recipe;
use crate::hash::recognise::stranger;

/// Reads a stored text: `{SHA}`, bcrypt of four letters, and for all else MD5 crypt with the text's own magic and whole
/// salt (`compareFuncs`, `MD5Crypt`).
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    match field {
        [b'{', b'S', b'H', b'A', b'}', ..] => ldap::read_sha(field),
        [b'$', b'2', b'a' | b'b' | b'x' | b'y', b'$', ..] => return go_bcrypt::read(field),
        [b'$', b'a', b'p', b'r', b'1', b'$', ..] | [b'$', b'1', b'$', ..] => md5_crypt::read_any(field, usize::MAX),
        _ => md5_crypt::read_any(field, usize::MAX).map_err(|_| stranger(field)),
    }
    .map(|recipe| Recipe { nul_ends: false, ..recipe })
}
