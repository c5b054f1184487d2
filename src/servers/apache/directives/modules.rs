//! The modules of Debian's apache2 package, which of them a server has, and the auth providers they bring.

use super::table::{Directive, find};
use std::collections::HashMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("modules.tsv");
const MISNAMED: &str = include_str!("misnamed.tsv");

/// How a module of the package comes into a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loading {
    /// Part of the binary: always there.
    CompiledIn,
    /// Switched on when Debian's package is installed.
    Default,
    /// Shipped, and there once somebody has called `a2enmod`.
    Shipped,
}

/// One module of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Name of its source file, one of the two names `<IfModule>` knows: `mod_auth_basic.c`.
    pub source: &'static str,
    /// Its identifier, the other one, and `LoadModule`'s: `auth_basic_module`.
    pub identifier: &'static str,
    /// What `a2enmod` calls it; `None` for a compiled-in one.
    pub load: Option<&'static str>,
    /// How it comes into a server.
    pub loading: Loading,
    authn: Vec<(&'static str, bool)>,
    authz: Vec<&'static str>,
}

/// An authentication or authorization provider, and the module it comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// Its name, which is case-sensitive.
    pub name: &'static str,
    /// The module that registers it.
    pub module: &'static Module,
    /// Whether `AuthDigestProvider` takes it (`get_realm_hash` in `authn_provider`, mod_auth.h); false for an
    /// authorization provider.
    pub realm_lookup: bool,
}

impl Module {
    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (source, identifier, load) = (fields.next()?, fields.next()?, fields.next()?);
        let loading = match fields.next()? {
            "compiled-in" => Loading::CompiledIn,
            "default" => Loading::Default,
            "shipped" => Loading::Shipped,
            _ => return None,
        };
        let (authn, realm, authz) = (fields.next()?, fields.next()?, fields.next()?);
        let with_realm = |name: &str| realm.split_whitespace().any(|other| other == name);
        Some(Self {
            source,
            identifier,
            load: (!load.is_empty()).then_some(load),
            loading,
            authn: authn.split_whitespace().map(|name| (name, with_realm(name))).collect(),
            authz: authz.split_whitespace().collect(),
        })
    }
}

/// The version of Apache httpd from which the tables were recorded.
pub const MODULES_VERSION: &str = "2.4.71";

/// All modules of the package, compiled-in ones first, then in the order in which Debian's config loads them.
#[must_use]
pub fn modules() -> &'static [Module] {
    static MODULES: OnceLock<Vec<Module>> = OnceLock::new();
    MODULES.get_or_init(|| TABLE.lines().skip(2).filter_map(Module::parse).collect())
}

/// The module that `<IfModule>` means by `name`: a source file or an identifier, case-sensitive (server/core.c,
/// `start_ifmod`).
#[must_use]
pub fn module(name: &[u8]) -> Option<&'static Module> {
    modules().get(number(name)?)
}

/// The place in [`modules`] of the one with this source file name or identifier.
fn number(name: &[u8]) -> Option<usize> {
    static NUMBERS: OnceLock<HashMap<&'static [u8], usize>> = OnceLock::new();
    let numbers = NUMBERS.get_or_init(|| {
        let numbered = modules().iter().enumerate();
        numbered.flat_map(|(at, module)| [module.source, module.identifier].map(|name| (name.as_bytes(), at))).collect()
    });
    numbers.get(name).copied()
}

/// The source files of the modules that somebody means by a `name` which no 2.4 server knows: one of an older version
/// (`mod_auth.c`), or a known one without its `.c`, without its `mod_`, in other letters or as a file (`mod_ssl.so`).
///
/// Empty where `name` is known, and where nothing is like it.
#[must_use]
pub fn meant_modules(name: &[u8]) -> Vec<&'static str> {
    let Ok(text) = str::from_utf8(name) else { return Vec::new() };
    if module(name).is_some() {
        return Vec::new();
    }
    let text = text.to_ascii_lowercase();
    let row = MISNAMED.lines().filter_map(|line| line.split_once('\t')).find(|(old, _)| *old == text);
    if let Some((_, meant)) = row {
        return meant.split_whitespace().collect();
    }
    let bare = [".c", ".so", ".cpp", ".load"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(&text);
    let bare = bare.strip_suffix("_module").unwrap_or(bare);
    let bare = bare.strip_prefix("mod_").unwrap_or(bare);
    let is_meant = |module: &&Module| {
        module.identifier.strip_suffix("_module") == Some(bare) || module.source.strip_suffix(".c") == Some(bare)
    };
    modules().iter().filter(is_meant).map(|module| module.source).collect()
}

/// The modules that a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSet(Vec<bool>);

impl ModuleSet {
    fn of(wanted: impl Fn(&Module) -> bool) -> Self {
        Self(modules().iter().map(wanted).collect())
    }

    /// What no server lacks: the compiled-in modules. The ground for a main config's own `LoadModule` lines.
    #[must_use]
    pub fn compiled_in() -> Self {
        Self::of(|module| module.loading == Loading::CompiledIn)
    }

    /// What is on when Debian's package is just installed.
    #[must_use]
    pub fn debian_default() -> Self {
        Self::of(|module| module.loading != Loading::Shipped)
    }

    /// Every module that the package ships, with Debian's default MPM (a server holds one).
    #[must_use]
    pub fn all() -> Self {
        Self::of(|module| module.loading != Loading::Shipped || !module.identifier.starts_with("mpm_"))
    }

    /// The compiled-in modules and those named, by identifier, source file or Debian's name; and the names that mean no
    /// module of the package.
    #[must_use]
    pub fn named<'n>(names: &[&'n str]) -> (Self, Vec<&'n str>) {
        let mut set = Self::compiled_in();
        let unknown = names.iter().copied().filter(|name| !set.add(name)).collect();
        (set, unknown)
    }

    /// Adds one module by identifier, source file or Debian's name; false where the package has none of that name.
    pub fn add(&mut self, name: &str) -> bool {
        let is_named =
            |module: &Module| [module.identifier, module.source].contains(&name) || module.load == Some(name);
        let mut known = false;
        for (slot, _) in self.0.iter_mut().zip(modules()).filter(|(_, module)| is_named(module)) {
            *slot = true;
            known = true;
        }
        known
    }

    /// The modules in it.
    pub fn iter(&self) -> impl Iterator<Item = &'static Module> {
        modules().iter().zip(&self.0).filter(|(_, there)| **there).map(|(module, _)| module)
    }

    /// Whether it holds the module with this source file name or identifier: what `<IfModule>` asks of a module of the
    /// package.
    #[must_use]
    pub fn has(&self, name: &[u8]) -> bool {
        number(name).and_then(|at| self.0.get(at).copied()).unwrap_or(false)
    }

    /// The directives called `name` that these modules bring, in the order in which the server asks the modules; none
    /// is an unknown directive.
    pub fn directives(&self, name: &[u8]) -> impl Iterator<Item = &'static Directive> {
        find(name).iter().filter(|row| self.has(row.module.as_bytes()))
    }

    /// All authentication providers of these modules.
    pub fn authn_providers(&self) -> impl Iterator<Item = Provider> {
        self.iter().flat_map(|module| {
            module.authn.iter().map(move |(name, realm_lookup)| Provider { name, module, realm_lookup: *realm_lookup })
        })
    }

    /// All authorization providers of these modules.
    pub fn authz_providers(&self) -> impl Iterator<Item = Provider> {
        self.iter()
            .flat_map(|module| module.authz.iter().map(move |name| Provider { name, module, realm_lookup: false }))
    }

    /// The authentication provider that `AuthBasicProvider` knows by this name (mod_auth_basic.c,
    /// `add_authn_provider`).
    #[must_use]
    pub fn authn_provider(&self, name: &[u8]) -> Option<Provider> {
        self.authn_providers().find(|provider| provider.name.as_bytes() == name)
    }

    /// The authorization provider that `Require` knows by this name (mod_authz_core.c, `add_authz_provider`).
    #[must_use]
    pub fn authz_provider(&self, name: &[u8]) -> Option<Provider> {
        self.authz_providers().find(|provider| provider.name.as_bytes() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::apache::directives::directives;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(modules().len(), TABLE.lines().count() - 2);
        assert!(TABLE.starts_with(&format!("# Apache {MODULES_VERSION} ")));
        assert!(directives().iter().all(|row| module(row.module.as_bytes()).is_some()));
    }

    #[test]
    fn debian_switches_on_authz_user_but_not_authz_groupfile() {
        let debian = ModuleSet::debian_default();
        assert!(debian.has(b"mod_authz_user.c") && debian.has(b"authz_user_module") && debian.has(b"mod_so.c"));
        assert!(!debian.has(b"mod_authz_groupfile.c") && ModuleSet::all().has(b"mod_authz_groupfile.c"));
        assert_eq!(debian.directives(b"authgroupfile").count(), 0);
        assert_eq!(ModuleSet::all().directives(b"authgroupfile").count(), 1);
    }

    #[test]
    fn one_mpm_is_in_all() {
        let mpms: Vec<_> = ModuleSet::all().iter().filter(|m| m.identifier.starts_with("mpm_")).collect();
        assert_eq!(mpms.len(), 1);
        assert_eq!(mpms[0].source, "event.c");
    }

    #[test]
    fn a_list_takes_all_three_kinds_of_names_and_tells_the_unknown_ones() {
        let (set, unknown) =
            ModuleSet::named(&["auth_basic", "mod_authn_file.c", "authz_user_module", "mod_nothing.c"]);
        assert_eq!(unknown, ["mod_nothing.c"]);
        assert!(set.has(b"core.c") && set.has(b"mod_auth_basic.c") && set.authn_provider(b"file").is_some());
        assert!(set.authz_provider(b"ip").is_none());
    }

    #[test]
    fn if_module_knows_a_module_by_two_names_and_no_other() {
        assert_eq!(module(b"auth_basic_module"), module(b"mod_auth_basic.c"));
        for name in ["mod_auth_basic", "auth_basic", "mod_auth_basic.so", "MOD_AUTH_BASIC.C", "mod_auth.c", ""] {
            assert_eq!(module(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn a_name_that_no_server_knows_tells_what_was_meant() {
        assert_eq!(meant_modules(b"mod_auth.c"), ["mod_auth_basic.c", "mod_authn_file.c"]);
        for name in ["mod_auth_basic", "auth_basic", "mod_auth_basic.so", "MOD_AUTH_BASIC.C", "auth_basic_module.c"] {
            assert_eq!(meant_modules(name.as_bytes()), ["mod_auth_basic.c"], "{name}");
        }
        assert!(meant_modules(b"mod_auth_basic.c").is_empty());
        assert!(meant_modules(b"mod_php.c").is_empty());
        assert!(meant_modules(b"").is_empty());
    }

    #[test]
    fn misnamed_rows_are_unknown_names_that_mean_known_modules() {
        for (old, meant) in MISNAMED.lines().filter_map(|line| line.split_once('\t')) {
            assert_eq!(module(old.as_bytes()), None, "{old}");
            assert!(meant.split_whitespace().all(|name| module(name.as_bytes()).is_some()), "{old}");
        }
    }

    #[test]
    fn providers_are_known_by_case_and_with_their_realm_lookup() {
        let all = ModuleSet::all();
        assert!(all.authn_provider(b"file").is_some_and(|provider| provider.realm_lookup));
        assert!(all.authn_provider(b"anon").is_some_and(|provider| !provider.realm_lookup));
        assert!(all.authn_provider(b"FILE").is_none());
        assert_eq!(all.authz_provider(b"user").map(|provider| provider.module.source), Some("mod_authz_user.c"));
        assert!(all.authz_provider(b"users").is_none());
    }
}
