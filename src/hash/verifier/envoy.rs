//! Envoy's basic_auth filter (`source/extensions/filters/http/basic_auth`): `{SHA}` and nothing else.

use crate::hash::format::ldap;
use crate::hash::life::Death;
use crate::hash::recipe::Recipe;
use crate::hash::recognise::stranger;

/// Reads a stored text: `{SHA}` (`FilterConfig::validateUser`).
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    match field {
        [b'{', b'S', b'H', b'A', b'}', ..] => ldap::read_sha(field).map(|recipe| Recipe { nul_ends: false, ..recipe }),
        _ => Err(stranger(field)),
    }
}
