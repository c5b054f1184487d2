//! What a written path leads to: how the server resolves it, where that lies here, and what it would say on opening it
//! (server/core.c, `ap_server_root_relative`; server/config.c, `ap_pcfg_openfile`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::WrittenPath;
use super::path_form::PathForm;
use super::secrets::displayed;
use crate::answer::{Missing, Reason};
use crate::read::{Account, Fault, FileType, Files, How, Located, NULL_DEVICE, Obstacle, PathMap, merge, server_path};
use crate::users::{DigestFile, GroupFile, UserFile};

/// A password file, as both kinds of login read it.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    /// As Basic reads it.
    pub basic: Arc<UserFile>,
    /// As Digest reads it.
    pub digest: Arc<DigestFile>,
}

/// What AuthUserFile leads to.
#[derive(Debug, Clone)]
pub(super) enum UserFileState {
    /// It cannot be opened, which the log says under this code.
    Failed {
        /// Why.
        reason: Reason,
        /// What is assumed.
        assumed: Option<String>,
    },
    /// Can't tell.
    Unknown(Reason),
    /// It was read.
    Read {
        /// The entries.
        passwords: Passwords,
        /// What is assumed.
        assumed: Option<String>,
    },
}

/// What AuthGroupFile leads to.
#[derive(Debug, Clone)]
pub(super) enum GroupState {
    /// There is no such directive.
    Unset,
    /// It cannot be opened; the path.
    Failed(String),
    /// Can't tell.
    Unknown(Missing),
    /// It was read.
    Read {
        /// The groups.
        file: Arc<GroupFile>,
    },
}

/// Where a path lies here, if that can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resolved {
    /// Here.
    Here {
        /// The path on this machine.
        path: PathBuf,
        /// Whether this machine is the server.
        host: bool,
        /// What is assumed.
        assumed: Option<String>,
    },
    /// The server cannot open it.
    Fails(Reason, Option<String>),
    /// Can't tell; the reason says what is missing, or what is likely wrong.
    Unknown(Reason),
}

/// All that is needed to follow a path.
pub(super) struct Follower<'a> {
    /// The world outside.
    pub files: &'a dyn Files,
    /// Where the server's paths lie here.
    pub paths: &'a PathMap,
    /// The server's own root, from which relative paths start.
    pub server_root: &'a str,
    /// The account of the server's workers, where this machine is the server.
    pub account: Option<&'a Account>,
    /// The topmost folder of the project.
    pub root: &'a Path,
}

impl Follower<'_> {
    /// Follows a path that a configuration in `folder` names.
    #[must_use]
    pub(super) fn follow(&self, path: &WrittenPath, folder: &Path) -> Resolved {
        if let Some(name) = &path.undefined {
            return Resolved::Unknown(Reason::CannotTell { missing: Missing::Variable { name: name.clone() } });
        }
        let written = displayed(&path.written, false);
        let Some(server) = merge(Path::new(self.server_root), &server_path(&path.written)) else {
            return Resolved::Fails(Reason::UserFileMissing { path: written }, None);
        };
        let form = PathForm::of(&path.written);
        match self.paths.told(self.files, &server) {
            Located::Local { path, how: How::Own } if self.files.stat(&path) == Err(Fault::Missing) => {
                self.guess(&server, form, written, folder)
            }
            Located::Local { path, how } => self.open(path, how == How::Host, &server, &form, &written, None),
            Located::Unmapped => self.guess(&server, form, written, folder),
        }
    }

    /// A path of a server that is not this machine, and that nobody mapped.
    fn guess(&self, server: &Path, form: PathForm, written: String, folder: &Path) -> Resolved {
        let shown = server.display().to_string();
        let root = self.server_root;
        let nothing_there = Some(format!("there is no {shown} on the server (its ServerRoot is taken to be {root})"));
        match form {
            PathForm::Placeholder => Resolved::Fails(Reason::UserFilePlaceholder { written }, nothing_there),
            PathForm::Foreign(form) => Resolved::Fails(Reason::UserFileForeign { written, form }, nothing_there),
            PathForm::Relative if self.is_file(&folder.join(&written)) => {
                Resolved::Fails(Reason::UserFileRelative { written, path: shown, beside: true }, nothing_there)
            }
            PathForm::Relative => Resolved::Unknown(Reason::UserFileRelative { written, path: shown, beside: false }),
            PathForm::Elsewhere(form) => Resolved::Unknown(Reason::UserFileForeign { written, form }),
            PathForm::Absolute => self.infer(server, form, written, folder),
        }
    }

    fn infer(&self, server: &Path, form: PathForm, written: String, folder: &Path) -> Resolved {
        let shown = server.display().to_string();
        match self.paths.locate(self.files, server) {
            Located::Local { path, how } if how != How::Own && self.is_plain(&path, how, folder) => {
                let here = path.strip_prefix(self.root).unwrap_or(&path).display().to_string();
                let assumed = format!("{shown} on the server is taken for {here} here");
                self.open(path, false, server, &form, &written, Some(assumed))
            }
            Located::Local { .. } | Located::Unmapped if self.is_file(&self.root.join(below_root(server))) => {
                Resolved::Unknown(Reason::UserFileForeign { written, form: "a URL path" })
            }
            Located::Local { .. } | Located::Unmapped => {
                Resolved::Unknown(Reason::CannotTell { missing: Missing::Path { path: shown } })
            }
        }
    }

    /// Whether an inferred path may be believed: a single common name is enough only beside the configuration or at
    /// the top of the project.
    fn is_plain(&self, path: &Path, how: How, folder: &Path) -> bool {
        let near = path.parent().is_some_and(|parent| parent == folder || parent == self.root);
        !matches!(how, How::Inferred { names: 1 }) || near
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.stat(path).is_ok_and(|stat| stat.kind == FileType::Regular)
    }

    fn open(
        &self,
        path: PathBuf,
        host: bool,
        server: &Path,
        form: &PathForm,
        written: &str,
        assumed: Option<String>,
    ) -> Resolved {
        let shown = server.display().to_string();
        if path == Path::new(NULL_DEVICE) {
            return Resolved::Here { path, host, assumed };
        }
        let account = self.account.filter(|_| host);
        if let Some(failed) = account.and_then(|account| self.refused(account, &path, form, written, &shown)) {
            return match failed {
                Some(reason) => Resolved::Fails(reason, assumed),
                None => unseen(&path),
            };
        }
        match self.files.stat(&path) {
            Ok(stat) if matches!(stat.kind, FileType::Regular) => Resolved::Here { path, host, assumed },
            Ok(stat) => Resolved::Fails(not_regular(shown, stat.kind), assumed),
            Err(Fault::Denied | Fault::Other(_) | Fault::TooLarge { .. }) => unseen(&path),
            Err(_) => Resolved::Fails(missing(form, written, shown), assumed),
        }
    }
}

impl Follower<'_> {
    /// Why the account of the workers cannot open the file; an inner `None`: we may not look.
    fn refused(
        &self,
        account: &Account,
        path: &Path,
        form: &PathForm,
        written: &str,
        shown: &str,
    ) -> Option<Option<Reason>> {
        let refusal = account.may_open(self.files, path).err()?;
        let path = shown.to_owned();
        Some(match refusal.what {
            Obstacle::Missing | Obstacle::NotADirectory | Obstacle::Loop => Some(missing(form, written, path)),
            Obstacle::NotRegular(kind) => Some(not_regular(path, kind)),
            Obstacle::Unsearchable | Obstacle::Unreadable => {
                let fault = format!("{} keeps {} out", refusal.at.display(), account.name);
                Some(Reason::UserFileUnreadable { path, fault })
            }
            Obstacle::Unseen => None,
        })
    }
}

fn unseen(path: &Path) -> Resolved {
    Resolved::Unknown(Reason::CannotTell { missing: Missing::Content { path: path.display().to_string() } })
}

fn not_regular(path: String, kind: FileType) -> Reason {
    Reason::UserFileNotRegular { path, what: kind.words().to_owned() }
}

/// The most telling name for a file that is not there.
fn missing(form: &PathForm, written: &str, path: String) -> Reason {
    let written = written.to_owned();
    match form {
        PathForm::Placeholder => Reason::UserFilePlaceholder { written },
        PathForm::Foreign(form) | PathForm::Elsewhere(form) => Reason::UserFileForeign { written, form },
        PathForm::Relative => Reason::UserFileRelative { written, path, beside: false },
        PathForm::Absolute => Reason::UserFileMissing { path },
    }
}

fn below_root(path: &Path) -> &Path {
    path.strip_prefix("/").unwrap_or(path)
}
