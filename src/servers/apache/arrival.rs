//! From a request to the place it comes to, or to an answer before anybody is asked who he is (server/request.c,
//! `ap_process_request_internal`; modules/mappers/mod_alias.c, `translate_alias_redir`).

use std::borrow::Cow;

use super::ask::Ask;
use super::commands::is_status;
use super::config::DirConfig;
use super::content::UrlPattern;
use super::facts::Circumstances;
use super::host::{Host, Trace as Tracing};
use super::journey::{Arrived, Ended, Errand, plain};
use super::library::Library;
use super::mass_hosts::mass_hosted;
use super::rewrite::{Applied, regex_replaced};
use super::rewriter::Rewriter;
use super::site::Site;
use super::spot::{Hosted, Spot, absolute};
use super::target::{Reading, Slashes, decoded, folder_of, merged};
use super::walk::{located, with_conditions};
use super::world::World;
use crate::answer::{Answer, Because, Client, Login, Missing, Reason, Trace};
use crate::source::Place;

/// What the first modules to be asked make of a URL path.
enum Mapped {
    /// The file path.
    Path(Vec<u8>),
    /// The URL of another server.
    Elsewhere(Vec<u8>),
    /// Nothing; perhaps another URL path for the modules behind.
    Nothing,
}

/// The decoded path of a request target on a host.
///
/// # Errors
/// The status that the server answers instead.
pub(super) fn path_of(host: &Hosted, path: &[u8]) -> Result<Vec<u8>, u16> {
    if path == b"*" {
        return Ok(path.to_owned());
    }
    let content = &host.host.settings.content;
    let merges = content.merges_slashes.unwrap_or(true);
    decoded(path, Reading { slashes: host.host.slashes.unwrap_or(Slashes::Refused), merges })
}

impl Site<'_> {
    /// Where a decoded URL path leads on a host.
    ///
    /// # Errors
    /// The answer, where there is one before anybody is asked who he is.
    pub(super) fn arrive<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        host: &'p Hosted,
        url: Vec<u8>,
        trace: &mut Trace,
    ) -> Result<Arrived<'p>, Box<Ended>> {
        let spot = Spot { url: Some(url), look: true, ..Spot::of(host) };
        let settings = before_mapping(&spot, errand.ask, errand.world, &self.library);
        let mut arrived = Arrived {
            spot,
            query: errand.ask.query.clone().filter(|query| !query.is_empty()),
            handler: None,
            program: false,
            variables: Vec::new(),
            forced: None,
            ended: errand.ended,
        };
        let mapped = match self.rewritten_by_server(errand, &settings, &mut arrived, trace)? {
            Some(mapped) => mapped,
            None => self
                .translated(errand, &settings, &mut arrived, trace)
                .map_err(|answer| Ended::under(&settings.content, answer))?,
        };
        match mapped {
            Mapped::Path(path) => arrived.spot.path = Some(path),
            Mapped::Elsewhere(url) => arrived.spot.proxied = Some(url),
            Mapped::Nothing => {
                let path = below_root(&arrived.spot, trace).ok_or_else(|| Ended::at(host, plain(403)))?;
                arrived.spot.path = Some(path);
            }
        }
        let folder = arrived.spot.path.as_deref().map(folder_of);
        arrived.spot.walked = errand.before.is_some_and(|before| Some(before.folder.as_slice()) == folder);
        if errand.ask.method == "TRACE" && arrived.spot.proxied.is_none() {
            let status = match host.host.trace {
                Some(Tracing::Off) => 405,
                // A TRACE has no body.
                _ if errand.ask.announced() > 0 => 413,
                _ => 200,
            };
            return Err(Ended::at(host, plain(status)));
        }
        if arrived.spot.url.as_deref() == Some(b"*") {
            return Err(Ended::at(host, plain(200)));
        }
        Ok(arrived)
    }

    /// What the modules behind mod_rewrite make of the path, in their order.
    fn translated<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        settings: &DirConfig,
        arrived: &mut Arrived<'p>,
        trace: &mut Trace,
    ) -> Result<Mapped, Answer> {
        let host = arrived.spot.host;
        let url = arrived.spot.url.clone().unwrap_or_default();
        if url.first() != Some(&b'/') {
            return Ok(Mapped::Nothing);
        }
        if let Some((to, place)) = passed(&host.host, settings, &url) {
            trace.step(Some(place), || "another server is asked: no per-directory file is read".to_owned());
            return Ok(Mapped::Elsewhere(to));
        }
        let whole = settings.content.redirect.iter();
        let whole_alone = settings.content.redirect.as_ref();
        if let Some(redirect) = whole.chain(&host.host.redirects).find(|redirect| redirect.fits(&url)) {
            let status = redirect.status_for(&url);
            if redirect.what.is_none() && whole_alone.is_none() {
                // The server looks for no path at all, and dies of it (modules/mappers/mod_alias.c, `alias_matches`).
                return Err(plain(0));
            }
            // Without a status the path leads to no file.
            if status == 0 {
                let met = &mut Vec::new();
                located(&arrived.spot, DirConfig::default(), errand.world, met);
                let missing = Missing::Condition { directive: "Redirect".to_owned() };
                let unknown = || Answer::unknown(Because::at(Reason::CannotTell { missing }, redirect.place));
                return Err(if met.is_empty() { plain(404) } else { unknown() });
            }
            // A status that has no line of its own (modules/http/http_protocol.c, `ap_get_status_line`).
            let status = if is_status(status) { status } else { 500 };
            trace.step(Some(redirect.place), || format!("a Redirect answers {status} before any login"));
            return Err(plain(status));
        }
        if let Some(mapped) = aliased(errand, settings, arrived, &url, trace) {
            return Ok(mapped);
        }
        if let Some(mapped) = self.user_directory(host, &url, trace)? {
            arrived.spot.context = None;
            return Ok(mapped);
        }
        if let Some(path) = mass_hosted(errand, settings, arrived, &url) {
            arrived.spot.context = None;
            return Ok(Mapped::Path(path));
        }
        match host.host.unmapped {
            Some(place) => {
                let missing = Missing::Condition { directive: "the mapping of URLs to files".to_owned() };
                Err(Answer::unknown(Because::at(Reason::CannotTell { missing }, place)))
            }
            None => Ok(Mapped::Nothing),
        }
    }

    /// mod_rewrite's rules outside of all sections (modules/mappers/mod_rewrite.c, `hook_uri2file`).
    fn rewritten_by_server<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        settings: &DirConfig,
        arrived: &mut Arrived<'p>,
        trace: &mut Trace,
    ) -> Result<Option<Mapped>, Box<Ended>> {
        let ended = |answer| Ended::under(&settings.content, answer);
        let unknown = |because: Box<Because>| ended(Answer::unknown(*because)).anew();
        let url = arrived.spot.url.clone().unwrap_or_default();
        let rewrite = &arrived.spot.host.host.rewrite;
        let runs = settings.content.rewrite.engine == Some(true) && !errand.ended && url.first() == Some(&b'/');
        if !runs || rewrite.rules.is_empty() {
            return Ok(None);
        }
        let rewriter = Rewriter::of_server(self, errand, &arrived.spot, settings);
        let mut course = rewriter.course(url, Vec::new(), arrived.query.clone());
        let applied = rewriter.apply(&rewrite.rules, None, &mut course).map_err(unknown)?;
        arrived.variables = course.variables.clone();
        arrived.forced = course.handler.clone();
        arrived.ended |= course.ended;
        match applied {
            Applied::Kept => Ok(None),
            Applied::Answered(status, place) => {
                trace.step(Some(place), || format!("a RewriteRule answers {status} before any login"));
                Err(ended(plain(status)).anew())
            }
            Applied::PassedThrough(place) => {
                trace.step(Some(place), || format!("a RewriteRule makes it {}", shown(&course.filename)));
                arrived.spot.url = Some(course.filename);
                arrived.query = course.query;
                Ok(None)
            }
            Applied::Changed(place) => {
                trace.step(Some(place), || format!("a RewriteRule maps it to {}", shown(&course.filename)));
                arrived.query = course.query.clone();
                let proxies = errand.setup.profile.modules.has(b"mod_proxy.c");
                if let Some(to) = course.filename.strip_prefix(b"proxy:").filter(|_| proxies) {
                    return Ok(Some(Mapped::Elsewhere(to.to_owned())));
                }
                if let Some(answer) = course.leaves(proxies, place) {
                    return Err(ended(answer).rewritten());
                }
                rewriter.settled(rewrite, course, place).map(|path| Some(Mapped::Path(path))).map_err(ended)
            }
        }
    }
}

/// What holds before the path is mapped: `<Location>` and `<If>` alone.
fn before_mapping<'p, 'l>(spot: &Spot<'p>, ask: &Ask, world: &World, library: &'l Library<'l>) -> Cow<'p, DirConfig> {
    let host = &spot.host.host;
    if host.locations.is_empty() && host.settings.conditions.is_empty() {
        return Cow::Borrowed(&host.settings);
    }
    let settings = host.settings.clone();
    let env = settings.env_set.clone();
    let facts =
        Circumstances { ask: Some(ask), spot: Some(spot), user: None, env: &env, library: Some(library), early: true };
    let met = &mut Vec::new();
    Cow::Owned(with_conditions(located(spot, settings, world, met), &facts, world, met))
}

/// A file path below the document root (server/core.c, `ap_core_translate`); `None`: it leads above it.
fn below_root(spot: &Spot<'_>, trace: &mut Trace) -> Option<Vec<u8>> {
    let path = under(&spot.host.docroot, spot.url.as_deref().unwrap_or_default())?;
    trace.step(spot.host.host.docroot.as_ref().map(|set| set.place), || format!("mapped to {}", shown(&path)));
    Some(path)
}

/// A URL path below a folder; `None`: it leads above it.
#[must_use]
pub(super) fn under(root: &[u8], url: &[u8]) -> Option<Vec<u8>> {
    let root = root.strip_suffix(b"/").unwrap_or(root);
    if url.first() != Some(&b'/') {
        return Some(root.to_owned());
    }
    Some([root, &merged(url)?].concat())
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Site<'_> {
    /// The URL of the server that a ProxyPass hands any request for a place to, and that directive.
    pub(super) fn passed_on(&self, spot: &Spot<'_>) -> Option<(Vec<u8>, Place)> {
        let ask = Ask::of("GET", Login::Anonymous, Client::Elsewhere);
        let settings = before_mapping(spot, &ask, &World::default(), &self.library);
        passed(&spot.host.host, &settings, spot.url.as_deref()?)
    }
}

/// The URL of the server that a ProxyPass hands the path to.
fn passed(host: &Host, settings: &DirConfig, url: &[u8]) -> Option<(Vec<u8>, Place)> {
    if let Some(pass) = &settings.content.pass {
        return pass.taken.then(|| (pass.to.clone(), pass.place));
    }
    let (what, pass) = host.passes.iter().find(|(what, _)| what.covers(url).unwrap_or(false))?;
    pass.taken.then(|| (what.rest(url, &pass.to).unwrap_or_else(|| pass.to.clone()), pass.place))
}

/// The path that an Alias makes of a URL path.
fn aliased(
    errand: &Errand<'_, '_>,
    settings: &DirConfig,
    arrived: &mut Arrived<'_>,
    url: &[u8],
    trace: &mut Trace,
) -> Option<Mapped> {
    let root = &errand.setup.profile.server_root;
    let script = |arrived: &mut Arrived<'_>, script: bool| {
        if script {
            arrived.handler = Some(b"cgi-script".to_vec());
            arrived.spot.handler.clone_from(&arrived.handler);
            arrived.program = true;
        }
    };
    if let Some(alias) = &settings.content.alias {
        let env = settings.env_set.clone();
        let facts = Circumstances {
            ask: Some(errand.ask),
            spot: Some(&arrived.spot),
            user: None,
            env: &env,
            library: None,
            early: true,
        };
        let mut path = alias.path.eval(&facts)?;
        if let Some(rest) = behind(&alias.fake, url).filter(|_| settings.content.alias_keeps_path == Some(true)) {
            path.extend_from_slice(rest);
        }
        trace.step(Some(alias.place), || format!("mapped to {}", shown(&path)));
        arrived.spot.context = None;
        script(arrived, alias.script);
        return Some(Mapped::Path(absolute(&path, root)));
    }
    for mapping in &arrived.spot.host.host.mappings {
        let Some(rest) = mapping.what.rest(url, &mapping.path) else { continue };
        let folder = rest.last() == Some(&b'/');
        let mut path = absolute(&rest, root);
        if folder && path.last() != Some(&b'/') {
            path.push(b'/');
        }
        trace.step(Some(mapping.place), || format!("mapped to {}", shown(&path)));
        if let UrlPattern::Prefix(prefix) = &mapping.what {
            arrived.spot.context = Some((prefix.clone(), absolute(&mapping.path, root)));
        }
        script(arrived, mapping.script);
        return Some(Mapped::Path(path));
    }
    None
}

impl Site<'_> {
    /// A user's folder (modules/mappers/mod_userdir.c, `translate_userdir`).
    fn user_directory(&self, host: &Hosted, url: &[u8], trace: &mut Trace) -> Result<Option<Mapped>, Answer> {
        let Some(dirs) = &host.host.user_dirs else { return Ok(None) };
        let Some(rest) = url.strip_prefix(b"/~") else { return Ok(None) };
        let user: Vec<u8> = rest.iter().copied().take_while(|byte| *byte != b'/').collect();
        let behind = rest.get(user.len()..).unwrap_or_default();
        let barred = dirs.without.contains(&user) || (dirs.disabled && !dirs.with.contains(&user));
        if user.is_empty() || user == b"." || user == b".." || barred {
            return Ok(None);
        }
        let mut folders = dirs.folders.iter().peekable();
        while let Some(folder) = folders.next() {
            let before: Vec<u8> = folder.iter().copied().take_while(|byte| *byte != b'*').collect();
            let after = folder.get(before.len() + 1..);
            let made = match after {
                Some(after) if folder.first() != Some(&b'/') => {
                    let _ = after;
                    return Err(plain(302));
                }
                Some(after) => [before.as_slice(), &user, after].concat(),
                None if folder.first() == Some(&b'/') => [folder.as_slice(), b"/", &user].concat(),
                None => {
                    let missing = Missing::Path { path: format!("~{}", shown(&user)) };
                    let because = Because::nowhere(Reason::CannotTell { missing });
                    return Err(Answer::unknown(Because { place: dirs.place, ..because }));
                }
            };
            if folders.peek().is_none() || self.is_there(&made) {
                trace.step(dirs.place, || format!("mapped to the folder of {}", shown(&user)));
                return Ok(Some(Mapped::Path([made.as_slice(), behind].concat())));
            }
        }
        Ok(None)
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
    let (mut left, mut rest) = (prefix, url);
    while let [first, after @ ..] = left {
        rest = rest.strip_prefix(&[*first])?;
        left = after;
        if *first == b'/' {
            left = past_slashes(left);
            rest = past_slashes(rest);
        }
    }
    let whole = prefix.last() == Some(&b'/') || matches!(rest.first(), None | Some(b'/'));
    whole.then_some(rest)
}

fn past_slashes(text: &[u8]) -> &[u8] {
    let slashes = text.iter().take_while(|byte| **byte == b'/').count();
    text.get(slashes..).unwrap_or_default()
}
