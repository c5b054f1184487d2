//! How strong a stored hash is: facts for those who want to warn.

use super::recipe::{Method, Recipe};
use super::scheme::Scheme;
use super::verifier::read_widely;

/// How hard the password is to guess for someone who has the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The password itself is stored.
    Plain,
    /// Guessed at billions a second: one round, or DES's 56 bits.
    Broken,
    /// Too few rounds by today's measure (OWASP: bcrypt below 10).
    Weak,
    /// Fine.
    Fine,
    /// So slow that every login hurts the server itself (bcrypt 16 and up, over 5 million rounds, over 1 GiB).
    TooSlow,
    /// Not a hash that some verifier here can match.
    Unknown,
}

/// What there is to say about a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// The verdict.
    pub grade: Grade,
    /// Whether equal passwords give equal hashes.
    pub unsalted: bool,
    /// bcrypt's cost.
    pub bcrypt_cost: Option<u8>,
    /// The number of rounds, where the scheme counts them.
    pub rounds: Option<u64>,
    /// Bytes of memory of one check.
    pub memory: Option<u64>,
    /// Bytes of the password that count, where the rest is dropped without a word.
    pub truncates_at: Option<u8>,
}

/// Rounds above which a check is a burden on the server.
const ROUNDS_TOO_MANY: u64 = 5_000_000;
/// Memory above which it is (1 GiB).
const MEMORY_TOO_MUCH: u64 = 1 << 30;
/// bcrypt's cost from which it is.
const BCRYPT_TOO_HIGH: u8 = 16;
/// The least cost that OWASP's Password Storage Cheat Sheet names.
const BCRYPT_LEAST: u8 = 10;
/// SHA-crypt's rounds below which it is weak (passlib's defaults are above half a million).
const SHA_LEAST: u64 = 100_000;
/// yescrypt's memory below which it is weak (`$y$j9T$`, the default of Debian, is 16 MiB).
const YESCRYPT_LEAST: u64 = 8 << 20;

/// The facts on a stored hash; [`Grade::Unknown`] and no figures for what no verifier can match.
#[must_use]
pub fn strength(field: &[u8]) -> Strength {
    let recipe = read_widely(field);
    let mut facts = Strength {
        grade: recipe.as_ref().map_or(Grade::Unknown, grade),
        unsalted: matches!(Scheme::of(field), Scheme::Sha | Scheme::Nt),
        bcrypt_cost: None,
        rounds: None,
        memory: None,
        truncates_at: None,
    };
    match recipe.map(|recipe| recipe.method) {
        Some(Method::Bcrypt(bcrypt)) => (facts.bcrypt_cost, facts.truncates_at) = (Some(bcrypt.cost), Some(72)),
        Some(Method::Des(_)) => facts.truncates_at = Some(8),
        Some(Method::Bigcrypt(_)) => facts.truncates_at = Some(128),
        Some(Method::ShaCrypt(sha)) => facts.rounds = Some(sha.rounds()),
        Some(Method::Sha1Crypt(sha1)) => facts.rounds = Some(sha1.rounds()),
        Some(Method::SunMd5(sun)) => facts.rounds = Some(sun.rounds()),
        Some(Method::Bsdi(bsdi)) => facts.rounds = Some(bsdi.count()),
        Some(Method::Yescrypt(yescrypt)) => facts.memory = Some(yescrypt.parameters.memory()),
        Some(
            Method::Md5Crypt(_)
            | Method::Nt
            | Method::Sha
            | Method::ShaBytes(_)
            | Method::Ssha(_)
            | Method::Argon2(_)
            | Method::HexMd5
            | Method::Text,
        )
        | None => {}
    }
    facts
}

fn grade(recipe: &Recipe<'_>) -> Grade {
    let cost = recipe.cost();
    match &recipe.method {
        Method::Text => Grade::Plain,
        Method::Nt
        | Method::Sha
        | Method::ShaBytes(_)
        | Method::Ssha(_)
        | Method::Des(_)
        | Method::Bigcrypt(_)
        | Method::HexMd5 => Grade::Broken,
        Method::Bcrypt(bcrypt) => match bcrypt.cost {
            BCRYPT_TOO_HIGH.. => Grade::TooSlow,
            BCRYPT_LEAST.. => Grade::Fine,
            _ => Grade::Weak,
        },
        Method::Yescrypt(_) => match cost.memory {
            memory if memory > MEMORY_TOO_MUCH => Grade::TooSlow,
            YESCRYPT_LEAST.. => Grade::Fine,
            _ => Grade::Weak,
        },
        Method::Argon2(_) => Grade::Fine,
        _ if cost.work > ROUNDS_TOO_MANY => Grade::TooSlow,
        Method::Bsdi(_) => Grade::Broken,
        Method::ShaCrypt(sha) if sha.rounds() >= SHA_LEAST => Grade::Fine,
        Method::ShaCrypt(_) | Method::Md5Crypt(_) | Method::Sha1Crypt(_) | Method::SunMd5(_) => Grade::Weak,
    }
}

/// Whether a text that has the shape of a DES hash looks like words all the same: a password of 13 letters stored in
/// plain text would. A real one mixes small letters, capitals and digits or `.` and `/`; hardly one in a hundred of them
/// lacks one of the three.
#[must_use]
pub fn looks_like_words(field: &[u8]) -> bool {
    if Scheme::of(field) != Scheme::Des {
        return false;
    }
    let small = field.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let changes = field.windows(2).filter(|pair| pair.iter().map(kind).reduce(|a, b| a ^ b) != Some(0)).count();
    // Words with a capital in front and digits behind change kind twice; random text changes about eight times.
    small >= 5 && changes <= 3
}

fn kind(byte: &u8) -> u8 {
    match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 4,
        _ => 8,
    }
}
