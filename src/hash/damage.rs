//! Where a damaged hash most likely comes from, and what to do instead.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while_m_n, take_while1};
use nom::combinator::{all_consuming, opt, recognize, verify};
use nom::{IResult, Parser};

use super::life::{Death, Life};
use super::scheme::Scheme;
use super::verifier::{Crypt, Verifier, judge};

/// A likely origin of a stored text that is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A blank, a quote, a BOM stands in front of a hash.
    JunkInFront,
    /// The first character is lost.
    FrontLost,
    /// Something that does not belong to the hash follows it: a blank, a CR, a quote, a second field.
    JunkBehind,
    /// A user name and a colon stand in front of a hash: a whole line was pasted.
    UserInFront,
    /// The shell took `$2`, `$apr1` and the like for variables and removed them.
    ShellExpanded,
    /// `$$` became the shell's process number.
    ShellProcess,
    /// Each `$` is doubled, as in a Compose file or a Traefik label.
    DollarsDoubled,
    /// Each `$` has a backslash, as for a shell or a Makefile.
    DollarsEscaped,
    /// `%24` and the like.
    UrlEncoded,
    /// `&#36;`, `&amp;` and the like.
    HtmlEncoded,
    /// Base64 of a whole hash or line: a Kubernetes Secret's value not decoded.
    Base64OfHash,
    /// The prefix is in the wrong case.
    PrefixCase,
    /// `{SHA}` with hex digits instead of base64.
    HexInBase64,
    /// `-` or `_` of URL-safe base64 in place of other characters.
    UrlSafeAlphabet,
    /// The end is missing.
    Truncated,
    /// The hash is of the right length, but a character of it cannot be right.
    Mistyped,
    /// It is a line for digest authentication.
    HtdigestLine,
    /// It is a line of /etc/shadow.
    ShadowLine,
    /// The account was locked, or never had a password.
    LockedAccount,
    /// A usable hash stands behind a label that has to go: `{CRYPT}`, `bcrypt$`.
    LabelInFront,
    /// A format of another program.
    OtherProgram(Scheme),
    /// A bare digest in hex.
    HexDigest,
    /// Plain text, or nothing that is known.
    PlainText,
    /// Nothing is stored.
    Missing,
}

/// No sound hash is longer (libxcrypt `CRYPT_OUTPUT_SIZE` and a digest).
const LONGEST: usize = 412;

type Cut<'h, T> = IResult<&'h [u8], T, ()>;

/// The most likely origin of a stored text that apr and libxcrypt can make nothing of; `None` for one that they can.
#[must_use]
pub fn damage(field: &[u8]) -> Option<Damage> {
    if is_sound(field) {
        return None;
    }
    Some(whole_line(field).or_else(|| encoded(field)).or_else(|| framed(field)).unwrap_or_else(|| broken(field)))
}

/// Whether Apache or nginx on libxcrypt may match it.
fn is_sound(field: &[u8]) -> bool {
    judge(field, Verifier::Apr(Crypt::Libxcrypt)).is_alive() != Some(false)
}

/// Lines and marks of other files.
fn whole_line(field: &[u8]) -> Option<Damage> {
    let scheme = Scheme::of(field);
    let found = [
        (Scheme::Empty, Damage::Missing),
        (Scheme::Htdigest, Damage::HtdigestLine),
        (Scheme::Shadow, Damage::ShadowLine),
        (Scheme::Locked, Damage::LockedAccount),
        (Scheme::HexMd5, Damage::HexDigest),
        (Scheme::HexSha1, Damage::HexDigest),
        (Scheme::HexSha256, Damage::HexDigest),
        (Scheme::HexSha512, Damage::HexDigest),
    ];
    found.into_iter().find(|(of, _)| *of == scheme).map(|(_, damage)| damage)
}

/// Whole texts in another encoding.
fn encoded(field: &[u8]) -> Option<Damage> {
    let escapes: [(&[u8], Damage); 6] = [
        (b"\\$", Damage::DollarsEscaped),
        (b"$$", Damage::DollarsDoubled),
        (b"%24", Damage::UrlEncoded),
        (b"%7B", Damage::UrlEncoded),
        (b"&#36;", Damage::HtmlEncoded),
        (b"&#x24;", Damage::HtmlEncoded),
    ];
    let starts = |mark: &[u8]| {
        let cut: Cut<'_, &[u8]> = tag_no_case(mark).parse(field);
        cut.is_ok_and(|(behind, _)| names_a_scheme(behind))
    };
    escapes.into_iter().find(|(mark, _)| starts(mark)).map(|(_, damage)| damage).or_else(|| {
        let decoded = STANDARD.decode(field.trim_ascii()).ok()?;
        (holds_hash(&decoded) || user_and_hash(&decoded).is_ok()).then_some(Damage::Base64OfHash)
    })
}

/// Whether what follows an escaped `$` is a mark of a scheme.
fn names_a_scheme(behind: &[u8]) -> bool {
    let mark = alt((
        tag(&b"apr1"[..]),
        tag(&b"SHA"[..]),
        tag(&b"argon2"[..]),
        tag(&b"sha1"[..]),
        tag(&b"md5"[..]),
        recognize((tag(&b"2"[..]), opt(take_while_m_n(1, 1, |byte: u8| byte.is_ascii_lowercase())))),
        recognize(take_while_m_n(1, 1, |byte| matches!(byte, b'1' | b'5' | b'6' | b'7' | b'y'))),
        tag(&b"gy"[..]),
    ));
    let cut: Cut<'_, (&[u8], &[u8])> = (
        mark,
        alt((tag(&b"$"[..]), tag(&b"\\$"[..]), tag_no_case(&b"%24"[..]), tag_no_case(&b"%7D"[..]), tag(&b"&"[..]))),
    )
        .parse(behind);
    cut.is_ok()
}

/// A sound hash with something round it, or without its first character.
fn framed(field: &[u8]) -> Option<Damage> {
    let with_front = |front: &[u8]| {
        let whole = [front, field].concat();
        starts_like_hash(&whole) && is_sound(&whole)
    };
    if field.len() <= LONGEST && [&b"$"[..], b"{"].into_iter().any(with_front) {
        return Some(Damage::FrontLost);
    }
    let trimmed = trim_junk_in_front(field);
    if trimmed.len() < field.len() && (holds_hash(trimmed) || starts_like_hash(trimmed)) {
        return Some(Damage::JunkInFront);
    }
    if let Ok((_, user)) = user_and_hash(field)
        && !user.is_empty()
    {
        return Some(Damage::UserInFront);
    }
    if holds_hash(field) {
        return Some(Damage::JunkBehind);
    }
    let label: Cut<'_, &[u8]> = alt((
        recognize((
            tag(&b"{"[..]),
            take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'-'),
            tag(&b"}"[..]),
        )),
        tag(&b"bcrypt$"[..]),
    ))
    .parse(field);
    label.ok().filter(|(hash, _)| is_sound(hash)).map(|_| Damage::LabelInFront)
}

/// Without BOM, no-break spaces, blanks, quotes and a lock's `!` or `*` at the front.
fn trim_junk_in_front(field: &[u8]) -> &[u8] {
    let junk = alt((
        tag(&b"\xef\xbb\xbf"[..]),
        tag(&b"\xc2\xa0"[..]),
        take_while1(|byte: u8| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b'!' | b'*' | b':' | b'=')),
    ));
    let cut: Cut<'_, Vec<&[u8]>> = nom::multi::many0(junk).parse(field);
    cut.map_or(field, |(behind, _)| behind)
}

/// Whether a text begins with the mark of a scheme that some verifier takes.
fn starts_like_hash(field: &[u8]) -> bool {
    let scheme = Scheme::of(field);
    matches!(scheme, Scheme::Apr1 | Scheme::Sha | Scheme::Ssha)
        || (scheme.is_crypt() && !matches!(scheme, Scheme::Des | Scheme::Bigcrypt | Scheme::Bsdi))
}

/// Whether a text begins with a sound hash and then something that cannot be of it.
fn holds_hash(field: &[u8]) -> bool {
    let most = field.len().min(LONGEST);
    starts_like_hash(field) && (is_sound(field) || (1..most).rev().filter_map(|end| field.get(..end)).any(is_sound))
}

/// A user name, a colon, something that begins like a hash.
fn user_and_hash(field: &[u8]) -> Cut<'_, &[u8]> {
    let (hash, (user, _)) = (take_while1(|byte: u8| byte != b':' && byte != b'$'), tag(&b":"[..])).parse(field)?;
    verify(nom::combinator::rest, |hash: &[u8]| starts_like_hash(hash)).parse(hash)?;
    Ok((hash, user))
}

/// What is left: cut, mistyped, of another program, or plain.
fn broken(field: &[u8]) -> Damage {
    let scheme = Scheme::of(field);
    let unknown = matches!(scheme, Scheme::Plain | Scheme::UnknownDollar);
    if sha_in_hex(field) {
        return Damage::HexInBase64;
    }
    if (unknown || matches!(scheme, Scheme::BcryptOther | Scheme::Ldap)) && prefix_in_wrong_case(field) {
        return Damage::PrefixCase;
    }
    if unknown {
        return shell(field).unwrap_or(Damage::PlainText);
    }
    if !starts_like_hash(field) {
        return Damage::OtherProgram(scheme);
    }
    match judge(field, Verifier::Nginx(Crypt::Libxcrypt)) {
        Life::Dead(Death::TooShort { .. } | Death::SeparatorMissing { .. }) => Damage::Truncated,
        Life::Dead(Death::TooLong { .. }) => Damage::JunkBehind,
        Life::Alive => Damage::OtherProgram(scheme),
        Life::Dead(_) | Life::Unknown(_) if memchr::memchr2(b'-', b'_', field).is_some() => Damage::UrlSafeAlphabet,
        Life::Dead(_) | Life::Unknown(_) => Damage::Mistyped,
    }
}

fn sha_in_hex(field: &[u8]) -> bool {
    let hex = take_while_m_n(32, 64, |byte: u8| byte.is_ascii_hexdigit());
    let cut: Cut<'_, (&[u8], &[u8])> = all_consuming((tag(&b"{SHA}"[..]), hex)).parse(field);
    cut.is_ok()
}

fn prefix_in_wrong_case(field: &[u8]) -> bool {
    let cut: Cut<'_, &[u8]> = alt((
        tag_no_case(&b"$apr1$"[..]),
        tag_no_case(&b"{SHA}"[..]),
        tag_no_case(&b"{SSHA}"[..]),
        tag_no_case(&b"{PLAIN}"[..]),
        tag_no_case(&b"$2a$"[..]),
        tag_no_case(&b"$2b$"[..]),
        tag_no_case(&b"$2y$"[..]),
        tag_no_case(&b"$y$"[..]),
    ))
    .parse(field);
    cut.is_ok()
}

/// What a shell's double quotes leave: of `$2y$05$...` the `y`, a shell's name or the cost's last digit, and the tail
/// behind the first `.` or `/` of the salt; of `$apr1$...` the tail alone; of `$$apr1$$` process numbers.
fn shell(field: &[u8]) -> Option<Damage> {
    let name = || alt((tag(&b"bash"[..]), tag(&b"dash"[..]), tag(&b"zsh"[..]), tag(&b"sh"[..]), tag(&b"-bash"[..])));
    let digits = |most| take_while_m_n(1, most, |byte: u8| byte.is_ascii_digit());
    let tail =
        |least| take_while_m_n(least, 90, |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'));
    let process = (digits(7), alt((tag(&b"apr1"[..]), tag(&b"2y"[..]), tag(&b"2a"[..]), tag(&b"2b"[..]))), tail(0));
    let bcrypt = (tag(&b"y"[..]), opt(name()), digits(1), alt((tag(&b"."[..]), tag(&b"/"[..]))), tail(8));
    let rounds = (tag(&b"="[..]), digits(9), take_while_m_n(1, 1, |byte| matches!(byte, b'/' | b'.' | b',')));
    let only_tail = (alt((tag(&b"."[..]), tag(&b"/"[..]))), tail(16));
    let parsed: Cut<'_, Damage> = alt((
        recognize(process).map(|_| Damage::ShellProcess),
        all_consuming(recognize(bcrypt)).map(|_| Damage::ShellExpanded),
        recognize(rounds).map(|_| Damage::ShellExpanded),
        recognize((tag(&b"=19=65536,"[..]), tail(0))).map(|_| Damage::ShellExpanded),
        all_consuming(recognize(only_tail)).map(|_| Damage::ShellExpanded),
    ))
    .parse(field);
    parsed.ok().map(|(_, damage)| damage)
}

impl Damage {
    /// Whether it happened to a hash that the verifier would take, and not to one of another program.
    #[must_use]
    pub fn is_of_a_sound_hash(self) -> bool {
        matches!(
            self,
            Self::JunkInFront
                | Self::JunkBehind
                | Self::FrontLost
                | Self::UserInFront
                | Self::ShellExpanded
                | Self::ShellProcess
                | Self::DollarsDoubled
                | Self::DollarsEscaped
                | Self::UrlEncoded
                | Self::HtmlEncoded
                | Self::Base64OfHash
                | Self::PrefixCase
                | Self::Truncated
                | Self::Mistyped
        )
    }

    /// What to do instead; `htpasswd -B FILE USER` makes a new entry.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Damage::ShellExpanded | Damage::ShellProcess => {
                "put the hash in single quotes when a shell prints it, or let `htpasswd -B FILE USER` write the entry"
            }
            Damage::DollarsDoubled => "write each `$` once: only Compose files need `$$`, the password file does not",
            Damage::DollarsEscaped => "take the backslashes out: only the shell needs them",
            Damage::UrlEncoded | Damage::HtmlEncoded | Damage::Base64OfHash => "store the decoded text",
            Damage::JunkInFront => "remove what stands in front of the hash",
            Damage::FrontLost => "put the first character back",
            Damage::JunkBehind => "remove what follows the hash",
            Damage::UserInFront => "keep the user's name once, in front of the first colon",
            Damage::LabelInFront => "remove the label in front of the hash",
            Damage::PrefixCase => "write the prefix as the tools do: its case counts",
            Damage::HexInBase64 => "after `{SHA}` base64 is expected, not hex; better use `htpasswd -B FILE USER`",
            Damage::HtdigestLine => "this line is for AuthType Digest; for Basic use `htpasswd -B FILE USER`",
            Damage::ShadowLine => "keep the user and the hash only, or use `htpasswd -B FILE USER`",
            Damage::Truncated | Damage::Mistyped | Damage::UrlSafeAlphabet => {
                "copy the whole hash again, or set the password anew: `htpasswd -B FILE USER`"
            }
            Damage::LockedAccount
            | Damage::Missing
            | Damage::HexDigest
            | Damage::PlainText
            | Damage::OtherProgram(_) => "set the password with `htpasswd -B FILE USER`",
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Damage::JunkInFront => "something stands in front of the hash",
            Damage::FrontLost => "the first character was lost when it was copied",
            Damage::JunkBehind => "something follows the hash",
            Damage::UserInFront => "a whole line was pasted in place of the hash",
            Damage::ShellExpanded => "a shell took parts of the hash for variables and removed them",
            Damage::ShellProcess => "a shell replaced `$$` by its process number",
            Damage::DollarsDoubled => "each `$` is doubled, as in a Compose file",
            Damage::DollarsEscaped => "each `$` is escaped by a backslash",
            Damage::UrlEncoded => "the hash is URL-encoded",
            Damage::HtmlEncoded => "the hash is HTML-encoded",
            Damage::Base64OfHash => "the hash is encoded in base64 once more, as in a Kubernetes Secret",
            Damage::PrefixCase => "the prefix is in the wrong case",
            Damage::HexInBase64 => "hex digits stand where base64 is expected",
            Damage::UrlSafeAlphabet => "the hash holds characters of URL-safe base64",
            Damage::Truncated => "the hash is cut",
            Damage::Mistyped => "the hash has a character that cannot be right",
            Damage::HtdigestLine => "this is a line for digest authentication",
            Damage::ShadowLine => "this is a line of /etc/shadow",
            Damage::LockedAccount => "this marks a locked account",
            Damage::LabelInFront => "a usable hash stands behind a label",
            Damage::OtherProgram(scheme) => return write!(f, "this is {scheme}"),
            Damage::HexDigest => "this is a bare digest in hex",
            Damage::PlainText => "this is plain text, or no hash that is known",
            Damage::Missing => "no password is stored",
        })
    }
}
