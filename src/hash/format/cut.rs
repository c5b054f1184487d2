//! The cuts that several formats share: a prefix, a field up to `$`, a decimal number as C prints it.

use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{tag, take, take_till};
use nom::character::complete::digit1;

use crate::hash::life::{Death, Part};

type Cut<'h, T> = IResult<&'h [u8], T, ()>;

/// What follows `prefix`.
///
/// # Errors
/// The text does not begin so.
pub(in crate::hash) fn after<'h>(text: &'h [u8], prefix: &[u8]) -> Result<&'h [u8], Death> {
    let cut: Cut<'h, &[u8]> = tag(prefix)(text);
    cut.map(|(body, _)| body).map_err(|_| Death::NumberUnreadable { part: Part::Prefix })
}

/// The text up to the next `$`, and what follows that `$` if there is one.
pub(in crate::hash) fn field(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let cut: Cut<'_, &[u8]> = take_till(|byte| byte == b'$').parse(text);
    let (behind, field) = cut.unwrap_or((&[], text));
    (field, after(behind, b"$").ok())
}

/// A field and what follows its `$`.
///
/// # Errors
/// There is no `$`.
pub(in crate::hash) fn ended_field(text: &[u8], part: Part) -> Result<(&[u8], &[u8]), Death> {
    let (field, behind) = field(text);
    behind.map(|behind| (field, behind)).ok_or(Death::SeparatorMissing { after: part })
}

/// The first `count` bytes and what follows.
///
/// # Errors
/// There are fewer.
pub(in crate::hash) fn first(text: &[u8], count: usize, part: Part) -> Result<(&[u8], &[u8]), Death> {
    let cut: Cut<'_, &[u8]> = take(count)(text);
    cut.map(|(behind, piece)| (piece, behind)).map_err(|_| Death::TooShort { part, have: text.len(), want: count })
}

/// A number written in digits only, as `%lu` prints it: no sign, no blank, no leading zero.
///
/// # Errors
/// It is written differently, or does not fit 64 bits.
pub(in crate::hash) fn plain_number(field: &[u8], part: Part) -> Result<u64, Death> {
    let unreadable = Death::NumberUnreadable { part };
    let cut: Cut<'_, &[u8]> = digit1(field);
    let Ok(([], digits)) = cut else { return Err(unreadable) };
    if digits.len() > 1 && digits.first() == Some(&b'0') {
        return Err(unreadable);
    }
    decimal(digits).ok_or(unreadable)
}

/// The value of decimal digits; `None` on anything else or beyond 64 bits.
pub(in crate::hash) fn decimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Whether a salt is no longer than what is used of it.
///
/// # Errors
/// It is longer: the verifier prints it cut.
pub(in crate::hash) fn salt_within(salt: &[u8], limit: usize) -> Result<(), Death> {
    let have = salt.len();
    if have > limit { Err(Death::SaltTooLong { have, limit }) } else { Ok(()) }
}
