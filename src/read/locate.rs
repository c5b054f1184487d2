//! Where a path of the target server lies on this machine, if that can be told.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path, PathBuf};

use super::files::{Fault, Files, NULL_DEVICE};
use super::paths::{is_folder_text, normalize};
use super::resolve::{Way, follow};

/// Where a path of the server lies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// Here; whether anything is there is another question.
    Local {
        /// The path on this machine.
        path: PathBuf,
        /// How we know.
        how: How,
    },
    /// Nobody can tell.
    Unmapped,
}

/// How we know where a path lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// It is the null device, the same on every Unix machine.
    Everywhere,
    /// `--map`, or `[paths]` of the configuration, says so.
    Mapped,
    /// It lies below `--root`.
    Root,
    /// This machine is the server.
    Host,
    /// It is in a folder that belongs to the config at hand; what is missing there may not be missing on the server.
    Own,
    /// One file of the project alone ends like it.
    Inferred {
        /// How many names at the end are the same.
        names: usize,
    },
}

/// A `--map` argument that cannot be read; says what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadMap {
    /// No `=` in it.
    NoPair(String),
    /// The server's path does not begin with `/`.
    NotAbsolute(String),
    /// Nothing behind the `=`.
    NoLocal(String),
}

impl fmt::Display for BadMap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPair(text) => write!(out, "`{text}` is no SERVER_PATH=LOCAL_PATH: there is no `=` in it"),
            Self::NotAbsolute(text) => write!(out, "the server's path `{text}` does not begin with `/`"),
            Self::NoLocal(text) => write!(out, "`{text}` names no local path behind the `=`"),
        }
    }
}

impl std::error::Error for BadMap {}

/// One pair of a server's path and the local path that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    server: PathBuf,
    local: PathBuf,
}

impl Mapping {
    /// Joins the two; a relative `local` is taken from `here`. Fails if `server` is not absolute or `local` is empty.
    pub fn new(server: &str, local: &str, here: &Path) -> Result<Self, BadMap> {
        if !server.starts_with('/') {
            return Err(BadMap::NotAbsolute(server.to_owned()));
        }
        if local.is_empty() {
            return Err(BadMap::NoLocal(format!("{server}=")));
        }
        Ok(Self { server: normalize(Path::new(server)), local: here.join(local).components().collect() })
    }

    /// Reads `SERVER_PATH=LOCAL_PATH` as the command line has it; the first `=` parts the two.
    pub fn parse(text: &str, here: &Path) -> Result<Self, BadMap> {
        let (server, local) = text.split_once('=').ok_or_else(|| BadMap::NoPair(text.to_owned()))?;
        Self::new(server, local, here)
    }
}

/// All that is known of where the server's paths lie.
#[derive(Debug, Clone, Default)]
pub struct PathMap {
    mappings: Vec<Mapping>,
    stand_in: Option<Mapping>,
    root: Option<PathBuf>,
    on_host: bool,
    own: Vec<PathBuf>,
    tree: Tree,
}

impl PathMap {
    /// Adds a mapping. The longest server path wins, on whole names; of two alike the one added first.
    #[must_use]
    pub fn mapped(mut self, mapping: Mapping) -> Self {
        self.mappings.push(mapping);
        self
    }

    /// Says that a folder here stands for one of the server's: what lies in it is known, but what does not may still lie on
    /// the server.
    #[must_use]
    pub fn standing_in(mut self, mapping: Mapping) -> Self {
        self.stand_in = Some(mapping);
        self
    }

    /// Says that the server's whole file system lies below this folder; links in it stay inside.
    #[must_use]
    pub fn below(mut self, root: PathBuf) -> Self {
        self.root = Some(root);
        self
    }

    /// Says that this machine is the server.
    #[must_use]
    pub fn on_host(mut self) -> Self {
        self.on_host = true;
        self
    }

    /// Says that a path below this folder means what exists here under that path: the folder of the config, its ServerRoot.
    #[must_use]
    pub fn own(mut self, folder: PathBuf) -> Self {
        self.own.push(folder);
        self
    }

    /// Gives the files of the project at `root`, from which [`PathMap::locate`] infers.
    #[must_use]
    pub fn project(mut self, root: &Path, files: &[PathBuf]) -> Self {
        self.tree = Tree::new(root, files);
        self
    }

    /// Whether existence, owners and modes here are those of the server.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.on_host
    }

    /// Whether the server's whole file system lies below a folder here.
    #[must_use]
    pub fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Where the absolute path lies as far as somebody said so; a path that is not absolute is nowhere.
    #[must_use]
    pub fn told(&self, files: &dyn Files, server: &Path) -> Located {
        if server == Path::new(NULL_DEVICE) {
            return Located::Local { path: server.to_owned(), how: How::Everywhere };
        }
        if !server.has_root() {
            return Located::Unmapped;
        }
        let server = normalize(server);
        if let Some((mapping, path)) = self.through_mappings(&server) {
            let how = if self.stand_in.as_ref() == Some(mapping) { How::Own } else { How::Mapped };
            Located::Local { path, how }
        } else if let Some(root) = &self.root {
            Located::Local { path: inside(files, root, &server), how: How::Root }
        } else if self.on_host {
            Located::Local { path: server, how: How::Host }
        } else if self.own.iter().any(|own| server.starts_with(own)) && files.stat(&server).is_ok() {
            Located::Local { path: server, how: How::Own }
        } else {
            Located::Unmapped
        }
    }

    /// The same, and where nobody said, what the project's files tell: the one file whose path ends most like the
    /// server's. Two that end alike tell nothing; nor does one that is like the whole path, for then a URL path was
    /// taken for a file path. Only for a path that the config has as absolute: a relative one lies under the server's
    /// own root, whatever lies here.
    #[must_use]
    pub fn locate(&self, files: &dyn Files, server: &Path) -> Located {
        match self.told(files, server) {
            Located::Unmapped => match self.tree.infer(server) {
                Some((path, names)) => Located::Local { path, how: How::Inferred { names } },
                None => Located::Unmapped,
            },
            told @ Located::Local { .. } => told,
        }
    }

    /// The server's path of what lies here, as far as somebody said so.
    #[must_use]
    pub fn server_path_of(&self, local: &Path) -> Option<PathBuf> {
        let mapped = self.mappings.iter().chain(&self.stand_in).find_map(|mapping| {
            let below = local.strip_prefix(&mapping.local).ok()?;
            Some(mapping.server.join(below))
        });
        let below_root = || {
            let below = local.strip_prefix(self.root.as_ref()?).ok()?;
            Some(Path::new("/").join(below))
        };
        mapped.or_else(below_root).or_else(|| self.on_host.then(|| local.to_owned()))
    }

    fn through_mappings(&self, server: &Path) -> Option<(&Mapping, PathBuf)> {
        let all = self.mappings.iter().chain(&self.stand_in);
        let fitting = all.rev().filter(|mapping| server.starts_with(&mapping.server));
        // Of several greatest, the last one is taken: the one that was added first.
        let best = fitting.max_by_key(|mapping| mapping.server.components().count())?;
        let mut local = best.local.clone();
        local.extend(server.strip_prefix(&best.server).ok()?.components());
        if is_folder_text(server) {
            local.push("");
        }
        Some((best, local))
    }
}

/// The files of a project, in the order of their names from the last one on.
#[derive(Debug, Clone, Default)]
struct Tree {
    root: PathBuf,
    files: Vec<PathBuf>,
}

impl Tree {
    fn new(root: &Path, files: &[PathBuf]) -> Self {
        let below = files.iter().filter_map(|file| file.strip_prefix(root).ok());
        let mut files: Vec<PathBuf> = below.map(Path::to_owned).collect();
        files.sort_unstable_by(|one, two| backwards(one, two));
        Self { root: root.to_owned(), files }
    }

    /// The one file that ends most like the server's path, and how many names are the same.
    fn infer(&self, server: &Path) -> Option<(PathBuf, usize)> {
        if !server.has_root() || is_folder_text(server) {
            return None;
        }
        let server = normalize(server);
        // What ends like it stands next to where it would stand itself: two on either side tell whether it is one alone.
        let at = self.files.partition_point(|file| backwards(file, &server).is_lt());
        let near = self.files.get(at.saturating_sub(2)..self.files.len().min(at + 2))?;
        let fits: Vec<(usize, &PathBuf)> = near.iter().map(|file| (tail(file, &server), file)).collect();
        let most = fits.iter().map(|(names, _)| *names).max().filter(|most| *most > 0)?;
        let mut best = fits.iter().filter(|(names, _)| *names == most);
        let (Some((_, file)), None) = (best.next(), best.next()) else {
            return None;
        };
        (most < names(&server).count()).then(|| (self.root.join(file), most))
    }
}

/// The order of two paths by their names, the last ones first.
fn backwards(one: &Path, two: &Path) -> Ordering {
    names(one).rev().cmp(names(two).rev())
}

fn names(path: &Path) -> impl DoubleEndedIterator<Item = &OsStr> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    })
}

/// How many names at the end of both are the same.
fn tail(one: &Path, two: &Path) -> usize {
    names(one).rev().zip(names(two).rev()).take_while(|(one, two)| one == two).count()
}

/// A file system that lies below a folder of another, its links included.
struct Inside<'a> {
    files: &'a dyn Files,
    root: &'a Path,
}

impl Way for Inside<'_> {
    type Stop = Fault;

    fn search(&self, _: &Path) -> Result<(), Fault> {
        Ok(())
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        // What is not there is no link; reading the path will tell the fault.
        Ok(self.files.link(&beneath(self.root, path)).unwrap_or(None))
    }
}

fn beneath(root: &Path, path: &Path) -> PathBuf {
    let mut whole = root.to_owned();
    whole.extend(names(path));
    if is_folder_text(path) {
        whole.push("");
    }
    whole
}

/// The local path of a server's path whose file system lies below `root`.
fn inside(files: &dyn Files, root: &Path, server: &Path) -> PathBuf {
    let Ok(mut real) = follow(&Inside { files, root }, server) else {
        return beneath(root, server);
    };
    if is_folder_text(server) {
        real.push("");
    }
    beneath(root, &real)
}
