//! The password file that a configuration names, whether or not the rest of it is fine.

use super::ini::read;
use crate::answer::{UserFileSetting, UserFileSettings};

/// `htpasswd_filename`, where nothing is said of how passwords are stored, or that Radicale is to find out.
pub(in crate::servers) fn settings(bytes: &[u8]) -> UserFileSettings {
    let Ok(ini) = read(bytes) else { return UserFileSettings::default() };
    let of = |name| ini.get("auth", name);
    let detects = of("htpasswd_encryption").is_none_or(|setting| setting.value == "autodetect");
    let path = of("htpasswd_filename").filter(|setting| detects && !setting.value.starts_with('~'));
    let setting = path.map(|path| UserFileSetting { path: path.value.as_bytes().to_vec(), span: path.span });
    let others = ini.settings.iter().filter(|setting| Some(setting.span) != path.map(|path| path.span));
    UserFileSettings {
        secrets: others.map(|setting| setting.span).collect(),
        files: setting.into_iter().collect(),
        ..UserFileSettings::default()
    }
}
