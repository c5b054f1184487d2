//! yescrypt `$y$`, its GOST wrapping `$gy$`, and scrypt `$7$`: the digests.

use hmac::{Hmac, KeyInit, Mac};
use streebog::{Digest, Streebog256};
use yescrypt::{Mode, Params, yescrypt};

use crate::hash::alphabet::{i64_value, print_low_first};
use crate::hash::limits::Cost;

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) enum Wrapping<'h> {
    /// `$7$`: the salt is hashed as text.
    Scrypt,
    /// `$y$`: the salt is decoded.
    Yescrypt,
    /// `$gy$`: the digest goes through HMAC-Streebog with this text, the setting without its last `$`.
    Gost(&'h [u8]),
}

/// A readable hash of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Yescrypt<'h> {
    pub(in crate::hash) wrapping: Wrapping<'h>,
    pub(in crate::hash) parameters: Parameters,
    pub(in crate::hash) salt: &'h [u8],
}

/// yescrypt's cost parameters, checked as `yescrypt_kdf_body` checks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Parameters {
    pub(in crate::hash) mode: Mode,
    pub(in crate::hash) log2_n: u32,
    pub(in crate::hash) r: u32,
    pub(in crate::hash) p: u32,
    pub(in crate::hash) t: u32,
}

impl Parameters {
    /// N, the number of blocks.
    pub(in crate::hash) fn n(&self) -> u64 {
        1u64.checked_shl(self.log2_n).unwrap_or(0)
    }

    /// Whether the library takes them (`yescrypt_kdf_body`).
    pub(in crate::hash) fn are_taken(&self) -> bool {
        let (n, r, p) = (self.n(), u64::from(self.r), u64::from(self.p));
        let sizes = (4..=u64::from(u32::MAX)).contains(&n) && r >= 1 && p >= 1 && r * p < 1 << 30;
        match self.mode {
            Mode::Classic => sizes && self.t == 0,
            Mode::Worm => sizes,
            Mode::Rw => sizes && n / p > 3,
        }
    }

    /// Bytes of memory (`yescrypt_kdf_body`: V and B).
    pub(in crate::hash) fn memory(&self) -> u64 {
        let block = u64::from(self.r).saturating_mul(128);
        block.saturating_mul(self.n().saturating_add(self.p.into()))
    }
}

impl Yescrypt<'_> {
    /// Its cost: every pass over the memory, in blocks of 1 KiB.
    pub(in crate::hash) fn work(&self) -> Cost {
        let Parameters { mode, r, p, t, .. } = self.parameters;
        let lanes = if mode == Mode::Rw { 1 } else { u64::from(p) };
        let passes = lanes.saturating_mul(u64::from(t) + 2);
        let work = (self.parameters.n().saturating_mul(r.into()) / 8).saturating_mul(passes);
        Cost { work, memory: self.parameters.memory() }
    }

    /// The digest of a password as it is printed; always all 32 bytes, because the `yescrypt` crate's own check of a
    /// text compares no more characters than are there.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Option<Vec<u8>> {
        let Parameters { mode, r, p, t, .. } = self.parameters;
        let params = Params::new_with_all_params(mode, self.parameters.n(), r, p, t, 0).ok()?;
        let mut digest = [0; 32];
        let decoded;
        let salt = match self.wrapping {
            Wrapping::Scrypt => self.salt,
            Wrapping::Yescrypt | Wrapping::Gost(_) => {
                decoded = decode(self.salt);
                &decoded
            }
        };
        yescrypt(password, salt, &params, &mut digest).ok()?;
        match self.wrapping {
            Wrapping::Scrypt | Wrapping::Yescrypt => Some(print_low_first(&digest)),
            Wrapping::Gost(setting) => {
                let inner = gost(&Streebog256::digest(password), setting)?;
                Some(print_low_first(&gost(&inner, &digest)?))
            }
        }
    }
}

/// HMAC with Streebog-256 (libxcrypt `gost_hmac256`).
fn gost(key: &[u8], text: &[u8]) -> Option<[u8; 32]> {
    Some(Hmac::<Streebog256>::new_from_slice(key).ok()?.chain_update(text).finalize().into_bytes().into())
}

/// Decodes groups of four characters, low bits first (yescrypt `decode64`); the grammar has seen to the rest.
fn decode(text: &[u8]) -> Vec<u8> {
    text.chunks(4)
        .flat_map(|group| {
            let value = group.iter().rev().fold(0, |sum, byte| sum << 6 | u32::from(i64_value(*byte).unwrap_or(0)));
            value.to_le_bytes().into_iter().take(group.len() - 1)
        })
        .collect()
}
