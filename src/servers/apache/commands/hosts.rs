//! Sections of the main configuration: `<VirtualHost>`, `<Directory>`, `<Location>`, `<Proxy>` and the aliases of providers
//! (server/core.c, `virtualhost_section`, `dirsection`, `urlsection`; modules/aaa/mod_authn_core.c,
//! `authaliassection`; mod_authz_core.c, `authz_require_alias_section`).

use std::path::Path;
use std::sync::Arc;

use super::addresses::host_address;
use crate::answer::{Because, Reason};
use crate::read::{merge, server_path};
use crate::servers::apache::config::{DirConfig, Provider};
use crate::servers::apache::directives::Override;
use crate::servers::apache::expr::{Pattern, PatternFault, is_glob};
use crate::servers::apache::host::Host;
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::{Reader, shown};
use crate::servers::apache::scope::Scope;
use crate::servers::apache::section::{DirectoryPattern, LocationPattern, Section};
use crate::servers::apache::tree::Node;
use crate::words::word;

type Body<'b, 's> = &'b [Node<'s>];

impl Reader<'_> {
    /// Executes a section that only the main configuration has; any other is of no matter to access, and its body is
    /// executed for its faults.
    pub(super) fn server_section(
        &mut self,
        open: &Directive<'_>,
        argument: &[u8],
        body: Body<'_, '_>,
        scope: &mut Scope,
    ) {
        let name = open.name.value.to_ascii_lowercase();
        match name.as_slice() {
            b"<virtualhost" => self.virtual_host(open, argument, body, scope),
            b"<directory" | b"<directorymatch" | b"<location" | b"<locationmatch" | b"<proxy" | b"<proxymatch" => {
                if !self.inside_another(open, scope) {
                    self.place_section(open, &name, argument, body, scope);
                }
            }
            b"<authnprovideralias" => self.authn_alias(open, argument, body, scope),
            b"<authzprovideralias" => self.authz_alias(open, argument, body, scope),
            _ => drop(self.inner(open, body, scope)),
        }
    }

    /// Sections for places do not nest (server/core.c, `ap_check_cmd_context`, `NOT_IN_DIR_CONTEXT`).
    fn inside_another(&mut self, open: &Directive<'_>, scope: &Scope) -> bool {
        let Some(context) = scope.within.last().filter(|_| scope.host.is_none()) else { return false };
        let reason = Reason::DirectiveNotAllowed { name: shown(open), context: context.clone(), needs: None };
        self.fault(Because::at(reason, open.place()));
        true
    }

    fn virtual_host(&mut self, open: &Directive<'_>, argument: &[u8], body: Body<'_, '_>, scope: &mut Scope) {
        if scope.is_within("<VirtualHost>") {
            let message = "<VirtualHost> doesn't nest!".to_owned();
            return self.refuse(open, &[], message);
        }
        let words = open.words_of(argument);
        if words.is_empty() {
            return self.refuse(open, &words, "<VirtualHost> directive requires additional arguments".to_owned());
        }
        let mut host = Host { place: Some(open.place()), ..Host::default() };
        for word in &words {
            match host_address(&word.value, 80) {
                Ok(Some(address)) => host.addresses.push(address),
                // A name that does not resolve is ignored; so is one that does, for nothing here says what it stands for.
                Ok(None) => {}
                Err(message) => return self.refuse(open, &words, message.to_owned()),
            }
        }
        let mut inner = Scope { within: vec![shown(open)], ..Scope::server(host) };
        self.walk(body, &mut inner);
        let host = inner.host.take();
        let settings = inner.finish();
        if let Some(host) = host {
            self.hosts.push(Host { settings, ..*host });
        }
    }

    fn place_section(
        &mut self,
        open: &Directive<'_>,
        name: &[u8],
        argument: &[u8],
        body: Body<'_, '_>,
        scope: &mut Scope,
    ) {
        let (rest, path) = next(argument);
        let tilde = (!name.ends_with(b"match") || name == b"<directorymatch") && path == b"~";
        let (rest, path) = if tilde { next(rest) } else { (rest, path) };
        let is_proxy = name.starts_with(b"<proxy");
        if path.is_empty() && rest.is_empty() && argument.is_empty() && !is_proxy {
            return self.refuse(open, &[], format!("{} directive requires additional arguments", shown(open)));
        }
        if !rest.is_empty() {
            return self.refuse(open, &[], format!("Multiple {} arguments not (yet) supported.", shown(open)));
        }
        let regex = if tilde || name.ends_with(b"match") {
            match Pattern::compile(&path, false) {
                Ok(pattern) => Some(Some(pattern)),
                Err(PatternFault::Undecided) => Some(None),
                Err(PatternFault::Refused) => {
                    return self.refuse(open, &[], "Regex could not be compiled".to_owned());
                }
            }
        } else {
            None
        };
        let mut config = self.inner(open, body, scope);
        config.content.stand_in(&path);
        let written = format!("{} {}>", open.name(), String::from_utf8_lossy(argument));
        let place = open.place();
        let Some(host) = &mut scope.host else { return };
        match (regex, name) {
            (Some(pattern), b"<directory" | b"<directorymatch") => {
                let slashes = path.iter().filter(|byte| **byte == b'/').count();
                let slashes = if path == b"/" { 0 } else { slashes };
                let pattern = DirectoryPattern::Regex(pattern, slashes);
                host.directories.push(Section { pattern, written, config, place });
            }
            (None, b"<directory" | b"<directorymatch") => {
                host.directories.push(Section { pattern: directory(&path), written, config, place });
            }
            (regex, _) => {
                let pattern = regex.map_or_else(|| LocationPattern::path(&path), LocationPattern::Regex);
                let section = Section { pattern, written, config, place };
                let list = if is_proxy { &mut host.proxies } else { &mut host.locations };
                list.push(section);
            }
        }
    }

    fn authn_alias(&mut self, open: &Directive<'_>, argument: &[u8], body: Body<'_, '_>, scope: &Scope) {
        let words = open.words_of(argument);
        let text = |index: usize| words.get(index).map(|word| String::from_utf8_lossy(&word.value).into_owned());
        if self.misplaced(open, scope) {
            return;
        }
        let (Some(base), Some(name)) = (text(0), text(1)) else {
            return self.refuse(open, &words, format!("{} directive requires additional arguments", shown(open)));
        };
        let config = self.alias_body(open, body, Override::AUTH_CONFIG.with(Override::ACCESS_CONF));
        if base == name {
            return self.refuse(
                open,
                &words,
                "The alias provider name must be different from the base provider name.".to_owned(),
            );
        }
        let modules = &self.profile.modules;
        if modules.authn_provider(name.as_bytes()).is_some() || self.aliases.authn.contains_key(&name) {
            return self.refuse(open, &words, format!("The alias provider {name} has already be registered previously as either a base provider or an alias provider."));
        }
        if modules.authn_provider(base.as_bytes()).is_none() && !self.aliases.authn.contains_key(&base) {
            let reason = Reason::UnknownAuthnProvider { name: base, nearest: None, module: None };
            return self.fault(Because::at(reason, open.place()));
        }
        self.aliases.authn.insert(name, (base, Arc::new(config)));
    }

    fn authz_alias(&mut self, open: &Directive<'_>, argument: &[u8], body: Body<'_, '_>, scope: &Scope) {
        let words = open.words_of(argument);
        if self.misplaced(open, scope) {
            return;
        }
        let [base, alias, args @ ..] = words.as_slice() else {
            return self.refuse(open, &words, format!("{} directive requires additional arguments", shown(open)));
        };
        let name = String::from_utf8_lossy(&alias.value).into_owned();
        let config = self.alias_body(open, body, Override::AUTH_CONFIG.with(Override::ACCESS_CONF));
        let args = args.first().map(|word| word.value.as_slice()).unwrap_or_default();
        let provider: Option<Provider> = self.provider(open, &base.value, args, scope.origin());
        if let Some(provider) = provider {
            self.aliases.authz.insert(name, (provider, Arc::new(config)));
        }
    }

    fn alias_body(&mut self, open: &Directive<'_>, body: Body<'_, '_>, overrides: Override) -> DirConfig {
        let mut inner = Scope { within: vec![shown(open)], ..Scope::new(overrides) };
        self.walk(body, &mut inner);
        inner.finish()
    }
}

/// The argument of a plain `<Directory>`: resolved textually, with a slash at its end.
fn directory(path: &[u8]) -> DirectoryPattern {
    if path == b"/" {
        return DirectoryPattern::Path(path.to_owned());
    }
    let absolute = path.first() == Some(&b'/');
    let merged = if absolute { merge(Path::new("/"), &server_path(path)) } else { None };
    let mut text = merged.map_or_else(|| path.to_owned(), |path| path.as_os_str().as_encoded_bytes().to_vec());
    if text.last() != Some(&b'/') {
        text.push(b'/');
    }
    if is_glob(&text) { DirectoryPattern::Glob(text) } else { DirectoryPattern::Path(text) }
}

fn next(argument: &[u8]) -> (&[u8], Vec<u8>) {
    word(argument).map_or((argument, Vec::new()), |(rest, word)| (rest, word.value.into_owned()))
}
