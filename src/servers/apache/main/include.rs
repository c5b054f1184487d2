//! The files that a main configuration is made of (server/config.c, `ap_process_resource_config_nofnmatch`,
//! `ap_process_fnmatch_configs`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::read::{Fault, FileType, Files, Located, PathMap, server_path};
use crate::servers::apache::expr::{Fnmatch, fnmatch, is_glob};
use crate::servers::apache::library::config_source;
use crate::source::{FileId, Sources};

/// How deep folders of included files may nest; the server has the same limit (`AP_MAX_INCLUDE_DIR_DEPTH`).
const DEEPEST: usize = 20;

/// The files of a main configuration, each read once.
pub(in crate::servers::apache) struct MainFiles<'a> {
    files: &'a dyn Files,
    paths: PathMap,
    sources: &'a Sources,
    read: RefCell<HashMap<PathBuf, Result<FileId, Fault>>>,
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
        Self { files, paths, sources, read: RefCell::default() }
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

    /// What stands at the end of a path of the server: `None` if nobody can tell, an inner `None` if nothing does.
    pub(in crate::servers::apache) fn kind(&self, server: &Path) -> Option<Option<FileType>> {
        let local = self.local(server)?;
        Some(self.files.stat(&local).ok().map(|stat| stat.kind))
    }

    /// The files that an argument of `Include` names, in the order in which they are read.
    pub(in crate::servers::apache) fn named(&self, path: &Path, optional: bool) -> Result<Vec<FileId>, NotIncluded> {
        let bytes = path.as_os_str().as_encoded_bytes();
        if !is_glob(bytes) {
            return match self.kind(path) {
                None => Err(NotIncluded::Elsewhere(path.to_owned())),
                Some(None) if optional => Ok(Vec::new()),
                Some(_) => self.whole(path, 0),
            };
        }
        let mut found = vec![PathBuf::from("/")];
        for name in path.components().skip(1) {
            let name = Path::new(name.as_os_str());
            let mut next = Vec::new();
            for folder in &found {
                self.step(folder, name, optional, &mut next)?;
            }
            found = next;
        }
        if found.is_empty() && !optional {
            return Err(NotIncluded::Missing(path.to_owned()));
        }
        let mut all = Vec::new();
        for path in found {
            all.extend(self.whole(&path, 0)?);
        }
        Ok(all)
    }

    /// One name further down: those in `folder` that fit it.
    fn step(&self, folder: &Path, name: &Path, optional: bool, next: &mut Vec<PathBuf>) -> Result<(), NotIncluded> {
        let pattern = name.as_os_str().as_encoded_bytes();
        if !is_glob(pattern) {
            let path = folder.join(name);
            let known = self.kind(&path).is_some_and(|kind| kind.is_some());
            // Off the server a folder on the way need not be known, as long as what lies in it is.
            if known || self.local(&path).is_none() {
                next.push(path);
            }
            return Ok(());
        }
        let Some(local) = self.local(folder) else { return Err(NotIncluded::Elsewhere(folder.to_owned())) };
        for entry in self.files.entries(&local).unwrap_or_default() {
            let Some(name) = entry.path.file_name() else { continue };
            let hidden = name.as_encoded_bytes().first() == Some(&b'.') && pattern.first() != Some(&b'.');
            if hidden || !fnmatch(pattern, name.as_encoded_bytes(), Fnmatch::default()) {
                continue;
            }
            let dangling = entry.kind == FileType::Link && self.files.stat(&entry.path).is_err();
            if !(dangling && optional) {
                next.push(folder.join(name));
            }
        }
        Ok(())
    }

    /// A file, or all files of a folder and of those in it, by name.
    fn whole(&self, path: &Path, depth: usize) -> Result<Vec<FileId>, NotIncluded> {
        let missing = || NotIncluded::Missing(path.to_owned());
        let Some(local) = self.local(path) else { return Err(NotIncluded::Elsewhere(path.to_owned())) };
        let kind = self.files.stat(&local).map_err(|_| missing())?.kind;
        if kind != FileType::Directory {
            return self.source(&local).map(|id| vec![id]).map_err(|_| missing());
        }
        if depth >= DEEPEST {
            return Err(missing());
        }
        let mut all = Vec::new();
        for entry in self.files.entries(&local).map_err(|_| missing())? {
            let name = entry.path.file_name().map(|name| server_path(name.as_encoded_bytes()));
            all.extend(self.whole(&path.join(name.unwrap_or_default()), depth + 1)?);
        }
        Ok(all)
    }
}
