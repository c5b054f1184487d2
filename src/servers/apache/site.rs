//! A site: the server that is set up for it, and the files that requests meet.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use elsa::{FrozenMap, FrozenVec};

use super::ask::Ask;
use super::conditions::{Existence, Surroundings};
use super::facts::Circumstances;
use super::ground::Thing;
use super::library::{Library, Opened};
use super::main::MainFiles;
use super::policy::Policy;
use super::product::{Fault, PerDir, Why};
use super::profile::Profile;
use super::reader::read;
use super::scope::Permit;
use super::setup::Setup;
use super::spot::{Hosted, Spot};
use super::walk::{WalkKey, Walked};
use super::world::{Question, World};
use crate::answer::{Answer, Because, Reason, Target};
use crate::credentials::Credentials;
use crate::read::server_path;
use crate::source::{FileId, Place, Source, Sources, Span};

/// What a per-directory file was read as, and under which set-up and permit.
type ReadAs = (usize, FileId, Permit);

/// A folder, and the names of its per-directory files.
type Named = (PathBuf, Vec<Vec<u8>>);

/// A per-directory file and, if it cannot be read, what stands in the way.
type AccessFile = (FileId, Option<String>);

/// A server that is started on a main configuration.
pub(super) struct Started<'s> {
    /// How it is started.
    pub target: &'s Target<'s>,
    /// The main configuration file.
    pub config: FileId,
    /// The files it is made of.
    pub files: OnceCell<MainFiles<'s>>,
}

/// A site.
pub struct Site<'s> {
    pub(super) sources: &'s Sources,
    pub(super) library: Library<'s>,
    pub(super) root: PathBuf,
    pub(super) docroot: Option<PathBuf>,
    pub(super) credentials: Credentials,
    pub(super) started: Option<Started<'s>>,
    profile: Profile,
    setups: FrozenVec<Box<Setup>>,
    by_world: RefCell<BTreeMap<BTreeMap<Question, bool>, (usize, bool)>>,
    read: RefCell<HashMap<ReadAs, Arc<PerDir>>>,
    folders: FrozenMap<Named, Box<Option<AccessFile>>>,
    known: OnceCell<BTreeMap<PathBuf, FileId>>,
    pub(super) walks: RefCell<HashMap<WalkKey, Arc<Walked>>>,
    pub(super) things: RefCell<HashMap<Vec<u8>, Thing>>,
    pub(super) shut: RefCell<HashMap<PathBuf, bool>>,
    pub(super) readable: RefCell<HashMap<Vec<u8>, bool>>,
}

impl<'s> Site<'s> {
    /// A site of what was loaded below `root`; Debian's configuration stands in for the server's.
    #[must_use]
    pub fn new(sources: &'s Sources, library: Library<'s>, profile: Profile, root: PathBuf) -> Self {
        Self {
            sources,
            library,
            root,
            docroot: None,
            credentials: Credentials::new(),
            started: None,
            profile,
            setups: FrozenVec::new(),
            by_world: RefCell::default(),
            read: RefCell::default(),
            folders: FrozenMap::new(),
            known: OnceCell::new(),
            walks: RefCell::default(),
            things: RefCell::default(),
            shut: RefCell::default(),
            readable: RefCell::default(),
        }
    }

    /// The same, with the folder that the server shows at `/`.
    #[must_use]
    pub fn shown_from(mut self, docroot: Option<PathBuf>) -> Self {
        self.docroot = docroot;
        self
    }

    /// The same, with logins to try.
    #[must_use]
    pub fn trying(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The server as it is set up in a world.
    pub(super) fn setup(&self, world: &World) -> &Setup {
        let known = self.by_world.borrow().get(world.given()).copied();
        if let Some((index, asked)) = known
            && let Some(setup) = self.setups.get(index)
        {
            if asked {
                world.touch();
            }
            return setup;
        }
        let before = world.is_open();
        let (setup, asked) = world.watch(|| self.set_up(world));
        let index = self.setups.len();
        let setup = self.setups.push_get(Box::new(setup));
        // A set-up that left a question open holds only until that question is asked.
        if before || !world.is_open() {
            self.by_world.borrow_mut().insert(world.given().clone(), (index, asked));
        }
        setup
    }

    fn set_up(&self, world: &World) -> Setup {
        match &self.started {
            None => Setup::assumed(self.profile.clone(), self.sources),
            Some(started) => super::open::set_up(self, started, &self.profile, world),
        }
    }

    /// The per-directory files by their folders.
    fn known(&self) -> &BTreeMap<PathBuf, FileId> {
        self.known.get_or_init(|| {
            let opened = |folder: PathBuf| self.library.opened(&folder).map(|opened| (folder.clone(), opened.id));
            self.library.folders().into_iter().filter_map(opened).collect()
        })
    }

    /// The folders that hold a per-directory file.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.known().keys().map(PathBuf::as_path)
    }

    /// Those of them that lie below a folder.
    pub(super) fn folders_below(&self, folder: &Path) -> impl Iterator<Item = &Path> {
        let behind = self.known().range::<Path, _>((Bound::Excluded(folder), Bound::Unbounded));
        behind.map(|(below, _)| below.as_path()).take_while(move |below| below.starts_with(folder))
    }

    /// Whether a path is known to be a folder: one with a per-directory file in or below it.
    pub(super) fn is_folder(&self, path: &Path) -> bool {
        self.known().range(path.to_owned()..).next().is_some_and(|(folder, _)| folder.starts_with(path))
    }

    /// The per-directory files that a request for something in a folder meets, outermost first.
    pub(super) fn chain(&self, folder: &Path) -> Vec<&Path> {
        let mut chain: Vec<&Path> = folder
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(&self.root))
            .filter_map(|ancestor| self.known().get_key_value(ancestor).map(|(folder, _)| folder.as_path()))
            .collect();
        chain.reverse();
        chain
    }

    /// The source of a folder's per-directory file.
    pub(super) fn source_of(&self, folder: &Path) -> Option<FileId> {
        self.known().get(folder).copied()
    }

    /// A folder's per-directory file in a world.
    pub(super) fn per_dir(&self, folder: &Path, world: &World) -> Result<Arc<PerDir>, Box<Fault>> {
        let setup = self.setup(world);
        let permit = Permit::of(&setup.profile);
        let directory = folder.as_os_str().as_encoded_bytes();
        if !permit.reads() {
            let spot = Spot::of(&setup.main);
            let unread = self.passed_over(setup, &spot, directory, Why::allow_override(None), world);
            return Ok(unread.map(PerDir::unread).unwrap_or_default());
        }
        self.per_dir_at(setup, &setup.main, directory, &permit, world).map(Option::unwrap_or_default)
    }

    /// The per-directory file of a directory of the server, if there is one.
    pub(super) fn per_dir_at(
        &self,
        setup: &Setup,
        hosted: &Hosted,
        directory: &[u8],
        permit: &Permit,
        world: &World,
    ) -> Result<Option<Arc<PerDir>>, Box<Fault>> {
        let folder: PathBuf = server_path(directory).components().collect();
        let names = hosted.host.access_names.clone().unwrap_or_else(|| vec![b".htaccess".to_vec()]);
        let key = (folder.clone(), names);
        let found = match self.folders.get(&key) {
            Some(known) => known,
            None => self.folders.insert(key.clone(), Box::new(self.find(&folder, &key.1))),
        };
        let Some((id, fault)) = found else {
            return self.closed(directory).map_or(Ok(None), |fault| Err(Box::new(fault)));
        };
        let id = *id;
        if let Some(fault) = fault.clone() {
            let reason = Reason::UnreadableConfig { fault };
            let because = Because::at(reason, Place::new(id, Span::at(0))).logged("AH00529");
            return Err(Box::new(Fault { status: 403, because }));
        }
        let index = self.setups.iter().position(|known| std::ptr::eq(known, setup)).unwrap_or_default();
        let key = (index, id, permit.clone());
        if let Some(read) = self.read.borrow().get(&key) {
            return Ok(Some(read.clone()));
        }
        let bytes = self.sources.get(id).map(Source::bytes).unwrap_or_default();
        let existence = super::open::Existing { site: self, server_root: &setup.profile.server_root };
        let existence: Option<&dyn Existence> = if self.started.is_some() { Some(&existence) } else { None };
        let around = Surroundings { profile: &setup.profile, world, existence };
        let (per_dir, asked) = world.watch(|| {
            let mut per_dir = read(id, bytes, around, permit.clone());
            per_dir.config.content.stand_in(directory);
            Arc::new(per_dir)
        });
        if !asked {
            self.read.borrow_mut().insert(key, per_dir.clone());
        }
        Ok(Some(per_dir))
    }

    /// A folder of which the workers cannot tell whether a per-directory file lies in it (server/config.c,
    /// `ap_open_htaccess`).
    fn closed(&self, directory: &[u8]) -> Option<Fault> {
        let shut = self.started.is_some() && self.thing(directory, true) == Thing::Folder;
        if !shut || !self.is_shut(&[directory, b".htaccess"].concat()) {
            return None;
        }
        let fault = "the folder is closed to the server's workers".to_owned();
        let because = Because::nowhere(Reason::UnreadableConfig { fault }).logged("AH00529");
        Some(Fault { status: 403, because })
    }

    /// The per-directory file of a folder that was not loaded before: the first of its names that is there.
    fn find(&self, folder: &Path, names: &[Vec<u8>]) -> Option<AccessFile> {
        let opened = |opened: &Opened| (opened.id, opened.fault.clone());
        if self.started.is_none() {
            return self.library.opened(folder).map(opened);
        }
        let is_folder = || self.thing(folder.as_os_str().as_encoded_bytes(), true) == Thing::Folder;
        // From a file no name leads on, not even `..`.
        for name in names.iter().filter(|name| !name.contains(&b'/') || is_folder()) {
            // Whatever the name begins with, it is put behind the folder (server/core.c, `ap_open_htaccess`).
            let path = [folder.as_os_str().as_encoded_bytes(), b"/", name].concat();
            let local = self.library.local(&server_path(&path))?;
            match self.library.files.stat(&local) {
                Err(crate::read::Fault::Missing | crate::read::Fault::NotADirectory) => {}
                Ok(_) | Err(_) => {
                    self.library.access_file(folder, &local);
                    return self.library.opened(folder).map(opened);
                }
            }
        }
        None
    }

    /// What holds for a request at a place in a world.
    pub(super) fn policy_at<'p>(
        &'p self,
        setup: &'p Setup,
        spot: Spot<'p>,
        ask: Option<&Ask>,
        world: &World,
    ) -> (Policy<'p>, Arc<Walked>) {
        let walked = self.walk(setup, &spot, ask, world);
        let spot = walked.found.reached(spot);
        let mut config = walked.config.clone();
        if ask.is_some() && !config.is_settled() {
            let env = config.env_set.clone();
            Arc::make_mut(&mut config).settle(&Circumstances {
                ask,
                spot: Some(&spot),
                user: None,
                env: &env,
                library: Some(&self.library),
                early: true,
            });
        }
        let mut policy = Policy::new(&setup.profile, config, &self.library, spot);
        policy.fault.clone_from(&walked.fault);
        policy.dropped.clone_from(&walked.dropped);
        policy.met.clone_from(&walked.met);
        (policy, walked)
    }

    /// What holds for a file of a folder in a world.
    pub(super) fn policy(&self, folder: &Path, name: &[u8], world: &World) -> Policy<'_> {
        let setup = self.setup(world);
        let mut path = folder.as_os_str().as_encoded_bytes().to_vec();
        path.push(b'/');
        path.extend_from_slice(name);
        self.policy_at(setup, Spot { path: Some(path), ..Spot::of(&setup.main) }, None, world).0
    }

    /// What the server answers to one question about a file of a folder.
    pub(super) fn decide(&self, folder: &Path, name: &[u8], ask: &Ask) -> Answer {
        super::world::explore(&World::default(), |world| self.policy(folder, name, world).answer(ask, world)).agreed()
    }
}
