//! The password files that one file of a configuration names, whether or not the rest of it can be read.

use super::words::lines;
use crate::answer::{UserFileSetting, UserFileSettings};

/// The file of every `auth_param basic program .../basic_ncsa_auth`.
pub(in crate::servers) fn settings(bytes: &[u8]) -> UserFileSettings {
    let mut settings = UserFileSettings::default();
    for (words, span) in lines(bytes) {
        let texts: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
        if let ["auth_param", "basic", "program", program, path, ..] = texts[..]
            && program.ends_with("ncsa_auth")
        {
            settings.files.push(UserFileSetting { path: path.into(), span });
            continue;
        }
        settings.secrets.push(span);
    }
    settings
}
