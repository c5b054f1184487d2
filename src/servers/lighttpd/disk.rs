//! Files as the server's workers find them.

use std::path::{Path, PathBuf};

use super::setup::Lighttpd;
use crate::answer::{Because, Missing, Reason};
use crate::read::{Fault, FileType, Located, Obstacle, Stat, server_path};

/// What stands at a path.
#[derive(Debug, Clone)]
pub(super) enum Look {
    /// This.
    Found(Stat, PathBuf),
    /// Nothing.
    Missing,
    /// Something on the way is no folder.
    NotAFolder,
    /// The workers may not look there.
    Denied,
    /// Links that lead round, or another fault.
    Broken,
    /// Can't tell.
    Unknown(Because),
}

impl Lighttpd<'_> {
    /// The path on this machine; relative ones are taken from `/`, where the server is started.
    ///
    /// # Errors
    /// Nobody can tell.
    pub(super) fn local(&self, server: &[u8]) -> Result<PathBuf, Box<Because>> {
        let chroot = self.global("server.chroot").and_then(|setting| setting.value.text()).unwrap_or_default();
        let below = server.strip_prefix(b"/").unwrap_or(server);
        let server = Path::new("/").join(server_path(chroot)).join(server_path(below));
        match self.target.paths.told(self.target.files, &server) {
            Located::Local { path, .. } => Ok(path),
            Located::Unmapped => Err(Box::new(Because::nowhere(Reason::CannotTell {
                missing: Missing::Path { path: server.display().to_string() },
            }))),
        }
    }

    /// Looks at a path, a slash at its end meaning a folder.
    #[must_use]
    pub(super) fn look(&self, server: &[u8]) -> Look {
        let folder = server.ends_with(b"/");
        let plain = server.strip_suffix(b"/").unwrap_or(server);
        let local = match self.local(plain) {
            Ok(local) => local,
            Err(because) => return Look::Unknown(*because),
        };
        if let (Some(account), Some(parent)) = (&self.account, local.parent()) {
            match account.may_search(self.target.files, parent).map_err(|refusal| refusal.what) {
                Err(Obstacle::Unsearchable) => return Look::Denied,
                Err(Obstacle::Unseen) => return unseen(&local),
                Err(Obstacle::NotADirectory) => return Look::NotAFolder,
                Err(Obstacle::Loop) => return Look::Broken,
                Err(Obstacle::Missing | Obstacle::Unreadable | Obstacle::NotRegular(_)) | Ok(()) => {}
            }
        }
        match self.target.files.stat(&local) {
            Ok(stat) if folder && stat.kind != FileType::Directory => Look::NotAFolder,
            Ok(stat) => Look::Found(stat, local),
            Err(Fault::Missing) => Look::Missing,
            Err(Fault::NotADirectory) => Look::NotAFolder,
            Err(Fault::Denied) => unseen(&local),
            Err(Fault::Other(words)) if words.contains("too long") => Look::Missing,
            Err(Fault::Loop | Fault::Directory | Fault::NotRegular(_) | Fault::TooLarge { .. } | Fault::Other(_)) => {
                Look::Broken
            }
        }
    }

    /// Looks at what a request leads to: a path that does not begin at the root is none (stat_cache.c,
    /// `stat_cache_get_entry`).
    #[must_use]
    pub(super) fn served(&self, server: &[u8]) -> Look {
        if server.starts_with(b"/") { self.look(server) } else { Look::Broken }
    }

    /// Whether the workers may read a regular file that is there.
    #[must_use]
    pub(super) fn may_read(&self, local: &Path) -> bool {
        self.account.as_ref().is_none_or(|account| account.may_open(self.target.files, local).is_ok())
    }

    /// Whether the workers may list a folder that is there.
    #[must_use]
    pub(super) fn may_list(&self, stat: &Stat) -> bool {
        self.has_bit(stat, 4)
    }

    /// Whether the workers may write to a file, or make it; `None`: can't tell.
    #[must_use]
    pub(super) fn may_write(&self, server: &[u8]) -> Option<bool> {
        match self.look(server) {
            Look::Found(stat, _) => Some(stat.kind != FileType::Directory && self.has_bit(&stat, 2)),
            Look::Missing => {
                let parent = server_path(server).parent()?.as_os_str().as_encoded_bytes().to_vec();
                match self.look(&parent) {
                    Look::Found(stat, _) => {
                        Some(stat.kind == FileType::Directory && self.has_bit(&stat, 2) && self.has_bit(&stat, 1))
                    }
                    Look::Unknown(_) => None,
                    Look::Missing | Look::NotAFolder | Look::Denied | Look::Broken => Some(false),
                }
            }
            Look::NotAFolder | Look::Denied | Look::Broken => Some(false),
            Look::Unknown(_) => None,
        }
    }

    fn has_bit(&self, stat: &Stat, bit: u32) -> bool {
        let Some(account) = &self.account else { return true };
        let class = if stat.uid == account.uid {
            6
        } else if stat.gid == account.gid || account.groups.contains(&stat.gid) {
            3
        } else {
            0
        };
        account.uid == 0 || (stat.mode >> class) & bit == bit
    }

    /// Whether a path goes through a symbolic link anywhere.
    #[must_use]
    pub(super) fn has_link(&self, local: &Path) -> bool {
        local.ancestors().any(|path| matches!(self.target.files.link(path), Ok(Some(_))))
    }
}

fn unseen(local: &Path) -> Look {
    let missing = Missing::Content { path: local.display().to_string() };
    Look::Unknown(Because::nowhere(Reason::CannotTell { missing }))
}
