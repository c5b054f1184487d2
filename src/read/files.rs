//! What can be asked of a file system, and what it answers when it cannot.

use std::fmt;
use std::path::{Path, PathBuf};

/// The one device that a user file may be: it reads as empty everywhere (httpd's `ap_pcfg_openfile` lets it pass by name).
pub const NULL_DEVICE: &str = "/dev/null";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileType {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link; only [`Files::entries`] says so, all else follows links.
    Link,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character or block device, or what the system has no name for.
    Device,
}

impl FileType {
    /// The words for it, with an article: `a directory`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Regular => "a regular file",
            Self::Directory => "a directory",
            Self::Link => "a symbolic link",
            Self::Fifo => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        }
    }
}

/// Why a path could not be read. The words and numbers are those of Linux, as the servers' logs show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing has that name, or a symbolic link leads to nothing.
    Missing,
    /// Something on the way is no directory, or a name with a slash behind it is none.
    NotADirectory,
    /// We may not: a directory on the way, or the file itself.
    Denied,
    /// A directory where a file was asked for.
    Directory,
    /// Neither file nor directory; it was not opened.
    NotRegular(FileType),
    /// Symbolic links that lead round in a circle, or too many of them.
    Loop,
    /// More bytes than we take.
    TooLarge {
        /// The most bytes that are taken.
        limit: u64,
    },
    /// Anything else, in the system's words.
    Other(String),
}

impl Fault {
    /// The error number on Linux, if the fault has one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Missing => Some(2),
            Self::Denied => Some(13),
            Self::NotADirectory => Some(20),
            Self::Directory => Some(21),
            Self::Loop => Some(40),
            Self::NotRegular(_) | Self::TooLarge { .. } | Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Fault {
    /// As httpd's log has it: `(2)No such file or directory`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(number) = self.errno() {
            write!(out, "({number})")?;
        }
        match self {
            Self::Missing => out.write_str("No such file or directory"),
            Self::NotADirectory => out.write_str("Not a directory"),
            Self::Denied => out.write_str("Permission denied"),
            Self::Directory => out.write_str("Is a directory"),
            Self::NotRegular(what) => write!(out, "not a regular file but {}", what.words()),
            Self::Loop => out.write_str("Too many levels of symbolic links"),
            Self::TooLarge { limit } => write!(out, "larger than {limit} bytes"),
            Self::Other(words) => out.write_str(words),
        }
    }
}

impl std::error::Error for Fault {}

/// What is known of a path's end without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// What it is; never [`FileType::Link`].
    pub kind: FileType,
    /// The twelve permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Number of bytes.
    pub len: u64,
}

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The directory's path with the name behind it.
    pub path: PathBuf,
    /// What the name itself is; links are not followed.
    pub kind: FileType,
}

/// A file system. Paths are absolute; a relative one is taken from wherever the implementation stands.
pub trait Files: Sync {
    /// All bytes of a regular file; anything else is a fault and is not opened, but [`NULL_DEVICE`] is empty.
    fn read(&self, path: &Path) -> Result<Vec<u8>, Fault>;

    /// What stands at the end of the path, links followed.
    fn stat(&self, path: &Path) -> Result<Stat, Fault>;

    /// Where a symbolic link points, as it is written there; `None` if the path is no link.
    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault>;

    /// The second since 1970 in which the file was changed last, if that is told.
    fn modified(&self, path: &Path) -> Option<i64> {
        let _ = path;
        None
    }

    /// Who owns what the path itself names, links not followed; where that is not told, who owns the folder it lies in.
    fn owner(&self, path: &Path) -> Result<u32, Fault> {
        self.stat(path.parent().unwrap_or(path)).map(|stat| stat.uid)
    }

    /// What a directory holds, sorted by name.
    fn entries(&self, path: &Path) -> Result<Vec<Entry>, Fault>;

    /// The paths of what a directory holds, sorted by name.
    fn children(&self, path: &Path) -> Result<Vec<PathBuf>, Fault> {
        Ok(self.entries(path)?.into_iter().map(|entry| entry.path).collect())
    }
}
