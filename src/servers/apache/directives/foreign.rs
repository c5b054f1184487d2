//! Modules that sites use and Debian's apache2 package does not ship: whether a server has them cannot be told.

use std::sync::OnceLock;

const TABLE: &str = include_str!("foreign.tsv");

/// A module, or a group of modules, from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignModule {
    /// What people call it.
    pub name: &'static str,
    /// Debian's package of it, if there is one.
    pub package: Option<&'static str>,
    /// The names `<IfModule>` knows it by, of all its versions; case-sensitive.
    pub modules: Vec<&'static str>,
    directives: Vec<&'static str>,
    auth_types: Vec<&'static str>,
    providers: Vec<&'static str>,
}

impl ForeignModule {
    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (name, package) = (fields.next()?, fields.next()?);
        let mut words = || fields.next().map(|field| field.split_whitespace().collect());
        Some(Self {
            name,
            package: (!package.is_empty()).then_some(package),
            modules: words()?,
            directives: words()?,
            auth_types: words()?,
            providers: words()?,
        })
    }
}

fn foreign_modules() -> &'static [ForeignModule] {
    static MODULES: OnceLock<Vec<ForeignModule>> = OnceLock::new();
    MODULES.get_or_init(|| TABLE.lines().skip(1).filter_map(ForeignModule::parse).collect())
}

/// The foreign module that `<IfModule NAME>` asks for, if `name` is one's.
#[must_use]
pub fn foreign_module(name: &[u8]) -> Option<&'static ForeignModule> {
    foreign_modules().iter().find(|module| module.modules.iter().any(|known| known.as_bytes() == name))
}

/// The foreign module that brings the directive `name`, in any case; a section's name starts with `<`.
#[must_use]
pub fn foreign_directive(name: &[u8]) -> Option<&'static ForeignModule> {
    let matches = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start.as_bytes())),
        None => name.eq_ignore_ascii_case(pattern.as_bytes()),
    };
    foreign_modules().iter().find(|module| module.directives.iter().any(matches))
}

/// The foreign module that answers `AuthType name`, in any case.
#[must_use]
pub fn foreign_auth_type(name: &[u8]) -> Option<&'static ForeignModule> {
    let is_named = |known: &&str| known.as_bytes().eq_ignore_ascii_case(name);
    foreign_modules().iter().find(|module| module.auth_types.iter().any(is_named))
}

/// The foreign module that registers the authentication or authorization provider `name`, case-sensitive.
#[must_use]
pub fn foreign_provider(name: &[u8]) -> Option<&'static ForeignModule> {
    foreign_modules().iter().find(|module| module.providers.iter().any(|known| known.as_bytes() == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::apache::directives::{ModuleSet, directives, meant_modules, module};

    fn name(found: Option<&'static ForeignModule>) -> Option<&'static str> {
        found.map(|module| module.name)
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(foreign_modules().len(), TABLE.lines().count() - 1);
    }

    #[test]
    fn php_is_known_by_all_its_names() {
        for known in ["mod_php.c", "mod_php5.c", "mod_php7.c", "mod_php8.c", "php_module", "php5_module", "php7_module"]
        {
            assert_eq!(name(foreign_module(known.as_bytes())), Some("PHP"), "{known}");
        }
        assert_eq!(name(foreign_directive(b"PHP_value")), Some("PHP"));
        assert_eq!(name(foreign_directive(b"php_values")), None);
    }

    #[test]
    fn a_prefix_finds_all_directives_of_a_module() {
        assert_eq!(name(foreign_directive(b"oidcclientid")), Some("mod_auth_openidc"));
        assert_eq!(name(foreign_directive(b"SecRuleEngine")), Some("ModSecurity"));
        assert_eq!(name(foreign_directive(b"<Perl")), Some("mod_perl"));
        assert_eq!(name(foreign_directive(b"Se")), None);
    }

    #[test]
    fn types_and_providers_lead_to_their_module() {
        assert_eq!(name(foreign_auth_type(b"Shibboleth")), Some("Shibboleth"));
        assert_eq!(name(foreign_auth_type(b"Basic")), None);
        assert_eq!(name(foreign_provider(b"unix-group")), Some("mod_authz_unixgroup"));
        assert_eq!(name(foreign_provider(b"UNIX-group")), None);
    }

    #[test]
    fn nothing_foreign_is_in_the_package() {
        let all = ModuleSet::all();
        for row in directives() {
            assert_eq!(name(foreign_directive(row.name.as_bytes())), None, "{}", row.name);
        }
        for foreign in foreign_modules() {
            for known in &foreign.modules {
                assert_eq!(module(known.as_bytes()), None, "{known}");
                assert!(meant_modules(known.as_bytes()).is_empty(), "{known}");
            }
            for provider in &foreign.providers {
                assert!(all.authn_provider(provider.as_bytes()).is_none(), "{provider}");
                assert!(all.authz_provider(provider.as_bytes()).is_none(), "{provider}");
            }
        }
    }
}
