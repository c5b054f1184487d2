//! Logins that somebody wrote down to have them tried: `user:password` a line.

use std::collections::BTreeMap;
use std::fmt;

use nom::bytes::complete::{tag, take_till};
use nom::sequence::terminated;
use nom::{IResult, Parser};
use zeroize::Zeroizing;

/// Text that no report shows, wiped when it is no longer needed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes care of these bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the one place that compares them.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

/// Passwords by user.
pub type Credentials = BTreeMap<Vec<u8>, Secret>;

/// Why a file of logins cannot be used; nothing of its text is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCredentials {
    /// The line (from 1) has no colon.
    NoColon(usize),
    /// The user of the line has been there before.
    Twice(usize),
}

impl fmt::Display for BadCredentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoColon(line) => write!(out, "line {line}: expected user:password"),
            Self::Twice(line) => write!(out, "line {line}: this user has been there before"),
        }
    }
}

impl std::error::Error for BadCredentials {}

/// Reads logins, one a line that ends at LF or CRLF; empty lines are skipped. The password is all behind the first
/// colon: it may be empty, and hold colons and blanks.
///
/// # Errors
/// The first line that is none.
pub fn credentials(bytes: &[u8]) -> Result<Credentials, BadCredentials> {
    let mut all = Credentials::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let (password, user) = user(line).map_err(|_| BadCredentials::NoColon(index + 1))?;
        if all.insert(user.to_vec(), Secret::new(password.to_vec())).is_some() {
            return Err(BadCredentials::Twice(index + 1));
        }
    }
    Ok(all)
}

fn user(line: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_till(|byte| byte == b':'), tag(&b":"[..])).parse(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_all_behind_the_first_colon() {
        let read = credentials(b"alice:a:b \r\n\nbob:\n:empty").unwrap();
        let text: Vec<_> = read.iter().map(|(user, secret)| (user.as_slice(), secret.reveal())).collect();
        assert_eq!(text, [(&b""[..], &b"empty"[..]), (b"alice", b"a:b "), (b"bob", b"")]);
    }

    #[test]
    fn a_line_that_is_none_is_told_by_its_number() {
        assert_eq!(credentials(b"a:b\nsecret\n").unwrap_err(), BadCredentials::NoColon(2));
        assert_eq!(credentials(b"a:b\n\na:c").unwrap_err(), BadCredentials::Twice(3));
    }

    #[test]
    fn nothing_prints_a_secret() {
        assert_eq!(format!("{:?}", credentials(b"a:hush").unwrap()), "{[97]: Secret}");
    }
}
