//! The files that a main configuration is made of (server/config.c, `ap_process_resource_config_nofnmatch`,
//! `ap_process_fnmatch_configs`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::read::{Fault, FileType, Files, Located, PathMap, Stat, merge, server_path};
use crate::servers::apache::conditions::Existence;
use crate::servers::apache::expr::{Fnmatch, fnmatch, is_glob};
use crate::servers::apache::library::config_source;
use crate::source::{FileId, Sources};

/// How deep folders of included files may nest; the server has the same limit (`AP_MAX_INCLUDE_DIR_DEPTH`).
const DEEPEST: usize = 20;

/// Nothing smaller is taken for a library unseen.
const LEAST_LIBRARY: u64 = 4096;

/// The files of a main configuration, each read once.
pub(in crate::servers::apache) struct MainFiles<'a> {
    files: &'a dyn Files,
    paths: PathMap,
    sources: &'a Sources,
    made: Vec<PathBuf>,
    read: RefCell<HashMap<PathBuf, Result<FileId, Fault>>>,
}

/// The server's files, relative paths taken from its ServerRoot.
pub(in crate::servers::apache) struct Below<'r, 'a> {
    files: &'r MainFiles<'a>,
    server_root: &'r str,
}

impl Existence for Below<'_, '_> {
    fn stands(&self, path: &[u8]) -> Option<Option<Stat>> {
        self.files.stat(&merge(Path::new(self.server_root), &server_path(path))?)
    }
}

/// Why files cannot be included.
pub(in crate::servers::apache) enum NotIncluded {
    /// This path of the server is not there, or cannot be read.
    Missing(PathBuf),
    /// Nothing tells where this path of the server lies here.
    Elsewhere(PathBuf),
}

impl<'a> MainFiles<'a> {
    /// Those of a server whose paths lie as `paths` says.
    pub(in crate::servers::apache) fn new(files: &'a dyn Files, paths: PathMap, sources: &'a Sources) -> Self {
        Self { files, paths, sources, made: Vec::new(), read: RefCell::default() }
    }

    /// With folders that whoever starts the server makes first: that they are missing now tells nothing.
    pub(in crate::servers::apache) fn making(self, made: Vec<PathBuf>) -> Self {
        Self { made, ..self }
    }

    /// The source of a file on this machine.
    pub(in crate::servers::apache) fn source(&self, local: &Path) -> Result<FileId, Fault> {
        if let Some(known) = self.read.borrow().get(local) {
            return known.clone();
        }
        let read = self.files.read(local).map(|bytes| config_source(self.sources, local, bytes));
        self.read.borrow_mut().insert(local.to_owned(), read.clone());
        read
    }

    /// Where a path of the server lies here.
    pub(in crate::servers::apache) fn local(&self, server: &Path) -> Option<PathBuf> {
        match self.paths.told(self.files, server) {
            Located::Local { path, .. } => Some(path),
            Located::Unmapped => None,
        }
    }

    /// Whether all of the server's files are at hand; a checkout lacks logs, keys and modules, and that tells nothing.
    fn is_whole(&self) -> bool {
        self.paths.is_host() || self.paths.has_root()
    }

    /// Nothing to be included is found at a path.
    fn nothing(&self, path: PathBuf) -> NotIncluded {
        if self.is_whole() { NotIncluded::Missing(path) } else { NotIncluded::Elsewhere(path) }
    }

    /// What stands at the end of a path of the server: `None` if nobody can tell, an inner `None` if nothing does.
    pub(in crate::servers::apache) fn stat(&self, server: &Path) -> Option<Option<Stat>> {
        let local = self.local(server)?;
        let stat = self.files.stat(&local).ok();
        let told = self.is_whole() && !self.made.iter().any(|made| made == server);
        (stat.is_some() || told).then_some(stat)
    }

    /// Of what kind that is.
    pub(in crate::servers::apache) fn kind(&self, server: &Path) -> Option<Option<FileType>> {
        self.stat(server).map(|stat| stat.map(|stat| stat.kind))
    }

    /// Whether a path of the server leads to a library: told by its size, for no text is as long as the least of them, and
    /// by its first bytes.
    pub(in crate::servers::apache) fn is_library(&self, server: &Path) -> Option<bool> {
        let local = self.local(server)?;
        let Some(stat) = self.stat(server)? else { return Some(false) };
        if stat.len >= LEAST_LIBRARY {
            return Some(stat.kind == FileType::Regular);
        }
        match self.files.read(&local) {
            Ok(bytes) => Some(bytes.starts_with(b"\x7fELF")),
            Err(Fault::Denied) => None,
            Err(_) => Some(false),
        }
    }

    /// The bytes of a file of the server, as it reads them when it starts, as root.
    pub(in crate::servers::apache) fn bytes(&self, server: &Path) -> Option<Result<Vec<u8>, Fault>> {
        let read = self.files.read(&self.local(server)?);
        (read.is_ok() || self.is_whole()).then_some(read)
    }

    /// The files as seen from a ServerRoot.
    pub(in crate::servers::apache) fn below<'r>(&'r self, server_root: &'r str) -> Below<'r, 'a> {
        Below { files: self, server_root }
    }

    /// The files that an argument of `Include` names, in the order in which they are read.
    pub(in crate::servers::apache) fn named(&self, path: &Path, optional: bool) -> Result<Vec<FileId>, NotIncluded> {
        let bytes = path.as_os_str().as_encoded_bytes();
        if !is_glob(bytes) {
            return match self.kind(path) {
                None if optional && self.local(path).is_some() => Ok(Vec::new()),
                None => Err(NotIncluded::Elsewhere(path.to_owned())),
                Some(None) if optional => Ok(Vec::new()),
                Some(_) => self.whole(path, 0, optional),
            };
        }
        let names: Vec<&Path> = path.components().skip(1).map(|name| Path::new(name.as_os_str())).collect();
        let mut all = Vec::new();
        self.matching(Path::new("/"), &names, optional, &mut all)?;
        Ok(all)
    }

    /// The files below `folder` that the names fit, one name for each step (server/util.c, `ap_dir_fnmatch`).
    fn matching(
        &self,
        folder: &Path,
        names: &[&Path],
        optional: bool,
        all: &mut Vec<FileId>,
    ) -> Result<(), NotIncluded> {
        let Some((name, rest)) = names.split_first() else {
            if optional && self.kind(folder) == Some(None) {
                return Ok(());
            }
            all.extend(self.whole(folder, 0, optional)?);
            return Ok(());
        };
        let pattern = name.as_os_str().as_encoded_bytes();
        if !is_glob(pattern) {
            return self.matching(&folder.join(name), rest, optional, all);
        }
        let Some(local) = self.local(folder) else { return Err(NotIncluded::Elsewhere(folder.to_owned())) };
        let entries = match self.files.entries(&local) {
            Ok(entries) => entries,
            Err(Fault::Missing) if optional => return Ok(()),
            Err(_) => return Err(self.nothing(folder.join(name))),
        };
        let mut found = false;
        for entry in entries {
            let Some(name) = entry.path.file_name() else { continue };
            let hidden = name.as_encoded_bytes().first() == Some(&b'.') && pattern.first() != Some(&b'.');
            // On the way down a link to a folder is none.
            let passed_over = !rest.is_empty() && entry.kind != FileType::Directory;
            if hidden || passed_over || !fnmatch(pattern, name.as_encoded_bytes(), Fnmatch::default()) {
                continue;
            }
            found = true;
            self.matching(&folder.join(name), rest, optional, all)?;
        }
        if found || optional { Ok(()) } else { Err(self.nothing(folder.join(name))) }
    }

    /// A file, or all files of a folder and of those in it, by name.
    fn whole(&self, path: &Path, depth: usize, optional: bool) -> Result<Vec<FileId>, NotIncluded> {
        let missing = || self.nothing(path.to_owned());
        let Some(local) = self.local(path) else { return Err(NotIncluded::Elsewhere(path.to_owned())) };
        let kind = match self.files.stat(&local) {
            Ok(stat) => stat.kind,
            Err(_) if optional => return Ok(Vec::new()),
            Err(_) => return Err(missing()),
        };
        if kind != FileType::Directory {
            return self.source(&local).map(|id| vec![id]).map_err(|_| missing());
        }
        if depth >= DEEPEST {
            return Err(missing());
        }
        let mut all = Vec::new();
        for entry in self.files.entries(&local).map_err(|_| missing())? {
            let name = entry.path.file_name().map(|name| server_path(name.as_encoded_bytes()));
            all.extend(self.whole(&path.join(name.unwrap_or_default()), depth + 1, optional)?);
        }
        Ok(all)
    }
}
