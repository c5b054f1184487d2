//! The password files that one file of a configuration names, whether or not the rest of it can be read.

use super::secrets::secrets;
use super::syntax::{Token, token};
use crate::answer::{UserFileSetting, UserFileSettings};

/// Every `auth_basic_user_file` up to the first thing that is no configuration text; paths with a variable are left out.
pub(in crate::servers) fn settings(bytes: &[u8]) -> UserFileSettings {
    let mut settings = UserFileSettings { secrets: secrets(bytes), ..UserFileSettings::default() };
    let mut at = 0;
    while let Ok((behind, token)) = token(bytes, at) {
        at = behind;
        match token {
            Token::Statement { words, opens: false } => {
                if let [name, path] = &words[..]
                    && name.value == b"auth_basic_user_file"
                    && !path.value.contains(&b'$')
                {
                    settings.files.push(UserFileSetting { path: path.value.clone(), span: path.span });
                }
            }
            Token::Statement { .. } | Token::Close(_) => {}
            Token::End => break,
        }
    }
    settings
}
