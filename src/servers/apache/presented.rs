//! The user and the password that a client presents, as mod_auth_basic cuts them out of the `Authorization` header
//! (modules/aaa/mod_auth_basic.c, `get_basic_auth`; APR's base64 decoder stops at the first foreign character).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use nom::bytes::complete::{tag_no_case, take_till, take_while, take_while1};
use nom::combinator::recognize;
use nom::{IResult, Parser};

use crate::answer::{Login, Scheme};
use crate::credentials::Secret;

const DECODER: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The login as a module for `scheme` takes it: an answer in the other scheme is as good as none.
#[must_use]
pub(super) fn presented(login: &Login, scheme: Scheme) -> Login {
    match login {
        Login::Anonymous => Login::Anonymous,
        Login::Holder(user) => Login::Holder(user.clone()),
        Login::Password { scheme: other, .. } if *other != scheme => Login::Anonymous,
        Login::Password { user, password, scheme: Scheme::Basic } => {
            cut(&[user.as_slice(), b":", password.reveal()].concat())
        }
        Login::Password { .. } => login.clone(),
        Login::Header(value) if scheme == Scheme::Basic => {
            basic(value.reveal()).map_or(Login::Anonymous, |text| cut(&text))
        }
        // A Digest answer to a nonce that was never given out is refused like none.
        Login::Header(_) => Login::Anonymous,
    }
}

/// The decoded text of a `Basic` header; `None` for another scheme.
fn basic(value: &[u8]) -> Option<Vec<u8>> {
    let rest = if value.eq_ignore_ascii_case(b"basic") { b"" } else { scheme(value).ok()?.0 };
    let (_, digits) = base64_digits(rest).ok()?;
    // A single digit behind the last whole group says nothing, as to APR's decoder.
    let whole = if digits.len() % 4 == 1 { digits.split_last().map_or(digits, |(_, whole)| whole) } else { digits };
    DECODER.decode(whole).ok()
}

/// The scheme and the blanks behind it, of which the first is no tab.
fn scheme(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let blanks = (take_while1(|byte: u8| byte == b' '), take_while(crate::lines::is_blank));
    recognize((tag_no_case("basic"), blanks)).parse(input)
}

fn base64_digits(input: &[u8]) -> IResult<&[u8], &[u8]> {
    take_while(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/').parse(input)
}

/// User and password of a decoded text, which ends at a NUL; without a colon the password is empty.
fn cut(text: &[u8]) -> Login {
    let (_, text) = until(text, b'\0');
    let (rest, user) = until(text, b':');
    let password = rest.split_first().map(|(_, password)| password).unwrap_or_default();
    Login::Password { user: user.to_vec(), password: Secret::new(password.to_vec()), scheme: Scheme::Basic }
}

fn until(input: &[u8], end: u8) -> (&[u8], &[u8]) {
    let found: IResult<&[u8], &[u8]> = take_till(|byte| byte == end).parse(input);
    found.unwrap_or((&[], input))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(value: &str) -> Login {
        presented(&Login::Header(Secret::new(value.into())), Scheme::Basic)
    }

    fn login(user: &str, password: &str) -> Login {
        Login::Password { user: user.into(), password: Secret::new(password.into()), scheme: Scheme::Basic }
    }

    #[test]
    fn a_header_is_read_as_leniently_as_the_server_does() {
        // alice:open
        assert_eq!(header("Basic YWxpY2U6b3Blbg=="), login("alice", "open"));
        assert_eq!(header("bAsIc   YWxpY2U6b3Blbg"), login("alice", "open"));
        assert_eq!(header("Basic YWxpY2U6b3Blbg,more"), login("alice", "open"));
        assert_eq!(header("Basic YWxpY2U="), login("alice", ""));
        assert_eq!(header("Basic\tYWxpY2U6b3Blbg=="), Login::Anonymous);
        assert_eq!(header("Bearer YWxpY2U6b3Blbg=="), Login::Anonymous);
    }

    #[test]
    fn a_user_with_a_colon_is_cut_at_it() {
        let sent = login("a:b", "c");
        assert_eq!(presented(&sent, Scheme::Basic), login("a", "b:c"));
        assert_eq!(presented(&sent, Scheme::Digest), Login::Anonymous);
    }
}
