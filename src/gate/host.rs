//! The machine of a server as its room sees it: files by the server's paths, with the rights of the server's account.

use std::path::{Path, PathBuf};

use super::book::{Book, Opened};
use super::profile::Profile;
use crate::answer::{Because, Missing, Reason, Target};
use crate::hash::strays;
use crate::read::{Account, Fault, FileType, How, Located, Obstacle, merge, server_path};
use crate::source::{FileId, Place, Source, Sources, Span};
use crate::users::UserFile;

/// The account that servers without one of their own in the configuration are taken to run as.
const WORKER: &str = "www-data";

/// The machine, the files read so far, and the account.
pub struct Host<'a> {
    /// The machine.
    pub target: &'a Target<'a>,
    /// The files read so far.
    pub sources: &'a Sources,
    account: Option<Account>,
}

/// What became of opening a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The bytes, and the path on this machine.
    Read(PathBuf, Vec<u8>),
    /// The server cannot read it, for this reason.
    Fault(Reason),
    /// Can't tell.
    Unknown(Reason),
}

impl<'a> Host<'a> {
    /// The machine with the account that the target names, else Debian's for web servers.
    #[must_use]
    pub fn new(target: &'a Target<'a>, sources: &'a Sources) -> Self {
        Self::running_as(target, sources, target.run_as.unwrap_or(WORKER))
    }

    /// The machine with this account, unless the target names another.
    #[must_use]
    pub fn running_as(target: &'a Target<'a>, sources: &'a Sources, account: &str) -> Self {
        let known = || Account::named(target.run_as.unwrap_or(account), target.files);
        let account = target.paths.is_host().then(known).flatten();
        Self { target, sources, account }
    }

    /// The bytes of the main configuration.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn config(&self) -> Result<Vec<u8>, Fault> {
        self.target.files.read(self.target.config)
    }

    /// Takes the main configuration in, with the spans in it that no report may show; stored passwords are among them
    /// wherever they stand.
    #[must_use]
    pub fn keep(&self, path: PathBuf, bytes: Vec<u8>, mut secrets: Vec<Span>) -> FileId {
        secrets.extend(strays(&bytes));
        let mut source = Source::new(path, bytes);
        source.set_secrets(secrets);
        self.sources.add(source)
    }

    /// The path of the server that a written one means, taken from `base` if it is relative.
    #[must_use]
    pub fn path(base: &Path, written: &str) -> PathBuf {
        merge(base, &server_path(written.as_bytes())).unwrap_or_default()
    }

    /// What stands at a path of the server; `None`: can't tell where that lies.
    #[must_use]
    pub fn locate(&self, server: &Path) -> Option<(PathBuf, How)> {
        match self.target.paths.told(self.target.files, server) {
            Located::Local { path, how } => Some((path, how)),
            Located::Unmapped => None,
        }
    }

    /// Reads a file of the server.
    #[must_use]
    pub fn read(&self, server: &Path) -> Content {
        let shown = server.display().to_string();
        let Some((local, how)) = self.locate(server) else {
            return Content::Unknown(Reason::CannotTell { missing: Missing::Path { path: shown } });
        };
        if let Some(account) = self.account.as_ref().filter(|_| how == How::Host)
            && let Err(refusal) = account.may_open(self.target.files, &local)
        {
            match refusal.what {
                Obstacle::Unseen => return Content::Unknown(content(&local)),
                Obstacle::Missing | Obstacle::NotADirectory | Obstacle::Loop => {
                    return Content::Fault(Reason::UserFileMissing { path: shown });
                }
                Obstacle::NotRegular(kind) => return Content::Fault(not_regular(shown, kind)),
                Obstacle::Unreadable | Obstacle::Unsearchable => {
                    let fault = format!("{} keeps {} out", refusal.at.display(), account.name);
                    return Content::Fault(Reason::UserFileUnreadable { path: shown, fault });
                }
            }
        }
        match self.target.files.read(&local) {
            Ok(bytes) => Content::Read(local, bytes),
            Err(Fault::Missing | Fault::NotADirectory | Fault::Loop) => {
                Content::Fault(Reason::UserFileMissing { path: shown })
            }
            Err(Fault::Directory) => Content::Fault(not_regular(shown, FileType::Directory)),
            Err(Fault::NotRegular(kind)) => Content::Fault(not_regular(shown, kind)),
            Err(Fault::Denied | Fault::TooLarge { .. } | Fault::Other(_)) => Content::Unknown(content(&local)),
        }
    }

    /// Whether the account may make a file in a folder of the server; `None`: can't tell.
    #[must_use]
    pub fn may_write(&self, folder: &Path) -> Option<bool> {
        let (local, how) = self.locate(folder)?;
        let account = self.account.as_ref().filter(|_| how == How::Host)?;
        let Ok(stat) = self.target.files.stat(&local) else { return Some(false) };
        let class = if stat.uid == account.uid {
            6
        } else if stat.gid == account.gid || account.groups.contains(&stat.gid) {
            3
        } else {
            0
        };
        Some(account.uid == 0 || (stat.mode >> class) & 3 == 3)
    }

    /// Whether the account may open a file that is there; what cannot be told counts as yes.
    #[must_use]
    pub fn may_open(&self, local: &Path) -> bool {
        let refusal = self.account.as_ref().and_then(|account| account.may_open(self.target.files, local).err());
        !refusal.is_some_and(|refusal| matches!(refusal.what, Obstacle::Unreadable | Obstacle::Unsearchable))
    }

    /// Opens a password file for its accounts; `reader` is the directive that names it.
    #[must_use]
    pub fn book(&self, profile: Profile, server: &Path, reader: Place) -> Opened {
        match self.read(server) {
            Content::Fault(reason) => Opened::Fault(Because::at(reason, reader)),
            Content::Unknown(reason) => Opened::Unknown(Because::at(reason, reader)),
            Content::Read(path, bytes) => {
                let mut source = Source::new(path, bytes);
                source.set_secrets(UserFile::secrets(&source));
                let id = self.sources.add(source);
                let bytes = self.sources.get(id).map(Source::bytes).unwrap_or_default();
                let (list, verifier, spoiled) = profile.read(id, bytes);
                let book = Book::of(list, verifier, reader);
                match spoiled {
                    None => Opened::Book(book),
                    Some(because) => Opened::Spoiled(book, because.with(reader, "read from here")),
                }
            }
        }
    }
}

/// Whether the fault is one that stat(2) has, too: the file is missing, or a folder above it is closed.
#[must_use]
pub fn is_out_of_sight(reason: &Reason) -> bool {
    if let Reason::UserFileUnreadable { path, fault } = reason {
        return !fault.starts_with(path.as_str());
    }
    matches!(reason, Reason::UserFileMissing { .. })
}

fn content(path: &Path) -> Reason {
    Reason::CannotTell { missing: Missing::Content { path: path.display().to_string() } }
}

fn not_regular(path: String, kind: FileType) -> Reason {
    Reason::UserFileNotRegular { path, what: kind.words().to_owned() }
}
