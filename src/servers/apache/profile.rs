//! What stands in where no server configuration is given: Debian's Apache 2.4 as its package installs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::config::{DirConfig, Provider as AuthzProvider};
use super::directives::{MODULES_VERSION, ModuleSet, Override};
use crate::hash::{Crypt, Verifier};

/// Providers that stand for others (`<AuthnProviderAlias>`, `<AuthzProviderAlias>`).
#[derive(Debug, Clone, Default)]
pub struct Aliases {
    /// By name: the provider of passwords it stands for, and what holds while that is asked.
    pub(super) authn: BTreeMap<String, (String, Arc<DirConfig>)>,
    /// By name: the rule it stands for, and what holds while that is asked.
    pub(super) authz: BTreeMap<String, (AuthzProvider, Arc<DirConfig>)>,
}

/// Facts of the server that its per-directory files do not tell.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The modules that are loaded.
    pub modules: ModuleSet,
    /// Whether the modules were told, and not assumed.
    pub modules_told: bool,
    /// The modules from elsewhere that are loaded; `None`: nobody said.
    pub foreign: Option<BTreeSet<&'static str>>,
    /// Identifiers of loaded modules that htlint has never heard of.
    pub unnamed: BTreeSet<String>,
    /// Providers under other names.
    pub aliases: Aliases,
    /// Methods that the main configuration makes known.
    pub methods: Vec<String>,
    /// Whether the main configuration sets up a cache of passwords (mod_authn_socache).
    pub caches: bool,
    /// What `AllowOverride` grants to per-directory files.
    pub allow_override: Override,
    /// Names that `<IfDefine>` knows, each with its value for `${}`.
    pub defines: BTreeMap<String, Option<String>>,
    /// The environment of the server's process.
    pub env: BTreeMap<String, String>,
    /// `ServerRoot`, from which relative paths start.
    pub server_root: String,
    /// The version, for `<IfVersion>`.
    pub version: [u32; 3],
    /// Which crypt(3) stands behind APR.
    pub platform: Crypt,
}

impl Default for Profile {
    fn default() -> Self {
        let mut parts = MODULES_VERSION.split('.').filter_map(|part| part.parse().ok());
        let mut part = || parts.next().unwrap_or(0);
        Self {
            modules: ModuleSet::all(),
            modules_told: false,
            foreign: None,
            aliases: Aliases::default(),
            unnamed: BTreeSet::new(),
            caches: false,
            methods: Vec::new(),
            allow_override: Override::ALL,
            defines: BTreeMap::new(),
            env: BTreeMap::new(),
            server_root: "/etc/apache2".to_owned(),
            version: [part(), part(), part()],
            platform: Crypt::Libxcrypt,
        }
    }
}

impl Profile {
    /// Who checks stored passwords: APR, with the platform's crypt(3) behind it.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::Apr(self.platform)
    }

    /// Whether a module is loaded of which htlint knows nothing but its identifier.
    #[must_use]
    pub fn has_unnamed(&self, identifier: &[u8]) -> bool {
        self.unnamed.iter().any(|known| known.as_bytes() == identifier)
    }

    /// The value of `${NAME}`: of a Define, whose names have no case, else of the environment
    /// (server/core.c, `ap_resolve_env`).
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        let mut defined = self.defines.iter().filter(|(defined, _)| defined.eq_ignore_ascii_case(name));
        defined.find_map(|(_, value)| value.clone()).or_else(|| self.env.get(name).cloned())
    }
}
