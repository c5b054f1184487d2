//! The files that a site leads to, each read once and when it is first asked for; here alone the room reads.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use elsa::{FrozenMap, FrozenVec};

use super::config::WrittenPath;
use super::files::{Follower, GroupState, Passwords, Resolved, UserFileState};
use super::secrets::secrets;
use crate::answer::{Missing, Reason};
use crate::read::{Account, Fault, FileType, Files, Located, Obstacle, PathMap, server_path};
use crate::source::{FileId, Source, Sources};
use crate::users::{DigestFile, GroupFile, UserFile};

/// A path as a configuration file names it.
type Named = (Vec<u8>, FileId);

/// A per-directory file: its source and, if the server's workers cannot read it, what stands in the way.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    /// Its source; empty if it cannot be read.
    pub id: FileId,
    /// What stands in the way.
    pub fault: Option<String>,
}

/// Everything that was read so far, and the way to read more.
pub struct Library<'a> {
    pub(super) files: &'a dyn Files,
    paths: OnceCell<PathMap>,
    account: OnceCell<Option<Account>>,
    pub(super) sources: &'a Sources,
    root: PathBuf,
    ids: RefCell<HashMap<PathBuf, FileId>>,
    access: FrozenMap<PathBuf, Box<Opened>>,
    lasts: RefCell<HashMap<PathBuf, PathBuf>>,
    folders: RefCell<Vec<PathBuf>>,
    user_files: FrozenMap<Named, Box<UserFileState>>,
    groups: FrozenMap<Named, Box<GroupState>>,
    found: FrozenVec<Box<Passwords>>,
    places: RefCell<HashMap<FileId, usize>>,
    asked: RefCell<Vec<FileId>>,
}

impl<'a> Library<'a> {
    /// An empty one for a site below `root`; [`Library::settle`] comes before anything that a path leads to.
    pub(super) fn new(files: &'a dyn Files, root: PathBuf, sources: &'a Sources) -> Self {
        Self {
            files,
            paths: OnceCell::new(),
            account: OnceCell::new(),
            sources,
            root,
            ids: RefCell::default(),
            access: FrozenMap::new(),
            lasts: RefCell::default(),
            folders: RefCell::default(),
            user_files: FrozenMap::new(),
            groups: FrozenMap::new(),
            found: FrozenVec::new(),
            places: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    /// Says where the server's paths lie here and, where this machine is the server, as whom its workers run; only the
    /// first word counts.
    pub(super) fn settle(&self, paths: PathMap, account: Option<Account>) {
        self.paths.get_or_init(|| paths);
        self.account.get_or_init(|| account);
    }

    /// Where the server's paths lie here.
    pub(super) fn paths(&self) -> &PathMap {
        self.paths.get_or_init(PathMap::default)
    }

    /// As whom the workers run, where this machine is the server.
    pub(super) fn account(&self) -> Option<&Account> {
        self.account.get_or_init(|| None).as_ref().filter(|_| self.paths().is_host())
    }

    /// Where a path of the server lies here, if somebody said so.
    pub(super) fn local(&self, server: &Path) -> Option<PathBuf> {
        match self.paths().told(self.files, server) {
            Located::Local { path, .. } => Some(path),
            Located::Unmapped => None,
        }
    }

    /// Whether a path of the server is a file that begins as text does.
    pub(super) fn is_text(&self, path: &[u8]) -> bool {
        let read = self.local(&server_path(path)).and_then(|local| self.files.read(&local).ok());
        let shown = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        read.is_some_and(|bytes| !bytes.is_empty() && bytes.iter().take(64).all(shown))
    }

    /// The bytes of a file of the server, if they can be read here.
    pub(super) fn content(&self, path: &[u8]) -> Option<Vec<u8>> {
        self.files.read(&self.local(&server_path(path))?).ok()
    }

    /// What a rule or a condition asks of a path, as the workers see it: `-f`, `-s`, `-d`, `-x`, `-e`, or for a link
    /// `-l`, `-L`, `-h`; `None`: can't tell.
    pub(super) fn tested(&self, letter: u8, path: &[u8]) -> Option<bool> {
        // A relative path starts where the server does.
        let server = Path::new("/").join(server_path(path));
        let local = self.local(&server)?;
        let bare = server_path(path.strip_suffix(b"/").unwrap_or(path));
        let folder = Path::new("/").join(bare);
        let way = folder.parent().zip(self.account()).map(|(folder, account)| account.may_search(self.files, folder));
        if way.is_some_and(|way| way.is_err()) {
            return Some(false);
        }
        if matches!(letter, b'l' | b'L' | b'h') {
            return Some(self.files.link(&local).is_ok_and(|target| target.is_some()));
        }
        let Ok(stat) = self.files.stat(&local) else { return Some(false) };
        let file = stat.kind == FileType::Regular && path.last() != Some(&b'/');
        Some(match letter {
            b'd' => stat.kind == FileType::Directory,
            b's' => file && stat.len > 0,
            b'x' => stat.mode & 0o111 != 0,
            b'e' => file || stat.kind != FileType::Regular,
            _ => file,
        })
    }

    /// Which sources the user asked about.
    #[must_use]
    pub fn asked(&self) -> Vec<FileId> {
        self.asked.borrow().clone()
    }

    /// Notes that the user asked about a source.
    pub(super) fn ask(&self, id: FileId) {
        self.asked.borrow_mut().push(id);
    }

    /// Password files that were read, whether or not anything leads to them, in the order of their ids.
    pub(super) fn found(&self) -> impl Iterator<Item = &Passwords> {
        self.found.iter()
    }

    /// The folders of the per-directory files that were read.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        self.folders.borrow().clone()
    }

    /// Reads the per-directory file of a folder; its id, and whether it can be read.
    pub(super) fn access_file(&self, folder: &Path, path: &Path) -> (FileId, bool) {
        if let Some(known) = self.access.get(path) {
            self.lasts.borrow_mut().insert(folder.to_owned(), path.to_owned());
            return (known.id, known.fault.is_none());
        }
        let read = self.files.read(path);
        let fault = self.refusal(path).or_else(|| read.as_ref().err().map(ToString::to_string));
        let id = config_source(self.sources, path, read.unwrap_or_default());
        let readable = fault.is_none();
        self.access.insert(path.to_owned(), Box::new(Opened { id, fault }));
        if self.lasts.borrow_mut().insert(folder.to_owned(), path.to_owned()).is_none() {
            self.folders.borrow_mut().push(folder.to_owned());
        }
        (id, readable)
    }

    /// The per-directory file of a folder, if one was read; of several the last.
    pub(super) fn opened(&self, folder: &Path) -> Option<&Opened> {
        let path = self.lasts.borrow().get(folder).cloned()?;
        self.access.get(&path)
    }

    /// What keeps the server's workers from a file, where this machine is the server.
    pub(super) fn refusal(&self, path: &Path) -> Option<String> {
        let account = self.account()?;
        let refusal = account.may_open(self.files, path).err()?;
        let denied = matches!(refusal.what, Obstacle::Unreadable | Obstacle::Unsearchable);
        denied.then(|| format!("{} keeps {} out", refusal.at.display(), account.name))
    }

    /// Reads a file of users; all of it but names is a secret.
    pub(super) fn secret_at(&self, path: &Path) -> Result<FileId, Fault> {
        if let Some(id) = self.ids.borrow().get(path) {
            return Ok(*id);
        }
        let bytes = self.files.read(path)?;
        let mut source = Source::new(path.to_owned(), bytes);
        source.set_secrets(UserFile::secrets(&source));
        let id = self.sources.add(source);
        self.ids.borrow_mut().insert(path.to_owned(), id);
        Ok(id)
    }

    /// Reads a password file.
    pub(super) fn passwords_at(&self, path: &Path) -> Result<&Passwords, Fault> {
        let id = self.secret_at(path)?;
        let known = self.places.borrow().get(&id).copied();
        if let Some(found) = known.and_then(|index| self.found.get(index)) {
            return Ok(found);
        }
        let bytes = self.sources.get(id).map(Source::bytes).unwrap_or_default();
        let passwords =
            Passwords { basic: Arc::new(UserFile::read(id, bytes)), digest: Arc::new(DigestFile::read(id, bytes)) };
        self.places.borrow_mut().insert(id, self.found.len());
        Ok(self.found.push_get(Box::new(passwords)))
    }

    /// What an AuthUserFile in the file `from` leads to.
    pub(super) fn user_file(&self, path: &WrittenPath, from: FileId, server_root: &str) -> &UserFileState {
        let key = (path.written.clone(), from);
        if let Some(known) = self.user_files.get(&key) {
            return known;
        }
        let state = match self.resolve(path, from, server_root) {
            Resolved::Fails(reason, assumed) => UserFileState::Failed { reason, assumed },
            Resolved::Unknown(reason) => UserFileState::Unknown(reason),
            Resolved::Here { path, assumed, .. } => match self.passwords_at(&path) {
                Ok(passwords) => UserFileState::Read { passwords: passwords.clone(), assumed },
                Err(_) => UserFileState::Unknown(Reason::CannotTell { missing: unread(&path) }),
            },
        };
        self.user_files.insert(key, Box::new(state))
    }

    /// What an AuthGroupFile in the file `from` leads to.
    pub(super) fn groups(&self, path: &WrittenPath, from: FileId, server_root: &str) -> &GroupState {
        let key = (path.written.clone(), from);
        if let Some(known) = self.groups.get(&key) {
            return known;
        }
        let state = match self.resolve(path, from, server_root) {
            Resolved::Fails(..) => GroupState::Failed(String::from_utf8_lossy(&path.written).into_owned()),
            Resolved::Unknown(Reason::CannotTell { missing }) => GroupState::Unknown(missing),
            Resolved::Unknown(_) => {
                let path = String::from_utf8_lossy(&path.written).into_owned();
                GroupState::Unknown(Missing::Path { path })
            }
            Resolved::Here { path, .. } => match self.secret_at(&path) {
                Ok(id) => {
                    let bytes = self.sources.get(id).map(Source::bytes).unwrap_or_default();
                    GroupState::Read { file: Arc::new(GroupFile::read(id, bytes)) }
                }
                Err(_) => GroupState::Unknown(unread(&path)),
            },
        };
        self.groups.insert(key, Box::new(state))
    }

    fn resolve(&self, path: &WrittenPath, from: FileId, server_root: &str) -> Resolved {
        let folder = self.sources.get(from).and_then(|source| source.path().parent()).unwrap_or(&self.root);
        let (files, paths, account) = (self.files, self.paths(), self.account());
        Follower { files, paths, server_root, account, root: &self.root }.follow(path, folder)
    }
}

/// Adds a configuration file; what no report may show of it is marked.
pub(super) fn config_source(sources: &Sources, path: &Path, bytes: Vec<u8>) -> FileId {
    let mut source = Source::new(path.to_owned(), bytes);
    source.set_secrets(secrets(source.bytes()));
    sources.add(source)
}

fn unread(path: &Path) -> Missing {
    Missing::Content { path: path.display().to_string() }
}
