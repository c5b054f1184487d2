//! From a request to the place it comes to, or to an answer before anybody is asked who he is (server/request.c,
//! `ap_process_request_internal`; modules/mappers/mod_alias.c, `translate_alias_redir`).

use std::net::{IpAddr, Ipv4Addr};

use super::config::DirConfig;
use super::content::{Redirect, UrlPattern};
use super::delivery::{Errand, plain};
use super::facts::Circumstances;
use super::host::{Host, Listen, Trace as Tracing};
use super::policy::Ask;
use super::rewrite::{Applied, regex_replaced};
use super::rewriter::Rewriter;
use super::setup::Setup;
use super::site::Site;
use super::spot::{Hosted, Spot, absolute, chosen, host_of};
use super::target::{Slashes, target};
use super::walk::{located, with_conditions};
use super::world::World;
use crate::answer::{Answer, Because, Missing, Reason, Request, Trace};
use crate::source::Place;

/// Where a request came to.
pub(super) struct Arrived<'p> {
    /// The place.
    pub spot: Spot<'p>,
    /// The request as rewrite rules have changed it; `None`: as it was.
    pub ask: Option<Ask>,
    /// Whether a rule with `END` was met.
    pub ended: bool,
    /// The rule that forces a handler.
    pub forced: Option<Place>,
}

/// Where a request comes to.
///
/// # Errors
/// The answer, where there is one before anybody is asked who he is.
pub(super) fn arrive<'p>(
    site: &'p Site<'_>,
    errand: &Errand<'_, 'p>,
    request: &Request,
    trace: &mut Trace,
) -> Result<Arrived<'p>, Answer> {
    let host = host(errand.setup, request, trace)?;
    if request.path == b"*" && request.method == "OPTIONS" {
        return Err(plain(200));
    }
    let url = target(&request.path, host.host.slashes.unwrap_or(Slashes::Refused)).map_err(plain)?;
    let arrived = map(site, errand, host, url, trace)?;
    if request.method == "TRACE" {
        return Err(plain(if host.host.trace == Some(Tracing::Off) { 405 } else { 200 }));
    }
    Ok(arrived)
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
) -> Result<Arrived<'p>, Answer> {
    let spot = Spot { host, url: Some(url.clone()), path: None, look: true, walked: false };
    let settings = before_mapping(&spot, errand.ask, errand.world);
    if let Some(place) = host.host.unmapped {
        let missing = Missing::Condition { directive: "the mapping of URLs to files".to_owned() };
        return Err(Answer::unknown(Because::at(Reason::CannotTell { missing }, place)));
    }
    let rewritten = by_rules(site, errand, &settings, &spot, trace)?;
    let Ruled { url: ruled, path, ask, ended, forced } = rewritten.unwrap_or_default();
    let arrived = |spot: Spot<'p>| Arrived { spot, ask, ended, forced };
    if path.is_some() {
        return Ok(arrived(Spot { path, ..spot }));
    }
    let url = ruled.unwrap_or(url);
    let spot = Spot { url: Some(url.clone()), ..spot };
    if let Some(place) = proxied(&host.host, &settings, &url) {
        trace.step(Some(place), || "another server is asked: no per-directory file is read".to_owned());
        return Ok(arrived(Spot { path: None, ..spot }));
    }
    let redirects = settings.content.redirects.iter().filter(|redirect| redirect.what.is_none());
    if let Some(redirect) = redirects.chain(&host.host.redirects).find(|redirect| redirect.fits(&url)) {
        trace.step(Some(redirect.place), || format!("a Redirect answers {} before any login", redirect.status));
        return Err(plain(redirect.status));
    }
    let path = mapped(errand.setup, host, &settings, &url, trace);
    Ok(arrived(Spot { path: Some(path), ..spot }))
}

/// Where the request for an index of a folder comes to: beside it, unless rules outside of all sections take it.
///
/// # Errors
/// As [`arrive`].
pub(super) fn index<'p>(
    site: &'p Site<'_>,
    errand: &Errand<'_, 'p>,
    spot: Spot<'p>,
    trace: &mut Trace,
) -> Result<Arrived<'p>, Answer> {
    if spot.host.host.rewrite.rules.is_empty() {
        return Ok(Arrived { spot, ask: None, ended: false, forced: None });
    }
    let url = spot.url.clone().unwrap_or_default();
    let arrived = map(site, errand, spot.host, url, trace)?;
    let walked = arrived.spot.path == spot.path;
    Ok(Arrived { spot: Spot { walked, ..arrived.spot }, ..arrived })
}

/// What the rules outside of all sections make of a request.
#[derive(Default)]
struct Ruled {
    /// The URL path for the modules behind, if another.
    url: Option<Vec<u8>>,
    /// The file path.
    path: Option<Vec<u8>>,
    /// The request with another query or variables.
    ask: Option<Ask>,
    /// Whether `END` was met.
    ended: bool,
    /// The rule that forces a handler.
    forced: Option<Place>,
}

/// mod_rewrite's rules outside of all sections (modules/mappers/mod_rewrite.c, `hook_uri2file`).
fn by_rules<'p>(
    site: &'p Site<'_>,
    errand: &Errand<'_, 'p>,
    settings: &DirConfig,
    spot: &Spot<'p>,
    trace: &mut Trace,
) -> Result<Option<Ruled>, Answer> {
    let url = spot.url.clone().unwrap_or_default();
    let rewrite = &spot.host.host.rewrite;
    let runs = settings.content.rewrite.engine == Some(true) && !errand.ended && url.first() == Some(&b'/');
    if !runs || rewrite.rules.is_empty() {
        return Ok(None);
    }
    let rewriter = Rewriter::of_server(site, errand, spot, settings);
    let query = errand.ask.query.clone().filter(|query| !query.is_empty());
    let mut course = rewriter.course(url, Vec::new(), query);
    let applied = rewriter.apply(&rewrite.rules, None, &mut course).map_err(Answer::unknown)?;
    let variables = [errand.ask.variables.as_slice(), &course.variables].concat();
    let query = Some(course.query.clone().unwrap_or_default());
    let ruled = Ruled {
        ask: Some(Ask { query, variables, ..errand.ask.clone() }),
        ended: course.ended,
        forced: course.handler.as_ref().and(rewrite.rules.first()).map(|rule| rule.place),
        ..Ruled::default()
    };
    match applied {
        Applied::Kept => Ok(Some(ruled)),
        Applied::Answered(status, place) => {
            trace.step(Some(place), || format!("a RewriteRule answers {status} before any login"));
            Err(plain(status))
        }
        Applied::PassedThrough(place) => {
            trace.step(Some(place), || format!("a RewriteRule makes it {}", shown(&course.filename)));
            Ok(Some(Ruled { url: Some(course.filename), ..ruled }))
        }
        Applied::Changed(place) => {
            trace.step(Some(place), || format!("a RewriteRule maps it to {}", shown(&course.filename)));
            if let Some(answer) = course.leaves(errand.setup.profile.modules.has(b"mod_proxy.c"), place) {
                return Err(answer);
            }
            let path = Some(rewriter.settled(rewrite, course, place)?);
            Ok(Some(Ruled { path, ..ruled }))
        }
    }
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
            Self::Regex(pattern) => regex_replaced(pattern.as_ref()?, url, to),
        }
    }
}

/// What is behind a prefix of whole names; slashes in a row count as one (mod_alias.c, `alias_matches`).
fn behind<'u>(prefix: &[u8], url: &'u [u8]) -> Option<&'u [u8]> {
    let rest = url.strip_prefix(prefix)?;
    let whole = prefix.last() == Some(&b'/') || matches!(rest.first(), None | Some(b'/'));
    whole.then_some(rest)
}
