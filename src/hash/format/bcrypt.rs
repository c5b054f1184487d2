//! bcrypt: `$2a$`, `$2b$`, `$2x$`, `$2y$`.

use blowfish::Blowfish;

use super::cut::{after, ended_field, first};
use crate::hash::alphabet::{BCRYPT_DIGEST, BCRYPT_SALT, b64_char, b64_value, print_high_first};
use crate::hash::life::{Death, Part};
use crate::hash::limits::Cost;
use crate::hash::recipe::{Method, Recipe};

/// Bytes of the password that count, its NUL included.
const KEY: usize = 72;
/// "OrpheanBeholderScryDoubt", the text that bcrypt encrypts (crypt_blowfish `BF_magic_w`).
const TEXT: [[u32; 2]; 3] = [[0x4f72_7068, 0x6561_6e42], [0x6568_6f6c, 0x6465_7253], [0x6372_7944, 0x6f75_6274]];
/// The least cost anybody takes.
const COST_MIN: u8 = 4;

/// How the password becomes the key (crypt_blowfish `BF_set_key`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) enum Variant {
    /// `b`, `y`, and everything in Go.
    Plain,
    /// `a`: a counter-measure changes the key where `x` and `y` would collide.
    Guarded,
    /// `x`: a byte of 0x80 or more smears its sign over the bytes before it.
    SignBug,
}

impl Variant {
    /// The variant of a letter; `None` for letters that the C code refuses (crypt_blowfish `flags_by_subtype`).
    fn of(letter: u8) -> Option<Self> {
        match letter {
            b'a' => Some(Variant::Guarded),
            b'b' | b'y' => Some(Variant::Plain),
            b'x' => Some(Variant::SignBug),
            _ => None,
        }
    }
}

/// A readable bcrypt hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Bcrypt {
    pub(in crate::hash) variant: Variant,
    pub(in crate::hash) cost: u8,
    pub(in crate::hash) salt: Salt,
}

/// A decoded salt. Only Go's decoder, which skips line ends, can come out with fewer than 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Salt {
    bytes: [u8; 16],
    length: usize,
}

/// Reads `$2`, a letter, `$`, two digits of at most `most`, `$`, 22 characters of salt, 31 of digest.
///
/// # Errors
/// The first thing that keeps the verifier from ever printing this text.
pub(in crate::hash) fn read(text: &[u8], most: u8) -> Result<Recipe<'_>, Death> {
    let prefix = Death::NumberUnreadable { part: Part::Prefix };
    let (letter, body) = ended_field(after(text, b"$2")?, Part::Prefix)?;
    let [letter] = letter else { return Err(prefix) };
    let variant = Variant::of(*letter).ok_or(prefix)?;
    let (digits, body) = ended_field(body, Part::Cost)?;
    let cost = read_cost(digits, most)?;
    let (salt, digest) = first(body, BCRYPT_SALT.length, Part::Salt)?;
    BCRYPT_SALT.check(salt)?;
    BCRYPT_DIGEST.check(digest)?;
    Ok(Recipe::new(digest, Method::Bcrypt(Bcrypt { variant, cost, salt: Salt::decode(salt) })))
}

fn read_cost(digits: &[u8], most: u8) -> Result<u8, Death> {
    let unreadable = Death::NumberUnreadable { part: Part::Cost };
    let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = digits else { return Err(unreadable) };
    let cost = (tens - b'0') * 10 + (ones - b'0');
    if (COST_MIN..=most).contains(&cost) {
        return Ok(cost);
    }
    Err(Death::CostOutOfRange { have: cost.into(), min: COST_MIN.into(), max: most.into() })
}

impl Salt {
    /// Decodes characters of bcrypt's alphabet, leaving out all others; spare bits are dropped.
    pub(in crate::hash) fn decode(text: &[u8]) -> Self {
        let mut bytes = [0; 16];
        let (mut length, mut bits, mut held) = (0, 0, 0u32);
        for value in text.iter().filter_map(|byte| b64_value(*byte)) {
            held = held << 6 | u32::from(value);
            bits += 6;
            if bits >= 8 {
                bits -= 8;
                if let Some(byte) = bytes.get_mut(length) {
                    *byte = (held >> bits).to_le_bytes()[0];
                    length += 1;
                }
            }
        }
        Self { bytes, length }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Bcrypt {
    /// Its cost; a round of bcrypt weighs about a hundred of the others.
    pub(in crate::hash) fn work(&self) -> Cost {
        Cost::rounds(100 << self.cost)
    }

    /// The digest of a password as it is printed: 23 of its 24 bytes.
    pub(in crate::hash) fn print(&self, password: &[u8]) -> Vec<u8> {
        let (key, first_key) = keys(password, self.variant);
        let plain = first_key == key && self.salt.length == 16;
        let digest = if plain {
            ::bcrypt::bcrypt(self.cost.into(), self.salt.bytes, &key)
        } else {
            // The `bcrypt` crate takes one key for all expansions, and no salt but one of 16 bytes.
            two_key_bcrypt(self.cost, self.salt.bytes(), &first_key, &key)
        };
        print_high_first(digest.get(..23).unwrap_or_default(), b64_char)
    }
}

/// bcrypt whose first, salted key expansion takes another key than the rest (crypt_blowfish `BF_crypt`).
fn two_key_bcrypt(cost: u8, salt: &[u8], first_key: &[u8; KEY], key: &[u8; KEY]) -> [u8; 24] {
    let mut state = Blowfish::bc_init_state();
    state.salted_expand_key(salt, first_key);
    for _ in 0..1u64 << cost {
        state.bc_expand_key(key);
        state.bc_expand_key(salt);
    }
    let mut out = [0; 24];
    for (block, text) in out.chunks_exact_mut(8).zip(TEXT) {
        let mut halves = text;
        for _ in 0..64 {
            halves = state.bc_encrypt(halves);
        }
        let [left, right] = halves.map(u32::to_be_bytes);
        block.copy_from_slice(&[left, right].concat());
    }
    out
}

/// The password with its NUL, repeated to 72 bytes: the key of all expansions, and that of the first one
/// (crypt_blowfish `BF_set_key`; the two differ only for `$2a$` and certain passwords with a byte of 0xff).
fn keys(password: &[u8], variant: Variant) -> ([u8; KEY], [u8; KEY]) {
    let mut correct = [0; KEY];
    let mut smeared = [0; KEY];
    let mut sign = 0u32;
    let mut bytes = password.iter().chain(&[0]).copied().cycle();
    for (right, wrong) in correct.chunks_exact_mut(4).zip(smeared.chunks_exact_mut(4)) {
        let (mut plain, mut bug) = (0u32, 0u32);
        for at in 0..4 {
            let byte = bytes.next().unwrap_or(0);
            plain = plain << 8 | u32::from(byte);
            bug = bug << 8 | i32::from(byte.cast_signed()).cast_unsigned();
            if at > 0 {
                sign |= bug & 0x80;
            }
        }
        right.copy_from_slice(&plain.to_be_bytes());
        wrong.copy_from_slice(&bug.to_be_bytes());
    }
    match variant {
        Variant::Plain => (correct, correct),
        Variant::SignBug => (smeared, smeared),
        Variant::Guarded => {
            let mut first_key = correct;
            if sign != 0 && correct == smeared {
                first_key[1] ^= 1;
            }
            (correct, first_key)
        }
    }
}
