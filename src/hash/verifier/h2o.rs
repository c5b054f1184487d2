//! h2o's `htpasswd.rb` (`Htpasswd.validate`): `{SHA}`; of `$apr1$` it has its own code, which never comes out right.

use crate::hash::format::ldap;
use crate::hash::life::Death;
use crate::hash::recipe::Recipe;
use crate::hash::recognise::stranger;
use crate::hash::scheme::Scheme;

/// Reads a stored text: `{SHA}`. In h2o 2.2.5 of Debian 12 no `$apr1$` hash was ever matched.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    match field {
        [b'{', b'S', b'H', b'A', b'}', ..] => ldap::read_sha(field).map(|recipe| Recipe { nul_ends: false, ..recipe }),
        [b'$', b'a', b'p', b'r', b'1', b'$', ..] => Err(Death::NoSuchScheme(Scheme::Apr1)),
        _ => Err(stranger(field)),
    }
}

/// Whether the code raises instead of comparing: anything that is neither `{SHA}` nor `$apr1$` with a `$` behind it.
pub(super) fn raises(field: &[u8]) -> bool {
    let known = field.starts_with(b"{SHA}") || field.strip_prefix(b"$apr1$").is_some_and(|rest| rest.contains(&b'$'));
    !known
}
