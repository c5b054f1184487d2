//! Why a configuration is not read to its end.

use super::value::Clash;
use crate::answer::{Because, Missing, Reason};
use crate::source::Place;

/// What ends the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server refuses to start.
    Refused(Box<Because>),
    /// What the server reads cannot be told.
    Unknown(Box<Because>),
}

impl Fault {
    /// The server refuses for this reason.
    #[must_use]
    pub(super) fn because(place: Place, reason: Reason) -> Self {
        Self::Refused(Box::new(Because::at(reason, place)))
    }

    /// The server refuses for this reason, at a place if there is one.
    #[must_use]
    pub(super) fn at(place: Option<Place>, reason: Reason) -> Self {
        Self::Refused(Box::new(match place {
            Some(place) => Because::at(reason, place),
            None => Because::nowhere(reason),
        }))
    }

    /// The server refuses what `name` is given.
    #[must_use]
    pub(super) fn refused(place: Place, name: &str, message: impl Into<String>) -> Self {
        Self::because(place, Reason::WrongArguments { name: name.to_owned(), message: message.into() })
    }

    /// The text is none of the server's language.
    #[must_use]
    pub(super) fn syntax(place: Place, message: &str) -> Self {
        Self::because(place, Reason::StartupRefused { message: message.to_owned() })
    }

    /// A key is set twice in one block.
    #[must_use]
    pub(super) fn twice(place: Place, first: Place, key: &[u8]) -> Self {
        let name = String::from_utf8_lossy(key).into_owned();
        let message = format!("Duplicate config variable: {name}");
        let because = Because::at(Reason::WrongArguments { name, message }, place);
        Self::Refused(Box::new(because.with(first, "it was set here first")))
    }

    /// Two values do not go together.
    #[must_use]
    pub(super) fn clash(place: Place, clash: &Clash) -> Self {
        match clash {
            Clash::Types => Self::syntax(place, "data type mismatch, cannot merge"),
            Clash::Key(key) => {
                let key = String::from_utf8_lossy(key).into_owned();
                let message = format!("duplicate array-key: {key}");
                Self::refused(place, &key, message)
            }
        }
    }

    /// Can't tell.
    #[must_use]
    pub(super) fn unknown(place: Place, missing: Missing) -> Self {
        Self::Unknown(Box::new(Because::at(Reason::CannotTell { missing }, place)))
    }
}
