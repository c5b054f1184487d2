//! Which modules are loaded, in which order (configfile.c, `config_compat_module_load` and its kin; plugin.c,
//! `plugins_load`).

use super::block::{Block, Setting};
use super::keys::MODULES;
use super::value::Value;
use crate::source::Place;

/// A module of the list in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loaded {
    /// Its name.
    pub name: Vec<u8>,
    /// Where it is named; `None`: the server adds it by itself.
    pub place: Option<Place>,
}

/// The list in force.
#[must_use]
pub(super) fn list(blocks: &[Block]) -> Vec<Loaded> {
    let global = |key: &str| blocks.first().and_then(|block| block.setting(key.as_bytes()));
    let written = global("server.modules").map_or(&[][..], |setting| setting.value.elements());
    let mut modules: Vec<Loaded> = Vec::new();
    for element in written {
        let Some(name) = element.value.text() else { continue };
        if !modules.iter().any(|known| known.name == name) {
            modules.push(Loaded { name: name.to_vec(), place: Some(element.place) });
        }
    }
    let compat = global("server.compat-module-load").and_then(|setting| setting.value.truth()) != Some(false);
    if compat {
        complete(&mut modules, blocks);
    }
    replace_compress(&mut modules, blocks);
    modules
}

/// What the server adds and takes away for configurations of former times.
fn complete(modules: &mut Vec<Loaded>, blocks: &[Block]) {
    let has = |modules: &[Loaded], name: &str| modules.iter().any(|module| module.name == name.as_bytes());
    let own = |name: &str| Loaded { name: name.as_bytes().to_vec(), place: None };
    let before_auth = modules.iter().take_while(|module| module.name != b"mod_auth");
    let prepend_auth = before_auth.into_iter().any(|module| module.name.starts_with(b"mod_auth"));
    let contains_auth = has(modules, "mod_auth");
    for (module, keys, first) in [
        ("mod_indexfile", ["index-file.names", "server.indexfiles"], true),
        ("mod_dirlisting", ["dir-listing.activate", "server.dir-listing"], false),
    ] {
        let wanted = keys.iter().any(|key| is_on(blocks, key));
        if !wanted {
            modules.retain(|known| known.name != module.as_bytes());
        } else if !has(modules, module) {
            modules.insert(if first { 0 } else { modules.len() }, own(module));
        }
    }
    if !has(modules, "mod_staticfile") {
        modules.push(own("mod_staticfile"));
    }
    let tls = ["mod_gnutls", "mod_mbedtls", "mod_nss", "mod_openssl", "mod_wolfssl"];
    let speaks_tls =
        blocks.iter().flat_map(|block| block.settings.values()).any(|setting| setting.key.starts_with(b"ssl."));
    if speaks_tls && !tls.iter().any(|name| has(modules, name)) {
        modules.push(own("mod_openssl"));
    }
    for (backends, module) in
        [(&["htdigest", "htpasswd", "plain"][..], "mod_authn_file"), (&["ldap"], "mod_authn_ldap")]
    {
        let named =
            |setting: &&Setting| backends.iter().any(|backend| setting.value.text() == Some(backend.as_bytes()));
        let wanted = blocks.iter().filter_map(|block| block.setting(b"auth.backend")).any(|setting| named(&setting));
        if contains_auth && wanted && !has(modules, module) {
            modules.push(own(module));
        }
    }
    if prepend_auth {
        modules.insert(0, own("mod_auth"));
    }
}

/// Whether a key is set to something in some block (`config_has_opt_enabled`).
fn is_on(blocks: &[Block], key: &str) -> bool {
    blocks.iter().filter_map(|block| block.setting(key.as_bytes())).any(|setting| match &setting.value {
        Value::List(elements) => !elements.is_empty(),
        Value::Text(_) | Value::Number(_) => setting.value.truth() == Some(true),
    })
}

/// `config_deprecate_module_compress`: mod_compress is mod_deflate today.
fn replace_compress(modules: &mut Vec<Loaded>, blocks: &[Block]) {
    let used =
        blocks.iter().flat_map(|block| block.settings.values()).any(|setting| setting.key.starts_with(b"compress."));
    let deflate = modules.iter().any(|module| module.name == b"mod_deflate");
    if deflate || !used {
        modules.retain(|module| module.name != b"mod_compress");
    }
    for module in modules.iter_mut().filter(|module| module.name == b"mod_compress") {
        module.name = b"mod_deflate".to_vec();
    }
}

/// Whether Debian's package lighttpd has the module.
#[must_use]
pub(super) fn is_installed(name: &[u8]) -> bool {
    MODULES.iter().any(|module| module.name.as_bytes() == name && name.starts_with(b"mod_"))
}
