//! Argon2 in its encoded form: `$argon2id$v=19$m=65536,t=3,p=4$salt$digest`.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1};
use nom::character::complete::u32 as number;
use nom::combinator::{all_consuming, map, opt, value};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use crate::hash::life::{Death, Part};
use crate::hash::limits::Cost;
use crate::hash::recipe::{Method, Recipe};

type Cut<'h, T> = IResult<&'h [u8], T, ()>;

/// A readable Argon2 hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hash) struct Argon<'h> {
    algorithm: Algorithm,
    version: Version,
    /// KiB of memory, passes, lanes.
    costs: (u32, u32, u32),
    salt: &'h [u8],
}

/// Reads the mark, an optional version, memory, passes and lanes in this order, salt and digest (RFC 9106 names the
/// parameters, the reference implementation's `decode_string` the text).
///
/// # Errors
/// It is none, or names costs that are out of range.
pub(in crate::hash) fn read(text: &[u8]) -> Result<Recipe<'_>, Death> {
    let unreadable = Death::NumberUnreadable { part: Part::Parameters };
    let (_, (argon, digest)) = all_consuming(encoded).parse(text).map_err(|_| unreadable)?;
    argon.params().ok_or(Death::ParametersRefused)?;
    let whole = [argon.salt, digest].into_iter().all(|part| STANDARD_NO_PAD.decode(part).is_ok());
    if !whole {
        return Err(Death::CharacterOutside { part: Part::Digest, at: 1 });
    }
    Ok(Recipe { nul_ends: false, ..Recipe::new(digest, Method::Argon2(argon)) })
}

fn encoded(text: &[u8]) -> Cut<'_, (Argon<'_>, &[u8])> {
    let algorithm = alt((
        value(Algorithm::Argon2id, tag("$argon2id$")),
        value(Algorithm::Argon2i, tag("$argon2i$")),
        value(Algorithm::Argon2d, tag("$argon2d$")),
    ));
    let version = alt((value(Version::V0x13, tag("v=19$")), value(Version::V0x10, tag("v=16$"))));
    let costs = (preceded(tag("m="), number), preceded(tag(",t="), number), preceded(tag(",p="), number));
    let field = || take_till1(|byte| byte == b'$');
    map(
        (algorithm, opt(version), costs, delimited(tag("$"), field(), tag("$")), field()),
        |(algorithm, version, costs, salt, digest)| {
            (Argon { algorithm, version: version.unwrap_or(Version::V0x10), costs, salt }, digest)
        },
    )
    .parse(text)
}

impl Argon<'_> {
    fn params(&self) -> Option<Params> {
        let (memory, passes, lanes) = self.costs;
        Params::new(memory, passes, lanes, None).ok()
    }

    /// Its cost: passes over the memory, in blocks of 1 KiB.
    pub(in crate::hash) fn work(&self) -> Cost {
        let (memory, passes, _) = self.costs;
        Cost { work: u64::from(memory) * u64::from(passes), memory: u64::from(memory) << 10 }
    }

    /// The digest of a password as it is printed, as long as the stored one.
    pub(in crate::hash) fn print(&self, password: &[u8], stored: &[u8]) -> Option<Vec<u8>> {
        let salt = STANDARD_NO_PAD.decode(self.salt).ok()?;
        let mut out = vec![0; STANDARD_NO_PAD.decode(stored).ok()?.len()];
        let argon = Argon2::new(self.algorithm, self.version, self.params()?);
        argon.hash_password_into(password, &salt, &mut out).ok()?;
        Some(STANDARD_NO_PAD.encode(out).into_bytes())
    }
}
