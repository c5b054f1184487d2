//! Paths of the target server as text: joined and cleaned as httpd does it, without a look at any disk.

use std::path::{Component, Path, PathBuf};

/// The most bytes that root and path may have together: apr refuses more (`APR_PATH_MAX`, less what it adds).
const MOST_BYTES: usize = 4092;

/// A path of the server from the bytes a config holds.
#[cfg(unix)]
#[must_use]
pub fn server_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path of the server from the bytes a config holds; what is not UTF-8 cannot be a path here.
#[cfg(not(unix))]
#[must_use]
pub fn server_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The path that a server's root and a path from its config make together, as `ap_server_root_relative` and
/// `apr_filepath_merge` have it on Unix: `.`, `..` and doubled slashes go textually, `..` at the top is dropped, a slash
/// at the end stays. `None`: longer than apr takes.
#[must_use]
pub fn merge(root: &Path, path: &Path) -> Option<PathBuf> {
    let most = root.as_os_str().len() + path.as_os_str().len();
    (most <= MOST_BYTES).then(|| normalize(&root.join(path)))
}

/// An absolute path with `.`, `..` and doubled slashes taken out of the text; a slash at the end stays.
#[must_use]
pub fn normalize(path: &Path) -> PathBuf {
    let mut clean = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    if is_folder_text(path) && clean.parent().is_some() {
        clean.push("");
    }
    clean
}

/// Whether the text can only mean a folder: it ends in a slash, `.` or `..`.
pub(super) fn is_folder_text(path: &Path) -> bool {
    let bytes = path.as_os_str().as_encoded_bytes();
    [b"/".as_slice(), b"/.", b"/.."].iter().any(|end| bytes.ends_with(end))
}
