//! Reads all that a site of per-directory files leads to; here the room's input ends, and what follows is pure.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::{DirConfig, WrittenPath};
use super::files::{Follower, GroupState, Passwords, Resolved, UserFileState};
use super::profile::Profile;
use super::reader::read;
use super::secrets::secrets;
use super::world::{World, explore};
use crate::answer::{Missing, Reason};
use crate::read::{Account, Discovery, Files, Kind, Obstacle, PathMap};
use crate::source::{FileId, Source, Sources};
use crate::users::{DigestFile, GroupFile, UserFile};

/// A path as a configuration file names it.
pub(super) type Named = (Vec<u8>, FileId);

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The per-directory files by folder; the fault of one that cannot be read.
    pub(super) access: BTreeMap<PathBuf, Result<FileId, (FileId, String)>>,
    /// What each AuthUserFile leads to.
    pub(super) user_files: HashMap<Named, UserFileState>,
    /// What each AuthGroupFile leads to.
    pub(super) groups: HashMap<Named, GroupState>,
    /// Password files that were found, whether or not anything leads to them, in the order of their ids.
    pub(super) found: Vec<Passwords>,
    /// Which sources the user asked about.
    pub(super) asked: Vec<FileId>,
}

impl Loaded {
    /// Which sources the user asked about.
    #[must_use]
    pub fn asked(&self) -> &[FileId] {
        &self.asked
    }
}

/// Where the site lies and how its server's paths map to it.
pub struct Ground<'a> {
    /// The world outside.
    pub files: &'a dyn Files,
    /// Where the server's paths lie here.
    pub paths: &'a PathMap,
    /// The account of the server's workers, where this machine is the server.
    pub account: Option<&'a Account>,
}

/// Loads the files of a project and those that its configurations lead to.
pub fn load(ground: &Ground<'_>, discovery: &Discovery, profile: &Profile, sources: &mut Sources) -> Loaded {
    let mut loader = Loader { ground, root: &discovery.root, profile, ids: HashMap::new(), loaded: Loaded::default() };
    for found in &discovery.found {
        let id = loader.take(&found.path, found.kind, sources);
        if let (true, Some(id)) = (found.named, id) {
            loader.loaded.asked.push(id);
        }
    }
    loader.follow_all(sources);
    loader.loaded
}

struct Loader<'a> {
    ground: &'a Ground<'a>,
    root: &'a Path,
    profile: &'a Profile,
    ids: HashMap<PathBuf, FileId>,
    loaded: Loaded,
}

impl Loader<'_> {
    fn take(&mut self, path: &Path, kind: Kind, sources: &mut Sources) -> Option<FileId> {
        let read = self.ground.files.read(path);
        match kind {
            Kind::AccessFile => {
                let folder = path.parent().unwrap_or(path).to_owned();
                let refused = self.refusal(path);
                let fault = refused.or_else(|| read.as_ref().err().map(ToString::to_string));
                let mut source = Source::new(path.to_owned(), read.unwrap_or_default());
                source.set_secrets(secrets(source.bytes()));
                let id = sources.add(source);
                self.loaded.access.insert(folder, fault.map_or(Ok(id), |fault| Err((id, fault))));
                Some(id)
            }
            Kind::UserFile => {
                let passwords = self.passwords(path, read.ok()?, sources);
                let id = passwords.basic.file;
                self.loaded.found.push(passwords);
                Some(id)
            }
            Kind::GroupFile | Kind::DigestFile => Some(self.secret_source(path, read.ok()?, sources)),
        }
    }

    /// What keeps the server's workers from a file, where this machine is the server.
    fn refusal(&self, path: &Path) -> Option<String> {
        let account = self.ground.account.filter(|_| self.ground.paths.is_host())?;
        let refusal = account.may_open(self.ground.files, path).err()?;
        let denied = matches!(refusal.what, Obstacle::Unreadable | Obstacle::Unsearchable);
        denied.then(|| format!("{} keeps {} out", refusal.at.display(), account.name))
    }

    /// Adds a file of users; all of it but names is a secret.
    fn secret_source(&mut self, path: &Path, bytes: Vec<u8>, sources: &mut Sources) -> FileId {
        let mut source = Source::new(path.to_owned(), bytes);
        source.set_secrets(UserFile::secrets(&source));
        let id = sources.add(source);
        self.ids.insert(path.to_owned(), id);
        id
    }

    fn passwords(&mut self, path: &Path, bytes: Vec<u8>, sources: &mut Sources) -> Passwords {
        let id = self.secret_source(path, bytes, sources);
        let bytes = sources.get(id).map(Source::bytes).unwrap_or_default();
        Passwords { basic: Arc::new(UserFile::read(id, bytes)), digest: Arc::new(DigestFile::read(id, bytes)) }
    }

    fn follow_all(&mut self, sources: &mut Sources) {
        let mut wanted: Vec<(PathBuf, FileId, WrittenPath, bool)> = Vec::new();
        for (folder, id) in &self.loaded.access {
            let Ok(id) = id else { continue };
            let bytes = sources.get(*id).map(Source::bytes).unwrap_or_default();
            let worlds = explore(&World::default(), |world| read(*id, bytes, self.profile, world));
            for (_, per_dir) in worlds.outcomes {
                per_dir.config.each(&mut |config: &DirConfig| {
                    let users = config.user_file.iter().map(|set| (&set.value, true));
                    let groups = config.group_file.iter().map(|set| (&set.value, false));
                    wanted.extend(users.chain(groups).map(|(path, users)| (folder.clone(), *id, path.clone(), users)));
                });
            }
        }
        for (folder, id, path, users) in wanted {
            let key = (path.written.clone(), id);
            if users && !self.loaded.user_files.contains_key(&key) {
                let state = self.user_file(&path, &folder, sources);
                self.loaded.user_files.insert(key, state);
            } else if !users && !self.loaded.groups.contains_key(&key) {
                let state = self.group_file(&path, &folder, sources);
                self.loaded.groups.insert(key, state);
            }
        }
    }

    fn resolve(&self, path: &WrittenPath, folder: &Path) -> Resolved {
        let Ground { files, paths, account } = *self.ground;
        Follower { files, paths, profile: self.profile, account, root: self.root }.follow(path, folder)
    }

    fn user_file(&mut self, path: &WrittenPath, folder: &Path, sources: &mut Sources) -> UserFileState {
        let (path, assumed) = match self.resolve(path, folder) {
            Resolved::Fails(reason, assumed) => return UserFileState::Failed { reason, assumed },
            Resolved::Unknown(reason) => return UserFileState::Unknown(reason),
            Resolved::Here { path, assumed, .. } => (path, assumed),
        };
        let found = &self.loaded.found;
        let index = |id: &FileId| found.binary_search_by_key(id, |found| found.basic.file).ok();
        if let Some(known) = self.ids.get(&path).and_then(index).and_then(|index| found.get(index)) {
            return UserFileState::Read { passwords: known.clone(), assumed };
        }
        match self.ground.files.read(&path) {
            Ok(bytes) => {
                let passwords = self.passwords(&path, bytes, sources);
                self.loaded.found.push(passwords.clone());
                UserFileState::Read { passwords, assumed }
            }
            Err(_) => UserFileState::Unknown(unread(&path)),
        }
    }

    fn group_file(&mut self, path: &WrittenPath, folder: &Path, sources: &mut Sources) -> GroupState {
        let path = match self.resolve(path, folder) {
            Resolved::Fails(..) => return GroupState::Failed(String::from_utf8_lossy(&path.written).into_owned()),
            Resolved::Unknown(Reason::CannotTell { missing }) => return GroupState::Unknown(missing),
            Resolved::Unknown(_) => {
                let path = String::from_utf8_lossy(&path.written).into_owned();
                return GroupState::Unknown(Missing::Path { path });
            }
            Resolved::Here { path, .. } => path,
        };
        let known = self.ids.get(&path).copied();
        let id = match (known, self.ground.files.read(&path)) {
            (Some(id), _) => id,
            (None, Ok(bytes)) => self.secret_source(&path, bytes, sources),
            (None, Err(_)) => {
                return GroupState::Unknown(Missing::Content { path: path.display().to_string() });
            }
        };
        let bytes = sources.get(id).map(Source::bytes).unwrap_or_default();
        GroupState::Read { file: Arc::new(GroupFile::read(id, bytes)) }
    }
}

fn unread(path: &Path) -> Reason {
    Reason::CannotTell { missing: Missing::Content { path: path.display().to_string() } }
}
