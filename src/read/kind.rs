//! What a file most likely is, told from its name alone.

use std::path::Path;

/// The kinds of files that are judged without a config that leads to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A per-directory config of httpd: `.htaccess`, or what `AccessFileName` says.
    AccessFile,
    /// Users and stored passwords: `.htpasswd`, `htpasswd`, `site.htpasswd`, `htpasswd.users`, `.htpasswd-staging`.
    UserFile,
    /// Groups: the same names with `htgroup` or `htgroups`.
    GroupFile,
    /// Users, realms and digests: the same names with `htdigest`.
    DigestFile,
}

/// The files that may say who reads a password file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigKind {
    /// `docker-compose.yml`, `compose.yaml`, `docker-compose.prod.yml`, `shop-docker-compose.yml`.
    Compose,
    /// Other YAML.
    Yaml,
    /// Directives: `nginx.conf`, `default.conf.template`, what lies in `sites-enabled`, `radicale/config`.
    Directives,
}

/// Folders in which whatever lies is a configuration, under Debian.
const CONFIG_FOLDERS: &[&str] = &["sites-available", "sites-enabled", "conf-available", "conf-enabled"];

impl ConfigKind {
    /// The kind that the path's last names tell.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        if let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) {
            let compose = ["docker-compose", "compose"].iter().filter_map(|begin| stem.strip_prefix(begin));
            let begins = compose.clone().any(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
            let is_compose = begins || stem.ends_with("docker-compose");
            if is_compose && stem.split(['.', '-', '_']).any(|word| COPIES.contains(&word)) {
                return None;
            }
            return Some(if is_compose { Self::Compose } else { Self::Yaml });
        }
        let folder = path.parent().and_then(Path::file_name).and_then(std::ffi::OsStr::to_str);
        let directives = name.ends_with(".conf")
            || name.ends_with(".conf.template")
            || folder.is_some_and(|folder| CONFIG_FOLDERS.contains(&folder))
            || name == "config" && folder.is_some_and(|folder| folder.contains("radicale"));
        directives.then_some(Self::Directives)
    }
}

/// What may stand behind a dot: `htpasswd.users` is Nagios' file, `.htpasswd.prod` a habit. All else behind a dot is a
/// document, a program or a backup: `htpasswd.md`, `htpasswd.c`, `.htpasswd.bak`.
const ENDINGS: &[&str] =
    &["users", "admin", "prod", "production", "live", "staging", "stage", "dev", "test", "testing", "local"];

/// What marks a copy that no server reads.
const COPIES: &[&str] =
    &["bak", "back", "backup", "old", "orig", "copy", "save", "tmp", "sample", "example", "dist", "template"];

impl Kind {
    /// The kind that the path's last name tells; `None`: not ours, unless a config leads there.
    #[must_use]
    pub fn of(path: &Path, access_file_names: &[String]) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        if access_file_names.iter().any(|access| access == name) {
            return Some(Self::AccessFile);
        }
        [
            ("htpasswd", Self::UserFile),
            ("htgroups", Self::GroupFile),
            ("htgroup", Self::GroupFile),
            ("htdigest", Self::DigestFile),
        ]
        .into_iter()
        .find_map(|(stem, kind)| is_named_after(name, stem).then_some(kind))
    }
}

/// Whether the name is the stem, has it as its ending, or begins with it and goes on harmlessly.
fn is_named_after(name: &str, stem: &str) -> bool {
    let begins = name.strip_prefix('.').unwrap_or(name).strip_prefix(stem).is_some_and(goes_on);
    begins || name.strip_suffix(stem).is_some_and(|before| before.ends_with('.'))
}

/// Whether what follows the stem leaves it a file of that kind.
fn goes_on(rest: &str) -> bool {
    if let Some(ending) = rest.strip_prefix('.') {
        return ENDINGS.contains(&ending);
    }
    let Some(words) = rest.strip_prefix(['-', '_']) else {
        return rest.bytes().all(|byte| byte.is_ascii_digit());
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    words.bytes().all(plain) && !words.is_empty() && !words.split(['-', '_']).any(|word| COPIES.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<Kind> {
        Kind::of(Path::new(name), &[".htaccess".to_owned()])
    }

    #[test]
    fn user_files_are_known_by_name() {
        for name in [
            ".htpasswd",
            "htpasswd",
            "a/b/.htpasswd",
            "site.htpasswd",
            ".jekyll.htpasswd",
            "htpasswd.users",
            ".htpasswd.prod",
            ".htpasswd-staging",
            "htpasswd_admin_2",
            ".htpasswd2",
        ] {
            assert_eq!(kind(name), Some(Kind::UserFile), "{name}");
        }
        assert_eq!(kind(".htgroups"), Some(Kind::GroupFile));
        assert_eq!(kind("admin.htgroup"), Some(Kind::GroupFile));
        assert_eq!(kind("htdigest.users"), Some(Kind::DigestFile));
        assert_eq!(kind(".htaccess"), Some(Kind::AccessFile));
    }

    #[test]
    fn configurations_are_known_by_name() {
        let kind = |name: &str| ConfigKind::of(Path::new(name));
        for name in [
            "compose.yaml",
            "docker-compose.yml",
            "docker-compose.prod.yml",
            "a/compose.override.yaml",
            "shop-docker-compose.yml",
        ] {
            assert_eq!(kind(name), Some(ConfigKind::Compose), "{name}");
        }
        assert_eq!(kind("docker-compose.example.yml"), None);
        assert_eq!(kind("composer.yml"), Some(ConfigKind::Yaml));
        for name in ["nginx.conf", "templates/default.conf.template", "sites-enabled/shop"] {
            assert_eq!(kind(name), Some(ConfigKind::Directives), "{name}");
        }
        assert_eq!(kind("compose.json"), None);
    }

    #[test]
    fn copies_documents_and_programs_are_not() {
        for name in [
            ".htpasswd.bak",
            ".htpasswd~",
            ".htpasswd-",
            ".htpasswd-old",
            ".htpasswd_2024_backup",
            ".htpasswd.example",
            "#.htpasswd#",
            ".htpasswd.swp",
            "htpasswd.md",
            "htpasswd.py",
            "htpasswd.c",
            "htpasswd.1",
            "htpasswd.exe",
            "test_htpasswd",
            "htpasswdgen",
            "htgroups.html",
            ".htaccess.dist",
            "htaccess",
            ".HTACCESS",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }
}
