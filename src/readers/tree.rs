//! The tree that is looked at, and who was found to read which of its files.

use std::path::{Path, PathBuf};

use crate::hash::Crypt;
use crate::read::{Discovery, FileType, Files, PathMap};
use crate::servers::Kind;
use crate::source::{Place, Sources};

/// A tree.
#[derive(Clone, Copy)]
pub struct Tree<'t> {
    /// The world outside.
    pub files: &'t dyn Files,
    /// Where the servers' paths lie here.
    pub paths: &'t PathMap,
    /// What lies in it.
    pub discovery: &'t Discovery,
    /// The crypt(3) behind servers of which nothing else is known.
    pub crypt: Crypt,
    /// The files that were read.
    pub sources: &'t Sources,
}

/// A server that reads a password file.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    /// The server.
    pub server: Kind,
    /// The crypt(3) behind it.
    pub crypt: Crypt,
    /// The file, on this machine.
    pub users: PathBuf,
    /// Where it is told to, if somewhere.
    pub place: Option<Place>,
    /// Whether that was asked about.
    pub named: bool,
    /// What was taken for granted to find the file.
    pub assumed: Option<String>,
}

impl Reader {
    /// What reports call it.
    pub(super) fn name(&self) -> &'static str {
        called(self.server, self.crypt)
    }
}

/// Whether the crypt(3) behind a server makes a difference.
pub(super) fn uses_crypt(server: Kind) -> bool {
    matches!(server, Kind::Apache | Kind::Nginx | Kind::Lighttpd | Kind::Squid)
}

/// What reports call a server over a crypt(3); where that makes no difference it is not told.
pub(super) fn called(server: Kind, crypt: Crypt) -> &'static str {
    match (server, crypt) {
        (Kind::Apache, Crypt::Musl) => "apache on Alpine",
        (Kind::Nginx, Crypt::Musl) => "nginx on Alpine",
        (Kind::Lighttpd, Crypt::Musl) => "lighttpd on Alpine",
        (Kind::Squid, Crypt::Musl) => "squid on Alpine",
        (Kind::Nginx, Crypt::OldGlibc) => "nginx on an old glibc",
        (server, _) => server.name(),
    }
}

impl Tree<'_> {
    /// Whether a regular file lies there.
    pub(super) fn is_file(&self, path: &Path) -> bool {
        self.files.stat(path).is_ok_and(|stat| stat.kind == FileType::Regular)
    }
}
