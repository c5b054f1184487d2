//! What the server answers once access is granted: redirects of the folder, its index, and the file itself
//! (modules/mappers/mod_alias.c, `fixup_redir`; mod_dir.c, `fixup_dir`; server/core.c, `default_handler`).

use super::arrival::Arrived;
use super::config::DirConfig;
use super::content::OptionSet;
use super::ground::{Found, Thing};
use super::handler::handled;
use super::methods::Methods;
use super::policy::{Ask, Policy, refuse};
use super::rewrite::{Applied, Course, with_base};
use super::rewriter::Rewriter;
use super::setup::Setup;
use super::site::Site;
use super::spot::{Hosted, Spot};
use super::target::{Slashes, query_of, target};
use super::world::World;
use crate::answer::{Answer, Because, Missing, Reason, Trace};
use crate::source::Place;

/// How often a request may be sent on to another path (`LimitInternalRecursion`).
pub(super) const DEEPEST: usize = 10;

/// Modules for whose sake a login is checked again for the index of a folder.
const REPEATING: [&[u8]; 3] = [b"mod_allowmethods.c", b"mod_lua.c", b"mod_log_debug.c"];

/// A request on its way through one site.
pub(super) struct Errand<'e, 'p> {
    /// The server.
    pub setup: &'p Setup,
    /// The request.
    pub ask: &'e Ask,
    /// The unknown facts.
    pub world: &'e World,
    /// The method that the handler gets; an index is looked up with GET.
    pub method: &'e str,
    /// How often it was sent on.
    pub depth: usize,
    /// The URL path of the request that this is a sub-request of.
    pub outer: Option<&'e [u8]>,
    /// Whether a rule with `END` was met.
    pub ended: bool,
}

/// What the last phase before the handler comes to.
enum Fixed {
    /// The answer.
    Answered(Answer),
    /// A rule sends the request on.
    SentOn(Onward),
}

/// What a rule has made of a request.
struct Onward {
    /// The request target.
    target: Vec<u8>,
    /// The variables that rules have set.
    variables: Vec<(String, Option<Vec<u8>>)>,
    /// Whether `END` was met.
    ended: bool,
}

impl Site<'_> {
    /// The whole answer to a request at a place.
    pub(super) fn run<'p>(&'p self, errand: &Errand<'_, 'p>, arrived: Arrived<'p>, trace: &mut Trace) -> Answer {
        let ask = arrived.ask.as_ref().unwrap_or(errand.ask);
        let errand = &Errand { ask, ended: errand.ended || arrived.ended, ..*errand };
        let Errand { setup, world, .. } = *errand;
        let (policy, walked) = self.policy_at(setup, arrived.spot, Some(ask), world);
        let found = &walked.found;
        policy.note(trace);
        let answer = policy.answer(ask, world);
        if answer.passes() != Some(true) {
            return policy.sent_elsewhere(answer);
        }
        if let Some(place) = arrived.forced {
            return Answer::unknown(forced(place));
        }
        let delivered = match self.fixed_up(errand, &policy, found, trace) {
            Some(Fixed::SentOn(onward)) if !lacks_slash(&policy, found) => {
                return self.redirected(errand, &policy, onward, trace);
            }
            Some(Fixed::Answered(answer)) => answer,
            Some(Fixed::SentOn(_)) => plain(301),
            None => self.deliver(errand, &policy, found, trace),
        };
        match delivered {
            Answer { status: Some(status), because } if because.is_empty() => {
                let because = if status < 400 { answer.because } else { Vec::new() };
                policy.sent_elsewhere(Answer { status: Some(status), because })
            }
            other => policy.sent_elsewhere(other),
        }
    }

    fn deliver<'p>(&'p self, errand: &Errand<'_, 'p>, policy: &Policy<'p>, found: &Found, trace: &mut Trace) -> Answer {
        if policy.spot.path.is_none() {
            let missing = Missing::Content { path: "the other server".to_owned() };
            let place =
                policy.config.content.proxied.or(policy.spot.host.host.passes.first().map(|(_, _, place)| *place));
            return Answer::unknown(super::policy::at(Reason::CannotTell { missing }, place));
        }
        match found.thing {
            Thing::Unknown => {
                let path = String::from_utf8_lossy(&found.filename).into_owned();
                Answer::unknown(Because::nowhere(Reason::CannotTell { missing: Missing::Path { path } }))
            }
            Thing::Folder => self.folder(errand, policy, found, trace),
            Thing::File | Thing::Missing | Thing::Odd => self.file(errand, policy, found),
        }
    }

    /// Redirects and rewrites of the folder.
    fn fixed_up<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        found: &Found,
        trace: &mut Trace,
    ) -> Option<Fixed> {
        let config = &policy.config;
        let url = policy.spot.url.as_deref().unwrap_or_default();
        let fixed = self.rewritten(errand, policy, found, trace);
        if matches!(fixed, Some(Fixed::Answered(_))) {
            return fixed;
        }
        let Some(redirect) = config.content.redirects.iter().find(|redirect| redirect.fits(url)) else { return fixed };
        trace.step(Some(redirect.place), || format!("a Redirect answers {}", redirect.status));
        Some(Fixed::Answered(plain(redirect.status)))
    }

    /// mod_rewrite's rules of the folder (modules/mappers/mod_rewrite.c, `hook_fixup`).
    fn rewritten<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        found: &Found,
        trace: &mut Trace,
    ) -> Option<Fixed> {
        let rewrite = &policy.config.content.rewrite;
        let directory = rewrite.directory.as_deref().filter(|_| rewrite.engine == Some(true))?;
        let no_slash = rewrite.options.is_some_and(|options| options.no_slash);
        let without_slash = directory.strip_suffix(b"/") == Some(found.filename.as_slice());
        if errand.ended || policy.spot.path.is_none() || (!no_slash && without_slash) {
            return None;
        }
        let options = policy.config.content.options.in_force();
        if !options.has(OptionSet::LINKS) && !options.has(OptionSet::OWNED_LINKS) {
            let place = rewrite.rules.first().map(|rule| rule.place);
            return Some(Fixed::Answered(refuse(403, Reason::DeniedByRule, place, "AH00670")));
        }
        if rewrite.rules.is_empty() {
            return None;
        }
        let rewriter = Rewriter::of_server(self, errand, &policy.spot, &policy.config);
        let rewriter = rewriter.of_folder(policy.user(errand.ask, errand.world), Some(directory.to_owned()));
        let query = errand.ask.query.clone().filter(|query| !query.is_empty());
        let mut course = rewriter.course(found.filename.clone(), found.path_info.clone(), query);
        let place = match rewriter.apply(&rewrite.rules, Some(directory), &mut course) {
            Err(because) => return Some(Fixed::Answered(Answer::unknown(because))),
            Ok(Applied::Answered(status, place)) => {
                trace.step(Some(place), || format!("a RewriteRule answers {status}"));
                return Some(Fixed::Answered(plain(status)));
            }
            Ok(Applied::Kept) => None,
            Ok(Applied::Changed(place) | Applied::PassedThrough(place)) => Some(place),
        };
        let leaves = place.and_then(|place| course.leaves(policy.has(b"mod_proxy.c"), place));
        if let Some(answer) = leaves {
            return Some(Fixed::Answered(answer));
        }
        if place.is_none() || course.filename == found.filename {
            let rule = rewrite.rules.first().filter(|_| course.handler.is_some())?;
            return Some(Fixed::Answered(Answer::unknown(forced(rule.place))));
        }
        let target = onward(&policy.config, policy.spot.host, &course);
        trace.step(place, || format!("a RewriteRule sends it on to {}", String::from_utf8_lossy(&target)));
        Some(Fixed::SentOn(Onward { target, variables: course.variables, ended: course.ended }))
    }

    /// The request for the target that a rule has made, with the variables of before under other names
    /// (modules/http/http_request.c, `ap_internal_redirect`, `rename_original_env`).
    fn redirected<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        onward: Onward,
        trace: &mut Trace,
    ) -> Answer {
        let url = match target(&onward.target, policy.spot.host.host.slashes.unwrap_or(Slashes::Refused)) {
            Ok(url) => url,
            Err(status) => return plain(status),
        };
        let set = errand.ask.variables.iter().chain(&onward.variables);
        let kept = set.filter(|(_, value)| value.is_some());
        let mut variables: Vec<_> = kept.map(|(name, value)| (format!("REDIRECT_{name}"), value.clone())).collect();
        variables.push(("REDIRECT_STATUS".to_owned(), Some(b"200".to_vec())));
        variables.push(("REDIRECT_URL".to_owned(), policy.spot.url.clone()));
        let ask = Ask { query: query_of(&onward.target), variables, ..errand.ask.clone() };
        self.sent_on(&Errand { ask: &ask, ended: onward.ended, ..*errand }, policy, url, trace)
    }

    /// The same request for another path of the site.
    fn sent_on<'p>(&'p self, errand: &Errand<'_, 'p>, policy: &Policy<'p>, url: Vec<u8>, trace: &mut Trace) -> Answer {
        if errand.depth >= DEEPEST {
            return plain(500);
        }
        let further = Errand { depth: errand.depth + 1, outer: None, ..*errand };
        match super::arrival::map(self, &further, policy.spot.host, url, trace) {
            Ok(arrived) => self.run(&further, arrived, trace),
            Err(answer) => answer,
        }
    }

    /// A folder: a slash at its end, its index, or a list of it (mod_dir.c, `fixup_dir`; mod_autoindex.c).
    fn folder<'p>(&'p self, errand: &Errand<'_, 'p>, policy: &Policy<'p>, found: &Found, trace: &mut Trace) -> Answer {
        let content = &policy.config.content;
        let url = policy.spot.url.clone().unwrap_or_default();
        if !policy.has(b"mod_dir.c") {
            return self.listed(errand, policy);
        }
        if found.filename.last() != Some(&b'/') {
            if url.last() == Some(&b'/') {
                return self.indexed(errand, policy, found, &url, trace);
            }
            if content.slash == Some(false) {
                return self.listed(errand, policy);
            }
            trace.step(None, || "a folder without a slash at its end: mod_dir sends the client there".to_owned());
            return plain(301);
        }
        self.indexed(errand, policy, found, &url, trace)
    }

    /// The first index file that is there, looked up with GET as a request of its own whatever the method is; where none
    /// is, what last went wrong on the way to one (mod_dir.c, `fixup_dir`).
    fn indexed<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        found: &Found,
        url: &[u8],
        trace: &mut Trace,
    ) -> Answer {
        let usual = [b"index.html".to_vec()];
        let names = policy.config.content.index.as_deref().unwrap_or(&usual);
        let mut failed = None;
        for name in names {
            if name.first() == Some(&b'/') {
                return self.sent_on(errand, policy, name.clone(), trace);
            }
            if errand.depth >= DEEPEST {
                return plain(500);
            }
            let path = Some(joined(&found.filename, name));
            let spot = Spot { url: Some(joined(url, name)), path, walked: true, ..policy.spot.clone() };
            match self.looked_up(errand, policy, spot, trace) {
                Ok(Some(answer)) => {
                    trace.step(None, || format!("its index is {}", String::from_utf8_lossy(name)));
                    return answer;
                }
                Ok(None) | Err(Answer { status: Some(404), .. }) => {}
                Err(answer) if answer.status.is_none_or(|status| (300..400).contains(&status)) => return answer,
                Err(answer) => failed = Some(answer),
            }
        }
        if let Some(failed) = failed {
            return failed;
        }
        match &policy.config.content.fallback {
            Some(fallback) if !fallback.value.eq_ignore_ascii_case(b"disabled") => {
                self.sent_on(errand, policy, fallback.value.clone(), trace)
            }
            _ => self.listed(errand, policy),
        }
    }

    /// What the handler answers for an index, `None` if no file is there; or why it is not even reached.
    fn looked_up<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        spot: Spot<'p>,
        trace: &mut Trace,
    ) -> Result<Option<Answer>, Answer> {
        let outer = policy.spot.url.as_deref();
        let ask = Ask { method: "GET".to_owned(), ..errand.ask.clone() };
        let further = Errand { ask: &ask, depth: errand.depth + 1, outer, ..*errand };
        let arrived = super::arrival::index(self, &further, spot, trace)?;
        let ask = arrived.ask.as_ref().unwrap_or(&ask);
        let further = Errand { ask, ended: errand.ended || arrived.ended, ..further };
        let (inner, walked) = self.policy_at(errand.setup, arrived.spot, Some(ask), errand.world);
        let access = inner.answer(ask, errand.world);
        // With the same settings nobody is asked again (server/request.c, `ap_process_request_internal`); where a module
        // wants all sections merged anew, they are the same only if none fits and the folder was not walked again.
        let is_there = walked.found.thing == Thing::File;
        let kept = is_there && inner.met.is_empty() || !REPEATING.iter().any(|module| policy.has(module));
        let known = inner.fault.is_none() && inner.met == policy.met && kept;
        if access.passes() != Some(true) && !known {
            return Err(access);
        }
        match self.fixed_up(&further, &inner, &walked.found, trace) {
            Some(Fixed::Answered(answer)) => Err(answer),
            Some(Fixed::SentOn(_)) | None if !is_there => Ok(None),
            Some(Fixed::SentOn(onward)) => Ok(Some(self.redirected(errand, &inner, onward, trace))),
            None => Ok(Some(self.file(errand, &inner, &walked.found))),
        }
    }

    /// A folder without an index.
    fn listed(&self, errand: &Errand<'_, '_>, policy: &Policy<'_>) -> Answer {
        let methods = Methods::of(errand.method);
        let lists = policy.has(b"mod_autoindex.c") && Methods::of("GET").covers(methods);
        if lists {
            let indexes = policy.config.content.options.in_force().has(OptionSet::INDEXES);
            return plain(if indexes { 200 } else { 403 });
        }
        self.by_method(errand).unwrap_or_else(|| plain(404))
    }

    /// A file (server/core.c, `default_handler`).
    fn file<'p>(&'p self, errand: &Errand<'_, 'p>, policy: &Policy<'p>, found: &Found) -> Answer {
        if let Some(because) = handled(&policy.config, found) {
            return Answer::unknown(because);
        }
        if let Some(answer) = self.by_method(errand) {
            return answer;
        }
        match found.thing {
            Thing::File if found.path_info.is_empty() || policy.config.content.path_info == Some(true) => {
                if self.may_read(&found.filename) { plain(200) } else { logged(403, "AH00132") }
            }
            Thing::File | Thing::Folder | Thing::Missing | Thing::Odd | Thing::Unknown => plain(404),
        }
    }

    /// What the default handler does with a method that reads nothing; `None`: it reads.
    fn by_method(&self, errand: &Errand<'_, '_>) -> Option<Answer> {
        let methods = Methods::of(errand.method);
        if methods == Methods::of("OPTIONS") {
            return Some(plain(200));
        }
        let reads = [Methods::of("GET"), Methods::of("POST")].iter().any(|method| method.covers(methods));
        let known = Methods::known_besides(errand.method, &errand.setup.profile.methods).is_some();
        (!reads).then(|| plain(if known { 405 } else { 501 }))
    }
}

/// An answer for no reason worth telling.
#[must_use]
pub(super) fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}

fn logged(status: u16, log: &'static str) -> Answer {
    let fault = "the file itself, which the server's workers may not read".to_owned();
    Answer::of(status, Because::nowhere(Reason::UnreadableConfig { fault }).logged(log))
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if folder.last() == Some(&b'/') { b"" } else { b"/" };
    [folder, slash, name].concat()
}

/// Whether mod_dir sends the client to the folder's name with a slash at its end.
fn lacks_slash(policy: &Policy<'_>, found: &Found) -> bool {
    let slash = |path: &[u8]| path.last() == Some(&b'/');
    let bare = !slash(&found.filename) && !policy.spot.url.as_deref().is_some_and(slash);
    found.thing == Thing::Folder && bare && policy.has(b"mod_dir.c") && policy.config.content.slash != Some(false)
}

/// A handler that a rule forces decides on the answer.
fn forced(place: Place) -> Because {
    let missing = Missing::Condition { directive: "the handler of a RewriteRule".to_owned() };
    Because::at(Reason::CannotTell { missing }, place)
}

/// The request target of an internal redirect: with the base, or what is left of the path below the document root.
fn onward(config: &DirConfig, host: &Hosted, course: &Course) -> Vec<u8> {
    let rewrite = &config.content.rewrite;
    let directory = rewrite.directory.as_deref().unwrap_or_default();
    let root = host.docroot.strip_suffix(b"/").unwrap_or(&host.docroot);
    let based = match &rewrite.base {
        Some(base) => with_base(&course.filename, directory, base),
        None => course.filename.strip_prefix(root).filter(|rest| rest.first() == Some(&b'/')).map(<[u8]>::to_vec),
    };
    let context = || {
        let known = rewrite.options.is_some_and(|options| options.no_context);
        host.host.mappings.iter().filter(|_| !known).find_map(|mapping| mapping.back(&course.filename))
    };
    let path = based.or_else(context).unwrap_or_else(|| course.filename.clone());
    match &course.query {
        Some(query) => [path.as_slice(), b"?", query].concat(),
        None => path,
    }
}
