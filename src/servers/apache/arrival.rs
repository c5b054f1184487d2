//! From a request to the place it comes to, or to an answer before anybody is asked who he is (server/request.c,
//! `ap_process_request_internal`; modules/mappers/mod_alias.c, `translate_alias_redir`).

use std::net::{IpAddr, Ipv4Addr};

use super::config::DirConfig;
use super::content::{Redirect, UrlPattern};
use super::delivery::Errand;
use super::facts::Circumstances;
use super::ground::Thing;
use super::host::{Host, Listen, Trace as Tracing};
use super::policy::Ask;
use super::rewrite::{Rewritten, rewritten};
use super::setup::Setup;
use super::site::Site;
use super::spot::{Hosted, Spot, absolute, chosen, host_of};
use super::target::{Slashes, target};
use super::walk::{located, with_conditions};
use super::world::World;
use crate::answer::{Answer, Because, Missing, Reason, Request, Trace};
use crate::source::Place;

/// Where a request comes to.
///
/// # Errors
/// The answer, where there is one before anybody is asked who he is.
pub(super) fn arrive<'p>(
    site: &'p Site<'_>,
    errand: &Errand<'_, 'p>,
    request: &Request,
    trace: &mut Trace,
) -> Result<Spot<'p>, Answer> {
    let host = host(errand.setup, request, trace)?;
    if request.path == b"*" && request.method == "OPTIONS" {
        return Err(plain(200));
    }
    let url = target(&request.path, host.host.slashes.unwrap_or(Slashes::Refused)).map_err(plain)?;
    let spot = map(site, errand, host, url, trace)?;
    if request.method == "TRACE" {
        return Err(plain(if host.host.trace == Some(Tracing::Off) { 405 } else { 200 }));
    }
    Ok(spot)
}

/// Where a decoded URL path leads on a host.
///
/// # Errors
/// As [`arrive`].
pub(super) fn map<'p>(
    site: &'p Site<'_>,
    errand: &Errand<'_, 'p>,
    host: &'p Hosted,
    url: Vec<u8>,
    trace: &mut Trace,
) -> Result<Spot<'p>, Answer> {
    let spot = Spot { host, url: Some(url.clone()), path: None, look: true, walked: false };
    let settings = before_mapping(&spot, errand.ask, errand.world);
    if let Some(place) = host.host.unmapped {
        let missing = Missing::Condition { directive: "the mapping of URLs to files".to_owned() };
        return Err(Answer::unknown(Because::at(Reason::CannotTell { missing }, place)));
    }
    let mut url = url;
    match rewritten(&host.host.rewrite, &url, errand.world) {
        Rewritten::Kept => {}
        Rewritten::Answered(status, place) => {
            trace.step(Some(place), || format!("a RewriteRule answers {status} before any login"));
            return Err(plain(status));
        }
        Rewritten::Unknown(because) => return Err(Answer::unknown(because)),
        Rewritten::Path(to, place) => {
            trace.step(Some(place), || format!("a RewriteRule maps it to {}", shown(&to)));
            if is_file_path(site, &to) {
                return Ok(Spot { path: Some(to), ..spot });
            }
            url = to;
        }
    }
    if let Some(place) = proxied(&host.host, &settings, &url) {
        trace.step(Some(place), || "another server is asked: no per-directory file is read".to_owned());
        return Ok(Spot { path: None, ..spot });
    }
    let redirects = settings.content.redirects.iter().filter(|redirect| redirect.what.is_none());
    if let Some(redirect) = redirects.chain(&host.host.redirects).find(|redirect| redirect.fits(&url)) {
        trace.step(Some(redirect.place), || format!("a Redirect answers {} before any login", redirect.status));
        return Err(plain(redirect.status));
    }
    let path = mapped(errand.setup, host, &settings, &url, trace);
    Ok(Spot { path: Some(path), ..spot })
}

/// Whether a path that a server-level RewriteRule makes is one of the file system: its first name is there
/// (mod_rewrite.c, `prefix_stat`).
fn is_file_path(site: &Site<'_>, path: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(b"/") else { return false };
    let end = rest.iter().position(|byte| *byte == b'/').map_or(path.len(), |at| at + 1);
    !matches!(site.thing(path.get(..end).unwrap_or(path), true), Thing::Missing | Thing::Unknown)
}

fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The host that takes the request on the first address that fits its scheme.
fn host<'h>(setup: &'h Setup, request: &Request, trace: &mut Trace) -> Result<&'h Hosted, Answer> {
    let (_, name) = host_of(request.header("Host").unwrap_or_default()).map_err(plain)?;
    let fits = |listen: &&Listen| listen.https == request.https;
    let listens = &setup.process.listens;
    let listen = listens.iter().find(fits).or_else(|| listens.first().filter(|_| !request.https));
    let address = listen.and_then(|listen| listen.address).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let port = listen.map_or(80, |listen| listen.port);
    let chosen = chosen(&setup.main, &setup.hosts, address, port, &name);
    trace.step(chosen.host.place, || match &chosen.host.name {
        Some(set) if chosen.host.place.is_some() => format!("the virtual host {} takes it", shown(&set.value)),
        _ if chosen.host.place.is_some() => "a virtual host takes it".to_owned(),
        _ => "the main server takes it".to_owned(),
    });
    Ok(chosen)
}

/// What holds before the path is mapped: `<Location>` and `<If>` alone.
fn before_mapping(spot: &Spot<'_>, ask: &Ask, world: &World) -> DirConfig {
    let settings = spot.host.host.settings.clone();
    let env = settings.env_set.clone();
    let facts = Circumstances { ask: Some(ask), spot: Some(spot), user: None, env: &env };
    let met = &mut Vec::new();
    with_conditions(located(spot, settings, world, met), &facts, world, met)
}

/// The ProxyPass that takes a path.
fn proxied(host: &Host, settings: &DirConfig, url: &[u8]) -> Option<Place> {
    let pass = host.passes.iter().find(|(what, _, _)| what.covers(url).unwrap_or(false));
    match pass {
        Some((_, true, place)) => Some(*place),
        Some((_, false, _)) => None,
        None => settings.content.proxied,
    }
}

/// The path that a URL is mapped to.
fn mapped(setup: &Setup, host: &Hosted, settings: &DirConfig, url: &[u8], trace: &mut Trace) -> Vec<u8> {
    let root = &setup.profile.server_root;
    if let Some(alias) = &settings.content.alias {
        trace.step(Some(alias.place), || format!("mapped to {}", shown(&alias.value)));
        return absolute(&alias.value, root);
    }
    for mapping in &host.host.mappings {
        let Some(rest) = mapping.what.rest(url, &mapping.path) else { continue };
        let path = absolute(&rest, root);
        trace.step(Some(mapping.place), || format!("mapped to {}", shown(&path)));
        return path;
    }
    let mut path = host.docroot.clone();
    if path.last() == Some(&b'/') {
        path.pop();
    }
    path.extend_from_slice(url);
    trace.step(host.host.docroot.as_ref().map(|set| set.place), || format!("mapped to {}", shown(&path)));
    path
}

impl Redirect {
    /// Whether it is for a path.
    #[must_use]
    pub(super) fn fits(&self, url: &[u8]) -> bool {
        self.what.as_ref().is_none_or(|what| what.covers(url).unwrap_or(false))
    }
}

impl UrlPattern {
    /// Whether it covers a path; `None`: can't tell.
    #[must_use]
    pub(super) fn covers(&self, url: &[u8]) -> Option<bool> {
        match self {
            Self::Prefix(prefix) => Some(behind(prefix, url).is_some()),
            Self::Regex(pattern) => pattern.as_ref()?.is_match(url),
        }
    }

    /// The file path for a URL that it covers: `to` with what is behind the prefix, or with the groups of the expression.
    fn rest(&self, url: &[u8], to: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Prefix(prefix) => behind(prefix, url).map(|rest| [to, rest].concat()),
            Self::Regex(pattern) => pattern.as_ref()?.replaced(url, to),
        }
    }
}

/// What is behind a prefix of whole names; slashes in a row count as one (mod_alias.c, `alias_matches`).
fn behind<'u>(prefix: &[u8], url: &'u [u8]) -> Option<&'u [u8]> {
    let rest = url.strip_prefix(prefix)?;
    let whole = prefix.last() == Some(&b'/') || matches!(rest.first(), None | Some(b'/'));
    whole.then_some(rest)
}
