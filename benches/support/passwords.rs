//! Password files that nobody's passwords are in: hashes of the right form, from a fixed row of pseudo-random digits.

use std::fmt::Write;

/// Digits that every form of hash takes.
const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of hashes; the same ones in every run.
pub(crate) struct Passwords(u64);

impl Passwords {
    /// The first of the row.
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// Adds an entry. Of each hundred, 49 are `$apr1$`, 30 bcrypt, 20 `{SHA}`, and one is a password in the clear.
    pub(crate) fn write(&mut self, text: &mut String, user: usize) {
        let (salt, digest) = (self.digits(8), self.digits(21));
        let written = match user % 100 {
            0..49 => writeln!(text, "user{user}:$apr1${salt}${digest}."),
            49..79 => writeln!(text, "user{user}:$2y$10${digest}.{}.", self.digits(30)),
            79..99 => writeln!(text, "user{user}:{{SHA}}{}A=", self.digits(26)),
            _ => writeln!(text, "user{user}:{salt}"),
        };
        assert!(written.is_ok(), "a string takes everything");
    }

    /// Digits of the row (xorshift64).
    fn digits(&mut self, count: usize) -> String {
        let digit = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let index = usize::from((self.0 >> 32).to_le_bytes()[0]) % DIGITS.len();
            char::from(DIGITS[index])
        };
        std::iter::repeat_with(digit).take(count).collect()
    }
}
