//! Which scheme a stored text is of: told by its beginning or, for bare digests, by its shape.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while_m_n};
use nom::combinator::{all_consuming, value};
use nom::{IResult, Parser};

use super::alphabet::is_i64;
use super::format::des;
use super::life::Death;
use super::scheme::Scheme;

type Cut<'h, T> = IResult<&'h [u8], T, ()>;

impl Scheme {
    /// The scheme that a stored text looks like, sound or not.
    #[must_use]
    pub fn of(field: &[u8]) -> Self {
        match field {
            [] => Scheme::Empty,
            b"x" => Scheme::Locked,
            [b'$', behind @ ..] => Self::of_dollar(behind),
            [b'{', ..] => of_label(field).map_or(Scheme::Plain, |(_, scheme)| scheme),
            [b'!' | b'*', ..] if is_locked(field) => Scheme::Locked,
            [b'_', rest @ ..] if rest.len() == 19 && rest.iter().all(|byte| is_i64(*byte)) => Scheme::Bsdi,
            _ => Self::of_bare(field),
        }
    }

    fn of_dollar(behind: &[u8]) -> Self {
        match behind {
            [b'2', b'$', ..] => Scheme::Bcrypt2,
            [b'2', b'a', b'$', ..] => Scheme::Bcrypt2a,
            [b'2', b'b', b'$', ..] => Scheme::Bcrypt2b,
            [b'2', b'x', b'$', ..] => Scheme::Bcrypt2x,
            [b'2', b'y', b'$', ..] => Scheme::Bcrypt2y,
            [b'2', letter, b'$', ..] if letter.is_ascii_alphabetic() => Scheme::BcryptOther,
            [b'1', b'$', ..] => Scheme::Md5Crypt,
            [b'5', b'$', ..] => Scheme::Sha256Crypt,
            [b'6', b'$', ..] => Scheme::Sha512Crypt,
            [b'y', b'$', ..] => Scheme::Yescrypt,
            [b'7', b'$', ..] => Scheme::Scrypt,
            [b'3', b'$', ..] => Scheme::Nt,
            [b'P' | b'H', b'$', ..] => Scheme::Phpass,
            [b'S', b'$', ..] => Scheme::Drupal,
            [b'8' | b'9', b'$', ..] => Scheme::Cisco,
            _ => of_mark(behind).map_or(Scheme::UnknownDollar, |(_, scheme)| scheme),
        }
    }

    fn of_bare(field: &[u8]) -> Self {
        if des::read(field, true).is_ok() {
            return if field.len() == 13 { Scheme::Des } else { Scheme::Bigcrypt };
        }
        match hex_length(field) {
            Some(32) => return Scheme::HexMd5,
            Some(40) => return Scheme::HexSha1,
            Some(64) => return Scheme::HexSha256,
            Some(128) => return Scheme::HexSha512,
            _ => {}
        }
        of_named(field).or_else(|_| of_lines(field)).map_or(Scheme::Plain, |(_, scheme)| scheme)
    }
}

/// Longer marks behind the first `$`.
fn of_mark(behind: &[u8]) -> Cut<'_, Scheme> {
    alt((
        value(Scheme::Apr1, tag(&b"apr1$"[..])),
        value(Scheme::GostYescrypt, tag(&b"gy$"[..])),
        value(Scheme::Sha1Crypt, tag(&b"sha1$"[..])),
        value(Scheme::SunMd5, alt((tag(&b"md5$"[..]), tag(&b"md5,"[..])))),
        value(Scheme::Argon2, tag(&b"argon2"[..])),
        value(Scheme::PasslibPbkdf2, tag(&b"pbkdf2"[..])),
        value(Scheme::PasslibScrypt, tag(&b"scrypt$"[..])),
        value(Scheme::PasslibBcryptSha256, tag(&b"bcrypt-sha256$"[..])),
        value(Scheme::WordPress, tag(&b"wp$"[..])),
        value(Scheme::LibScrypt, tag(&b"s0$"[..])),
    ))
    .parse(behind)
}

/// A label in braces.
fn of_label(field: &[u8]) -> Cut<'_, Scheme> {
    alt((
        value(Scheme::Sha, tag(&b"{SHA}"[..])),
        value(Scheme::Ssha, tag(&b"{SSHA}"[..])),
        value(Scheme::PlainTagged, tag(&b"{PLAIN}"[..])),
        value(
            Scheme::LdapCrypt,
            (alt((
                tag(&b"{CRYPT}"[..]),
                tag(&b"{crypt}"[..]),
                (tag(&b"{BLF-CRYPT}"[..])),
                tag(&b"{SHA512-CRYPT}"[..]),
                tag(&b"{SHA256-CRYPT}"[..]),
                tag(&b"{MD5-CRYPT}"[..]),
                tag(&b"{DES-CRYPT}"[..]),
            )),),
        ),
        value(Scheme::Ldap, (tag(&b"{"[..]), take_while_m_n(2, 24, is_label), tag(&b"}"[..]))),
    ))
    .parse(field)
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Django's names in front of the first `$`.
fn of_named(field: &[u8]) -> Cut<'_, Scheme> {
    let name = alt((
        tag(&b"pbkdf2_sha256$"[..]),
        tag(&b"pbkdf2_sha1$"[..]),
        tag(&b"bcrypt$$2"[..]),
        tag(&b"bcrypt_sha256$$2"[..]),
        tag(&b"argon2$argon2"[..]),
        tag(&b"scrypt$"[..]),
        tag(&b"sha1$"[..]),
        tag(&b"md5$"[..]),
    ));
    value(Scheme::Django, name).parse(field)
}

/// Whole lines of other files: `realm:hex` or `user:realm:hex`, and the many fields of /etc/shadow.
fn of_lines(field: &[u8]) -> Cut<'_, Scheme> {
    let text = || (take_till(|byte| byte == b':'), tag(&b":"[..]));
    let hex = || take_while_m_n(32, 32, |byte: u8| byte.is_ascii_hexdigit());
    alt((
        value(Scheme::Htdigest, all_consuming((text(), hex()))),
        value(Scheme::Htdigest, all_consuming((text(), text(), hex()))),
        value(Scheme::Shadow, (text(), text(), text(), text(), text())),
    ))
    .parse(field)
}

fn hex_length(field: &[u8]) -> Option<usize> {
    field.iter().all(u8::is_ascii_hexdigit).then_some(field.len())
}

/// `*`, `!`, `!!`, `*0`, `!*`, `*LK*`.
fn is_locked(field: &[u8]) -> bool {
    matches!(field, b"*0" | b"*1" | b"*LK*") || field.iter().all(|byte| matches!(byte, b'!' | b'*'))
}

/// Why a text is dead for a verifier that does not know its scheme; nothing is told about plain text.
pub(super) fn stranger(text: &[u8]) -> Death {
    let scheme = Scheme::of(text);
    if scheme == Scheme::Plain { Death::PlainText } else { Death::NoSuchScheme(scheme) }
}

/// What may be said of a text that begins with BSDi's mark: nothing if it can as well be plain text.
pub(super) fn shown(text: &[u8], death: Death) -> Death {
    if Scheme::of(text) == Scheme::Plain { Death::PlainText } else { death }
}
