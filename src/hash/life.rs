//! The judgement on a stored hash: whether any password at all can match it, and if none, why.

use super::scheme::Scheme;

/// What a verifier can make of a stored hash, whatever the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It has every property of a text this verifier prints: some password may match.
    Alive,
    /// No password whatsoever matches.
    Dead(Death),
    /// It depends on something that the text does not tell.
    Unknown(Doubt),
}

impl Life {
    /// `Some(true)` alive, `Some(false)` dead, `None` unknown.
    #[must_use]
    pub fn is_alive(self) -> Option<bool> {
        match self {
            Life::Alive => Some(true),
            Life::Dead(_) => Some(false),
            Life::Unknown(_) => None,
        }
    }
}

impl From<Death> for Life {
    fn from(death: Death) -> Self {
        Life::Dead(death)
    }
}

/// What would have to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It needs this much memory (bytes): a machine that cannot give it refuses the hash (yescrypt `alloc_region`).
    Memory(u64),
    /// This verifier's behaviour on this format has not been observed.
    NotObserved(Scheme),
}

/// A piece of a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The text as a whole.
    Whole,
    /// The scheme's mark at the front.
    Prefix,
    /// bcrypt's two digits, BSDi's count.
    Cost,
    /// The number of rounds.
    Rounds,
    /// yescrypt's and scrypt's parameters.
    Parameters,
    /// The salt.
    Salt,
    /// The digest.
    Digest,
}

/// A kind of byte that libxcrypt refuses anywhere in a stored hash (`check_badsalt_chars`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteClass {
    /// A blank or a tab.
    Blank,
    /// A carriage return.
    CarriageReturn,
    /// Another control character.
    Control,
    /// A byte of 0x80 or more: no-break space, BOM, an accented letter.
    NotAscii,
    /// One of `! * : ; \`.
    Delimiter,
}

/// Why no password can match. Positions count from 1 within their part, and none is ever given for plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// Nothing is stored.
    Empty,
    /// It is no hash of any known scheme: plain text, or so damaged that it looks like it.
    PlainText,
    /// This verifier does not know the scheme.
    NoSuchScheme(Scheme),
    /// libxcrypt refuses any stored text that holds such a byte.
    ForbiddenByte(ByteClass),
    /// The piece is cut.
    TooShort {
        /// Which piece.
        part: Part,
        /// Its characters.
        have: usize,
        /// The characters that the verifier prints.
        want: usize,
    },
    /// The piece has something behind it.
    TooLong {
        /// Which piece.
        part: Part,
        /// Its characters.
        have: usize,
        /// The characters that the verifier prints.
        want: usize,
    },
    /// The salt is longer than what the verifier uses and prints.
    SaltTooLong {
        /// Its characters.
        have: usize,
        /// The characters used.
        limit: usize,
    },
    /// The salt is empty where one is needed.
    SaltEmpty,
    /// A character that this piece cannot hold.
    CharacterOutside {
        /// Which piece.
        part: Part,
        /// Which character of it.
        at: usize,
    },
    /// The piece decodes, but the verifier prints it differently.
    NotCanonical {
        /// Which piece.
        part: Part,
        /// Which character of it.
        at: usize,
    },
    /// The `$` behind this piece is missing.
    SeparatorMissing {
        /// The piece before it.
        after: Part,
    },
    /// The cost or the number of rounds is outside what the verifier takes.
    CostOutOfRange {
        /// What the hash asks for.
        have: u64,
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// The number is not written as the verifier prints it: a sign, a leading zero, letters, nothing.
    NumberUnreadable {
        /// Which piece.
        part: Part,
    },
    /// yescrypt or scrypt parameters that the library refuses (`yescrypt_kdf_body`).
    ParametersRefused,
    /// More memory than a machine can address.
    MemoryBeyond,
    /// The whole text is longer than libxcrypt's buffer allows.
    TextTooLong {
        /// The longest that is taken.
        limit: usize,
    },
    /// `$sha1$` prints the digest's first byte twice, and here the two differ (`crypt_sha1crypt_rn`).
    CopiesDisagree,
    /// There is no crypt(3) here.
    NoCrypt,
}

impl Death {
    /// Whether the verifier refuses such a text before comparing anything; else it computes and finds a difference.
    #[must_use]
    pub fn is_refusal(self) -> bool {
        match self {
            Death::Empty
            | Death::PlainText
            | Death::NoSuchScheme(_)
            | Death::ForbiddenByte(_)
            | Death::SaltEmpty
            | Death::CostOutOfRange { .. }
            | Death::NumberUnreadable { .. }
            | Death::ParametersRefused
            | Death::MemoryBeyond
            | Death::TextTooLong { .. }
            | Death::NoCrypt => true,
            Death::SaltTooLong { .. } | Death::NotCanonical { .. } | Death::CopiesDisagree => false,
            Death::TooShort { part, .. } | Death::TooLong { part, .. } | Death::CharacterOutside { part, .. } => {
                part != Part::Digest
            }
            Death::SeparatorMissing { after } => after != Part::Salt,
        }
    }
}
