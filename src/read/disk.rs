//! The files of this machine, read so that no pipe hangs us, no device wakes and no giant eats the memory.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::files::{Entry, Fault, FileType, Files, NULL_DEVICE, Stat};

/// The most bytes of one file that are read unless said otherwise; a million users take 80 MB.
pub const LIMIT: u64 = 256 << 20;

/// This machine's file system.
#[derive(Debug, Clone, Copy)]
pub struct Disk {
    limit: u64,
}

impl Default for Disk {
    fn default() -> Self {
        Self { limit: LIMIT }
    }
}

impl Disk {
    /// The same, refusing files of more than `limit` bytes.
    #[must_use]
    pub fn with_limit(limit: u64) -> Self {
        Self { limit }
    }

    /// Whether this may be read as a whole.
    fn judge(self, found: &Metadata) -> Result<(), Fault> {
        match file_type(found.file_type()) {
            FileType::Regular if found.len() > self.limit => Err(Fault::TooLarge { limit: self.limit }),
            FileType::Regular => Ok(()),
            FileType::Directory => Err(Fault::Directory),
            other @ (FileType::Link | FileType::Fifo | FileType::Socket | FileType::Device) => {
                Err(Fault::NotRegular(other))
            }
        }
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        if path == Path::new(NULL_DEVICE) {
            return Ok(Vec::new());
        }
        self.judge(&std::fs::metadata(path)?)?;
        let file = open(path)?;
        // Another file may have taken the name since.
        let before = file.metadata()?;
        self.judge(&before)?;
        let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0) + 1);
        (&file).take(self.limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > self.limit {
            return Err(Fault::TooLarge { limit: self.limit });
        }
        let after = file.metadata()?;
        if before.len() != after.len() || before.modified().ok() != after.modified().ok() {
            return Err(Fault::Other("changed while it was read".to_owned()));
        }
        Ok(bytes)
    }

    fn stat(&self, path: &Path) -> Result<Stat, Fault> {
        let found = std::fs::metadata(path)?;
        let (mode, uid, gid) = rights(&found);
        Ok(Stat { kind: file_type(found.file_type()), mode, uid, gid, len: found.len() })
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        if std::fs::symlink_metadata(path)?.is_symlink() { Ok(Some(std::fs::read_link(path)?)) } else { Ok(None) }
    }

    fn modified(&self, path: &Path) -> Option<i64> {
        Some(std::os::unix::fs::MetadataExt::mtime(&std::fs::metadata(path).ok()?))
    }

    fn owner(&self, path: &Path) -> Result<u32, Fault> {
        Ok(std::os::unix::fs::MetadataExt::uid(&std::fs::symlink_metadata(path)?))
    }

    fn entries(&self, path: &Path) -> Result<Vec<Entry>, Fault> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            entries.push(Entry { path: entry.path(), kind: file_type(entry.file_type()?) });
        }
        entries.sort_unstable();
        Ok(entries)
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Should a pipe or a terminal have taken the name after the look at it, opening it neither waits nor binds us.
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn rights(found: &Metadata) -> (u32, u32, u32) {
    use std::os::unix::fs::MetadataExt;
    (found.mode() & 0o7777, found.uid(), found.gid())
}

#[cfg(not(unix))]
fn rights(found: &Metadata) -> (u32, u32, u32) {
    (if found.is_dir() { 0o755 } else { 0o644 }, 0, 0)
}

fn file_type(found: std::fs::FileType) -> FileType {
    if found.is_file() {
        FileType::Regular
    } else if found.is_dir() {
        FileType::Directory
    } else if found.is_symlink() {
        FileType::Link
    } else {
        special(found)
    }
}

#[cfg(unix)]
fn special(found: std::fs::FileType) -> FileType {
    use std::os::unix::fs::FileTypeExt;
    if found.is_fifo() {
        FileType::Fifo
    } else if found.is_socket() {
        FileType::Socket
    } else {
        FileType::Device
    }
}

#[cfg(not(unix))]
fn special(_: std::fs::FileType) -> FileType {
    FileType::Device
}

#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ELOOP)
}

#[cfg(not(unix))]
fn is_loop(_: &io::Error) -> bool {
    false
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if is_loop(&error) {
            return Self::Loop;
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's list is open")]
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::NotADirectory => Self::NotADirectory,
            ErrorKind::PermissionDenied => Self::Denied,
            ErrorKind::IsADirectory => Self::Directory,
            _ => Self::Other(error.to_string()),
        }
    }
}
