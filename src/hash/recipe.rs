//! What a verifier has understood of a live hash: how to make the digest it will compare.

use super::format::argon2::Argon;
use super::format::bcrypt::Bcrypt;
use super::format::des::{Bsdi, Des};
use super::format::ldap::Ssha;
use super::format::md5_crypt::Md5Crypt;
use super::format::sha_crypt::ShaCrypt;
use super::format::sha1_crypt::Sha1Crypt;
use super::format::sun_md5::SunMd5;
use super::format::yescrypt::Yescrypt;
use super::format::{ldap, md5_crypt, nt};
use super::limits::Cost;

/// How a live hash is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recipe<'h> {
    /// The end of the stored text, which the verifier prints from the password. What stands before it is printed as
    /// it was read (the grammar lets nothing else through), so comparing this part compares the whole text.
    pub(super) digest: &'h [u8],
    /// How it is made.
    pub(super) method: Method<'h>,
    /// The longest password that is hashed at all; a longer one is refused.
    pub(super) longest: usize,
    /// Whether the password ends at its first NUL, as in C.
    pub(super) nul_ends: bool,
}

/// How a digest is made from a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method<'h> {
    Bcrypt(Bcrypt),
    Md5Crypt(Md5Crypt<'h>),
    ShaCrypt(ShaCrypt<'h>),
    Des(Des),
    Bigcrypt(Des),
    Bsdi(Bsdi),
    Yescrypt(Yescrypt<'h>),
    Sha1Crypt(Sha1Crypt<'h>),
    SunMd5(SunMd5<'h>),
    Nt,
    /// `{SHA}`: the printed base64.
    Sha,
    /// `{SHA}` compared as bytes.
    ShaBytes([u8; 20]),
    Ssha(Ssha<'h>),
    Argon2(Argon<'h>),
    /// MD5 in small hex digits.
    HexMd5,
    /// The text itself.
    Text,
}

impl<'h> Recipe<'h> {
    /// A recipe of a C program without a limit on passwords.
    pub(super) fn new(digest: &'h [u8], method: Method<'h>) -> Self {
        Self { digest, method, longest: usize::MAX, nul_ends: true }
    }

    /// What one check costs.
    pub(super) fn cost(&self) -> Cost {
        match &self.method {
            Method::Bcrypt(bcrypt) => bcrypt.work(),
            Method::Md5Crypt(_) => Cost::rounds(1000),
            Method::ShaCrypt(sha) => Cost::rounds(sha.rounds()),
            Method::Des(_) | Method::Bigcrypt(_) => Cost::rounds(25),
            // A tenth of a microsecond each.
            Method::Bsdi(bsdi) => Cost::rounds(bsdi.count() / 10),
            Method::Yescrypt(yescrypt) => yescrypt.work(),
            Method::Sha1Crypt(sha1) => Cost::rounds(sha1.rounds()),
            Method::SunMd5(sun) => Cost::rounds(sun.rounds()),
            Method::Argon2(argon) => argon.work(),
            Method::Nt | Method::Sha | Method::ShaBytes(_) | Method::Ssha(_) | Method::HexMd5 | Method::Text => {
                Cost::rounds(1)
            }
        }
    }

    /// Whether `password` (already cut to what the verifier reads) makes this digest; `None` when it could not be
    /// computed.
    pub(super) fn matches(&self, password: &[u8]) -> Option<bool> {
        let printed = match &self.method {
            Method::Bcrypt(bcrypt) => bcrypt.print(password),
            Method::Md5Crypt(md5) => md5.print(password),
            Method::ShaCrypt(sha) => sha.print(password)?,
            Method::Des(des) => des.print(password)?,
            Method::Bigcrypt(des) => des.print_big(password)?,
            Method::Bsdi(bsdi) => bsdi.print(password)?,
            Method::Yescrypt(yescrypt) => yescrypt.print(password)?,
            Method::Sha1Crypt(sha1) => sha1.print(password)?,
            Method::SunMd5(sun) => sun.print(password),
            Method::Nt => nt::print(password),
            Method::Sha => ldap::print_sha(password),
            Method::ShaBytes(stored) => return Some(ldap::sha1(&[password]) == *stored),
            Method::Ssha(ssha) => ssha.print(password),
            Method::Argon2(argon) => argon.print(password, self.digest)?,
            Method::HexMd5 => md5_crypt::print_hex(password),
            Method::Text => return Some(password == self.digest),
        };
        Some(printed == self.digest)
    }
}
