//! The password files that a bootstrap names, whether or not the rest of it is fine.

use super::config::type_of;
use crate::answer::{UserFileSetting, UserFileSettings};
use crate::yaml::{Node, but};

/// The `users.filename` of every message of the filter basic_auth.
pub(in crate::servers) fn settings(root: &Node) -> UserFileSettings {
    let mut files = Vec::new();
    gather(root, &mut files);
    UserFileSettings {
        secrets: but(root, files.iter().map(|file: &UserFileSetting| file.span)),
        files,
        lists: Vec::new(),
    }
}

fn gather(node: &Node, files: &mut Vec<UserFileSetting>) {
    let path = node.at(&["users", "filename"]).filter(|_| type_of(node).contains(".basic_auth.v3.BasicAuth"));
    files.extend(path.and_then(|path| Some(UserFileSetting { path: path.text()?.into(), span: path.span })));
    node.pairs().iter().map(|(_, value)| value).chain(node.items()).for_each(|inner| gather(inner, files));
}
