//! Headers of a request that are changed before anything looks at them: `RequestHeader ... early`
//! (modules/metadata/mod_headers.c, `ap_headers_early`).

use super::ask::Ask;
use super::facts::authorization;
use crate::answer::Login;
use crate::credentials::Secret;
use crate::source::Place;

/// One such line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EarlyHeader {
    /// What becomes of the header.
    pub change: Change,
    /// The header.
    pub name: String,
    /// The directive.
    pub place: Place,
}

/// What becomes of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// It has this value, whatever it had.
    Set(Vec<u8>),
    /// It has this value if it had none.
    SetIfEmpty(Vec<u8>),
    /// It is taken away.
    Unset,
    /// What nobody can tell from the line.
    Other,
}

/// The request after these lines.
///
/// # Errors
/// The line that cannot be told.
pub(super) fn changed(ask: &Ask, lines: &[EarlyHeader]) -> Result<Ask, Place> {
    let mut ask = ask.clone();
    for EarlyHeader { change, name, place } in lines {
        let login = name.eq_ignore_ascii_case("authorization");
        let headers = ask.headers.get_or_insert_default();
        let before = if login {
            authorization(&ask.login).ok_or(*place)?
        } else {
            headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        };
        let after = match change {
            Change::Set(value) => Some(value.clone()),
            Change::SetIfEmpty(value) => before.or_else(|| Some(value.clone())),
            Change::Unset => None,
            Change::Other => return Err(*place),
        };
        if login {
            ask.login = after.map_or(Login::Anonymous, |value| Login::Header(Secret::new(value)));
        } else {
            headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
            headers.extend(after.map(|value| (name.clone(), value)));
        }
    }
    Ok(ask)
}

impl EarlyHeader {
    /// What the words of a `RequestHeader` say, if it is an early one; a format in a value is not followed.
    #[must_use]
    pub(super) fn read(words: &[&[u8]], place: Place) -> Option<Self> {
        let (action, name) = (words.first()?.to_ascii_lowercase(), words.get(1)?);
        if !words.last()?.eq_ignore_ascii_case(b"early") {
            return None;
        }
        let value = words.get(2).filter(|value| !value.contains(&b'%')).map(|value| value.to_vec());
        let change = match (action.as_slice(), value) {
            (b"unset", _) => Change::Unset,
            (b"set", Some(value)) => Change::Set(value),
            (b"setifempty", Some(value)) => Change::SetIfEmpty(value),
            _ => Change::Other,
        };
        let name = String::from_utf8_lossy(name);
        Some(Self { change, name: name.trim_end_matches(':').to_owned(), place })
    }
}
