//! Lays a case out on disk, as the server's host would have it.

use std::fs;
use std::io::{Error, Result};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::case::{Case, Setup};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A case on disk; the folder goes when this is dropped.
pub(crate) struct Laid {
    /// The folder that holds `site/` and `server/`.
    pub(crate) root: PathBuf,
}

impl Drop for Laid {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.root));
    }
}

impl Laid {
    /// The document root.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("site")
    }

    /// The ServerRoot.
    pub(crate) fn server(&self) -> PathBuf {
        self.root.join("server")
    }

    /// Text with `@SITE@` and `@SERVER@` filled in.
    fn filled(&self, text: &[u8]) -> Vec<u8> {
        let site = replaced(text, b"@SITE@", self.site().as_os_str().as_encoded_bytes());
        replaced(&site, b"@SERVER@", self.server().as_os_str().as_encoded_bytes())
    }
}

/// Lays `case` out in a fresh folder below the system's temporary one, with owners and modes. Needs root for the owners.
pub(crate) fn lay_out(case: &Case) -> Result<Laid> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let laid = Laid { root: std::env::temp_dir().join(format!("htlint-case-{}-{number}", std::process::id())) };
    fs::create_dir(&laid.root)?;
    fs::set_permissions(&laid.root, fs::Permissions::from_mode(0o755))?;
    copy(&case.site(), &laid.site(), &laid)?;
    match case.server() {
        Some(server) => copy(&server, &laid.server(), &laid)?,
        None => fs::create_dir(laid.server())?,
    }
    set_rights(&laid.root, &case.setup)?;
    Ok(laid)
}

fn copy(from: &Path, to: &Path, laid: &Laid) -> Result<()> {
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_symlink() {
        let target = laid.filled(fs::read_link(from)?.as_os_str().as_encoded_bytes());
        return symlink(String::from_utf8_lossy(&target).as_ref(), to);
    }
    if kind.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()), laid)?;
        }
        give(to, "www-data")?;
        return fs::set_permissions(to, fs::Permissions::from_mode(0o755));
    }
    fs::write(to, laid.filled(&fs::read(from)?))?;
    give(to, "www-data")?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o644))
}

fn set_rights(root: &Path, setup: &Setup) -> Result<()> {
    for (path, owner) in &setup.owners {
        give(&root.join(path), owner)?;
    }
    for (path, mode) in &setup.modes {
        let mode = u32::from_str_radix(mode, 8).map_err(Error::other)?;
        fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

/// Gives a file to a user of this host and the group of the same name.
pub(crate) fn give(path: &Path, user: &str) -> Result<()> {
    let uid = number_of("/etc/passwd", user)?;
    let gid = number_of("/etc/group", user)?;
    chown(path, Some(uid), Some(gid))
}

fn number_of(list: &str, name: &str) -> Result<u32> {
    let text = fs::read_to_string(list)?;
    let mut lines = text.lines().map(|line| line.split(':'));
    let found = lines.find_map(|mut fields| fields.next().filter(|first| *first == name).and_then(|_| fields.nth(1)));
    let number = found.ok_or_else(|| Error::other(format!("no {name} in {list}")))?;
    number.parse().map_err(Error::other)
}

/// `text` with every `mark` replaced; bytes, for a site's files need not be UTF-8.
pub(crate) fn replaced(text: &[u8], mark: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(mark) {
            out.extend_from_slice(value);
            rest = after;
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}
