//! What a site does with a request: routes in their order, each with a matcher and a handler.

use super::matcher::Matcher;
use crate::gate::Book;
use crate::source::Place;

/// One route.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// Which requests it is for.
    pub matcher: Matcher,
    /// What it does.
    pub handler: Handler,
    /// The directive's name.
    pub directive: String,
    /// Where it stands.
    pub place: Place,
}

impl Route {
    /// Routes of one such kind exclude each other (`buildSubroute`).
    pub(super) fn group(&self) -> Option<&'static str> {
        match self.directive.as_str() {
            "handle" | "handle_path" => Some("handle"),
            "rewrite" => Some("rewrite"),
            "root" => Some("root"),
            _ => None,
        }
    }
}

/// What a directive does.
#[derive(Debug, Clone)]
pub(super) enum Handler {
    /// `basicauth`.
    BasicAuth(Guard),
    /// `handle`, `route`.
    Sub(Vec<Route>),
    /// `handle_path`: the prefix is cut off inside.
    SubWithout(String, Vec<Route>),
    /// `respond`; no status: that of the error at hand, or 200.
    Respond(Option<String>),
    /// `redir`, with its status.
    Redirect(String),
    /// `error`, with its status.
    Error(Option<String>),
    /// `abort`.
    Abort,
    /// `rewrite` to this path.
    Rewrite(String),
    /// `uri strip_prefix`.
    StripPrefix(String),
    /// `uri strip_suffix`.
    StripSuffix(String),
    /// `uri replace`: what is replaced, by what, how often.
    Replace(String, String, Option<usize>),
    /// `uri path_regexp`.
    ReplacePattern(fancy_regex::Regex, String),
    /// `request_header`: the field with its sign, and the value or the text to find, and that which replaces it.
    RequestHeader(String, String, Option<String>),
    /// `root` and `vars`: names and values.
    Vars(Vec<(String, String)>),
    /// `file_server`; its own root, whether folders are listed, hidden names, index files.
    FileServer(Files),
    /// `try_files`.
    TryFiles(Vec<String>),
    /// `method`.
    Method(String),
    /// Something whose answer depends on others: its name.
    Elsewhere(&'static str),
    /// Something that changes neither path nor status.
    Passing,
}

/// A `file_server`.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    pub root: Option<String>,
    pub browse: bool,
    pub hide: Vec<String>,
    pub index: Option<Vec<String>>,
    pub pass: bool,
    /// The status of what is served.
    pub status: Option<String>,
    /// Whether slashes are not mended.
    pub as_asked: bool,
}

/// A `basicauth`.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub book: Book,
    pub realm: Option<String>,
    /// Whether htlint cannot compute its algorithm.
    pub foreign: bool,
}
