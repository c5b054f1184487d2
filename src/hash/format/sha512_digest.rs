//! The digest of SHA-512 crypt (libxcrypt `lib/crypt-sha512.c`, `crypt_sha512crypt_rn`). Not `sha-crypt`: its rounds go
//! through the buffering of [`Sha512`], which makes them a fifth slower than the C code.

use sha2::block_api::compress512;
use sha2::{Digest, Sha512};

/// Bytes of a digest.
const LENGTH: usize = 64;
/// Bytes that are compressed at once.
const BLOCK: usize = 128;

/// The digest of a password with a salt of up to 16 bytes after so many rounds.
pub(super) fn sha512_digest(password: &[u8], salt: &[u8], rounds: u64) -> [u8; LENGTH] {
    let first = first(password, salt);
    let times = 16 + usize::from(first.first().copied().unwrap_or(0));
    let key = stretched(password, password.len(), password.len());
    let salt = stretched(salt, times, salt.len());
    let mut digest = first;
    for round in 0..rounds {
        let (odd, even): (&[u8], &[u8]) = if round & 1 == 1 { (&key, &digest) } else { (&digest, &key) };
        let salted: &[u8] = if round.is_multiple_of(3) { &[] } else { &salt };
        let again: &[u8] = if round.is_multiple_of(7) { &[] } else { &key };
        digest = sha512(&[odd, salted, again, even]);
    }
    digest
}

/// The digest before the rounds.
fn first(password: &[u8], salt: &[u8]) -> [u8; LENGTH] {
    let inner = sha512(&[password, salt, password]);
    let mut outer = Sha512::new_with_prefix(password).chain_update(salt);
    for _ in 0..password.len() / LENGTH {
        outer.update(inner);
    }
    outer.update(inner.get(..password.len() % LENGTH).unwrap_or_default());
    let mut length = password.len();
    while length > 0 {
        // An odd bit adds the inner digest, an even one the password.
        outer.update(if length & 1 == 1 { &inner } else { password });
        length >>= 1;
    }
    outer.finalize().into()
}

/// The digest of a text so many times over, repeated to `length` bytes.
fn stretched(text: &[u8], times: usize, length: usize) -> Vec<u8> {
    let mut all = Sha512::new();
    for _ in 0..times {
        all.update(text);
    }
    let digest: [u8; LENGTH] = all.finalize().into();
    digest.iter().copied().cycle().take(length).collect()
}

fn sha512(pieces: &[&[u8]]) -> [u8; LENGTH] {
    of_blocks(pieces)
        .unwrap_or_else(|| pieces.iter().fold(Sha512::new(), |all, piece| all.chain_update(piece)).finalize().into())
}

/// The same for what fits two blocks with its padding (FIPS 180-4, 5.1.2 and 6.4); `None` for more.
fn of_blocks(pieces: &[&[u8]]) -> Option<[u8; LENGTH]> {
    /// The bit behind the text and its length at the end.
    const MARK_AND_LENGTH: usize = 1 + 16;
    let mut text = [0; 2 * BLOCK];
    let mut length = 0;
    for piece in pieces {
        text.get_mut(length..length + piece.len())?.copy_from_slice(piece);
        length += piece.len();
    }
    *text.get_mut(length)? = 0x80;
    let end = (length + MARK_AND_LENGTH).next_multiple_of(BLOCK);
    let bits = u64::try_from(8 * length).ok()?;
    text.get_mut(end - 8..end)?.copy_from_slice(&bits.to_be_bytes());
    let mut state = [
        0x6a09_e667_f3bc_c908,
        0xbb67_ae85_84ca_a73b,
        0x3c6e_f372_fe94_f82b,
        0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1,
        0x9b05_688c_2b3e_6c1f,
        0x1f83_d9ab_fb41_bd6b,
        0x5be0_cd19_137e_2179,
    ];
    compress512(&mut state, text.as_chunks().0.get(..end / BLOCK)?);
    let mut digest = [0; LENGTH];
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_blocks_give_the_digest_that_the_buffer_gives() {
        let text: Vec<u8> = (0..=255).chain(0..=255).collect();
        for length in 0..text.len() {
            let (front, back) = text[..length].split_at(length / 3);
            let digest = of_blocks(&[front, &[], back]);
            assert_eq!(digest.is_some(), length < 240, "{length}");
            let whole: [u8; LENGTH] = Sha512::digest(&text[..length]).into();
            assert_eq!(sha512(&[front, back]), whole, "{length}");
            assert!(digest.is_none_or(|digest| digest == whole), "{length}");
        }
    }

    #[test]
    fn it_is_what_the_crate_makes() {
        let text: Vec<u8> = (1..=255).chain(1..=255).collect();
        for length in [0, 1, 7, 15, 16, 63, 64, 65, 111, 128, 200, 510] {
            for salt in [&b""[..], b"a", b"kQ7xPz2aVmN4bC8d"] {
                let params = sha_crypt::Params::new(1000).unwrap();
                let theirs = sha_crypt::sha512_crypt(&text[..length], salt, params);
                assert_eq!(sha512_digest(&text[..length], salt, 1000), theirs, "{length}");
            }
        }
    }
}
