//! Who is presented to a server: the credentials of an `Authorization` header as the servers' libraries read them
//! (RFC 7617).

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use nom::bytes::complete::{tag_no_case, take_till, take_while_m_n};
use nom::{IResult, Parser};

use crate::answer::{Login, Scheme};

/// Who is presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// Nobody, or nothing that the server can read.
    Nobody,
    /// The holder of this account.
    Holder(Vec<u8>),
    /// This user with this password.
    Somebody {
        /// All before the first colon.
        user: Vec<u8>,
        /// All behind it.
        password: Vec<u8>,
    },
    /// A Basic header without a colon in it, for servers that take that for a user without a password.
    Colonless(Vec<u8>),
}

/// How strictly base64 is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base64 {
    /// Padded, and nothing else but line ends in it (Go).
    Strict,
    /// The padding may be left out (Envoy).
    Unpadded,
    /// Whatever is no letter of it is passed over (Python, Ruby, Node).
    Loose,
}

/// How a server reads the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// How strictly base64 is read.
    pub base64: Base64,
    /// Whether several blanks may follow the scheme.
    pub blanks: bool,
}

impl Style {
    /// Go's `Request.BasicAuth` (net/http `parseBasicAuth`).
    pub const GO: Self = Self { base64: Base64::Strict, blanks: false };
    /// Servers that split at blanks and decode what they can.
    pub const LOOSE: Self = Self { base64: Base64::Loose, blanks: true };
}

impl Presented {
    /// Who a login presents. A client that answers a Digest challenge presents nobody to a server that only has Basic.
    #[must_use]
    pub fn of(login: &Login, style: Style) -> Self {
        match login {
            Login::Anonymous | Login::Password { scheme: Scheme::Digest, .. } => Self::Nobody,
            Login::Holder(name) => Self::Holder(name.clone()),
            Login::Password { user, password, scheme: Scheme::Basic } => {
                Self::pair(&[user.as_slice(), b":", password.reveal()].concat())
            }
            Login::Header(header) => Self::header(header.reveal(), style),
        }
    }

    /// The same where the scheme counts with its case: `Basic`.
    #[must_use]
    pub fn of_exact(login: &Login, style: Style) -> Self {
        let other = matches!(login, Login::Header(header) if !header.reveal().trim_ascii().starts_with(b"Basic "));
        if other { Self::Nobody } else { Self::of(login, style) }
    }

    /// The same from the text of the header where a tab counts as a blank.
    #[must_use]
    pub fn spaced(header: &[u8], style: Style) -> Self {
        let blank = |byte: &u8| if *byte == b'\t' { b' ' } else { *byte };
        Self::header(&header.iter().map(blank).collect::<Vec<_>>(), style)
    }

    /// The same from the text of the header.
    #[must_use]
    pub fn header(header: &[u8], style: Style) -> Self {
        // Blanks around a header's value are no part of it (RFC 9110, 5.5).
        let header = header.trim_ascii();
        let most = if style.blanks { usize::MAX } else { 1 };
        let basic: IResult<&[u8], _> =
            (tag_no_case("basic"), take_while_m_n(1, most, |byte| byte == b' ')).parse(header);
        let Ok((text, _)) = basic else { return Self::Nobody };
        if text.starts_with(b" ") {
            return Self::Nobody;
        }
        let decoded = match style.base64 {
            Base64::Strict => strict(text, DecodePaddingMode::RequireCanonical),
            Base64::Unpadded => strict(text, DecodePaddingMode::Indifferent),
            Base64::Loose => loose(text),
        };
        decoded.map_or(Self::Nobody, |pair| Self::pair(&pair))
    }

    fn pair(pair: &[u8]) -> Self {
        let cut: IResult<&[u8], &[u8]> = take_till(|byte| byte == b':').parse(pair);
        match cut {
            Ok(([_, password @ ..], user)) => Self::Somebody { user: user.to_vec(), password: password.to_vec() },
            Ok(([], _)) | Err(_) => Self::Colonless(pair.to_vec()),
        }
    }

    /// The user's name, if somebody is presented.
    #[must_use]
    pub fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Holder(name) | Self::Somebody { user: name, .. } => Some(name),
            Self::Nobody | Self::Colonless(_) => None,
        }
    }

    /// The same under another name.
    #[must_use]
    pub fn renamed(self, rename: impl Fn(&[u8]) -> Vec<u8>) -> Self {
        match self {
            Self::Somebody { user, password } => Self::Somebody { user: rename(&user), password },
            Self::Holder(_) | Self::Nobody | Self::Colonless(_) => self,
        }
    }
}

fn strict(text: &[u8], padding: DecodePaddingMode) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(padding);
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(text).ok()
}

fn loose(text: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let letters: Vec<u8> =
        text.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(letters).ok()
}
