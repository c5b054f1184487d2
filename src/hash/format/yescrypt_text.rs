//! yescrypt `$y$`, its GOST wrapping `$gy$`, and scrypt `$7$`: the grammar.

use nom::bytes::complete::take;
use nom::combinator::map_opt;
use nom::multi::fold_many_m_n;
use nom::{IResult, Parser};
use yescrypt::Mode;

use super::cut::{after, ended_field};
use super::yescrypt::{Parameters, Wrapping, Yescrypt};
use crate::hash::alphabet::{DIGEST_32, i64_value, is_i64};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

/// The longest text that fits libxcrypt's buffer with what it reserves (`crypt_yescrypt_rn`).
const TEXT: usize = 339;
/// The only flavour of the read-write mode that is built in (`YESCRYPT_RW_DEFAULTS`).
const RW_FLAVOUR: u32 = 47;
/// Bytes of a decoded salt (`yescrypt_r`).
const SALT: usize = 64;

type Cut<'h, T> = IResult<&'h [u8], T, ()>;

/// Reads `$7$`, log2 N, 5 characters of r, 5 of p, a salt that may hold `$`, `$`, 43 characters.
///
/// # Errors
/// The first thing that keeps libxcrypt from ever printing this text.
pub(in crate::hash) fn read_scrypt(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let body = after(text, b"$7$")?;
    let cut: Cut<'_, (u32, u32, u32)> = (digit, fixed, fixed).parse(body);
    let (body, (log2_n, r, p)) = cut.map_err(|_| Death::ParametersRefused)?;
    let (salt, digest) = last_field(body)?;
    let outside = salt.iter().position(|byte| !is_i64(*byte) && *byte != b'$');
    // A stray character is let through right behind a `$` (`verify_salt`).
    if let Some(at) = outside
        && at.checked_sub(1).and_then(|before| salt.get(before)) != Some(&b'$')
    {
        return Err(Death::CharacterOutside { part: Part::Salt, at: at + 1 });
    }
    finish(
        text,
        digest,
        Yescrypt {
            wrapping: Wrapping::Scrypt,
            parameters: Parameters { mode: Mode::Classic, log2_n, r, p, t: 0 },
            salt,
        },
    )
}

/// Reads `$y$`, parameters, `$`, salt, `$`, 43 characters.
///
/// # Errors
/// The first thing that keeps libxcrypt from ever printing this text.
pub(in crate::hash) fn read(text: &[u8]) -> Result<Recipe<'_>, Death> {
    read_wrapped(text, after(text, b"$y$")?, Wrapping::Yescrypt)
}

/// The same behind `$gy$`.
///
/// # Errors
/// As [`read`].
pub(in crate::hash) fn read_gost(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let body = after(text, b"$gy$")?;
    let setting = text.get(..text.len().saturating_sub(DIGEST_32.length + 1)).unwrap_or_default();
    read_wrapped(text, body, Wrapping::Gost(setting))
}

fn read_wrapped<'h>(text: &'h [u8], body: &'h [u8], wrapping: Wrapping<'h>) -> Result<Recipe<'h>, Death> {
    let (field, body) = ended_field(body, Part::Parameters)?;
    let Ok(([], parameters)) = parameters(field) else { return Err(Death::ParametersRefused) };
    let (salt, digest) = last_field(body)?;
    check_salt(salt)?;
    finish(text, digest, Yescrypt { wrapping, parameters, salt })
}

fn finish<'h>(text: &[u8], digest: &'h [u8], yescrypt: Yescrypt<'h>) -> Result<Recipe<'h>, Death> {
    if text.len() > TEXT {
        return Err(Death::TextTooLong { limit: TEXT });
    }
    if !yescrypt.parameters.are_taken() {
        return Err(Death::ParametersRefused);
    }
    DIGEST_32.check(digest)?;
    Ok(Recipe::new(digest, Method::Yescrypt(yescrypt)))
}

/// The salt ends at the last `$` of all (`yescrypt_r`: strrchr).
fn last_field(body: &[u8]) -> Result<(&[u8], &[u8]), Death> {
    let at = memchr::memrchr(b'$', body).ok_or(Death::SeparatorMissing { after: Part::Salt })?;
    body.split_at_checked(at).and_then(|(salt, rest)| Some((salt, rest.get(1..)?))).ok_or(Death::Empty)
}

/// Whether a salt decodes: groups of four, no lone character, spare bits zero, 64 bytes at most (`decode64`).
fn check_salt(salt: &[u8]) -> Result<(), Death> {
    if let Some(at) = salt.iter().position(|byte| i64_value(*byte).is_none()) {
        return Err(Death::CharacterOutside { part: Part::Salt, at: at + 1 });
    }
    let last = salt.last().and_then(|byte| i64_value(*byte)).unwrap_or(0);
    let spare = match salt.len() % 4 {
        0 => 0,
        2 => 0b11_1100,
        3 => 0b11_0000,
        _ => return Err(Death::NotCanonical { part: Part::Salt, at: salt.len() }),
    };
    if last & spare != 0 {
        return Err(Death::NotCanonical { part: Part::Salt, at: salt.len() });
    }
    if salt.len() / 4 * 3 + (salt.len() % 4).saturating_sub(1) > SALT {
        return Err(Death::ParametersRefused);
    }
    Ok(())
}

/// Flavour, log2 N, r, and what the presence mask announces (`yescrypt_r`). Any g or ROM is refused later there.
fn parameters(field: &[u8]) -> Cut<'_, Parameters> {
    let (body, (flavour, log2_n, r)) = (number(0), number(1), number(1)).parse(field)?;
    let mode = match flavour {
        0 => Mode::Classic,
        1 => Mode::Worm,
        RW_FLAVOUR => Mode::Rw,
        _ => return refused_cut(),
    };
    let mut parameters = Parameters { mode, log2_n, r, p: 1, t: 0 };
    if body.is_empty() {
        return Ok((body, parameters));
    }
    let (mut body, have) = number(1).parse(body)?;
    if have & 1 != 0 {
        (body, parameters.p) = number(2).parse(body)?;
    }
    if have & 2 != 0 {
        (body, parameters.t) = number(1).parse(body)?;
    }
    if have & 0b1100 != 0 { refused_cut() } else { Ok((body, parameters)) }
}

fn refused_cut<'h, T>() -> Cut<'h, T> {
    Err(nom::Err::Error(()))
}

/// One character's value.
fn digit(input: &[u8]) -> Cut<'_, u32> {
    map_opt(take(1usize), |byte: &[u8]| byte.first().and_then(|byte| i64_value(*byte)).map(u32::from)).parse(input)
}

/// Thirty bits in five characters, low bits first (`decode64_uint32_fixed`).
fn fixed(input: &[u8]) -> Cut<'_, u32> {
    fold_many_m_n(5, 5, digit, || (0u32, 0u32), |(sum, bits), value| (sum | value << bits, bits + 6))
        .map(|(sum, _)| sum)
        .parse(input)
}

/// A number of up to six characters, the first of which tells how many follow (`decode64_uint32`).
fn number(min: u32) -> impl FnMut(&[u8]) -> Cut<'_, u32> {
    move |input| {
        let (mut input, first) = digit(input)?;
        let (mut start, mut end, mut more, mut bits) = (0u32, 47u32, 0u32, 0u32);
        let mut sum = min;
        while first > end {
            sum = sum.wrapping_add((end + 1 - start) << bits);
            start = end + 1;
            end = start + (62 - end) / 2;
            more += 1;
            bits += 6;
        }
        sum = sum.wrapping_add((first - start) << bits);
        for _ in 0..more {
            let (behind, value) = digit(input)?;
            input = behind;
            bits -= 6;
            sum = sum.wrapping_add(value << bits);
        }
        Ok((input, sum))
    }
}
