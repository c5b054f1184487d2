//! Lays a whole-config case out on disk, as it would lie on the server's machine.

use std::fs;
use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};

use super::layout::{give, replaced};
use super::served::Plan;

const FIRST_PORT: u16 = 12_000;
const PORTS: u16 = 20_000;

static NEXT: AtomicU32 = AtomicU32::new(0);
static NEXT_PORT: AtomicU16 = AtomicU16::new(0);

/// A case on disk; the folder goes when this is dropped.
pub(crate) struct Placed {
    /// What `@ROOT@` stands for.
    pub(crate) root: PathBuf,
    /// What `@PORT@` stands for.
    pub(crate) port: u16,
    /// What `@TLSPORT@` stands for.
    pub(crate) tls_port: u16,
}

impl Drop for Placed {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.root));
    }
}

impl Placed {
    /// A fresh empty root below the system's temporary folder, and ports that were free a moment ago.
    pub(crate) fn empty() -> Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("htlint-served-{}-{number}", std::process::id()));
        let placed = Self { root, port: free_port(), tls_port: free_port() };
        fs::create_dir(&placed.root)?;
        placed.finish(&placed.root, 0o755)?;
        Ok(placed)
    }

    /// Lays out `files/` of a case with all that its plan says.
    pub(crate) fn new(files: &Path, plan: &Plan) -> Result<Self> {
        let placed = Self::empty()?;
        placed.copy(files, &placed.root)?;
        placed.set(plan)?;
        Ok(placed)
    }

    /// Writes one file, with the folders above it and the marks filled in.
    pub(crate) fn write(&self, path: &str, text: &[u8]) -> Result<()> {
        self.folder_of(path)?;
        let path = self.root.join(path);
        fs::write(&path, self.filled(text))?;
        self.finish(&path, 0o644)
    }

    /// What a plan says beside the files: folders, links, owners, modes.
    pub(crate) fn set(&self, plan: &Plan) -> Result<()> {
        for folder in &plan.folders {
            self.folder_of(&format!("{folder}/x"))?;
        }
        for (path, text) in &plan.texts {
            self.write(path, text.as_bytes())?;
        }
        for (path, target) in &plan.links {
            self.folder_of(path)?;
            symlink(String::from_utf8_lossy(&self.filled(target.as_bytes())).as_ref(), self.root.join(path))?;
        }
        for (path, owner) in plan.owners.iter().filter(|_| is_root()) {
            give(&self.root.join(path), owner)?;
        }
        // Deepest first: a folder may be closed to us, too.
        for (path, mode) in plan.modes.iter().rev() {
            let mode = u32::from_str_radix(mode, 8).map_err(Error::other)?;
            fs::set_permissions(self.root.join(path), fs::Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    /// Text with `@ROOT@`, `@PORT@` and `@TLSPORT@` filled in; bytes, for a file need not be UTF-8.
    fn filled(&self, text: &[u8]) -> Vec<u8> {
        let text = replaced(text, b"@ROOT@", self.root.as_os_str().as_encoded_bytes());
        let text = replaced(&text, b"@TLSPORT@", self.tls_port.to_string().as_bytes());
        replaced(&text, b"@PORT@", self.port.to_string().as_bytes())
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let target = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                fs::create_dir(&target)?;
                self.finish(&target, 0o755)?;
                self.copy(&entry.path(), &target)?;
            } else {
                fs::write(&target, self.filled(&fs::read(entry.path())?))?;
                self.finish(&target, 0o644)?;
            }
        }
        Ok(())
    }

    /// The folders above a path below the root, made where they are missing.
    fn folder_of(&self, path: &str) -> Result<()> {
        let mut folder = self.root.clone();
        for part in Path::new(path).parent().into_iter().flat_map(Path::iter) {
            folder.push(part);
            if !folder.is_dir() {
                fs::create_dir(&folder)?;
                self.finish(&folder, 0o755)?;
            }
        }
        Ok(())
    }

    fn finish(&self, path: &Path, mode: u32) -> Result<()> {
        if is_root() {
            give(path, "www-data")?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    }
}

/// Whether this process may give files away and start servers that change their user.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A port that was free a moment ago: below those that the system gives to clients, none given twice in a round.
fn free_port() -> u16 {
    let start = u16::try_from(std::process::id().wrapping_mul(7) % u32::from(PORTS)).unwrap_or_default();
    let next = || FIRST_PORT + start.wrapping_add(NEXT_PORT.fetch_add(1, Ordering::Relaxed)) % PORTS;
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(next).find(free).unwrap_or_default()
}
