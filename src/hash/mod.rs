//! A stored password: what it is, who accepts it, whether anything can match it, and whether this password does.

mod alphabet;
mod damage;
mod format;
mod life;
mod limits;
mod recipe;
mod recognise;
mod scheme;
mod stray;
mod strength;
mod verifier;
mod words;

pub use damage::{Damage, damage};
pub use life::{ByteClass, Death, Doubt, Life, Part};
pub use limits::{Cost, Limits};
pub use scheme::Scheme;
pub use stray::{strays, without_strays};
pub use strength::{Grade, Strength, looks_like_words, strength};
pub use verifier::{Crypt, Encryption, Outcome, Verifier, judge, verify};
