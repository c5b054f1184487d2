//! What the server checks before it starts, in its order (server.c, `server_main_setup`; the modules' `set_defaults`).

use super::block::{Block, Setting};
use super::fault::Fault;
use super::keys::MODULES;
use super::modules::is_installed;
use super::options::ParseOptions;
use super::require::rules;
use super::rewrite::pattern;
use super::setup::Lighttpd;
use super::value::Element;
use crate::answer::{Missing, Reason};
use crate::pattern::PatternFault;
use crate::read::Account;

/// `server.event-handler` on Linux (fdevent_impl.c, `fdevent_config`).
const EVENT_HANDLERS: [&[u8]; 5] = [b"linux-sysepoll", b"epoll", b"poll", b"select", b"libev"];
/// `server.stat-cache-engine` on Linux (stat_cache.c, `stat_cache_choose_engine`).
const STAT_CACHES: [&[u8]; 6] = [b"", b"simple", b"inotify", b"fam", b"disable", b"none"];
/// `server.network-backend` (network_write.c, `network_write_init`).
const BACKENDS: [&[u8]; 7] =
    [b"", b"sendfile", b"linux-sendfile", b"freebsd-sendfile", b"solaris-sendfilev", b"writev", b"write"];

impl Lighttpd<'_> {
    /// Everything that a start checks.
    pub(super) fn check(&mut self) -> Result<(), Fault> {
        self.types("core")?;
        let old = ["header-strict", "host-strict", "host-normalize"]
            .map(|name| self.global(&format!("server.http-parseopt-{name}")).and_then(|setting| setting.value.truth()));
        self.options = match ParseOptions::of(self.global("server.http-parseopts"), old) {
            Ok(options) => options,
            Err(message) => return Err(self.refuse("server.http-parseopts", message)),
        };
        self.one_of("server.stat-cache-engine", &STAT_CACHES)?;
        self.one_of("server.event-handler", &EVENT_HANDLERS)?;
        self.folder("server.chroot")?;
        if self.global_text("server.document-root").is_none_or(<[u8]>::is_empty) {
            return Err(self.refuse("server.document-root", "server.document-root is not set"));
        }
        self.load_modules()?;
        self.pid_file()?;
        self.one_of("server.network-backend", &BACKENDS)?;
        self.types("network")?;
        self.check_sockets()?;
        self.accounts()?;
        self.writable("server.errorlog")?;
        self.writable("server.breakagelog")?;
        for index in 0..self.modules.len() {
            let name = self.modules.get(index).map(|module| module.name.clone()).unwrap_or_default();
            self.module(&name)?;
        }
        Ok(())
    }

    fn global_text(&self, key: &str) -> Option<&[u8]> {
        self.global(key).and_then(|setting| setting.value.text())
    }

    /// The server refuses what a key of the global block holds.
    fn refuse(&self, key: &str, message: &str) -> Fault {
        let place = self.global(key).map(|setting| setting.place).or(self.blocks.first().map(|block| block.place));
        let reason = Reason::WrongArguments { name: key.to_owned(), message: message.to_owned() };
        Fault::at(place, reason)
    }

    /// The types of a module's keys, in every block.
    fn types(&self, module: &str) -> Result<(), Fault> {
        let Some(module) = MODULES.iter().find(|known| known.name == module) else { return Ok(()) };
        for (key, kind) in module.keys {
            if let Some(setting) = self.settings(key).find(|setting| !kind.takes(&setting.value)) {
                let message = format!("{key} should have been {}", kind.wanted());
                return Err(Fault::refused(setting.place, key, message));
            }
        }
        Ok(())
    }

    /// A key in every block that has it.
    pub(super) fn settings<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s Setting> {
        self.blocks.iter().filter_map(move |block: &Block| block.setting(key.as_bytes()))
    }

    fn one_of(&self, key: &str, known: &[&[u8]]) -> Result<(), Fault> {
        match self.global_text(key) {
            Some(text) if !known.contains(&text) => Err(self.refuse(key, "this is none of the names that it may have")),
            Some(_) | None => Ok(()),
        }
    }

    fn folder(&self, key: &str) -> Result<(), Fault> {
        let Some(path) = self.global_text(key).filter(|path| !path.is_empty()) else { return Ok(()) };
        let path = crate::read::server_path(path);
        let local = match self.target.paths.told(self.target.files, &path) {
            crate::read::Located::Local { path, .. } => path,
            crate::read::Located::Unmapped => return Ok(()),
        };
        match self.target.files.stat(&local) {
            Ok(stat) if stat.kind == crate::read::FileType::Directory => Ok(()),
            Ok(_) | Err(_) => Err(self.refuse(key, "it is no directory that exists")),
        }
    }

    /// Every module of the list must be installed; a missing mod_deflate is passed over.
    fn load_modules(&self) -> Result<(), Fault> {
        let compat = self.global("server.compat-module-load").and_then(|setting| setting.value.truth()) != Some(false);
        let mut auth = false;
        for module in &self.modules {
            auth |= module.name == b"mod_auth";
            // Its functions are those of mod_auth, which must be there first.
            let orphan = module.name == b"mod_authn_file" && !auth;
            if (is_installed(&module.name) && !orphan) || (compat && module.name == b"mod_deflate") {
                continue;
            }
            let name = String::from_utf8_lossy(&module.name).into_owned();
            let place = module.place.or(self.global("server.modules").map(|setting| setting.place));
            let reason = Reason::ModuleNotLoaded { name: "server.modules".to_owned(), module: name };
            return Err(Fault::at(place, reason));
        }
        Ok(())
    }

    /// The file is made by root, so only its folder must be there.
    fn pid_file(&self) -> Result<(), Fault> {
        let Some(path) = self.global_text("server.pid-file").filter(|path| !path.is_empty()) else { return Ok(()) };
        if self.account.is_none() {
            return Ok(());
        }
        let path = crate::read::server_path(path);
        let parent = std::path::Path::new("/").join(path.parent().unwrap_or(std::path::Path::new("/")));
        let local = match self.target.paths.told(self.target.files, &parent) {
            crate::read::Located::Local { path, .. } => path,
            crate::read::Located::Unmapped => return Ok(()),
        };
        match self.target.files.stat(&local) {
            Ok(stat) if stat.kind == crate::read::FileType::Directory => Ok(()),
            Ok(_) | Err(_) => Err(self.refuse("server.pid-file", "opening pid-file failed")),
        }
    }

    /// `server.username` and `server.groupname` must exist, and be none of root's.
    fn accounts(&self) -> Result<(), Fault> {
        let files = self.target.files;
        let host = self.target.paths.is_host();
        let named = |key| self.global_text(key).filter(|name: &&[u8]| !name.is_empty());
        if let Some(group) = named("server.groupname") {
            let number = crate::read::group_number(&String::from_utf8_lossy(group), files);
            if host && number.is_none() {
                return Err(self.refuse("server.groupname", "can't find groupname"));
            }
        }
        if let Some(user) = named("server.username") {
            let account = Account::named(&String::from_utf8_lossy(user), files);
            match account {
                None if host => return Err(self.refuse("server.username", "can't find username")),
                Some(account) if account.uid == 0 => {
                    return Err(self.refuse("server.username", "I will not set uid to 0"));
                }
                Some(_) | None => {}
            }
        }
        let group = named("server.groupname").map(|group| String::from_utf8_lossy(group).into_owned());
        if group.is_some_and(|group| crate::read::group_number(&group, files) == Some(0)) {
            return Err(self.refuse("server.groupname", "I will not set gid to 0"));
        }
        Ok(())
    }

    /// A log file, which the workers' account opens.
    fn writable(&self, key: &str) -> Result<(), Fault> {
        for setting in self.settings(key) {
            let path = setting.value.text().unwrap_or_default();
            if path.is_empty() || path.starts_with(b"|") || self.account.is_none() {
                continue;
            }
            if self.may_write(path) == Some(false) {
                return Err(Fault::refused(setting.place, key, "the workers may not write to it"));
            }
        }
        Ok(())
    }

    /// What a module checks of its own keys.
    fn module(&mut self, name: &[u8]) -> Result<(), Fault> {
        let name = String::from_utf8_lossy(name).into_owned();
        self.types(&name)?;
        match name.as_str() {
            "mod_auth" => self.check_auth(),
            "mod_alias" => self.settings("alias.url").try_for_each(check_aliases),
            "mod_redirect" => self.check_patterns(&["url.redirect"]),
            "mod_rewrite" => self.check_patterns(&[
                "url.rewrite-once",
                "url.rewrite-final",
                "url.rewrite",
                "url.rewrite-repeat",
                "url.rewrite-if-not-file",
                "url.rewrite-repeat-if-not-file",
            ]),
            "mod_accesslog" => {
                self.settings("accesslog.format").try_for_each(check_format)?;
                self.writable("accesslog.filename")
            }
            "mod_fastcgi" => self.check_gateways("fastcgi.server", false),
            "mod_scgi" => {
                self.settings("scgi.protocol").try_for_each(check_protocol)?;
                self.check_gateways("scgi.server", false)
            }
            "mod_proxy" => {
                self.check_gateways("proxy.server", true)?;
                self.check_proxy()
            }
            "mod_ajp13" => self.check_gateways("ajp13.server", false),
            "mod_sockproxy" => self.check_gateways("sockproxy.server", true),
            "mod_wstunnel" => {
                self.settings("wstunnel.origins").try_for_each(check_origins)?;
                self.check_gateways("wstunnel.server", true)
            }
            "mod_cgi" => self.settings("cgi.x-sendfile-docroot").try_for_each(check_roots),
            "mod_extforward" => self.check_forwarders(),
            "mod_vhostdb" => self.settings("vhostdb.backend").try_for_each(check_vhostdb),
            "mod_expire" => {
                self.settings("expire.url").chain(self.settings("expire.mimetypes")).try_for_each(check_expiry)
            }
            "mod_dirlisting" => {
                self.settings("dir-listing.cache").try_for_each(check_listings)?;
                self.check_patterns_of_list("dir-listing.exclude")
            }
            "mod_evhost" => self.settings("evhost.path-pattern").try_for_each(super::vhost::check_pattern),
            _ => Ok(()),
        }
    }

    fn check_auth(&mut self) -> Result<(), Fault> {
        let files = self.modules.iter().any(|module| module.name == b"mod_authn_file");
        let mut read = std::collections::BTreeMap::new();
        for block in &self.blocks {
            if let Some(setting) = block.setting(b"auth.backend") {
                let name = setting.value.text().unwrap_or_default();
                let known = files && super::backend::Backend::named(name).is_some();
                if !name.is_empty() && !known {
                    let name = String::from_utf8_lossy(name).into_owned();
                    let kin = ["plain", "htpasswd", "htdigest"].into_iter();
                    let nearest = kin.map(str::to_owned).find(|other| strsim::osa_distance(other, &name) <= 2);
                    let module = nearest.as_ref().is_some_and(|_| !files).then(|| "mod_authn_file".to_owned());
                    let reason = Reason::UnknownAuthnProvider { name, nearest, module };
                    return Err(Fault::because(setting.place, reason));
                }
            }
            if let Some(setting) = block.setting(b"auth.require") {
                read.insert(setting.place, rules(&setting.value)?);
            }
        }
        self.rules = read;
        Ok(())
    }

    /// The patterns that stand before `=>`.
    fn check_patterns(&self, keys: &[&str]) -> Result<(), Fault> {
        for setting in keys.iter().flat_map(|key| self.settings(key)) {
            for element in setting.value.elements() {
                self.check_pattern(setting, element, element.key.as_deref().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn check_patterns_of_list(&self, key: &str) -> Result<(), Fault> {
        for setting in self.settings(key) {
            for element in setting.value.elements() {
                self.check_pattern(setting, element, element.value.text().unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn check_pattern(&self, setting: &Setting, element: &Element, text: &[u8]) -> Result<(), Fault> {
        let name = || String::from_utf8_lossy(&setting.key).into_owned();
        match pattern(text, self.options.normalize) {
            Ok(_) => Ok(()),
            Err(PatternFault::Refused) => {
                let message = "pcre-compile failed".to_owned();
                Err(Fault::because(element.place, Reason::BadExpression { name: name(), message }))
            }
            Err(PatternFault::Undecided) => Err(Fault::unknown(element.place, Missing::Pattern { directive: name() })),
        }
    }
}

/// A longer alias behind a shorter one that it begins with never fits, so it is refused (mod_alias.c,
/// `mod_alias_check_order`).
fn check_aliases(setting: &Setting) -> Result<(), Fault> {
    let elements = setting.value.elements();
    for (index, element) in elements.iter().enumerate() {
        let prefix = element.key.as_deref().unwrap_or_default();
        // The server looks no further than to the first key of another kind.
        let behind = elements.get(index + 1..).unwrap_or_default().first();
        if behind.and_then(|next| next.key.as_deref()).is_some_and(|key| key.starts_with(prefix)) {
            let message = "an alias will never match, as a shorter one matched first";
            return Err(Fault::refused(behind.map_or(element.place, |next| next.place), "alias.url", message));
        }
    }
    Ok(())
}

/// `accesslog.format`, a backslash taking its meaning from the letter behind it (mod_accesslog.c).
fn check_format(setting: &Setting) -> Result<(), Fault> {
    let text: Vec<u8> =
        setting.value.text().unwrap_or_default().iter().copied().filter(|byte| *byte != b'\\').collect();
    if super::access_log::is_format(&text) {
        return Ok(());
    }
    Err(Fault::refused(setting.place, "accesslog.format", "parsing accesslog-definition failed"))
}

/// mod_dirlisting.c, `mod_dirlisting_parse_cache`.
fn check_listings(setting: &Setting) -> Result<(), Fault> {
    let of = |name: &[u8]| {
        let own = |element: &&Element| element.key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(name));
        setting.value.elements().iter().find(own).map(|element| &element.value)
    };
    let right = match of(b"path") {
        Some(path) => path.text().is_some_and(|path| !path.is_empty()),
        None => of(b"max-age").is_some_and(|age| age.number() == Some(0)),
    };
    if right { Ok(()) } else { Err(Fault::refused(setting.place, "dir-listing.cache", "it must include \"path\"")) }
}

/// mod_scgi.c, `mod_scgi_set_defaults`.
fn check_protocol(setting: &Setting) -> Result<(), Fault> {
    if matches!(setting.value.text(), Some(b"scgi" | b"uwsgi")) {
        return Ok(());
    }
    Err(Fault::refused(setting.place, "scgi.protocol", "expected \"scgi\" or \"uwsgi\""))
}

/// mod_wstunnel.c, `mod_wstunnel_set_defaults`.
fn check_origins(setting: &Setting) -> Result<(), Fault> {
    if setting.value.texts().all(|origin| !origin.is_empty()) {
        return Ok(());
    }
    Err(Fault::refused(setting.place, "wstunnel.origins", "unexpected empty string"))
}

/// mod_cgi.c, `mod_cgi_set_defaults`.
fn check_roots(setting: &Setting) -> Result<(), Fault> {
    if setting.value.texts().all(|root| root.starts_with(b"/")) {
        return Ok(());
    }
    Err(Fault::refused(setting.place, "cgi.x-sendfile-docroot", "paths must begin with '/'"))
}

/// Each of its backends is a package of its own (mod_vhostdb.c, `mod_vhostdb_set_defaults`).
fn check_vhostdb(setting: &Setting) -> Result<(), Fault> {
    if setting.value.text().is_none_or(<[u8]>::is_empty) {
        return Ok(());
    }
    Err(Fault::refused(setting.place, "vhostdb.backend", "vhostdb.backend not supported"))
}

/// `access 2 hours` and its kin (mod_expire.c, `mod_expire_get_offset`).
fn check_expiry(setting: &Setting) -> Result<(), Fault> {
    for element in setting.value.elements() {
        if !is_expiry(element.value.text().unwrap_or_default()) {
            let name = String::from_utf8_lossy(&setting.key).into_owned();
            return Err(Fault::refused(element.place, &name, "parsing the expiry failed"));
        }
    }
    Ok(())
}

fn is_expiry(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    let starts = ["access ", "now ", "modification "];
    let Some(rest) = starts.iter().find_map(|start| text.strip_prefix(start)) else { return false };
    let rest = rest.strip_prefix("plus ").unwrap_or(rest);
    let mut words = rest.strip_suffix(' ').unwrap_or(rest).split(' ');
    let units = ["year", "month", "week", "day", "hour", "minute", "second"];
    let mut any = false;
    while let Some(number) = words.next() {
        let unit = words.next().unwrap_or_default();
        let known = units.contains(&unit.strip_suffix('s').unwrap_or(unit));
        if number.parse::<i64>().is_err() || !known {
            return false;
        }
        any = true;
    }
    any
}
