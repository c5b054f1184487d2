//! What the server answers once access is granted: redirects of the folder, its index, and the file itself
//! (modules/mappers/mod_alias.c, `fixup_redir`; mod_dir.c, `fixup_dir`; server/core.c, `default_handler`).

use super::config::DirConfig;
use super::content::OptionSet;
use super::ground::{Found, Thing};
use super::methods::Methods;
use super::policy::{Ask, Policy, refuse};
use super::rewrite::{Rewritten, rewritten};
use super::setup::Setup;
use super::site::Site;
use super::spot::Spot;
use super::world::World;
use crate::answer::{Answer, Because, Missing, Reason, Trace};

/// How often a request may be sent on to another path (`LimitInternalRecursion`).
const DEEPEST: usize = 10;

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
}

impl Site<'_> {
    /// The whole answer to a request at a place.
    pub(super) fn run<'p>(&'p self, errand: &Errand<'_, 'p>, spot: Spot<'p>, trace: &mut Trace) -> Answer {
        let Errand { setup, ask, world, .. } = *errand;
        let (policy, walked) = self.policy_at(setup, spot, Some(ask), world);
        let found = &walked.found;
        policy.note(trace);
        let answer = policy.answer(ask, world);
        if answer.passes() != Some(true) {
            return policy.sent_elsewhere(answer);
        }
        let delivered = self.fixed_up(errand, &policy, found, trace);
        let delivered = delivered.unwrap_or_else(|| self.deliver(errand, &policy, found, trace));
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
    ) -> Option<Answer> {
        let config = &policy.config;
        let url = policy.spot.url.as_deref().unwrap_or_default();
        if let Some(answer) = self.rewritten(errand, policy, found, trace) {
            return Some(answer);
        }
        let redirect = config.content.redirects.iter().find(|redirect| redirect.fits(url))?;
        trace.step(Some(redirect.place), || format!("a Redirect answers {}", redirect.status));
        Some(plain(redirect.status))
    }

    fn rewritten<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        found: &Found,
        trace: &mut Trace,
    ) -> Option<Answer> {
        let rewrite = &policy.config.content.rewrite;
        if rewrite.engine != Some(true) || rewrite.rules.is_empty() {
            return None;
        }
        let options = policy.config.content.options.in_force();
        if !options.has(OptionSet::LINKS) && !options.has(OptionSet::OWNED_LINKS) {
            return Some(refuse(403, Reason::DeniedByRule, rewrite.rules.first().map(|rule| rule.place), "AH00670"));
        }
        let name = [found.name(), found.path_info.as_slice()].concat();
        match rewritten(rewrite, &name, errand.world) {
            Rewritten::Kept => None,
            Rewritten::Answered(status, place) => {
                trace.step(Some(place), || format!("a RewriteRule answers {status}"));
                Some(plain(status))
            }
            Rewritten::Unknown(because) => Some(Answer::unknown(because)),
            Rewritten::Path(to, place) if to == name => {
                let _ = place;
                None
            }
            Rewritten::Path(to, place) => {
                let url = if to.first() == Some(&b'/') { to } else { beside(policy, &to)? };
                trace.step(Some(place), || format!("a RewriteRule sends it on to {}", String::from_utf8_lossy(&url)));
                Some(self.sent_on(errand, policy, url, trace))
            }
        }
    }

    /// The same request for another path of the site.
    fn sent_on<'p>(&'p self, errand: &Errand<'_, 'p>, policy: &Policy<'p>, url: Vec<u8>, trace: &mut Trace) -> Answer {
        if errand.depth >= DEEPEST {
            return plain(500);
        }
        let further = Errand { depth: errand.depth + 1, ..*errand };
        match super::arrival::map(self, errand, policy.spot.host, url, trace) {
            Ok(spot) => self.run(&further, spot, trace),
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
            let is_there = self.thing(&joined(&found.filename, name), spot.look) == Thing::File;
            let looked_up = self.looked_up(errand, policy, spot, trace);
            match looked_up {
                Ok(answer) if is_there => {
                    trace.step(None, || format!("its index is {}", String::from_utf8_lossy(name)));
                    return answer;
                }
                Ok(_) | Err(Answer { status: Some(404), .. }) => {}
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

    /// What the handler answers for an index, or why it is not even reached.
    fn looked_up<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        policy: &Policy<'p>,
        spot: Spot<'p>,
        trace: &mut Trace,
    ) -> Result<Answer, Answer> {
        let ask = Ask { method: "GET".to_owned(), ..errand.ask.clone() };
        let further = Errand { ask: &ask, depth: errand.depth + 1, ..*errand };
        let (inner, walked) = self.policy_at(errand.setup, spot, Some(&ask), errand.world);
        let access = inner.answer(&ask, errand.world);
        // With the same settings nobody is asked again (server/request.c, `ap_process_request_internal`); where a module
        // wants all sections merged anew, they are the same only if none fits and the folder was not walked again.
        let is_there = walked.found.thing == Thing::File;
        let kept = is_there && inner.met.is_empty() || !REPEATING.iter().any(|module| policy.has(module));
        let known = inner.fault.is_none() && inner.met == policy.met && kept;
        if access.passes() != Some(true) && !known {
            return Err(access);
        }
        match self.fixed_up(&further, &inner, &walked.found, trace) {
            Some(answer) => Err(answer),
            None => Ok(self.file(errand, &inner, &walked.found)),
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

impl Policy<'_> {
    /// An ErrorDocument with a full URL makes a redirect of an error.
    fn sent_elsewhere(&self, answer: Answer) -> Answer {
        let Some(status) = answer.status.filter(|status| *status >= 400) else { return answer };
        let document = self.config.content.error_urls.iter().rev().find(|(code, _)| *code == status);
        if document.is_some_and(|(_, elsewhere)| *elsewhere) {
            return Answer { status: Some(302), because: answer.because };
        }
        answer
    }

    /// The steps that led to the settings.
    fn note(&self, trace: &mut Trace) {
        let config = &self.config;
        if let Some(set) = &config.auth_type {
            trace.step(Some(set.place), || "a login is set up here".to_owned());
        }
        if let Some(set) = &config.user_file {
            trace.step(Some(set.place), || format!("passwords are in {}", String::from_utf8_lossy(&set.value.written)));
        }
        for rule in &config.rules {
            let place = Some(rule.place).filter(|_| !rule.written.is_empty());
            trace.step(place, || rule.written.clone());
        }
    }
}

fn plain(status: u16) -> Answer {
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

/// The URL path of a name in the folder of a request.
fn beside(policy: &Policy<'_>, name: &[u8]) -> Option<Vec<u8>> {
    let url = policy.spot.url.as_deref()?;
    let end = url.iter().rposition(|byte| *byte == b'/')?;
    Some(joined(url.get(..=end)?, name))
}

/// The handler that makes the answer instead of the server itself.
fn handled(config: &DirConfig, found: &Found) -> Option<Because> {
    let by_name = || {
        let extension = found.name().rsplit(|byte| *byte == b'.').next()?.to_ascii_lowercase();
        config.content.handlers_by_name.iter().rev().find(|(name, _)| *name == extension).map(|(_, set)| set)
    };
    let set = config.content.handler.as_ref().or_else(by_name)?;
    if set.value.eq_ignore_ascii_case(b"none") || set.value.eq_ignore_ascii_case(b"default-handler") {
        return None;
    }
    let missing = Missing::Condition { directive: format!("the handler {}", String::from_utf8_lossy(&set.value)) };
    Some(Because::at(Reason::CannotTell { missing }, set.place))
}
