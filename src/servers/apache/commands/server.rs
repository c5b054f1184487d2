//! Directives of the main configuration that set up the process and its hosts (server/core.c, server/listen.c,
//! modules/arch/unix/mod_unixd.c, modules/mappers/mod_alias.c, modules/proxy/mod_proxy.c).

use super::addresses::{Listened, host_name, listened};
use super::values::count;
use crate::answer::{Because, Missing, Reason};
use crate::servers::apache::config::{Allowed, Set};
use crate::servers::apache::content::{Pass, PlaceAlias, UrlPattern};
use crate::servers::apache::directives::{Override, foreign_directive};
use crate::servers::apache::early_headers::EarlyHeader;
use crate::servers::apache::expr::{Pattern, PatternFault};
use crate::servers::apache::host::{Canonical, Listen, Mapping, Trace, UserDirs};
use crate::servers::apache::line::Directive;
use crate::servers::apache::mass_hosts::MassRoot;
use crate::servers::apache::options::OptionSet;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::servers::apache::target::Slashes;
use crate::servers::apache::tokens::Tokens;
use crate::source::{Place, Spanned};

type Words<'w> = &'w [Spanned<Vec<u8>>];

impl Reader<'_> {
    /// Executes a directive that only the main configuration has; false if it is none of these.
    pub(super) fn server_command(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: Words<'_>,
        scope: &mut Scope,
    ) -> bool {
        let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
        let set = || Set::new(first.clone(), directive.place());
        match name {
            b"listen" => self.listen(directive, words),
            b"user" => self.process.users.push(set()),
            b"group" => self.process.groups.push(set()),
            b"errorlog" | b"customlog" | b"globallog" | b"transferlog" | b"forensiclog" => {
                self.process.logs.push(set());
                self.process.has_error_log |=
                    name == b"errorlog" && scope.host.as_ref().is_some_and(|host| host.place.is_none());
            }
            b"authldapcharsetconfig" => self.process.charsets = Some(set()),
            b"pidfile" => self.process.pid_file = Some(set()),
            b"typesconfig" if scope.host.as_ref().is_some_and(|host| host.place.is_none()) => {
                self.process.types = Some(set());
            }
            b"registerhttpmethod" => {
                for word in words {
                    self.register(&String::from_utf8_lossy(&word.value));
                }
            }
            b"allowoverride" => self.allow_override(directive, scope),
            b"allowoverridelist" => {
                // Names of no directive that could stand there are dropped (server/core.c, `set_override_list`).
                let names = words.iter().map(|word| word.value.to_ascii_lowercase());
                let names = names.filter(|name| self.may_be_listed(name)).collect();
                scope.config.override_list = Some(Set::new(names, directive.place()));
            }
            b"alias" | b"scriptalias" | b"aliasmatch" | b"scriptaliasmatch" => {
                self.alias(directive, name, words, scope);
            }
            b"requestheader" => {
                let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
                let early = EarlyHeader::read(&plain, directive.place());
                let (Some(host), Some(early)) = (&mut scope.host, early) else { return false };
                host.early_headers.push(early);
            }
            b"httpprotocoloptions" => self.protocol_options(directive, words, scope),
            b"proxypass" | b"proxypassmatch" => self.pass(directive, name, scope),
            _ => return host_command(directive, name, words, scope),
        }
        true
    }

    /// Whether a per-directory file could hold such a directive; of one from elsewhere that is not known.
    fn may_be_listed(&self, name: &[u8]) -> bool {
        match self.profile.modules.directives(name).next() {
            Some(row) => row.overrides.meets(Override::DIRECTORY_SECTION),
            None => !self.profile.unnamed.is_empty() || foreign_directive(name).is_some(),
        }
    }

    /// modules/http/http_core.c, `set_http_protocol_options`: of each two words that exclude each other one may stand.
    fn protocol_options(&mut self, directive: &Directive<'_>, words: Words<'_>, scope: &mut Scope) {
        let Some(host) = &mut scope.host else { return };
        for word in words {
            let lower = word.value.to_ascii_lowercase();
            let (slot, value, pair) = match lower.as_slice() {
                b"unsafe" | b"strict" => (&mut host.unsafe_names, lower == b"unsafe", "'Strict' and 'Unsafe'"),
                b"allow0.9" | b"require1.0" => {
                    (&mut host.requires_http1, lower == b"require1.0", "'Allow0.9' and 'Require1.0'")
                }
                _ => {
                    let pair = "'RegisteredMethods' and 'LenientMethods'";
                    (&mut host.only_known_methods, lower == b"registeredmethods", pair)
                }
            };
            if slot.replace(value).is_some_and(|before| before != value) {
                return self.refuse(directive, words, format!("HttpProtocolOptions {pair} are mutually exclusive"));
            }
        }
    }

    fn listen(&mut self, directive: &Directive<'_>, words: Words<'_>) {
        if words.is_empty() || words.len() > 2 {
            return self.refuse(directive, words, "Listen requires 1 or 2 arguments.".to_owned());
        }
        let word = words.first().map(|word| word.value.as_slice()).unwrap_or_default();
        let protocol = words.get(1).map(|word| word.value.as_slice());
        match listened(word) {
            Ok(Listened::At(address, port)) => {
                let https = protocol.map_or(port == 443, |protocol| protocol.eq_ignore_ascii_case(b"https"));
                if self.process.listens.iter().any(|other| (other.address, other.port) == (address, port)) {
                    let message = "Cannot define multiple Listeners on the same IP:port".to_owned();
                    return self.refuse(directive, words, message);
                }
                self.process.listens.push(Listen { address, port, https, place: directive.place() });
            }
            Ok(Listened::Named) => {
                let reason = Reason::CannotTell { missing: Missing::Dns };
                self.fault(Because::at(reason, directive.place()));
            }
            Err(message) => self.refuse(directive, words, message.to_owned()),
        }
    }

    /// server/core.c, `set_override`.
    fn allow_override(&mut self, directive: &Directive<'_>, scope: &mut Scope) {
        let before = scope.config.allow_override.as_ref().map_or(OptionSet::EVERY, |set| set.value.options);
        let mut allowed = Allowed { options: before, ..Allowed::of(Override::NONE) };
        for word in directive.words() {
            let lower = word.value.to_ascii_lowercase();
            let text = String::from_utf8_lossy(&lower).into_owned();
            let (name, value) = text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value)));
            match (name, value) {
                ("nonfatal", Some(what)) => {
                    allowed.skips_forbidden |= matches!(what, "override" | "all");
                    allowed.skips_unknown |= matches!(what, "unknown" | "all");
                }
                ("options", list) => {
                    allowed.classes = allowed.classes.with(Override::OPTIONS);
                    match list.map_or(Ok(OptionSet::named(b"all")), listed_options) {
                        Ok(Some(options)) => allowed.options = options,
                        Ok(None) => {}
                        Err(word) => {
                            return self.refuse(directive, &directive.words(), format!("Illegal option {word}"));
                        }
                    }
                }
                ("none", _) => allowed = Allowed { options: allowed.options, ..Allowed::of(Override::NONE) },
                ("all", _) => allowed = Allowed { options: allowed.options, ..Allowed::of(Override::ALL) },
                // What stands behind the `=` of any other word is not looked at.
                (_, _) => match Override::granted(&[name]) {
                    Some(classes) => allowed.classes = allowed.classes.with(classes),
                    None => return self.illegal_override(directive, &word),
                },
            }
        }
        scope.config.allow_override = Some(Set::new(allowed, directive.place()));
    }

    fn illegal_override(&mut self, directive: &Directive<'_>, word: &Spanned<Vec<u8>>) {
        let word = String::from_utf8_lossy(&word.value).into_owned();
        self.refuse(directive, &directive.words(), format!("Illegal override option {word}"));
    }

    fn alias(&mut self, directive: &Directive<'_>, name: &[u8], words: Words<'_>, scope: &mut Scope) {
        let regex = name.ends_with(b"match");
        let (script, place) = (name.starts_with(b"script"), directive.place());
        match (words, scope.host.is_some()) {
            ([_], false) => {
                if let Some(path) = self.string(directive, words.first(), scope) {
                    scope.config.content.alias = Some(PlaceAlias { path: path.value, script, fake: Vec::new(), place });
                }
            }
            ([_], true) => {
                let message = format!("{} must have two arguments when used globally", directive.name());
                self.refuse(directive, words, message);
            }
            ([what, path], true) => {
                let Some(what) = self.url_pattern(directive, words, &what.value, regex) else { return };
                let mapping = Mapping { what, path: path.value.clone(), script, place };
                if let Some(host) = &mut scope.host {
                    host.mappings.push(mapping);
                }
            }
            _ => {
                let message = format!("{} takes one argument in a <Location>", directive.name());
                self.refuse(directive, words, message);
            }
        }
    }

    /// modules/proxy/mod_proxy.c, `add_pass`.
    fn pass(&mut self, directive: &Directive<'_>, name: &[u8], scope: &mut Scope) {
        let words = directive.words();
        let tilde = words.first().is_some_and(|word| word.value == b"~");
        let (regex, rest) = (name.ends_with(b"match") || tilde, words.get(usize::from(tilde)..).unwrap_or_default());
        let pass =
            |to: &Spanned<Vec<u8>>| Pass { to: to.value.clone(), taken: to.value != b"!", place: directive.place() };
        if scope.host.is_none() {
            scope.config.content.pass = rest.first().map(pass);
            return;
        }
        let (Some(path), Some(to)) = (rest.first(), rest.get(1)) else { return };
        let Some(what) = self.url_pattern(directive, rest, &path.value, regex) else { return };
        if let Some(host) = &mut scope.host {
            host.passes.push((what, pass(to)));
        }
    }

    fn url_pattern(
        &mut self,
        directive: &Directive<'_>,
        words: Words<'_>,
        text: &[u8],
        regex: bool,
    ) -> Option<UrlPattern> {
        if !regex {
            return Some(UrlPattern::Prefix(text.to_owned()));
        }
        match Pattern::compile(text, false) {
            Ok(pattern) => Some(UrlPattern::Regex(Some(pattern))),
            Err(PatternFault::Undecided) => Some(UrlPattern::Regex(None)),
            Err(PatternFault::Refused) => {
                self.refuse(directive, words, "Regular expression could not be compiled.".to_owned());
                None
            }
        }
    }
}

/// The options that `AllowOverride Options=` names, `None` if there are none at all; or the word that is no option
/// (server/core.c, `set_allow_opts`).
fn listed_options(list: &str) -> Result<Option<OptionSet>, &str> {
    let mut named =
        list.split(',').filter(|word| !word.is_empty()).map(|word| (word, OptionSet::named(word.as_bytes())));
    named.try_fold(None, |all: Option<OptionSet>, (word, set)| {
        set.map(|set| Some(all.unwrap_or_default().with(set))).ok_or(word)
    })
}

/// What sets up one host.
fn host_command(directive: &Directive<'_>, name: &[u8], words: Words<'_>, scope: &mut Scope) -> bool {
    let Some(host) = &mut scope.host else { return false };
    let place = directive.place();
    let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
    let is = |wanted: &str| first.eq_ignore_ascii_case(wanted.as_bytes());
    match name {
        b"servername" => {
            let name = host_name(&first);
            let port: Vec<u8> = first.iter().rev().copied().take_while(u8::is_ascii_digit).collect();
            let digits = first.get(first.len() - port.len()..).unwrap_or_default();
            let has_port = !port.is_empty() && first.ends_with(&[b":", digits].concat());
            host.port =
                std::str::from_utf8(digits).ok().filter(|_| has_port).and_then(|port| port.parse().ok()).unwrap_or(0);
            host.name = Some(Set::new(name, place));
        }
        b"serveralias" => host.aliases.extend(directive.words().into_iter().map(|word| word.value)),
        b"serveradmin" => host.admin = Some(first),
        b"servertokens" => host.tokens = Some(Tokens::named(&first)),
        b"serverpath" => host.server_path = Some(first),
        b"documentroot" => host.docroot = Some(Set::new(first, place)),
        b"accessfilename" => {
            host.access_names = Some(directive.words().into_iter().map(|word| word.value).collect());
        }
        b"traceenable" => host.trace = Some(if is("off") { Trace::Off } else { Trace::On }),
        b"limitrequestline" => host.limits.line = usize::try_from(count(&first)).ok(),
        b"limitrequestfieldsize" => host.limits.field = usize::try_from(count(&first)).ok(),
        b"limitrequestfields" => host.limits.fields = usize::try_from(count(&first)).ok(),
        b"allowencodedslashes" => {
            let slashes = if is("nodecode") { Slashes::Kept } else { Slashes::Refused };
            host.slashes = Some(if is("on") { Slashes::Decoded } else { slashes });
        }
        b"usecanonicalname" => {
            let dns = if is("dns") { Canonical::Dns } else { Canonical::On };
            host.canonical = Some(if is("off") { Canonical::Off } else { dns });
        }
        b"usecanonicalphysicalport" => host.physical_port |= is("on"),
        b"stricthostcheck" => host.strict_names = Some(is("on")),
        b"sslengine" => {
            host.tls = Some(is("on") || is("optional"));
            host.secured.is_needed = Some(is("on"));
        }
        b"userdir" => user_dirs(&directive.words(), place, host.user_dirs.get_or_insert_default()),
        b"virtualdocumentroot" => host.mass_root = Some(MassRoot::read(&first).filter(|_| !is("none"))),
        b"virtualscriptalias" | b"virtualscriptaliasip" | b"virtualdocumentrootip" if is("none") => {}
        b"virtualdocumentrootip" | b"virtualscriptalias" | b"virtualscriptaliasip" => {
            host.unmapped = Some(place);
        }
        _ => return host.secured.take(name, words, place),
    }
    true
}

/// modules/mappers/mod_userdir.c, `set_user_dir`.
fn user_dirs(words: Words<'_>, place: Place, dirs: &mut UserDirs) {
    let names = || words.iter().skip(1).map(|word| word.value.clone());
    dirs.place = Some(place);
    match words {
        [only] if only.value.eq_ignore_ascii_case(b"disabled") => dirs.disabled = true,
        [first, ..] if first.value.eq_ignore_ascii_case(b"disabled") => dirs.without.extend(names()),
        [first, ..] if first.value.eq_ignore_ascii_case(b"enabled") => dirs.with.extend(names()),
        _ => dirs.folders = words.iter().map(|word| word.value.clone()).collect(),
    }
}
