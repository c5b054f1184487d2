//! Go's bcrypt (golang.org/x/crypto/bcrypt, `newFromHash`, `CompareHashAndPassword`): fields at fixed offsets.

use crate::hash::alphabet::{BCRYPT_DIGEST, BCRYPT_SALT, b64_value};
use crate::hash::format::bcrypt::{Bcrypt, Salt, Variant};
use crate::hash::format::cut::first;
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};
use crate::hash::recognise::stranger;
use crate::hash::scheme::Scheme;

/// Shorter texts are refused (`minHashSize`).
const LEAST: usize = 59;
/// The highest major version (`majorVersion`).
const MAJOR: u8 = b'2';

/// Reads a stored text: `$`, a byte up to `2`, a variant (any byte) and an unread one, or just `$`; two characters of
/// cost, an unread one, 22 of salt, 31 of digest; the rest is not read.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let body = match field {
        [b'$', 0..=MAJOR, b'$', body @ ..] | [b'$', 0..=MAJOR, _, _, body @ ..] => body,
        _ => return Err(other(field)),
    };
    if field.len() < LEAST {
        return Err(other(field));
    }
    let (digits, body) = first(body, 2, Part::Cost)?;
    let cost = read_cost(digits)?;
    let (_, body) = first(body, 1, Part::Cost)?;
    let (salt, body) = first(body, BCRYPT_SALT.length, Part::Salt)?;
    check_salt(salt)?;
    let (digest, _) = first(body, BCRYPT_DIGEST.length, Part::Digest)?;
    BCRYPT_DIGEST.check(digest)?;
    let bcrypt = Bcrypt { variant: Variant::Plain, cost, salt: Salt::decode(salt) };
    Ok(Recipe { nul_ends: false, ..Recipe::new(digest, Method::Bcrypt(bcrypt)) })
}

fn other(field: &[u8]) -> Death {
    if Scheme::of(field).is_bcrypt() {
        return Death::TooShort { part: Part::Whole, have: field.len(), want: LEAST };
    }
    stranger(field)
}

/// The cost as strconv.Atoi reads it: digits, or a sign and a digit.
fn read_cost(digits: &[u8]) -> Result<u8, Death> {
    let digit = |byte: &u8| byte.checked_sub(b'0').filter(|digit| *digit <= 9);
    let cost = match digits {
        [b'+', ones] => digit(ones),
        [b'-', ones] => digit(ones).map(|_| 0),
        [tens, ones] => digit(tens).zip(digit(ones)).map(|(tens, ones)| tens * 10 + ones),
        _ => None,
    };
    let cost = cost.ok_or(Death::NumberUnreadable { part: Part::Cost })?;
    if (4..=31).contains(&cost) { Ok(cost) } else { Err(Death::CostOutOfRange { have: cost.into(), min: 4, max: 31 }) }
}

/// Whether encoding/base64 decodes the salt: spare bits do not matter, line ends are skipped.
fn check_salt(salt: &[u8]) -> Result<(), Death> {
    let skipped = salt.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
    let outside = |byte: &u8| b64_value(*byte).is_none() && !matches!(byte, b'\r' | b'\n');
    match salt.iter().position(outside) {
        Some(at) => Err(Death::CharacterOutside { part: Part::Salt, at: at + 1 }),
        None if !skipped.is_multiple_of(4) => Err(Death::NotCanonical { part: Part::Salt, at: salt.len() }),
        None => Ok(()),
    }
}
