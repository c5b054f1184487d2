//! The password files that one file of a main configuration names, whether or not the rest of it can be read.

use super::secrets::secrets;
use crate::answer::{UserFileSetting, UserFileSettings};
use crate::lines::{LineLimit, logical_lines};
use crate::words::words;

/// Every `AuthUserFile`; paths with a variable are left out.
pub(in crate::servers) fn settings(bytes: &[u8]) -> UserFileSettings {
    let mut files = Vec::new();
    for line in logical_lines(bytes, LineLimit::LARGE).filter(|line| !line.is_skipped()) {
        let words = words(line.text.bytes());
        if let [name, path] = &words[..]
            && name.value.eq_ignore_ascii_case(b"AuthUserFile")
            && !path.value.contains(&b'$')
        {
            files.push(UserFileSetting { path: path.value.to_vec(), span: line.text.span_of(path.raw) });
        }
    }
    UserFileSettings { files, secrets: secrets(bytes), ..UserFileSettings::default() }
}
