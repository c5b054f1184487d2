//! What rules ask of the request and of the machine (modules/mappers/mod_rewrite.c, `lookup_variable`, `lookup_map`).

use super::apply::Course;
use crate::servers::apache::expr;
use crate::source::Place;

/// What rules may ask; `None` is always "can't tell".
pub(in super::super) trait Lookup {
    /// The value of `%{name}` for the request as the rules have changed it by now; what does not exist is empty.
    fn variable(&self, name: &[u8], course: &Course) -> Option<Vec<u8>>;
    /// What a map makes of a key.
    fn map(&self, name: &[u8], key: &[u8]) -> Option<Vec<u8>>;
    /// Whether an expression holds.
    fn holds(&self, condition: &expr::Condition) -> Option<bool>;
    /// `-f`, `-s`, `-d`, `-x`, `-l` for a path.
    fn file(&self, letter: u8, path: &[u8]) -> Option<bool>;
    /// `-U` for a URL path.
    fn url(&self, path: &[u8]) -> Option<bool>;
    /// `-F` for a path.
    fn path(&self, path: &[u8]) -> Option<bool>;
    /// The answer to what only the server can tell, in this world.
    fn ask(&self, directive: &str, place: Place) -> bool;
    /// The path of a URL of the host itself (`reduce_uri`).
    fn own_path(&self, url: &[u8]) -> Option<Vec<u8>>;
    /// Whether this is a sub-request.
    fn is_subrequest(&self) -> bool;
}

/// The request as it is by now, and whom to ask.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// Whom to ask.
    pub lookup: &'a dyn Lookup,
    /// The request.
    pub course: &'a Course,
}
