//! What stands where on the server's disk, as its workers see it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;

use super::site::Site;
use super::spot::Spot;
use crate::read::{FileType, NULL_DEVICE, Obstacle, server_path};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Nothing, or nothing that the workers can see.
    Missing,
    /// A device, a socket or such.
    Odd,
    /// Nobody can tell.
    Unknown,
}

/// Where a walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The path up to there.
    pub filename: Vec<u8>,
    /// What is left of it.
    pub path_info: Vec<u8>,
    /// What stands there.
    pub thing: Thing,
}

impl Found {
    /// `path` up to `end`.
    #[must_use]
    pub(super) fn at(path: &[u8], end: usize, thing: Thing) -> Self {
        let (filename, path_info) = path.split_at_checked(end).unwrap_or((path, &[]));
        Self { filename: filename.to_owned(), path_info: path_info.to_owned(), thing }
    }

    /// The place of a request that got here.
    #[must_use]
    pub(super) fn reached<'h>(&self, spot: Spot<'h>) -> Spot<'h> {
        let path = spot.path.and(Some(self.filename.clone()));
        Spot { behind: path.as_ref().map(|_| self.path_info.clone()), path, ..spot }
    }

    /// Nothing of this machine.
    #[must_use]
    pub(super) fn elsewhere() -> Self {
        Self { filename: Vec::new(), path_info: Vec::new(), thing: Thing::Unknown }
    }

    /// The same, but for what is known of the whole path.
    #[must_use]
    pub(super) fn unless(self, whole: Thing) -> Self {
        if whole == Thing::Unknown { Self { thing: whole, ..self } } else { self }
    }

    /// The last name of the path; empty behind a slash.
    #[must_use]
    pub(super) fn name(&self) -> &[u8] {
        let at = self.filename.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        self.filename.get(at..).unwrap_or_default()
    }
}

/// How much is remembered at once; what is forgotten is looked up again.
const MOST: usize = 100_000;

/// Remembers a fact, in memory that does not grow with the number of questions.
pub(super) fn remember<K: Eq + Hash, V>(facts: &RefCell<HashMap<K, V>>, key: K, value: V) {
    let mut facts = facts.borrow_mut();
    if facts.len() >= MOST {
        facts.clear();
    }
    facts.insert(key, value);
}

impl Site<'_> {
    /// What a path of the server leads to; where it does not matter, a file, or a folder if it ends in a slash.
    pub(super) fn thing(&self, path: &[u8], look: bool) -> Thing {
        let is_folder = path.last() == Some(&b'/');
        if !look {
            return if is_folder { Thing::Folder } else { Thing::File };
        }
        if let Some(known) = self.things.borrow().get(path) {
            return *known;
        }
        let thing = self.look_at(path, is_folder);
        remember(&self.things, path.to_owned(), thing);
        thing
    }

    fn look_at(&self, path: &[u8], is_folder: bool) -> Thing {
        let Some(local) = self.library.local(&server_path(path)) else { return Thing::Unknown };
        if self.is_shut(path) {
            return Thing::Missing;
        }
        match self.library.files.stat(&local).map(|stat| stat.kind) {
            Ok(FileType::Directory) => Thing::Folder,
            Ok(FileType::Regular) if is_folder => Thing::Missing,
            Ok(FileType::Regular) => Thing::File,
            Ok(FileType::Link | FileType::Fifo | FileType::Socket | FileType::Device) => Thing::Odd,
            Err(_) => Thing::Missing,
        }
    }

    /// Whether it is a link to the null device, which is sent as an empty file (server/core.c, `default_handler`).
    pub(super) fn is_null(&self, path: &[u8]) -> bool {
        let local = self.library.local(&server_path(path));
        let target = local.and_then(|local| self.library.files.link(&local).ok().flatten());
        target.is_some_and(|target| target == Path::new(NULL_DEVICE))
    }

    /// Whether something stands at a path, as far as is known.
    pub(super) fn is_there(&self, path: &[u8]) -> bool {
        !matches!(self.thing(path, true), Thing::Missing | Thing::Unknown)
    }

    /// What rules and conditions ask of a path; `None`: can't tell.
    pub(super) fn tested(&self, letter: u8, path: &[u8]) -> Option<bool> {
        self.library.tested(letter, path)
    }

    /// Whether a folder holds files of this name with an ending behind it.
    pub(super) fn has_views(&self, path: &[u8]) -> bool {
        let server = server_path(path);
        let (Some(folder), Some(name)) = (server.parent(), server.file_name()) else { return false };
        let Some(local) = self.library.local(folder) else { return true };
        let start = [name.as_encoded_bytes(), b"."].concat();
        let names = self.library.files.children(&local).unwrap_or_default();
        names.iter().filter_map(|path| path.file_name()).any(|name| name.as_encoded_bytes().starts_with(&start))
    }

    /// Whether a folder on the way to a path is closed to the workers.
    pub(super) fn is_shut(&self, path: &[u8]) -> bool {
        let Some(account) = self.library.account() else { return false };
        let path = server_path(path.strip_suffix(b"/").unwrap_or(path));
        let Some(folder) = path.parent() else { return false };
        if let Some(known) = self.shut.borrow().get(folder) {
            return *known;
        }
        let refused = account.may_search(self.library.files, folder).err();
        let shut = refused.is_some_and(|refusal| refusal.what == Obstacle::Unsearchable);
        remember(&self.shut, folder.to_owned(), shut);
        shut
    }

    /// Whether the workers may read the file itself.
    pub(super) fn may_read(&self, path: &[u8]) -> bool {
        let Some(account) = self.library.account() else { return true };
        if let Some(known) = self.readable.borrow().get(path) {
            return *known;
        }
        let refused = account.may_open(self.library.files, &server_path(path)).err();
        let refused =
            refused.is_some_and(|refusal| matches!(refusal.what, Obstacle::Unreadable | Obstacle::Unsearchable));
        remember(&self.readable, path.to_owned(), !refused);
        !refused
    }

    /// How many bytes a file has.
    pub(super) fn length(&self, path: &[u8]) -> u64 {
        let local = self.library.local(&server_path(path));
        local.and_then(|local| self.library.files.stat(&local).ok()).map_or(0, |stat| stat.len)
    }

    /// Whether the workers may list a folder.
    pub(super) fn may_list(&self, path: &[u8]) -> bool {
        let Some(account) = self.library.account() else { return true };
        let stat = self.library.files.stat(&server_path(path));
        stat.is_ok_and(|stat| account.has(&stat, 4))
    }

    /// Whether a path is itself a symbolic link.
    pub(super) fn is_link(&self, path: &[u8]) -> bool {
        let local = self.library.local(&server_path(path));
        local.is_some_and(|local| self.link(&local))
    }

    fn link(&self, local: &Path) -> bool {
        self.library.files.link(local).is_ok_and(|target| target.is_some())
    }

    /// Whether a link and what it leads to belong to one owner.
    pub(super) fn same_owner(&self, path: &[u8]) -> bool {
        let Some(local) = self.library.local(&server_path(path)) else { return true };
        let files = self.library.files;
        files.owner(&local).ok() == files.stat(&local).map(|stat| stat.uid).ok()
    }
}
