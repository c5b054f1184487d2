//! The password file that a configuration names.

use crate::answer::{UserFileSetting, UserFileSettings};
use crate::yaml::{self, Node};

/// The password file, whether or not the rest of it is fine: `auth.htpasswd.file`.
pub(in crate::servers) fn settings(root: &Node) -> UserFileSettings {
    let path = root.at(&["auth", "htpasswd", "file"]);
    let setting = path.and_then(|path| Some(UserFileSetting { path: path.text()?.into(), span: path.span }));
    let files: Vec<_> = setting.into_iter().collect();
    UserFileSettings { secrets: yaml::but(root, files.iter().map(|file| file.span)), files, lists: Vec::new() }
}
