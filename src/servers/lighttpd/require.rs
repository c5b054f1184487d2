//! The rules of `auth.require` (mod_auth.c, `mod_auth_require_parse_array` and `mod_auth_require_parse`).

use nom::bytes::complete::{tag, take_till};
use nom::multi::separated_list1;
use nom::{IResult, Parser};

use super::cut::cut;
use super::fault::Fault;
use super::value::{Element, Value, same_key};
use crate::answer::Reason;
use crate::source::Place;

/// How a login is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// `basic`
    Basic,
    /// `digest`
    Digest,
    /// `extern`
    Extern,
}

/// The algorithms of Digest that a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Algorithms {
    /// MD5
    pub md5: bool,
    /// SHA-256
    pub sha256: bool,
    /// SHA-512-256
    pub sha512_256: bool,
}

/// Who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// `valid-user`
    Anybody,
    /// `user=`; the groups and hosts beside them let nobody in.
    These {
        /// The users.
        users: Vec<Vec<u8>>,
        /// The groups.
        groups: Vec<Vec<u8>>,
    },
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// What the path must begin with.
    pub path: Vec<u8>,
    /// How a login is shown.
    pub method: Method,
    /// The realm.
    pub realm: Vec<u8>,
    /// Who may.
    pub who: Who,
    /// For Digest.
    pub algorithms: Algorithms,
    /// Whether the server shall know its own nonces again.
    pub nonce_secret: bool,
    /// Where it stands.
    pub place: Place,
    /// Where `require` stands.
    pub who_place: Place,
}

impl Who {
    /// Whether a user may.
    #[must_use]
    pub(super) fn has(&self, user: &[u8]) -> bool {
        match self {
            Self::Anybody => true,
            Self::These { users, .. } => users.iter().any(|known| known == user),
        }
    }
}

/// Reads the list.
///
/// # Errors
/// The server refuses it.
pub(super) fn rules(value: &Value) -> Result<Vec<Rule>, Fault> {
    value.elements().iter().map(rule).collect()
}

/// A field of a rule; the last one of a name counts, and letter case does.
fn field<'e>(fields: &'e [Element], name: &str) -> Option<(&'e [u8], Place)> {
    let own = fields.iter().rev().find(|field| field.key.as_deref() == Some(name.as_bytes()))?;
    Some((own.value.text()?, own.place))
}

fn rule(element: &Element) -> Result<Rule, Fault> {
    let fields = element.value.elements();
    let refuse = |place, message: &str| Fault::refused(place, "auth.require", message);
    if fields.iter().any(|field| field.key.is_none() || field.value.text().is_none()) {
        let message = "expected auth.require = ( \"urlpath\" => ( \"option\" => \"value\" ) )";
        return Err(refuse(element.place, message));
    }
    const KNOWN: [&str; 7] = ["method", "realm", "require", "algorithm", "nonce_secret", "nonce-secret", "userhash"];
    for field in fields {
        let key = field.key.as_deref().unwrap_or_default();
        if !KNOWN.iter().any(|known| known.as_bytes() == key) {
            let name = String::from_utf8_lossy(key).into_owned();
            let nearest = KNOWN.iter().find(|known| near(known, key)).map(|known| (*known).to_owned());
            return Err(Fault::because(field.place, Reason::UnknownDirective { name, nearest }));
        }
    }
    let place = element.place;
    let (method, method_place) = field(fields, "method")
        .filter(|(text, _)| !text.is_empty())
        .ok_or_else(|| Fault::because(place, Reason::AuthTypeMissing))?;
    let method = method_named(method, method_place)?;
    let (realm, _) = field(fields, "realm").ok_or_else(|| Fault::because(place, Reason::AuthNameMissing))?;
    let require = field(fields, "require").filter(|(text, _)| !text.is_empty());
    let (require, who_place) = require.ok_or_else(|| Fault::because(place, Reason::RequireMissing))?;
    let algorithms = match field(fields, "algorithm").filter(|(text, _)| !text.is_empty()) {
        None => Algorithms { md5: true, ..Algorithms::default() },
        Some((text, place)) => algorithms(text).ok_or_else(|| refuse(place, "invalid algorithm"))?,
    };
    let nonce_secret = ["nonce_secret", "nonce-secret"].iter().any(|name| field(fields, name).is_some());
    Ok(Rule {
        path: element.key.clone().unwrap_or_default(),
        method,
        realm: realm.to_vec(),
        who: who(require).map_err(|message| refuse(who_place, message))?,
        algorithms,
        nonce_secret,
        place,
        who_place,
    })
}

fn near(known: &str, key: &[u8]) -> bool {
    same_key(known.as_bytes(), key) || strsim::osa_distance(known, &String::from_utf8_lossy(key)) <= 2
}

fn method_named(name: &[u8], place: Place) -> Result<Method, Fault> {
    // The name is compared as a C string.
    match cut(name, 0).0 {
        b"basic" => Ok(Method::Basic),
        b"digest" => Ok(Method::Digest),
        b"extern" => Ok(Method::Extern),
        other => {
            let known = ["basic", "digest", "extern"];
            let nearest = known.into_iter().find(|known| near(known, other)).map(str::to_owned);
            let name = String::from_utf8_lossy(other).into_owned();
            Err(Fault::because(place, Reason::UnknownAuthType { name, nearest, module: None }))
        }
    }
}

/// The pieces between the bars.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let parsed: IResult<&[u8], Vec<&[u8]>> = separated_list1(tag("|"), take_till(|byte| byte == b'|')).parse(text);
    parsed.map(|(_, pieces)| pieces).unwrap_or_default()
}

/// `MD5`, `SHA-256`, `SHA-512-256`, each with `-sess` or without, between bars; an empty one is MD5.
pub(super) fn algorithms(text: &[u8]) -> Option<Algorithms> {
    let mut all = Algorithms::default();
    for piece in pieces(text) {
        let name = piece.to_ascii_lowercase();
        let plain = name.strip_suffix(b"-sess").filter(|plain| !plain.is_empty()).unwrap_or(&name);
        match plain {
            b"" | b"md5" => all.md5 = true,
            b"sha-256" => all.sha256 = true,
            b"sha-512-256" => all.sha512_256 = true,
            _ => return None,
        }
    }
    Some(all)
}

fn who(text: &[u8]) -> Result<Who, &'static str> {
    if text == b"valid-user" {
        return Ok(Who::Anybody);
    }
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    let pieces = pieces(text);
    for (index, piece) in pieces.iter().enumerate() {
        // A bar at the very end is not followed up.
        if index > 0 && index + 1 == pieces.len() && piece.is_empty() {
            break;
        }
        let (key, Some(name)) = cut(piece, b'=') else { return Err("missing '='") };
        if name.is_empty() {
            return Err("missing token after '='");
        }
        match key {
            b"user" => users.push(name.to_vec()),
            b"group" => groups.push(name.to_vec()),
            b"host" => {}
            b"valid-user" => return Err("valid user can not be combined with other require rules"),
            _ => return Err("invalid or unsupported token"),
        }
    }
    Ok(Who::These { users, groups })
}
