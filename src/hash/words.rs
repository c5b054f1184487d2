//! What people read: names of schemes and the reasons why a hash is dead. Nothing of the stored text is in them.

use std::fmt;

use super::life::{ByteClass, Death, Doubt, Part};
use super::scheme::Scheme;

impl Scheme {
    /// A stable short name for machines.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.names().0
    }

    /// Words for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Scheme::Apr1 => ("apr1", "Apache MD5 ($apr1$)"),
            Scheme::Bcrypt2 => ("bcrypt-2", "bcrypt without a letter ($2$)"),
            Scheme::Bcrypt2a => ("bcrypt-2a", "bcrypt ($2a$)"),
            Scheme::Bcrypt2b => ("bcrypt-2b", "bcrypt ($2b$)"),
            Scheme::Bcrypt2x => ("bcrypt-2x", "bcrypt with the old 8-bit bug ($2x$)"),
            Scheme::Bcrypt2y => ("bcrypt-2y", "bcrypt ($2y$)"),
            Scheme::BcryptOther => ("bcrypt-other", "bcrypt of an unknown letter"),
            Scheme::Sha => ("sha", "unsalted SHA-1 ({SHA})"),
            Scheme::Ssha => ("ssha", "salted SHA-1 ({SSHA})"),
            Scheme::PlainTagged => ("plain-tagged", "labelled plain text ({PLAIN})"),
            Scheme::Des => ("des", "traditional DES crypt"),
            Scheme::Bigcrypt => ("bigcrypt", "DES crypt in blocks (bigcrypt)"),
            Scheme::Bsdi => ("bsdi", "extended DES crypt (BSDi, _)"),
            Scheme::Md5Crypt => ("md5-crypt", "MD5 crypt ($1$)"),
            Scheme::Sha256Crypt => ("sha256-crypt", "SHA-256 crypt ($5$)"),
            Scheme::Sha512Crypt => ("sha512-crypt", "SHA-512 crypt ($6$)"),
            Scheme::Yescrypt => ("yescrypt", "yescrypt ($y$)"),
            Scheme::GostYescrypt => ("gost-yescrypt", "GOST yescrypt ($gy$)"),
            Scheme::Scrypt => ("scrypt", "scrypt ($7$)"),
            Scheme::Sha1Crypt => ("sha1-crypt", "NetBSD SHA-1 crypt ($sha1$)"),
            Scheme::SunMd5 => ("sun-md5", "Sun MD5 ($md5)"),
            Scheme::Nt => ("nt", "NT hash ($3$)"),
            Scheme::Argon2 => ("argon2", "Argon2"),
            Scheme::PasslibPbkdf2 => ("passlib-pbkdf2", "passlib's PBKDF2"),
            Scheme::PasslibScrypt => ("passlib-scrypt", "passlib's scrypt"),
            Scheme::PasslibBcryptSha256 => ("passlib-bcrypt-sha256", "passlib's bcrypt over SHA-256"),
            Scheme::Django => ("django", "a Django password"),
            Scheme::Phpass => ("phpass", "phpass (WordPress, phpBB)"),
            Scheme::WordPress => ("wordpress", "WordPress 6.8's bcrypt ($wp$)"),
            Scheme::Drupal => ("drupal", "Drupal 7 ($S$)"),
            Scheme::LibScrypt => ("libscrypt", "libscrypt ($s0$)"),
            Scheme::Cisco => ("cisco", "Cisco type 8 or 9"),
            Scheme::LdapCrypt => ("ldap-crypt", "a crypt hash behind an LDAP label"),
            Scheme::Ldap => ("ldap", "an LDAP or Dovecot scheme in braces"),
            Scheme::HexMd5 => ("hex-md5", "32 hex digits (MD5, NT)"),
            Scheme::HexSha1 => ("hex-sha1", "40 hex digits (SHA-1)"),
            Scheme::HexSha256 => ("hex-sha256", "64 hex digits (SHA-256)"),
            Scheme::HexSha512 => ("hex-sha512", "128 hex digits (SHA-512)"),
            Scheme::Htdigest => ("htdigest", "a line for digest authentication (htdigest)"),
            Scheme::Shadow => ("shadow", "a line of /etc/shadow"),
            Scheme::Locked => ("locked", "a locked account's mark"),
            Scheme::UnknownDollar => ("unknown-dollar", "an unknown scheme ($...$)"),
            Scheme::Plain => ("plain", "no known hash: plain text, or damaged beyond recognition"),
            Scheme::Empty => ("empty", "nothing"),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Whole => "text",
            Part::Prefix => "prefix",
            Part::Cost => "cost",
            Part::Rounds => "number of rounds",
            Part::Parameters => "parameter field",
            Part::Salt => "salt",
            Part::Digest => "digest",
        })
    }
}

impl fmt::Display for ByteClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ByteClass::Blank => "a blank",
            ByteClass::CarriageReturn => "a carriage return",
            ByteClass::Control => "a control character",
            ByteClass::NotAscii => "a byte outside ASCII",
            ByteClass::Delimiter => "one of ! * : ; \\",
        })
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Death::Empty => f.write_str("nothing is stored"),
            Death::PlainText => f.write_str("this is no hash that is known here; plain text never matches"),
            Death::NoSuchScheme(scheme) => write!(f, "{scheme} is not a scheme this verifier knows"),
            Death::ForbiddenByte(class) => write!(f, "it holds {class}, which crypt(3) refuses anywhere in a hash"),
            // How many there are is left out: behind a label may stand a plain text.
            Death::TooShort { part, want, .. } => write!(f, "the {part} is cut: it always has {want} characters"),
            Death::TooLong { part, want, .. } => {
                write!(f, "something follows the {part}, which always has {want} characters")
            }
            Death::SaltTooLong { limit, .. } => {
                write!(f, "the salt is too long: only {limit} characters of it are used and printed")
            }
            Death::SaltEmpty => f.write_str("the salt is empty"),
            Death::CharacterOutside { part, at } => write!(f, "character {at} of the {part} cannot stand there"),
            Death::NotCanonical { part, at } => {
                write!(f, "character {at} of the {part} is one that no encoder prints there: mistyped or cut")
            }
            Death::SeparatorMissing { after } => write!(f, "the $ behind the {after} is missing"),
            Death::CostOutOfRange { have, min, max } => {
                write!(f, "the cost {have} is outside the {min} to {max} that this verifier takes")
            }
            Death::NumberUnreadable { part } => write!(f, "the {part} is not written the way it is printed"),
            Death::ParametersRefused => f.write_str("its cost parameters are refused"),
            Death::MemoryBeyond => f.write_str("it asks for more memory than a machine can address"),
            Death::TextTooLong { limit } => write!(f, "it is longer than the {limit} characters that are taken"),
            Death::CopiesDisagree => f.write_str("the digest's first byte and its copy at the end differ: mistyped"),
            Death::NoCrypt => f.write_str("there is no crypt(3) to check it"),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Memory(bytes) => {
                write!(f, "it needs {} GiB of memory: a machine without them refuses it", bytes >> 30)
            }
            Doubt::NotObserved(scheme) => write!(f, "whether this crypt(3) takes {scheme} has not been observed"),
        }
    }
}
