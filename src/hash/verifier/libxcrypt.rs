//! libxcrypt's crypt(3) (`lib/crypt.c`, `do_crypt`).

use super::kind::c_string;
use crate::hash::format::md5_crypt::Magic;
use crate::hash::format::sha_crypt::Width;
use crate::hash::format::{bcrypt, des, md5_crypt, nt, sha_crypt, sha1_crypt, sun_md5, yescrypt_text};
use crate::hash::life::{ByteClass, Death};
use crate::hash::recipe::Recipe;
use crate::hash::recognise::{shown, stranger};
use crate::hash::scheme::Scheme;

/// The highest cost of its bcrypt (`BF_crypt`).
const BCRYPT_MOST: u8 = 31;
/// The most rounds of its SHA-crypt (`ROUNDS_MAX`).
const ROUNDS_MOST: u64 = 999_999_999;
/// The longest password (`CRYPT_MAX_PASSPHRASE_SIZE` less its NUL).
const PASSWORD_LONGEST: usize = 511;

/// Reads a stored text: the rule on bytes first, then the first prefix that fits (`lib/hashes.conf`), DES last.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let text = c_string(field);
    if let Some(class) = text.iter().find_map(|byte| forbidden(*byte)) {
        let scheme = Scheme::of(text);
        return Err(if scheme.is_crypt() { Death::ForbiddenByte(class) } else { stranger(text) });
    }
    let mut recipe = read_known(text)?;
    recipe.longest = PASSWORD_LONGEST;
    Ok(recipe)
}

fn read_known(text: &[u8]) -> Result<Recipe<'_>, Death> {
    match text {
        [] => Err(Death::Empty),
        [b'$', b'y', b'$', ..] => yescrypt_text::read(text),
        [b'$', b'g', b'y', b'$', ..] => yescrypt_text::read_gost(text),
        [b'$', b'7', b'$', ..] => yescrypt_text::read_scrypt(text),
        [b'$', b'2', b'a' | b'b' | b'x' | b'y', b'$', ..] => bcrypt::read(text, BCRYPT_MOST),
        [b'$', b'6', b'$', ..] => sha_crypt::read(text, Width::Sha512, ROUNDS_MOST),
        [b'$', b'5', b'$', ..] => sha_crypt::read(text, Width::Sha256, ROUNDS_MOST),
        [b'$', b's', b'h', b'a', b'1', ..] => sha1_crypt::read(text),
        [b'$', b'm', b'd', b'5', ..] => sun_md5::read(text),
        [b'$', b'1', b'$', ..] => md5_crypt::read(text, Magic::Md5),
        [b'$', b'3', b'$', ..] => nt::read(text),
        [b'_', ..] => des::read_bsdi(text).map_err(|death| shown(text, death)),
        _ => des::read(text, true).map_err(|_| stranger(text)),
    }
}

/// The kind of a byte that is refused anywhere (`check_badsalt_chars`).
fn forbidden(byte: u8) -> Option<ByteClass> {
    match byte {
        b' ' | b'\t' => Some(ByteClass::Blank),
        b'\r' => Some(ByteClass::CarriageReturn),
        0..=0x1f | 0x7f => Some(ByteClass::Control),
        0x80.. => Some(ByteClass::NotAscii),
        b'!' | b'*' | b':' | b';' | b'\\' => Some(ByteClass::Delimiter),
        _ => None,
    }
}
