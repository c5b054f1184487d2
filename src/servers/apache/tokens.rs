//! What the server calls itself (server/core.c, `set_serv_tokens`, `ap_get_server_banner`).

use super::profile::Profile;

/// How much of itself the server tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tokens {
    /// Its name.
    Product,
    /// And the first number of its version.
    Major,
    /// And the second.
    Minor,
    /// And the third.
    Minimal,
    /// And the system.
    System,
    /// And what its modules add.
    #[default]
    Full,
}

impl Tokens {
    /// The word of a ServerTokens line that the server takes.
    #[must_use]
    pub(super) fn named(word: &[u8]) -> Self {
        match word.to_ascii_lowercase().as_slice() {
            b"prod" | b"productonly" => Self::Product,
            b"major" => Self::Major,
            b"minor" => Self::Minor,
            b"min" | b"minimal" => Self::Minimal,
            b"os" => Self::System,
            _ => Self::Full,
        }
    }
}

/// The name; `None`: a module may add one that is not known, as mod_ssl adds that of its library.
#[must_use]
pub(super) fn banner(tokens: Tokens, profile: &Profile) -> Option<Vec<u8>> {
    let [major, minor, patch] = profile.version;
    let adds = profile.modules.has(b"mod_ssl.c")
        || !profile.unnamed.is_empty()
        || profile.foreign.as_ref().is_none_or(|foreign| !foreign.is_empty());
    let banner = match tokens {
        Tokens::Product => "Apache".to_owned(),
        Tokens::Major => format!("Apache/{major}"),
        Tokens::Minor => format!("Apache/{major}.{minor}"),
        Tokens::Minimal => format!("Apache/{major}.{minor}.{patch}"),
        Tokens::Full if adds => return None,
        Tokens::System | Tokens::Full => format!("Apache/{major}.{minor}.{patch} (Debian)"),
    };
    Some(banner.into_bytes())
}
