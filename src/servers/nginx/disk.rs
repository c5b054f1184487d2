//! Files as a worker finds them (src/core/ngx_open_file_cache.c, `ngx_open_and_stat_file`).

use crate::answer::{Because, Missing, Reason, Target};
use crate::read::{Account, Fault, FileType, Located, Obstacle, Stat, server_path};

use super::conditional::Entity;
use super::include::locate;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Something else.
    Other,
}

/// Why a path leads to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// `ENOENT`.
    Missing,
    /// `ENOTDIR`.
    NotADirectory,
    /// `EACCES`.
    Denied,
    /// `ELOOP`.
    Loop,
    /// `ENAMETOOLONG`.
    TooLong,
}

/// What is not known.
pub(super) type Unknown = Box<Because>;

/// The disk, seen by a worker.
pub(super) struct Disk<'a> {
    pub(super) target: &'a Target<'a>,
    /// The worker's account; `None`: root, or not known and so not judged.
    pub(super) account: Option<Account>,
}

impl Disk<'_> {
    /// What stat(2) says.
    pub(super) fn stat(&self, path: &[u8]) -> Result<Result<Entry, Failed>, Unknown> {
        self.look(path, false)
    }

    /// What open(2) for reading says.
    pub(super) fn open(&self, path: &[u8]) -> Result<Result<Entry, Failed>, Unknown> {
        self.look(path, true)
    }

    fn look(&self, path: &[u8], open: bool) -> Result<Result<Entry, Failed>, Unknown> {
        let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
        if is_too_long(path) {
            return Ok(Err(Failed::TooLong));
        }
        let server = server_path(path);
        let shown = || server.display().to_string();
        let missing = |missing| Box::new(Because::nowhere(Reason::CannotTell { missing }));
        let Located::Local { path: local, .. } = locate(self.target, &server) else {
            return Err(missing(Missing::Path { path: shown() }));
        };
        let files = self.target.files;
        // A slash at the end asks for a directory; the path maps keep it, joins may not.
        let asks_directory = path.ends_with(b"/");
        if let Some(account) = &self.account
            && let Err(refusal) = account.may_search(files, local.parent().unwrap_or(&local))
        {
            return match refusal.what {
                Obstacle::Missing => Ok(Err(Failed::Missing)),
                Obstacle::NotADirectory => Ok(Err(Failed::NotADirectory)),
                Obstacle::Unsearchable | Obstacle::Unreadable => Ok(Err(Failed::Denied)),
                Obstacle::Loop => Ok(Err(Failed::Loop)),
                Obstacle::NotRegular(_) => Ok(Err(Failed::NotADirectory)),
                Obstacle::Unseen => Err(missing(Missing::Content { path: shown() })),
            };
        }
        match files.stat(&local) {
            Ok(stat) if asks_directory && stat.kind != FileType::Directory => Ok(Err(Failed::NotADirectory)),
            Ok(stat) => Ok(self.found(&stat, open)),
            Err(Fault::Missing) => Ok(Err(Failed::Missing)),
            Err(Fault::NotADirectory) => Ok(Err(Failed::NotADirectory)),
            Err(Fault::Loop) => Ok(Err(Failed::Loop)),
            Err(_) => Err(missing(Missing::Content { path: shown() })),
        }
    }

    fn found(&self, stat: &Stat, open: bool) -> Result<Entry, Failed> {
        if open && self.account.as_ref().is_some_and(|account| !has(account, stat, 4)) {
            return Err(Failed::Denied);
        }
        Ok(match stat.kind {
            FileType::Regular => Entry::File,
            FileType::Directory => Entry::Directory,
            FileType::Link | FileType::Fifo | FileType::Socket | FileType::Device => Entry::Other,
        })
    }

    /// What comes of a name of a path, behind so many bytes of it, that is a link; `by_owner`: only of one to what somebody
    /// else owns (`ngx_open_file_wrapper`).
    pub(super) fn has_link(&self, path: &[u8], behind: usize, by_owner: bool) -> Result<Option<Failed>, Unknown> {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at).chain([path.len()]);
        for end in ends.filter(|end| *end > behind.max(1)) {
            let server = server_path(path.get(..end).unwrap_or_default());
            let Located::Local { path: local, .. } = locate(self.target, &server) else {
                let path = server.display().to_string();
                return Err(Box::new(Because::nowhere(Reason::CannotTell { missing: Missing::Path { path } })));
            };
            let files = self.target.files;
            if !matches!(files.link(&local), Ok(Some(_))) {
                continue;
            }
            match files.stat(&local) {
                _ if !by_owner && end < path.len() => return Ok(Some(Failed::NotADirectory)),
                Ok(stat) if by_owner && files.owner(&local) == Ok(stat.uid) => {}
                Err(_) if by_owner => return Ok(Some(Failed::Missing)),
                _ => return Ok(Some(Failed::Loop)),
            }
        }
        Ok(None)
    }

    /// A file as it is sent.
    pub(super) fn entity(&self, path: &[u8]) -> Entity {
        let Located::Local { path, .. } = locate(self.target, &server_path(path)) else { return Entity::Foreign };
        let files = self.target.files;
        let modified = files.modified(&path).filter(|_| self.target.paths.is_host());
        files.stat(&path).map_or(Entity::Foreign, |stat| Entity::File { len: stat.len, modified })
    }

    /// Whether a worker may make and take away names in a directory.
    pub(super) fn may_write(&self, directory: &[u8]) -> Result<bool, Unknown> {
        let server = server_path(directory);
        let Located::Local { path, .. } = locate(self.target, &server) else { return Ok(true) };
        let Some(account) = &self.account else { return Ok(true) };
        Ok(self.target.files.stat(&path).is_ok_and(|stat| has(account, &stat, 3)))
    }

    /// Whether `-x` holds: the owner's bit for execution (`of.is_exec`).
    pub(super) fn is_executable(&self, path: &[u8]) -> bool {
        let Located::Local { path, .. } = locate(self.target, &server_path(path)) else { return false };
        self.target.files.stat(&path).is_ok_and(|stat| stat.mode & 0o100 != 0)
    }
}

/// Whether the kernel takes no such path (`PATH_MAX`, `NAME_MAX`).
pub(super) fn is_too_long(path: &[u8]) -> bool {
    path.len() > 4095 || path.split(|byte| *byte == b'/').any(|name| name.len() > 255)
}

/// Whether the permission bits are there: the owner's alone if it owns, else the group's, else the others'.
fn has(account: &Account, stat: &Stat, bits: u32) -> bool {
    let class = if stat.uid == account.uid {
        6
    } else if stat.gid == account.gid || account.groups.contains(&stat.gid) {
        3
    } else {
        0
    };
    account.uid == 0 || (stat.mode >> class) & bits == bits
}
