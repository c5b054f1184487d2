//! Sections of the main configuration, and what they are for (server/core.c, `dirsection`, `urlsection`;
//! server/request.c, `ap_directory_walk`, `ap_location_walk`).

use super::config::DirConfig;
use super::expr::{Fnmatch, Pattern, fnmatch, is_glob};
use crate::source::Place;

/// A `*` stops at a slash.
const BY_NAME: Fnmatch = Fnmatch { pathname: true, case_blind: false };

/// A section: for what, with which settings, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Section<P> {
    /// What it is for.
    pub pattern: P,
    /// As written: `<Directory "/srv/www">`.
    pub written: String,
    /// What holds there.
    pub config: DirConfig,
    /// The opening line.
    pub place: Place,
}

/// What a `<Directory>` is for.
#[derive(Debug, Clone)]
pub(super) enum DirectoryPattern {
    /// A path with a slash at its end; `/` alone has no components.
    Path(Vec<u8>),
    /// The same with `*`, `?` or `[`.
    Glob(Vec<u8>),
    /// A regular expression, and the slashes in its text; `None`: one that only the server can compile.
    Regex(Option<Pattern>, usize),
}

impl DirectoryPattern {
    /// Its place among others, whatever their order in the file: even of expressions the slashes are counted
    /// (server/core.c, `reorder_sorter`).
    #[must_use]
    pub(super) fn rank(&self) -> (bool, usize) {
        match self {
            Self::Path(_) | Self::Glob(_) => (false, self.components().unwrap_or_default()),
            Self::Regex(_, slashes) => (true, *slashes),
        }
    }

    /// How many names the path has; `None` for a regular expression.
    #[must_use]
    pub(super) fn components(&self) -> Option<usize> {
        match self {
            Self::Path(path) if path == b"/" => Some(0),
            Self::Path(path) | Self::Glob(path) => Some(path.iter().filter(|byte| **byte == b'/').count()),
            Self::Regex(..) => None,
        }
    }

    /// Whether it is for a directory, given with a slash at its end; `None`: can't tell.
    #[must_use]
    pub(super) fn fits(&self, directory: &[u8]) -> Option<bool> {
        match self {
            Self::Path(path) => Some(path == directory),
            Self::Glob(glob) => Some(fnmatch(glob, directory, BY_NAME)),
            Self::Regex(pattern, _) => pattern.as_ref().and_then(|pattern| pattern.is_match(directory)),
        }
    }
}

/// What a `<Location>` is for.
#[derive(Debug, Clone)]
pub(super) enum LocationPattern {
    /// A prefix of whole names.
    Prefix(Vec<u8>),
    /// A glob, for the whole path.
    Glob(Vec<u8>),
    /// A regular expression; `None`: one that only the server can compile.
    Regex(Option<Pattern>),
}

impl LocationPattern {
    /// A `<Location>` argument.
    #[must_use]
    pub(super) fn path(argument: &[u8]) -> Self {
        if is_glob(argument) { Self::Glob(argument.to_owned()) } else { Self::Prefix(argument.to_owned()) }
    }

    /// Whether it is for a decoded URL path; `None`: can't tell.
    #[must_use]
    pub(super) fn fits(&self, url: &[u8]) -> Option<bool> {
        match self {
            Self::Prefix(prefix) => Some(is_prefix(prefix, url)),
            Self::Glob(glob) => Some(fnmatch(glob, url, BY_NAME)),
            Self::Regex(pattern) => pattern.as_ref().and_then(|pattern| pattern.is_match(url)),
        }
    }
}

/// Whether `prefix` covers `url` in whole names.
fn is_prefix(prefix: &[u8], url: &[u8]) -> bool {
    let Some(rest) = url.strip_prefix(prefix) else { return false };
    prefix.is_empty() || prefix.last() == Some(&b'/') || matches!(rest.first(), None | Some(b'/'))
}
