//! The schemes a stored password can be of.

/// A way of storing a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// `$apr1$`.
    Apr1,
    /// `$2$`, bcrypt without a letter.
    Bcrypt2,
    /// `$2a$`.
    Bcrypt2a,
    /// `$2b$`.
    Bcrypt2b,
    /// `$2x$`.
    Bcrypt2x,
    /// `$2y$`.
    Bcrypt2y,
    /// `$2` and any other letter.
    BcryptOther,
    /// `{SHA}`.
    Sha,
    /// `{SSHA}`.
    Ssha,
    /// `{PLAIN}`.
    PlainTagged,
    /// Traditional DES.
    Des,
    /// DES in several blocks.
    Bigcrypt,
    /// `_`: BSDi's extended DES.
    Bsdi,
    /// `$1$`.
    Md5Crypt,
    /// `$5$`.
    Sha256Crypt,
    /// `$6$`.
    Sha512Crypt,
    /// `$y$`.
    Yescrypt,
    /// `$gy$`.
    GostYescrypt,
    /// `$7$`.
    Scrypt,
    /// `$sha1$`.
    Sha1Crypt,
    /// `$md5$`, `$md5,`.
    SunMd5,
    /// `$3$`.
    Nt,
    /// `$argon2...`.
    Argon2,
    /// passlib's `$pbkdf2...`.
    PasslibPbkdf2,
    /// passlib's `$scrypt$`.
    PasslibScrypt,
    /// passlib's `$bcrypt-sha256$`.
    PasslibBcryptSha256,
    /// Django's `pbkdf2_sha256$`, `sha1$`, `bcrypt$$2b$` and the like.
    Django,
    /// `$P$`, `$H$`: WordPress, phpBB.
    Phpass,
    /// `$wp$2y$`: WordPress 6.8.
    WordPress,
    /// `$S$`: Drupal 7.
    Drupal,
    /// `$s0$`: libscrypt.
    LibScrypt,
    /// `$8$`, `$9$`: Cisco.
    Cisco,
    /// `{CRYPT}`, `{BLF-CRYPT}` and other labels before a hash of crypt(3).
    LdapCrypt,
    /// Any other label in braces: `{MD5}`, `{SSHA512}`, `{sha}`.
    Ldap,
    /// 32 hex digits.
    HexMd5,
    /// 40 hex digits.
    HexSha1,
    /// 64 hex digits.
    HexSha256,
    /// 128 hex digits.
    HexSha512,
    /// `realm:32 hex`, of an htdigest line.
    Htdigest,
    /// A line of /etc/shadow.
    Shadow,
    /// `!`, `*`, `!!`, `*0`, `x`: no password at all.
    Locked,
    /// `$` and a mark that nobody knows.
    UnknownDollar,
    /// Anything else.
    Plain,
    /// Nothing.
    Empty,
}

impl Scheme {
    /// Whether some crypt(3) knows it.
    #[must_use]
    pub fn is_crypt(self) -> bool {
        matches!(
            self,
            Scheme::Bcrypt2a
                | Scheme::Bcrypt2b
                | Scheme::Bcrypt2x
                | Scheme::Bcrypt2y
                | Scheme::Des
                | Scheme::Bigcrypt
                | Scheme::Bsdi
                | Scheme::Md5Crypt
                | Scheme::Sha256Crypt
                | Scheme::Sha512Crypt
                | Scheme::Yescrypt
                | Scheme::GostYescrypt
                | Scheme::Scrypt
                | Scheme::Sha1Crypt
                | Scheme::SunMd5
                | Scheme::Nt
        )
    }

    /// Whether it is bcrypt of some kind.
    #[must_use]
    pub fn is_bcrypt(self) -> bool {
        matches!(
            self,
            Scheme::Bcrypt2
                | Scheme::Bcrypt2a
                | Scheme::Bcrypt2b
                | Scheme::Bcrypt2x
                | Scheme::Bcrypt2y
                | Scheme::BcryptOther
        )
    }
}
