//! What an expression asks of a request.

use std::net::IpAddr;

/// A table of names and values that a function looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Headers of the request (`req`, `http`).
    RequestHeaders,
    /// Headers of the response so far (`resp`).
    ResponseHeaders,
    /// Notes that modules leave each other (`note`).
    Notes,
    /// Variables set for the request by SetEnvIf and its kind (`reqenv`).
    Environment,
    /// The environment of the server's process (`osenv`).
    Process,
}

/// What is known of a request. `None` is always "can't tell"; what is known to be unset is an empty text.
pub trait Facts {
    /// The value of one of the server's own variables, by its name in upper case; not asked for `HTTP_*` headers.
    fn variable(&self, _name: &str) -> Option<Vec<u8>> {
        None
    }

    /// A value of a table: `Some(None)` if it is known to hold no such name. Header names are asked for as written.
    fn entry(&self, _table: Table, _name: &[u8]) -> Option<Option<Vec<u8>>> {
        None
    }

    /// The client's address, as `-R` sees it.
    fn remote(&self) -> Option<IpAddr> {
        None
    }

    /// The answer of one of `-d -e -f -s -L -h -x` for a path.
    fn file(&self, _operator: u8, _path: &[u8]) -> Option<bool> {
        None
    }
}

/// Nothing is known: what can be told all the same is constant.
pub(super) struct Nothing;

impl Facts for Nothing {}
