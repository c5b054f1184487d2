//! Radicale's htpasswd backend (`radicale/auth/htpasswd.py`), over libpass, bcrypt and argon2.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::{digit1, one_of};
use nom::combinator::{opt, recognize, value};
use nom::sequence::{delimited, terminated};
use nom::{IResult, Parser};

use crate::hash::alphabet::is_i64;
use crate::hash::format::bcrypt::Variant;
use crate::hash::format::md5_crypt::Magic;
use crate::hash::format::sha_crypt::Width;
use crate::hash::format::{argon2, bcrypt, md5_crypt, sha_crypt};
use crate::hash::life::{Death, Part};
use crate::hash::recipe::{Method, Recipe};
use crate::hash::recognise::stranger;
use crate::hash::scheme::Scheme;

/// The most rounds of libpass's SHA-crypt.
const ROUNDS_MOST: u64 = 999_999_999;
/// The highest cost of the bcrypt module.
const BCRYPT_MOST: u8 = 31;
/// Characters of a bcrypt hash.
const BCRYPT: usize = 60;
/// The bytes that bcrypt takes of a password; Radicale cuts it there.
const PASSWORD: usize = 72;
/// The longest password that libpass takes (`MAX_PASSWORD_SIZE`).
const PASSWORD_LONGEST: usize = 4096;

/// What `htpasswd_encryption` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Told from each text; bcrypt and Argon2 are only at hand if an entry of the file called for them at the start.
    Autodetect {
        /// Whether a whole bcrypt hash stands in the file.
        bcrypt: bool,
        /// Whether an Argon2 hash does.
        argon2: bool,
    },
    /// The text is the password.
    Plain,
    /// `$apr1$`.
    Md5,
    /// `$5$`.
    Sha256,
    /// `$6$`.
    Sha512,
    /// bcrypt.
    Bcrypt,
    /// Argon2.
    Argon2,
}

/// What autodetection takes a text for (`_autodetect`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    Md5,
    Bcrypt,
    Argon2,
    Sha256,
    Sha512,
}

/// Reads a stored text.
pub(super) fn read(field: &[u8], encryption: Encryption) -> Result<Recipe<'_>, Death> {
    let recipe = match encryption {
        // Whole bcrypt and Argon2 hashes are passed over where their modules are not loaded.
        Encryption::Plain if is_of_a_module(field) => return Err(Death::NoSuchScheme(Scheme::of(field))),
        Encryption::Plain => Recipe::new(field, Method::Text),
        Encryption::Md5 => read_md5(field)?,
        Encryption::Sha256 => read_sha(field, Width::Sha256)?,
        Encryption::Sha512 => read_sha(field, Width::Sha512)?,
        Encryption::Bcrypt => read_bcrypt(field)?,
        Encryption::Argon2 => read_argon2(field)?,
        Encryption::Autodetect { bcrypt, argon2 } => match looks(field) {
            None => Recipe::new(field, Method::Text),
            Some(Looks::Md5) => read_md5(field)?,
            Some(Looks::Sha256) => read_sha(field, Width::Sha256)?,
            Some(Looks::Sha512) => read_sha(field, Width::Sha512)?,
            Some(Looks::Argon2) if argon2 => read_argon2(field)?,
            Some(Looks::Bcrypt) if bcrypt && field.len() == BCRYPT => read_bcrypt(field)?,
            Some(Looks::Bcrypt) if bcrypt => Recipe { longest: PASSWORD, ..Recipe::new(field, Method::Text) },
            Some(Looks::Argon2 | Looks::Bcrypt) => return Err(Death::NoSuchScheme(Scheme::of(field))),
        },
    };
    Ok(Recipe { nul_ends: false, ..recipe })
}

/// Whether the code fails on the text whatever the password is: the module for it was not loaded at the start.
pub(super) fn raises(field: &[u8], encryption: Encryption) -> bool {
    match encryption {
        Encryption::Autodetect { bcrypt, argon2 } => match looks(field) {
            Some(Looks::Bcrypt) => !bcrypt,
            Some(Looks::Argon2) => !argon2,
            Some(Looks::Md5 | Looks::Sha256 | Looks::Sha512) | None => false,
        },
        Encryption::Plain
        | Encryption::Md5
        | Encryption::Sha256
        | Encryption::Sha512
        | Encryption::Bcrypt
        | Encryption::Argon2 => false,
    }
}

impl Encryption {
    /// Autodetection over these stored texts: which modules the start finds a use for (`_read_htpasswd`).
    pub fn of_texts<'t>(texts: impl Iterator<Item = &'t [u8]> + Clone) -> Self {
        let bcrypt = texts.clone().any(|text| text.len() == BCRYPT && bcrypt_mark(text).is_ok());
        Self::Autodetect { bcrypt, argon2: texts.clone().any(|text| argon2_mark(text).is_ok()) }
    }
}

fn is_of_a_module(text: &[u8]) -> bool {
    (text.len() == BCRYPT && bcrypt_mark(text).is_ok()) || argon2_mark(text).is_ok()
}

fn bcrypt_mark(text: &[u8]) -> IResult<&[u8], ()> {
    value((), (tag("$2"), opt(one_of("abxy")), tag("$"))).parse(text)
}

fn argon2_mark(text: &[u8]) -> IResult<&[u8], ()> {
    value((), (tag("$argon2"), alt((tag("id"), tag("i"), tag("d"))), tag("$"))).parse(text)
}

fn looks(text: &[u8]) -> Option<Looks> {
    let salted = |salt, digest| recognize((letters(salt), tag("$"), letters(digest)));
    let rounds = || opt(delimited(tag("rounds="), digit1, tag("$")));
    let looks: IResult<&[u8], Looks> = alt((
        value(Looks::Md5, (tag("$apr1$"), salted(8, 22))),
        value(
            Looks::Bcrypt,
            (bcrypt_mark, take_while_m_n(2, 2, |byte: u8| byte.is_ascii_digit()), tag("$"), letters(53)),
        ),
        value(Looks::Argon2, argon2_mark),
        value(Looks::Sha256, (tag("$5$"), rounds(), salted(16, 42))),
        value(Looks::Sha512, (tag("$6$"), rounds(), salted(16, 85))),
    ))
    .parse(text);
    looks.ok().map(|(_, looks)| looks)
}

fn letters<'t>(count: usize) -> impl Parser<&'t [u8], Output = &'t [u8], Error = nom::error::Error<&'t [u8]>> {
    take_while_m_n(count, count, is_i64)
}

fn read_md5(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let text = field.trim_ascii();
    check_salt(text)?;
    let recipe = md5_crypt::read(text, Magic::Apr1).map_err(|death| told(text, Magic::Apr1.bytes(), death))?;
    Ok(Recipe { longest: PASSWORD_LONGEST, ..recipe })
}

fn read_sha(field: &[u8], width: Width) -> Result<Recipe<'_>, Death> {
    let text = field.trim_ascii();
    check_salt(text)?;
    let recipe = sha_crypt::read(text, width, ROUNDS_MOST).map_err(|death| told(text, width.magic(), death))?;
    Ok(Recipe { longest: PASSWORD_LONGEST, ..recipe })
}

/// libpass takes salts of crypt(3)'s alphabet only.
fn check_salt(text: &[u8]) -> Result<(), Death> {
    let mark = || delimited(tag("$"), take_while1(|byte: u8| byte != b'$'), tag("$"));
    let rounds = opt((tag("rounds="), digit1, tag("$")));
    let salt = terminated(take_while(is_i64), tag("$"));
    let parsed: IResult<&[u8], _> = (mark(), rounds, salt).parse(text);
    parsed.map(|_| ()).map_err(|_| stranger(text))
}

fn read_bcrypt(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let mut recipe = bcrypt::read(field, BCRYPT_MOST).map_err(|death| told(field, b"$2", death))?;
    if let Method::Bcrypt(bcrypt) = &mut recipe.method {
        bcrypt.variant = Variant::Plain;
    }
    Ok(recipe)
}

fn read_argon2(field: &[u8]) -> Result<Recipe<'_>, Death> {
    let text = field.trim_ascii();
    let recipe = argon2::read(text).map_err(|death| told(text, b"$argon2", death))?;
    Ok(Recipe { longest: PASSWORD_LONGEST, ..recipe })
}

/// Why a text is dead: nothing is told of one that is of another scheme.
fn told(text: &[u8], mark: &[u8], death: Death) -> Death {
    if death == (Death::NumberUnreadable { part: Part::Prefix }) || !text.starts_with(mark) {
        return stranger(text);
    }
    death
}
