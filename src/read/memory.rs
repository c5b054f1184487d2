//! A file system in memory, for tests and for trees that lie nowhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::files::{Entry, Fault, FileType, Files, NULL_DEVICE, Stat};
use super::resolve::{Way, follow};

/// What a name stands for.
#[derive(Debug, Clone)]
enum Content {
    Bytes(Vec<u8>),
    Directory,
    Link(PathBuf),
    Special(FileType),
}

#[derive(Debug, Clone)]
struct Node {
    content: Content,
    mode: u32,
    uid: u32,
    gid: u32,
    fault: Option<Fault>,
}

/// A tree of files; directories above a file come into being with it, all belong to root, files 0644, directories 0755.
/// Relative paths start at `/`, and so do the paths that come back.
#[derive(Debug, Clone)]
pub struct Memory {
    nodes: BTreeMap<PathBuf, Node>,
}

impl Default for Memory {
    fn default() -> Self {
        let mut new = Self { nodes: BTreeMap::new() };
        new.put(Path::new("/"), Content::Directory, 0o755);
        new
    }
}

impl Memory {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a regular file, or replaces what has that name.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>, bytes: impl Into<Vec<u8>>) -> Self {
        self.put(path.as_ref(), Content::Bytes(bytes.into()), 0o644);
        self
    }

    /// Adds a directory.
    #[must_use]
    pub fn directory(mut self, path: impl AsRef<Path>) -> Self {
        self.put(path.as_ref(), Content::Directory, 0o755);
        self
    }

    /// Adds a symbolic link that says `target`.
    #[must_use]
    pub fn symlink(mut self, path: impl AsRef<Path>, target: impl Into<PathBuf>) -> Self {
        self.put(path.as_ref(), Content::Link(target.into()), 0o777);
        self
    }

    /// Adds a pipe, a socket or a device.
    #[must_use]
    pub fn special(mut self, path: impl AsRef<Path>, kind: FileType) -> Self {
        self.put(path.as_ref(), Content::Special(kind), 0o644);
        self
    }

    /// Sets mode, owner and group of what is there; a path that is not there changes nothing.
    #[must_use]
    pub fn owned(mut self, path: impl AsRef<Path>, mode: u32, uid: u32, gid: u32) -> Self {
        if let Some(node) = self.nodes.get_mut(&rooted(path.as_ref())) {
            (node.mode, node.uid, node.gid) = (mode, uid, gid);
        }
        self
    }

    /// Lets reading the file or listing the directory, and looking below it, fail for us with this fault.
    #[must_use]
    pub fn failing(mut self, path: impl AsRef<Path>, fault: Fault) -> Self {
        if let Some(node) = self.nodes.get_mut(&rooted(path.as_ref())) {
            node.fault = Some(fault);
        }
        self
    }

    fn put(&mut self, path: &Path, content: Content, mode: u32) {
        let path = rooted(path);
        for above in path.ancestors().skip(1) {
            self.nodes.entry(above.to_owned()).or_insert_with(|| Node::new(Content::Directory, 0o755));
        }
        self.nodes.insert(path, Node::new(content, mode));
    }

    /// The node at the end of the way, links followed, and its path.
    fn node(&self, path: &Path) -> Result<(PathBuf, &Node), Fault> {
        let real = follow(self, path)?;
        let node = self.nodes.get(&real).ok_or(Fault::Missing)?;
        Ok((real, node))
    }
}

impl Node {
    fn new(content: Content, mode: u32) -> Self {
        Self { content, mode, uid: 0, gid: 0, fault: None }
    }

    fn kind(&self) -> FileType {
        match &self.content {
            Content::Bytes(_) => FileType::Regular,
            Content::Directory => FileType::Directory,
            Content::Link(_) => FileType::Link,
            Content::Special(kind) => *kind,
        }
    }
}

fn rooted(path: &Path) -> PathBuf {
    Path::new("/").join(path).components().collect()
}

impl Way for Memory {
    type Stop = Fault;

    fn search(&self, directory: &Path) -> Result<(), Fault> {
        let node = self.nodes.get(directory).ok_or(Fault::Missing)?;
        match (&node.content, &node.fault) {
            (Content::Directory, None) => Ok(()),
            (Content::Directory, Some(fault)) => Err(fault.clone()),
            (Content::Bytes(_) | Content::Link(_) | Content::Special(_), _) => Err(Fault::NotADirectory),
        }
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        Ok(self.nodes.get(path).and_then(|node| match &node.content {
            Content::Link(target) => Some(target.clone()),
            Content::Bytes(_) | Content::Directory | Content::Special(_) => None,
        }))
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        if path == Path::new(NULL_DEVICE) {
            return Ok(Vec::new());
        }
        let (_, node) = self.node(path)?;
        if let Some(fault) = &node.fault {
            return Err(fault.clone());
        }
        match &node.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::Directory => Err(Fault::Directory),
            Content::Link(_) => Err(Fault::Loop),
            Content::Special(kind) => Err(Fault::NotRegular(*kind)),
        }
    }

    fn stat(&self, path: &Path) -> Result<Stat, Fault> {
        let (_, node) = self.node(path)?;
        let len = match &node.content {
            Content::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Content::Directory | Content::Link(_) | Content::Special(_) => 0,
        };
        Ok(Stat { kind: node.kind(), mode: node.mode, uid: node.uid, gid: node.gid, len })
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(None);
        };
        let at = follow(self, parent)?;
        self.search(&at)?;
        let at = at.join(name);
        self.nodes.get(&at).ok_or(Fault::Missing)?;
        Way::link(self, &at)
    }

    fn entries(&self, path: &Path) -> Result<Vec<Entry>, Fault> {
        let (at, _) = self.node(path)?;
        self.search(&at)?;
        let below = self.nodes.range::<Path, _>((std::ops::Bound::Excluded(at.as_path()), std::ops::Bound::Unbounded));
        Ok(below
            .take_while(|(found, _)| found.starts_with(&at))
            .filter(|(found, _)| found.parent() == Some(&at))
            .filter_map(|(found, node)| Some(Entry { path: path.join(found.file_name()?), kind: node.kind() }))
            .collect())
    }
}
