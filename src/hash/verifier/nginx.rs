//! nginx: `ngx_crypt` (`src/core/ngx_crypt.c`).

use nom::bytes::complete::take_till;
use nom::{IResult, Parser};

use super::kind::{Crypt, c_string};
use crate::hash::format::{ldap, md5_crypt};
use crate::hash::life::Life;
use crate::hash::recipe::Recipe;

/// Reads a stored text: `$apr1$`, `{PLAIN}`, `{SSHA}`, `{SHA}`, then crypt(3).
pub(super) fn read(field: &[u8], crypt: Crypt) -> Result<Recipe<'_>, Life> {
    let text = stored(c_string(field));
    match text {
        [b'$', b'a', b'p', b'r', b'1', b'$', ..] => Ok(md5_crypt::read(text, md5_crypt::Magic::Apr1)?),
        [b'{', b'P', b'L', b'A', b'I', b'N', b'}', ..] => Ok(ldap::read_plain(text)?),
        [b'{', b'S', b'S', b'H', b'A', b'}', ..] => Ok(ldap::read_ssha(text)?),
        [b'{', b'S', b'H', b'A', b'}', ..] => Ok(ldap::read_sha(text)?),
        _ => crypt.read(text),
    }
}

/// What nginx stores of a field: it ends at the first `:`, CR or LF (`ngx_http_auth_basic_handler`, `sw_passwd`).
fn stored(field: &[u8]) -> &[u8] {
    let cut: IResult<&[u8], &[u8], ()> = take_till(|byte| matches!(byte, b':' | b'\r' | b'\n')).parse(field);
    cut.map_or(field, |(_, stored)| stored)
}
