//! Where a directive may stand: the bits of `req_override`.

use std::ops::BitOr;

/// A set of override classes and places, as in `command_rec.req_override` (include/http_config.h).
///
/// `invoke_cmd` (server/config.c) allows a directive where its own set and the one in force share a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Override(u16);

impl Override {
    /// Nothing: `AllowOverride None`.
    pub const NONE: Self = Self(0);
    /// `OR_LIMIT`: `AllowOverride Limit`.
    pub const LIMIT: Self = Self(1);
    /// `OR_OPTIONS`: `AllowOverride Options`.
    pub const OPTIONS: Self = Self(2);
    /// `OR_FILEINFO`: `AllowOverride FileInfo`.
    pub const FILE_INFO: Self = Self(4);
    /// `OR_AUTHCFG`: `AllowOverride AuthConfig`.
    pub const AUTH_CONFIG: Self = Self(8);
    /// `OR_INDEXES`: `AllowOverride Indexes`.
    pub const INDEXES: Self = Self(16);
    /// `ACCESS_CONF`: inside `<Directory>`, `<Location>`, `<Files>` and `<If>` of the main config.
    pub const ACCESS_CONF: Self = Self(64);
    /// `RSRC_CONF`: outside of them, also in `<VirtualHost>`.
    pub const RSRC_CONF: Self = Self(128);
    /// `EXEC_ON_READ`: executed while the file is read, so judged by the file and not by the section around it.
    pub const EXEC_ON_READ: Self = Self(256);
    /// `PROXY_CONF`: inside `<Proxy>`.
    pub const PROXY_CONF: Self = Self(2048);

    /// `OR_ALL`: `AllowOverride All`.
    pub const ALL: Self = Self(1 | 2 | 4 | 8 | 16);
    /// In force at the top of the main config and in `<VirtualHost>` (server/config.c, `ap_process_config_tree`).
    pub const SERVER_CONFIG: Self = Self(128 | 2 | 4 | 16);
    /// In force inside `<Directory>`, `<Location>`, `<Files>` and `<If>` of the main config (server/core.c,
    /// `dirsection` and its neighbours).
    pub const DIRECTORY_SECTION: Self = Self(64 | 1 | 2 | 4 | 8 | 16);

    const NAMES: [(&'static str, Self); 10] = [
        ("OR_LIMIT", Self::LIMIT),
        ("OR_OPTIONS", Self::OPTIONS),
        ("OR_FILEINFO", Self::FILE_INFO),
        ("OR_AUTHCFG", Self::AUTH_CONFIG),
        ("OR_INDEXES", Self::INDEXES),
        ("ACCESS_CONF", Self::ACCESS_CONF),
        ("RSRC_CONF", Self::RSRC_CONF),
        ("EXEC_ON_READ", Self::EXEC_ON_READ),
        ("PROXY_CONF", Self::PROXY_CONF),
        ("", Self::NONE),
    ];

    /// Whether the two sets share a bit: the server's own test of whether a directive may stand somewhere.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without the bits of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What the words of an `AllowOverride` grant; `None` for a word that is none of its classes (server/core.c,
    /// `set_override`).
    #[must_use]
    pub fn granted(words: &[&str]) -> Option<Self> {
        words.iter().try_fold(Self::NONE, |granted, word| {
            let class = match word.to_ascii_lowercase().as_str() {
                "all" => Self::ALL,
                "none" => Self::NONE,
                "authconfig" => Self::AUTH_CONFIG,
                "fileinfo" => Self::FILE_INFO,
                "indexes" => Self::INDEXES,
                "limit" => Self::LIMIT,
                "options" => Self::OPTIONS,
                _ => return None,
            };
            Some(granted.with(class))
        })
    }

    /// The words that `AllowOverride` has for the classes in this set, in its documentation's order.
    pub fn classes(self) -> impl Iterator<Item = &'static str> {
        [
            ("AuthConfig", Self::AUTH_CONFIG),
            ("FileInfo", Self::FILE_INFO),
            ("Indexes", Self::INDEXES),
            ("Limit", Self::LIMIT),
            ("Options", Self::OPTIONS),
        ]
        .into_iter()
        .filter(move |(_, class)| self.meets(*class))
        .map(|(word, _)| word)
    }

    /// Reads `RSRC_CONF|OR_AUTHCFG` as the table writes it; `None` on an unknown name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.split('|').try_fold(Self::NONE, |set, name| {
            Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, bit)| set.with(*bit))
        })
    }
}

impl BitOr for Override {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

#[cfg(test)]
mod tests {
    use super::Override;

    #[test]
    fn names_of_the_table_become_bits() {
        assert_eq!(Override::parse("RSRC_CONF|OR_AUTHCFG"), Some(Override::RSRC_CONF | Override::AUTH_CONFIG));
        assert_eq!(Override::parse(""), Some(Override::NONE));
        assert_eq!(Override::parse("OR_NONSENSE"), None);
    }

    #[test]
    fn classes_are_told_in_the_words_of_allow_override() {
        let both = Override::LIMIT | Override::AUTH_CONFIG | Override::RSRC_CONF;
        assert_eq!(both.classes().collect::<Vec<_>>(), ["AuthConfig", "Limit"]);
    }
}
