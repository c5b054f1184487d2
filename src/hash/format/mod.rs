//! One file per stored format: its grammar (nom) and the digest it prints.

pub(super) mod argon2;
pub(super) mod bcrypt;
pub(super) mod cut;
pub(super) mod des;
pub(super) mod ldap;
pub(super) mod md5_crypt;
pub(super) mod nt;
pub(super) mod sha1_crypt;
mod sha512_digest;
pub(super) mod sha_crypt;
pub(super) mod sun_md5;
pub(super) mod yescrypt;
pub(super) mod yescrypt_text;
