//! Which files concern us: the project around what the user named, and in it what was named.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::exclude::Excludes;
use super::files::{Entry, Fault, FileType, Files};
use super::kind::{ConfigKind, Kind};
use super::resolve::real;

/// What makes a folder the root of a project.
const MARKERS: [&str; 2] = [".git", "htlint.toml"];

/// What to look for.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The names of per-directory configs; only `.htaccess` unless the server is told otherwise.
    pub access_file_names: Vec<String>,
    /// What is left out, named or not.
    pub excludes: Excludes,
}

impl Default for Choice {
    fn default() -> Self {
        Self { access_file_names: vec![".htaccess".to_owned()], excludes: Excludes::default() }
    }
}

/// A file of a known kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Where it lies; absolute, as the walk came to it.
    pub path: PathBuf,
    /// What it is by its name. An access file may turn out to be a folder or a pipe: that is 403 to httpd.
    pub kind: Kind,
    /// Whether the user asked about it: named itself, or below a named folder.
    pub named: bool,
}

/// A file that may say who reads a password file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundConfig {
    /// Where it lies; absolute, as the walk came to it.
    pub path: PathBuf,
    /// What it is by its name.
    pub kind: ConfigKind,
    /// Whether the user asked about it.
    pub named: bool,
}

/// A path that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The path.
    pub path: PathBuf,
    /// What stood in the way.
    pub fault: Fault,
}

/// One project and its files, in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// Its uppermost folder.
    pub root: PathBuf,
    /// The files of a known kind, all of them, named or not.
    pub found: Vec<Found>,
    /// The files that may say who reads a password file, by their names.
    pub configs: Vec<FoundConfig>,
    /// Every file, of whatever kind: where a path of the server may turn out to lie.
    pub files: Vec<PathBuf>,
    /// The folders that could not be listed.
    pub faults: Vec<Unread>,
}

/// The nearest folder, upwards from the path, that holds `.git` or `htlint.toml`; else the path itself if it is a
/// folder, else the folder it lies in. The path is absolute and need not exist.
#[must_use]
pub fn context_root(files: &dyn Files, path: &Path) -> PathBuf {
    let is_folder = files.stat(path).is_ok_and(|stat| stat.kind == FileType::Directory);
    let own = if is_folder { path } else { path.parent().unwrap_or(path) };
    let marked = |folder: &&Path| MARKERS.iter().any(|marker| files.stat(&folder.join(marker)).is_ok());
    own.ancestors().find(marked).unwrap_or(own).to_owned()
}

/// Finds the projects around the named paths (relative ones are taken from `here`) and walks each; a project inside
/// another becomes part of it. Hidden and git-ignored files count, `.git` does not, and links to folders are not
/// followed unless named. Fails with every named path that is not there or cannot be read.
pub fn discover(
    files: &dyn Files,
    here: &Path,
    named: &[PathBuf],
    choice: &Choice,
) -> Result<Vec<Discovery>, Vec<Unread>> {
    let mut roots = BTreeMap::<PathBuf, Vec<PathBuf>>::new();
    let mut known_roots = BTreeMap::<PathBuf, PathBuf>::new();
    let mut unread = Vec::new();
    for path in named {
        match look(files, here, path, choice) {
            Ok(path) => {
                let folder = path.parent().unwrap_or(&path).to_owned();
                let is_folder = files.stat(&path).is_ok_and(|stat| stat.kind == FileType::Directory);
                let root = if is_folder {
                    context_root(files, &path)
                } else {
                    known_roots.entry(folder).or_insert_with(|| context_root(files, &path)).clone()
                };
                roots.entry(root).or_default().push(path);
            }
            Err(fault) => unread.push(Unread { path: path.clone(), fault }),
        }
    }
    if !unread.is_empty() {
        return Err(unread);
    }
    Ok(outermost(roots).into_iter().map(|(root, named)| walk(files, root, &named, choice)).collect())
}

/// The absolute path of a named one, if it can be read.
fn look(files: &dyn Files, here: &Path, path: &Path, choice: &Choice) -> Result<PathBuf, Fault> {
    let mut path = here.join(path);
    let stat = files.stat(&path)?;
    if path.components().any(|component| component == Component::ParentDir) {
        // Taken from the real folder, as the system does, not from the text.
        path = real(files, &path)?;
    }
    let path: PathBuf = path.components().collect();
    match stat.kind {
        FileType::Directory => files.entries(&path).map(drop)?,
        FileType::Regular | FileType::Link | FileType::Fifo | FileType::Socket | FileType::Device => {
            if Kind::of(&path, &choice.access_file_names).is_some() {
                files.read(&path).map(drop)?;
            }
        }
    }
    Ok(path)
}

/// Joins what lies inside another root to that one.
fn outermost(roots: BTreeMap<PathBuf, Vec<PathBuf>>) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let mut outer: Vec<(PathBuf, Vec<PathBuf>)> = Vec::new();
    for (root, named) in roots {
        match outer.last_mut() {
            Some((above, more)) if root.starts_with(&*above) => more.extend(named),
            _ => outer.push((root, named)),
        }
    }
    outer
}

/// The walk through one project.
struct Walk<'a> {
    files: &'a dyn Files,
    choice: &'a Choice,
    named: BTreeSet<&'a Path>,
    ahead: Vec<(PathBuf, bool)>,
    done: Discovery,
}

fn walk(files: &dyn Files, root: PathBuf, named: &[PathBuf], choice: &Choice) -> Discovery {
    let named: BTreeSet<&Path> = named.iter().map(PathBuf::as_path).collect();
    let done =
        Discovery { root: root.clone(), found: Vec::new(), configs: Vec::new(), files: Vec::new(), faults: Vec::new() };
    let mut walk = Walk { files, choice, ahead: vec![(root.clone(), named.contains(root.as_path()))], named, done };
    walk.start_behind_links(&root);
    while let Some((folder, named)) = walk.ahead.pop() {
        match files.entries(&folder) {
            Ok(entries) => entries.into_iter().for_each(|entry| walk.meet(entry, named)),
            Err(fault) => walk.done.faults.push(Unread { path: folder, fault }),
        }
    }
    walk.finish()
}

impl Walk<'_> {
    /// Named paths that the walk cannot come to, because a link to a folder leads there, are starts of their own.
    fn start_behind_links(&mut self, root: &Path) {
        let Ok(real_root) = real(self.files, root) else {
            return;
        };
        for path in self.named.clone() {
            let is_folder = self.files.stat(path).is_ok_and(|stat| stat.kind == FileType::Directory);
            let folder = if is_folder { path } else { path.parent().unwrap_or(path) };
            let expected = folder.strip_prefix(root).map(|below| real_root.join(below));
            let reached = expected.is_ok_and(|expected| real(self.files, folder).is_ok_and(|real| real == expected));
            if reached || self.choice.excludes.covers(root, path, is_folder) {
                continue;
            }
            if is_folder {
                self.ahead.push((path.to_owned(), true));
            } else {
                self.meet(Entry { path: path.to_owned(), kind: FileType::Regular }, true);
            }
        }
    }

    /// Takes in what a folder holds.
    fn meet(&mut self, entry: Entry, folder_named: bool) {
        let Entry { path, kind } = entry;
        let is_folder = kind == FileType::Directory;
        if path.file_name().is_some_and(|name| name == ".git") || self.choice.excludes.has(&path, is_folder) {
            return;
        }
        let named = folder_named || self.named.contains(path.as_path());
        let end = match kind {
            FileType::Link => self.files.stat(&path).map(|stat| stat.kind),
            FileType::Regular | FileType::Directory | FileType::Fifo | FileType::Socket | FileType::Device => Ok(kind),
        };
        let is_file = end == Ok(FileType::Regular);
        let is_there = !matches!(end, Err(Fault::Missing));
        if let Some(kind) = Kind::of(&path, &self.choice.access_file_names)
            && (is_file || kind == Kind::AccessFile && is_there)
        {
            self.done.found.push(Found { path: path.clone(), kind, named });
        }
        if is_folder {
            self.ahead.push((path, named));
        } else if is_file {
            if let Some(kind) = ConfigKind::of(&path) {
                self.done.configs.push(FoundConfig { path: path.clone(), kind, named });
            }
            self.done.files.push(path);
        }
    }

    fn finish(mut self) -> Discovery {
        // The named one of two that are the same comes first and stays.
        self.done.found.sort_unstable_by(|one, two| (&one.path, two.named).cmp(&(&two.path, one.named)));
        self.done.found.dedup_by(|later, first| later.path == first.path);
        self.done.configs.sort_unstable_by(|one, two| (&one.path, two.named).cmp(&(&two.path, one.named)));
        self.done.configs.dedup_by(|later, first| later.path == first.path);
        self.done.files.sort_unstable();
        self.done.files.dedup();
        self.done.faults.sort_unstable_by(|one, two| one.path.cmp(&two.path));
        self.done
    }
}
