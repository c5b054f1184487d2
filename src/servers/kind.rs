//! Which servers there are, and how each is opened.

use std::path::Path;

use super::{apache, lighttpd, nginx};
use crate::answer::{Server, Target};
use crate::read::Fault;
use crate::source::Sources;

/// A server that htlint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Apache httpd 2.4.
    Apache,
    /// lighttpd 1.4.
    Lighttpd,
    /// nginx 1.22.
    Nginx,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Apache, Self::Lighttpd, Self::Nginx];

    /// The name that options and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Apache => "apache",
            Self::Lighttpd => "lighttpd",
            Self::Nginx => "nginx",
        }
    }

    /// The server of that name; `None`: there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The names that its main configuration file usually goes by.
    #[must_use]
    pub fn config_names(self) -> &'static [&'static str] {
        match self {
            Self::Apache => &["apache2.conf", "httpd.conf"],
            Self::Lighttpd => &["lighttpd.conf"],
            Self::Nginx => &["nginx.conf"],
        }
    }

    /// The server whose main configuration file usually has this name; `None` if none has.
    #[must_use]
    pub fn of_config(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        Self::ALL.into_iter().find(|kind| kind.config_names().contains(&name))
    }
}

/// Reads a server's main configuration and all that it leads to.
///
/// # Errors
/// The main configuration file cannot be read; what the server would say of its content is an answer and no error.
pub fn open<'a>(kind: Kind, target: &'a Target<'a>, sources: &'a Sources) -> Result<Box<dyn Server + 'a>, Fault> {
    Ok(match kind {
        Kind::Apache => Box::new(apache::open(target, sources)?),
        Kind::Lighttpd => Box::new(lighttpd::open(target, sources)?),
        Kind::Nginx => Box::new(nginx::open(target, sources)?),
    })
}
