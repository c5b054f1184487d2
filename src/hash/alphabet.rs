//! The alphabets hashes are printed in, and which last characters their encoders can print.

use super::life::{Death, Part};

/// crypt(3)'s 64 characters in the order of their values (libxcrypt `ascii64`, musl `ascii64`, apr `itoa64`).
const I64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// bcrypt's order of the same 64 characters (crypt_blowfish `BF_itoa64`).
const B64: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The value of a character of crypt(3)'s alphabet.
pub(super) fn i64_value(byte: u8) -> Option<u8> {
    match byte {
        b'.'..=b'9' => Some(byte - b'.'),
        b'A'..=b'Z' => Some(byte - b'A' + 12),
        b'a'..=b'z' => Some(byte - b'a' + 38),
        _ => None,
    }
}

/// The value of a character of bcrypt's alphabet.
pub(super) fn b64_value(byte: u8) -> Option<u8> {
    match byte {
        b'.' | b'/' => Some(byte - b'.'),
        b'A'..=b'Z' => Some(byte - b'A' + 2),
        b'a'..=b'z' => Some(byte - b'a' + 28),
        b'0'..=b'9' => Some(byte - b'0' + 54),
        _ => None,
    }
}

/// Whether a character is one of crypt(3)'s 64.
pub(super) fn is_i64(byte: u8) -> bool {
    i64_value(byte).is_some()
}

/// The character of crypt(3)'s alphabet for the low six bits of `value`.
pub(super) fn i64_char(value: u32) -> u8 {
    nth(I64, value)
}

/// The character of bcrypt's alphabet for the low six bits of `value`.
pub(super) fn b64_char(value: u32) -> u8 {
    nth(B64, value)
}

fn nth(alphabet: &[u8; 64], value: u32) -> u8 {
    usize::try_from(value & 63).ok().and_then(|index| alphabet.get(index)).copied().unwrap_or(b'.')
}

/// Prints `value` as `count` characters of crypt(3)'s alphabet, low bits first.
pub(super) fn push_low_first(out: &mut Vec<u8>, mut value: u32, count: usize) {
    for _ in 0..count {
        out.push(i64_char(value));
        value >>= 6;
    }
}

/// Prints bytes in groups of three, the first byte lowest, low bits first (yescrypt `encode64`).
pub(super) fn print_low_first(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + 2);
    for group in bytes.chunks(3) {
        let value = group.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
        push_low_first(&mut out, value, group.len() + 1);
    }
    out
}

/// Prints bytes high bits first, as DES crypt and bcrypt do; the last character's spare low bits are zero.
pub(super) fn print_high_first(bytes: &[u8], char_of: fn(u32) -> u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + 2);
    for group in bytes.chunks(3) {
        let value =
            [0, 1, 2].into_iter().fold(0, |value, at| value << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        out.extend([18, 12, 6, 0].into_iter().take(group.len() + 1).map(|shift| char_of(value >> shift)));
    }
    out
}

/// A piece of a hash that always has the same number of characters of one alphabet.
pub(super) struct Fixed {
    /// Which piece.
    pub(super) part: Part,
    /// How many characters.
    pub(super) length: usize,
    /// The value of a character, `None` outside the alphabet.
    pub(super) value: fn(u8) -> Option<u8>,
    /// The bits that are zero in every last character the encoder prints.
    pub(super) spare: u8,
}

/// The 11 characters of a DES block: 8 bytes, high bits first (libxcrypt `des_gen_hash`).
pub(super) const DES_DIGEST: Fixed = Fixed { part: Part::Digest, length: 11, value: i64_value, spare: 0b11 };
/// The 22 characters of an MD5 digest, low bits first (libxcrypt `crypt_md5crypt_rn`, apr `apr_md5_encode`).
pub(super) const MD5_DIGEST: Fixed = Fixed { part: Part::Digest, length: 22, value: i64_value, spare: 0b11_1100 };
/// The 43 characters of 32 bytes, low bits first (libxcrypt `crypt_sha256crypt_rn`, yescrypt `encode64`).
pub(super) const DIGEST_32: Fixed = Fixed { part: Part::Digest, length: 43, value: i64_value, spare: 0b11_0000 };
/// The 86 characters of 64 bytes, low bits first (libxcrypt `crypt_sha512crypt_rn`).
pub(super) const DIGEST_64: Fixed = Fixed { part: Part::Digest, length: 86, value: i64_value, spare: 0b11_1100 };
/// bcrypt's salt: 16 bytes, high bits first (crypt_blowfish `BF_decode`).
pub(super) const BCRYPT_SALT: Fixed = Fixed { part: Part::Salt, length: 22, value: b64_value, spare: 0b1111 };
/// bcrypt's digest: 23 of 24 bytes, high bits first (crypt_blowfish `BF_encode`).
pub(super) const BCRYPT_DIGEST: Fixed = Fixed { part: Part::Digest, length: 31, value: b64_value, spare: 0b11 };

impl Fixed {
    /// Whether the encoder can have printed `text`: its length, its alphabet, its last character.
    ///
    /// # Errors
    /// The first of these that is wrong.
    pub(super) fn check(&self, text: &[u8]) -> Result<(), Death> {
        self.check_length(text)?;
        let last = self.check_alphabet(text)?;
        if last & self.spare == 0 { Ok(()) } else { Err(Death::NotCanonical { part: self.part, at: self.length }) }
    }

    fn check_length(&self, text: &[u8]) -> Result<(), Death> {
        let (part, have, want) = (self.part, text.len(), self.length);
        if have < want {
            return Err(Death::TooShort { part, have, want });
        }
        if have > want { Err(Death::TooLong { part, have, want }) } else { Ok(()) }
    }

    /// Whether all characters are of the alphabet; the value of the last one.
    pub(super) fn check_alphabet(&self, text: &[u8]) -> Result<u8, Death> {
        let mut last = 0;
        for (at, byte) in text.iter().enumerate() {
            match (self.value)(*byte) {
                Some(value) => last = value,
                None => return Err(Death::CharacterOutside { part: self.part, at: at + 1 }),
            }
        }
        Ok(last)
    }
}
