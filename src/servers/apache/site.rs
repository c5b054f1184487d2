//! A site of per-directory files: which of them a request meets, and the policy that follows
//! (server/request.c, `ap_directory_walk`, `ap_file_walk`, `ap_if_walk`).

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::assumed::outer;
use super::authz::BeforeLogin;
use super::config::{DirConfig, IfSection};
use super::directives::Override;
use super::files::GroupState;
use super::load::Loaded;
use super::merge::merge;
use super::policy::{Ask, Policy};
use super::profile::Profile;
use super::reader::{Fault, PerDir, read};
use super::world::{Question, World};
use crate::answer::{Because, Missing, Reason};
use crate::credentials::Credentials;
use crate::source::{FileId, Place, Source, Sources, Span};

/// A per-directory file and what it was read into, if that is the same in all worlds.
struct AccessFile<'s> {
    source: Result<(FileId, &'s [u8]), Because>,
    read: OnceCell<Arc<PerDir>>,
}

/// A site.
pub struct Site<'s> {
    pub(super) sources: &'s Sources,
    pub(super) profile: Profile,
    pub(super) loaded: Loaded,
    pub(super) root: PathBuf,
    pub(super) docroot: Option<PathBuf>,
    pub(super) credentials: Credentials,
    access: BTreeMap<PathBuf, AccessFile<'s>>,
    outer: DirConfig,
    no_groups: GroupState,
}

impl<'s> Site<'s> {
    /// A site of what was loaded below `root`.
    #[must_use]
    pub fn new(sources: &'s Sources, loaded: Loaded, profile: Profile, root: PathBuf) -> Self {
        let bytes = |id: FileId| sources.get(id).map(Source::bytes).unwrap_or_default();
        let access = loaded.access.iter().map(|(folder, source)| {
            let source = match source {
                Ok(id) => Ok((*id, bytes(*id))),
                Err((id, fault)) => {
                    let reason = Reason::UnreadableConfig { fault: fault.clone() };
                    Err(Because::at(reason, Place::new(*id, Span::at(0))).logged("AH00529"))
                }
            };
            (folder.clone(), AccessFile { source, read: OnceCell::new() })
        });
        let access = access.collect();
        let outer = outer(sources);
        Self {
            sources,
            profile,
            loaded,
            root,
            docroot: None,
            credentials: Credentials::new(),
            access,
            outer,
            no_groups: GroupState::Unset,
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

    /// The folders that hold a per-directory file.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.access.keys().map(PathBuf::as_path)
    }

    /// Those of them that lie below a folder.
    pub(super) fn folders_below(&self, folder: &Path) -> impl Iterator<Item = &Path> {
        let behind = self.access.range::<Path, _>((Bound::Excluded(folder), Bound::Unbounded));
        behind.map(|(below, _)| below.as_path()).take_while(move |below| below.starts_with(folder))
    }

    /// Whether a path is known to be a folder: one with a per-directory file in or below it.
    pub(super) fn is_folder(&self, path: &Path) -> bool {
        self.access.range(path.to_owned()..).next().is_some_and(|(folder, _)| folder.starts_with(path))
    }

    /// The per-directory files that a request for something in a folder meets, outermost first.
    pub(super) fn chain(&self, folder: &Path) -> Vec<&Path> {
        let mut chain: Vec<&Path> = folder
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(&self.root))
            .filter_map(|ancestor| self.access.get_key_value(ancestor).map(|(folder, _)| folder.as_path()))
            .collect();
        chain.reverse();
        chain
    }

    /// The source of a folder's per-directory file.
    pub(super) fn source_of(&self, folder: &Path) -> Option<FileId> {
        match &self.access.get(folder)?.source {
            Ok((id, _)) => Some(*id),
            Err(because) => because.place.map(|place| place.file),
        }
    }

    /// A folder's per-directory file in a world.
    pub(super) fn per_dir(&self, folder: &Path, world: &World) -> Result<Arc<PerDir>, Box<Fault>> {
        let opened = self.access.get(folder).filter(|_| self.profile.allow_override != Override::NONE);
        let Some(file) = opened else { return Ok(Arc::default()) };
        let (id, bytes) = match &file.source {
            Ok(source) => *source,
            Err(because) => return Err(Box::new(Fault { status: 403, because: because.clone() })),
        };
        if let Some(read) = file.read.get() {
            return Ok(read.clone());
        }
        let (per_dir, asked) = world.watch(|| Arc::new(read(id, bytes, &self.profile, world)));
        if !asked {
            // A second thread cannot have set it: the cell is not shared between threads.
            let _ = file.read.set(per_dir.clone());
        }
        Ok(per_dir)
    }

    /// What holds for a file of a folder in a world.
    pub(super) fn policy(&self, folder: &Path, name: &[u8], world: &World) -> Policy<'_> {
        let mut config = self.outer.clone();
        let mut dropped = Vec::new();
        let mut fault = None;
        for place in self.chain(folder) {
            match self.per_dir(place, world) {
                Err(unread) => fault = Some(*unread),
                Ok(per_dir) => {
                    fault = per_dir.faults.first().cloned();
                    config = merge(&config, &per_dir.config);
                    dropped.extend(per_dir.dropped.iter().cloned());
                }
            }
            if fault.is_some() {
                break;
            }
        }
        let config = Self::with_conditions(with_files(config, name, world), world);
        let user_file = config.user_file.as_ref();
        let user_file =
            user_file.and_then(|set| self.loaded.user_files.get(&(set.value.written.clone(), set.place.file)));
        let groups = config.group_file.as_ref();
        let groups = groups.and_then(|set| self.loaded.groups.get(&(set.value.written.clone(), set.place.file)));
        let groups = groups.unwrap_or(&self.no_groups);
        Policy { profile: &self.profile, config, fault, user_file, groups, dropped }
    }

    /// Merges the `<If>` sections that hold, in their order (server/request.c, `ap_if_walk`).
    fn with_conditions(config: DirConfig, world: &World) -> DirConfig {
        let sections = config.conditions.clone();
        let mut merged = config;
        let mut satisfied = false;
        for section in &sections {
            if section.otherwise && satisfied {
                continue;
            }
            satisfied = holds(section, world);
            if satisfied {
                merged = merge(&merged, &section.config);
            }
        }
        merged
    }

    /// What the server answers to one question about a file of a folder.
    pub(super) fn decide(&self, folder: &Path, name: &[u8], ask: &Ask) -> crate::answer::Answer {
        super::world::explore(&World::default(), |world| self.policy(folder, name, world).answer(ask, world)).agreed()
    }
}

/// Merges the `<Files>` sections that fit, in their order.
fn with_files(config: DirConfig, name: &[u8], world: &World) -> DirConfig {
    let mut merged = config.clone();
    for section in &config.files {
        let fits = section.pattern.fits(name).unwrap_or_else(|| {
            let missing = Missing::Pattern { directive: section.written.clone() };
            world.ask(Question::Holds(section.place), missing, section.place)
        });
        if fits {
            merged = merge(&merged, &section.config);
        }
    }
    merged
}

/// Whether an `<If>` applies; conditions are evaluated before any login.
fn holds(section: &IfSection, world: &World) -> bool {
    let Some(condition) = &section.condition else { return true };
    condition.eval(&BeforeLogin).unwrap_or_else(|| {
        let missing = Missing::Condition { directive: "<If>".to_owned() };
        world.ask(Question::Holds(section.place), missing, section.place)
    })
}
