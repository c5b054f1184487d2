//! The password file that a configuration names, whether or not the rest of it is fine.

use crate::answer::{UserFileSetting, UserFileSettings};
use crate::yaml::{Node, but};

/// The environment variable that stands for `auth.htpasswd.path` (distribution `configuration/parser.go`).
pub(in crate::servers) const VARIABLE: &str = "REGISTRY_AUTH_HTPASSWD_PATH";

/// `auth.htpasswd.path`.
pub(in crate::servers) fn settings(root: &Node) -> UserFileSettings {
    let path = root.at(&["auth", "htpasswd", "path"]);
    let setting = path.and_then(|path| Some(UserFileSetting { path: path.text()?.into(), span: path.span }));
    let files: Vec<_> = setting.into_iter().collect();
    UserFileSettings { secrets: but(root, files.iter().map(|file| file.span)), files, lists: Vec::new() }
}
