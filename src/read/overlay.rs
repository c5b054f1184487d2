//! One file of other bytes laid over a world: what stdin holds under the name it goes by.

use std::path::{Path, PathBuf};

use super::files::{Entry, Fault, FileType, Files, Stat};

/// A world in which one file has other bytes.
pub struct Overlay<'a> {
    under: &'a dyn Files,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl<'a> Overlay<'a> {
    /// Lays `bytes` over the file at `path`, which is absolute and need not exist.
    #[must_use]
    pub fn new(under: &'a dyn Files, path: PathBuf, bytes: Vec<u8>) -> Self {
        Self { under, path, bytes }
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        if path == self.path { Ok(self.bytes.clone()) } else { self.under.read(path) }
    }

    fn stat(&self, path: &Path) -> Result<Stat, Fault> {
        if path != self.path {
            return self.under.stat(path);
        }
        let len = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        let new = Stat { kind: FileType::Regular, mode: 0o644, uid: 0, gid: 0, len };
        Ok(self.under.stat(path).map_or(new, |stat| Stat { kind: FileType::Regular, len, ..stat }))
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        if path == self.path { Ok(None) } else { self.under.link(path) }
    }

    fn modified(&self, path: &Path) -> Option<i64> {
        self.under.modified(path).filter(|_| path != self.path)
    }

    fn owner(&self, path: &Path) -> Result<u32, Fault> {
        self.under.owner(path)
    }

    fn entries(&self, path: &Path) -> Result<Vec<Entry>, Fault> {
        let own = self.path.parent() == Some(path);
        let mut entries = match self.under.entries(path) {
            Err(Fault::Missing) if own => Vec::new(),
            listed => listed?,
        };
        let is_here = own && !entries.iter().any(|entry| entry.path == self.path);
        if is_here {
            entries.push(Entry { path: self.path.clone(), kind: FileType::Regular });
            entries.sort_by(|left, right| left.path.cmp(&right.path));
        }
        Ok(entries)
    }
}
