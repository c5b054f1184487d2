//! The password files that one file of a configuration names, whether or not the rest of it can be read.

use super::secrets::secrets;
use super::token::{Kind, Token, tokens};
use crate::answer::{UserFileSetting, UserFileSettings};

/// Every `auth.backend.htpasswd.userfile` that is one string.
pub(in crate::servers) fn settings(bytes: &[u8]) -> UserFileSettings {
    let tokens = tokens(bytes);
    let setting = |line: &[Token]| match line {
        [
            Token { kind: Kind::Key(key), .. },
            Token { kind: Kind::Assign | Kind::ForceAssign, .. },
            Token { kind: Kind::Text(path), span },
            Token { kind: end, .. },
        ] if key == b"auth.backend.htpasswd.userfile" && *end != Kind::Plus => {
            Some(UserFileSetting { path: path.clone(), span: *span })
        }
        _ => None,
    };
    UserFileSettings {
        files: tokens.windows(4).filter_map(setting).collect(),
        secrets: secrets(bytes),
        ..UserFileSettings::default()
    }
}
