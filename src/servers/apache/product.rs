//! What configuration files were read into.

use std::sync::Arc;

use super::config::{DirConfig, Set};
use super::host::{Host, Listen};
use super::profile::Profile;
use crate::answer::{Because, Noted, Reason};
use crate::source::Place;

/// What a per-directory file was read into.
#[derive(Debug, Clone, Default)]
pub(super) struct PerDir {
    /// Its settings.
    pub config: DirConfig,
    /// What makes every request below it a 500, in the order in which the server would find it.
    pub faults: Vec<Fault>,
    /// What changes no answer.
    pub remarks: Vec<Noted>,
    /// Directives for a login that are not in force.
    pub dropped: Vec<Dropped>,
}

impl PerDir {
    /// A file that is not read.
    #[must_use]
    pub(super) fn unread(dropped: Dropped) -> Arc<Self> {
        Arc::new(Self { dropped: vec![dropped], ..Self::default() })
    }
}

/// What keeps a file from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What every request below the file gets; 0 where the worker goes away without an answer.
    pub status: u16,
    /// Why.
    pub because: Because,
}

/// Directives for a login that are written down and not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// The line to edit.
    pub place: Place,
    /// Why.
    pub why: Why,
}

/// Why directives are not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// They stand in a conditional section that is false.
    Section {
        /// As written: `<IfModule mod_auth.c>`.
        written: String,
        /// What the name seems to mean.
        meant: Vec<&'static str>,
    },
    /// The server does not read the file, or passes over them.
    Ignored {
        /// What makes it so, as written: `AllowOverride None`.
        by: String,
        /// That line; `None` if it is assumed, or the server's default.
        place: Option<Place>,
    },
    /// Another server answers where the file stands.
    Proxied {
        /// The directive that asks it.
        place: Place,
    },
}

impl Why {
    /// `AllowOverride None`, and where it stands.
    #[must_use]
    pub(super) fn allow_override(place: Option<Place>) -> Self {
        Self::Ignored { by: "AllowOverride None".to_owned(), place }
    }
}

impl Dropped {
    /// The reason it gives for an open door.
    #[must_use]
    pub(super) fn because(&self) -> Because {
        match &self.why {
            Why::Section { written, meant } => {
                let reason = Reason::ProtectionDropped { section: written.clone(), meant: meant.clone() };
                Because::at(reason, self.place)
            }
            Why::Ignored { by, place } => {
                let reason = Reason::AccessFileIgnored { by: by.clone(), proxied: false };
                let because = Because::at(reason, self.place);
                match place {
                    Some(place) => because.with(*place, "this line makes the server pass over it"),
                    None => because,
                }
            }
            Why::Proxied { place } => {
                let reason = Reason::AccessFileIgnored { by: "ProxyPass".to_owned(), proxied: true };
                Because::at(reason, self.place).with(*place, "this line asks another server")
            }
        }
    }
}

/// What a main configuration was read into.
#[derive(Debug, Clone, Default)]
pub(super) struct Main {
    /// The main server.
    pub host: Host,
    /// The virtual hosts in their order, not yet within the main server.
    pub hosts: Vec<Host>,
    /// The server after it has read: its modules, names, providers, root, account.
    pub profile: Profile,
    /// What concerns the process as a whole.
    pub process: Process,
    /// What makes the server refuse the configuration, in the order in which it would find it.
    pub faults: Vec<Fault>,
    /// What changes no answer.
    pub remarks: Vec<Noted>,
    /// False conditional sections that hold directives for a login.
    pub dropped: Vec<Dropped>,
}

/// What the main configuration says of the process as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Process {
    /// Listen.
    pub listens: Vec<Listen>,
    /// Every User, each of which is looked up; the last one holds.
    pub users: Vec<Set<Vec<u8>>>,
    /// Every Group.
    pub groups: Vec<Set<Vec<u8>>>,
    /// Logs that the server opens when it starts.
    pub logs: Vec<Set<Vec<u8>>>,
    /// Whether the main server's ErrorLog is among them.
    pub has_error_log: bool,
    /// PidFile.
    pub pid_file: Option<Set<Vec<u8>>>,
    /// TypesConfig.
    pub types: Option<Set<Vec<u8>>>,
    /// Whether AuthnCacheSOCache says where logins are cached.
    pub cache_told: bool,
    /// Whether SSLStaplingCache says where answers for stapling are kept.
    pub has_stapling_cache: bool,
    /// AuthLDAPCharsetConfig.
    pub charsets: Option<Set<Vec<u8>>>,
}
