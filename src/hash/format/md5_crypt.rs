//! MD5 crypt: `$1$` and Apache's `$apr1$`, the same thousand rounds with another mark mixed in.

use md5::block_api::compress;
use md5::{Digest, Md5};

use super::cut::{after, ended_field, salt_within};
use crate::hash::alphabet::{MD5_DIGEST, push_low_first};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};

/// Of a salt, this many bytes are used and printed (apr `apr_md5_encode`, libxcrypt `SALT_LEN_MAX`).
const SALT: usize = 8;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) enum Magic {
    Apr1,
    Md5,
    /// lighttpd's `$1+ntlm$`: `$1$` over the NT hash in hexadecimal (mod_authn_file.c, `mod_authn_file_crypt_cmp`).
    NtMd5,
}

impl Magic {
    pub(in crate::hash) fn bytes(self) -> &'static [u8] {
        match self {
            Magic::Apr1 => b"$apr1$",
            Magic::Md5 | Magic::NtMd5 => b"$1$",
        }
    }

    /// What stands at the front of the stored text.
    fn mark(self) -> &'static [u8] {
        if self == Magic::NtMd5 { b"$1+ntlm$" } else { self.bytes() }
    }

    /// The longest password that is hashed.
    fn longest(self) -> usize {
        if self == Magic::NtMd5 { 127 } else { usize::MAX }
    }
}

/// A readable MD5 crypt hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Md5Crypt<'h> {
    magic: &'h [u8],
    salt: &'h [u8],
    /// Whether the NT hash of the password is hashed in its stead.
    nt: bool,
}

/// Reads magic, salt of up to 8 bytes of any kind, `$`, 22 characters.
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text.
pub(in crate::hash) fn read(text: &[u8], magic: Magic) -> Result<Recipe<'_>, Death> {
    let (salt, digest) = ended_field(after(text, magic.mark())?, Part::Salt)?;
    salt_within(salt, SALT)?;
    MD5_DIGEST.check(digest)?;
    let md5 = Md5Crypt { magic: magic.bytes(), salt, nt: magic == Magic::NtMd5 };
    Ok(Recipe { longest: magic.longest(), ..Recipe::new(digest, Method::Md5Crypt(md5)) })
}

/// Reads any word between two `$`, which is mixed in as the magic, a salt of up to `longest` bytes, `$`, 22 characters.
///
/// # Errors
/// As [`read`].
pub(in crate::hash) fn read_any(text: &[u8], longest: usize) -> Result<Recipe<'_>, Death> {
    let (_, behind) = ended_field(after(text, b"$")?, Part::Prefix)?;
    let magic = text.get(..text.len() - behind.len()).unwrap_or_default();
    let (salt, digest) = ended_field(behind, Part::Salt)?;
    salt_within(salt, longest)?;
    MD5_DIGEST.check(digest)?;
    Ok(Recipe::new(digest, Method::Md5Crypt(Md5Crypt { magic, salt, nt: false })))
}

impl Md5Crypt<'_> {
    /// The digest of a password as it is printed. Not `pwhash`: it knows no `$apr1$`, and takes fewer salts than the
    /// C libraries.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Vec<u8> {
        let widened;
        let password = if self.nt {
            widened = super::nt::print(password);
            &widened
        } else {
            password
        };
        let mut digest = self.first(password);
        for round in 0..1000 {
            digest = self.round(password, &digest, round);
        }
        print_digest(&digest)
    }

    fn first(&self, password: &[u8]) -> [u8; 16] {
        let inner = md5(&[password, self.salt, password]);
        let mut outer = Md5::new_with_prefix(password);
        outer.update(self.magic);
        outer.update(self.salt);
        for _ in 0..password.len() / 16 {
            outer.update(inner);
        }
        outer.update(inner.get(..password.len() % 16).unwrap_or_default());
        let mut length = password.len();
        while length > 0 {
            // An odd bit adds a zero byte, an even one the password's first byte.
            outer.update(if length & 1 == 1 { &[0] } else { password.get(..1).unwrap_or_default() });
            length >>= 1;
        }
        outer.finalize().into()
    }

    fn round(&self, password: &[u8], digest: &[u8; 16], round: u32) -> [u8; 16] {
        let (odd, even): (&[u8], &[u8]) = if round & 1 == 1 { (password, digest) } else { (digest, password) };
        let salt = if round.is_multiple_of(3) { &[] } else { self.salt };
        let again = if round.is_multiple_of(7) { &[] } else { password };
        md5(&[odd, salt, again, even])
    }
}

/// MD5 of pieces one after the other. Short ones go to the compression as whole blocks: the buffering of [`Md5`] takes
/// about as long as the compression itself, and MD5 crypt makes a thousand short digests.
pub(super) fn md5(pieces: &[&[u8]]) -> [u8; 16] {
    md5_of_blocks(pieces)
        .unwrap_or_else(|| pieces.iter().fold(Md5::new(), |md5, piece| md5.chain_update(piece)).finalize().into())
}

/// The same for what fits two blocks with its padding (RFC 1321, 3.1 to 3.3); `None` for more.
fn md5_of_blocks(pieces: &[&[u8]]) -> Option<[u8; 16]> {
    const BLOCK: usize = 64;
    /// The bit behind the text and its length at the end.
    const MARK_AND_LENGTH: usize = 1 + 8;
    let mut text = [0; 2 * BLOCK];
    let mut length = 0;
    for piece in pieces {
        text.get_mut(length..length + piece.len())?.copy_from_slice(piece);
        length += piece.len();
    }
    *text.get_mut(length)? = 0x80;
    let end = (length + MARK_AND_LENGTH).next_multiple_of(BLOCK);
    let bits = u64::try_from(8 * length).ok()?;
    text.get_mut(end - 8..end)?.copy_from_slice(&bits.to_le_bytes());
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    compress(&mut state, text.as_chunks().0.get(..end / BLOCK)?);
    let mut digest = [0; 16];
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_le_bytes();
    }
    Some(digest)
}

/// Prints an MD5 digest in MD5 crypt's order of bytes, which Sun's scheme shares.
pub(super) fn print_digest(digest: &[u8; 16]) -> Vec<u8> {
    const ORDER: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
    let byte = |at: &usize| u32::from(digest.get(*at).copied().unwrap_or(0));
    let mut out = Vec::with_capacity(22);
    for group in &ORDER {
        push_low_first(&mut out, group.iter().fold(0, |value, at| value << 8 | byte(at)), 4);
    }
    push_low_first(&mut out, byte(&11), 2);
    out
}

/// MD5 of a password in small hex digits.
pub(in crate::hash) fn print_hex(password: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
    md5(&[password]).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_blocks_give_the_digest_that_the_buffer_gives() {
        let text: Vec<u8> = (0..=255).collect();
        for length in 0..text.len() {
            let (front, back) = text[..length].split_at(length / 3);
            let digest = md5_of_blocks(&[front, &[], back]);
            assert_eq!(digest.is_some(), length < 120, "{length}");
            let whole: [u8; 16] = Md5::digest(&text[..length]).into();
            assert_eq!(md5(&[front, back]), whole, "{length}");
            assert!(digest.is_none_or(|digest| digest == whole), "{length}");
        }
    }
}
