//! Handlers other than the server's own: which module answers to a name, and what it says without running anything
//! (modules/generators/mod_cgi.c, `cgi_handler`; mod_status.c, `status_handler`; mod_info.c, `display_info`).

use super::ask::Ask;
use super::ground::Thing;
use super::journey::Ready;
use super::methods::Methods;
use super::options::OptionSet;
use super::policy::at;
use super::site::Site;
use crate::answer::{Because, Missing, Reason};
use crate::source::Place;

/// What becomes of a request at the hands of other handlers.
pub(super) enum Handled {
    /// An answer.
    Answered(u16),
    /// Can't tell.
    Unknown(Because),
    /// The handler of folders may have it.
    Listed,
    /// It is left to the server's own.
    Declined,
}

/// Handlers that answer with what a program, a script or another server says, and the modules that bring them.
const OTHERS: [(&str, &str); 12] = [
    ("send-as-is", "mod_asis.c"),
    ("type-map", "mod_negotiation.c"),
    ("imap-file", "mod_imagemap.c"),
    ("ldap-status", "mod_ldap.c"),
    ("balancer-manager", "mod_proxy_balancer.c"),
    ("form-login-handler", "mod_auth_form.c"),
    ("form-logout-handler", "mod_auth_form.c"),
    ("form-redirect-handler", "mod_auth_form.c"),
    ("lua-script", "mod_lua.c"),
    ("dav-handler", "mod_dav.c"),
    ("fcgid-script", "mod_fcgid.c"),
    ("heartbeat", "mod_heartmonitor.c"),
];

/// Handlers of modules that are not Debian's, and what people call those.
const FOREIGN: [(&str, &str); 8] = [
    ("php-script", "PHP"),
    ("x-httpd-php", "PHP"),
    ("application/x-httpd-php", "PHP"),
    ("php5-script", "PHP"),
    ("wsgi-script", "mod_wsgi"),
    ("perl-script", "mod_perl"),
    ("fcgid-script", "mod_fcgid"),
    ("fastcgi-script", "mod_fastcgi"),
];

/// What the handler of a request does, if it is not the server's own.
pub(super) fn handled(site: &Site<'_>, ask: &Ask, ready: &Ready<'_>) -> Handled {
    let content = &ready.policy.config.content;
    let place = content.handler.as_ref().or(content.handler_of(ready.found.name())).map(|set| set.place);
    let Some(name) = ready.forced.as_ref().or(ready.handler.as_ref()) else { return undecided(site, ready) };
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let has = |module: &str| ready.policy.has(module.as_bytes());
    let gets = Methods::of(&ask.method) == Methods::of("GET");
    if let Some(action) = content.actions.iter().find(|action| action.value.eq_ignore_ascii_case(name.as_bytes())) {
        return unknown(&name, Some(action.place));
    }
    match name.as_str() {
        "default-handler" => Handled::Declined,
        "httpd/unix-directory" => Handled::Listed,
        "server-status" if has("mod_status.c") && gets => Handled::Answered(200),
        "server-info" if has("mod_info.c") && gets => Handled::Answered(200),
        "cgi-script" | "application/x-httpd-cgi" if has("mod_cgi.c") || has("mod_cgid.c") => {
            program(site, ready, &name, place)
        }
        _ if name.contains('%') || (name.starts_with("proxy:") && has("mod_proxy.c")) => unknown(&name, place),
        _ => elsewhere(ready, &name, place),
    }
}

/// Handlers of modules that say what is not in the files.
fn elsewhere(ready: &Ready<'_>, name: &str, place: Option<Place>) -> Handled {
    let profile = ready.policy.profile;
    if OTHERS.iter().any(|(own, module)| *own == name && ready.policy.has(module.as_bytes())) {
        return unknown(name, place);
    }
    let foreign = FOREIGN.iter().find(|(own, _)| *own == name).map(|(_, module)| *module);
    let loaded = match (&profile.foreign, foreign) {
        (Some(loaded), Some(module)) => loaded.contains(module),
        (None, foreign) => foreign.is_some(),
        (Some(_), None) => false,
    };
    // A module that nobody has heard of may answer to any name.
    if loaded || !profile.unnamed.is_empty() { unknown(name, place) } else { Handled::Declined }
}

/// Whether a name may stand for files whose names begin with it (modules/mappers/mod_negotiation.c, `handle_multi`).
pub(super) fn has_choice(site: &Site<'_>, ready: &Ready<'_>) -> bool {
    let views = ready.policy.config.content.options.in_force().has(OptionSet::VIEWS);
    let missing = ready.found.thing == Thing::Missing && ready.handler.is_none() && ready.forced.is_none();
    missing && views && ready.policy.has(b"mod_negotiation.c") && site.has_views(&ready.found.filename)
}

/// Without a handler: folders may be listed, and a name without its ending may stand for several files.
fn undecided(site: &Site<'_>, ready: &Ready<'_>) -> Handled {
    let content = &ready.policy.config.content;
    match ready.found.thing {
        Thing::Folder => Handled::Listed,
        Thing::Missing => {
            if has_choice(site, ready) {
                return unknown("MultiViews", None);
            }
            match content.spelling.as_ref().filter(|set| set.value) {
                Some(set) => unknown("CheckSpelling", Some(set.place)),
                None => Handled::Declined,
            }
        }
        Thing::File | Thing::Odd | Thing::Unknown => Handled::Declined,
    }
}

impl Site<'_> {
    /// Whether the kernel starts a file: a program, or a text that names one (`execve`); `None`: can't tell.
    fn can_start(&self, path: &[u8]) -> Option<bool> {
        let bytes = self.library.content(path)?;
        if bytes.starts_with(b"\x7fELF") {
            return None;
        }
        let Some(line) = bytes.strip_prefix(b"#!") else { return Some(false) };
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let program: Vec<u8> =
            line.iter().copied().skip_while(blank).take_while(|byte| !blank(byte) && *byte != b'\n').collect();
        if program.first() == Some(&b'/') && self.tested(b'x', &program) == Some(false) {
            return Some(false);
        }
        None
    }
}

fn unknown(name: &str, place: Option<Place>) -> Handled {
    let missing = Missing::Condition { directive: format!("the handler {name}") };
    Handled::Unknown(at(Reason::CannotTell { missing }, place))
}

/// A program: what it says cannot be told, but it may not be run at all.
fn program(site: &Site<'_>, ready: &Ready<'_>, name: &str, place: Option<Place>) -> Handled {
    let content = &ready.policy.config.content;
    let runs = content.options.in_force().has(OptionSet::CGI) || ready.program;
    let rejects = content.path_info.flatten() == Some(false) && !ready.found.path_info.is_empty();
    match ready.found.thing {
        _ if !runs => Handled::Answered(403),
        Thing::Missing => Handled::Answered(404),
        Thing::Folder => Handled::Answered(403),
        Thing::File if rejects => Handled::Answered(404),
        Thing::File if site.tested(b'x', &ready.found.filename) == Some(false) => Handled::Answered(500),
        Thing::File if site.can_start(&ready.found.filename) == Some(false) => Handled::Answered(500),
        Thing::File | Thing::Odd | Thing::Unknown => unknown(name, place),
    }
}
