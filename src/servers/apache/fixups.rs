//! A request from its target to the point where it is delivered: mapping, walks, the access decision, and the fixups of
//! its folder (server/request.c, `ap_process_request_internal`; modules/mappers/mod_rewrite.c, `hook_fixup`; mod_alias.c,
//! `fixup_redir`; mod_dir.c, `dir_fixups`).

use super::arrival::path_of;
use super::ask::Ask;
use super::commands::is_status;
use super::config::DirConfig;
use super::ground::{Found, Thing};
use super::handlers::has_choice;
use super::journey::{Arrived, Before, DEEPEST, Ended, Errand, Ready, plain};
use super::options::OptionSet;
use super::policy::{Policy, refuse};
use super::rewrite::{Applied, Course, with_base};
use super::rewriter::Rewriter;
use super::site::Site;
use super::spot::Hosted;
use super::target::{escaped, folder_of};
use crate::answer::{Answer, Reason, Trace};

impl Site<'_> {
    /// Takes a request as far as its delivery.
    ///
    /// # Errors
    /// The answer, if it comes before that.
    pub(super) fn process<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        host: &'p Hosted,
        path: &[u8],
        trace: &mut Trace,
    ) -> Result<Ready<'p>, Box<Ended>> {
        let url = path_of(host, path).map_err(|status| Ended::at(host, plain(status)))?;
        let arrived = self.arrive(errand, host, url, trace)?;
        let ask = errand.ask.mapped(arrived.query.as_deref().unwrap_or_default(), &arrived.variables);
        let errand = Errand { ask: &ask, ended: arrived.ended, ..*errand };
        let mut ready = self.admitted(&errand, arrived, trace)?;
        self.fixed_up(&errand, &mut ready, trace)?;
        if ready.onward.is_none() {
            return self.with_index(&errand, ready, trace);
        }
        let folder_without_slash = ready.found.thing == Thing::Folder && ready.policy.has(b"mod_dir.c");
        if folder_without_slash && let Some(answer) = slash(&ready) {
            return Err(Ended::under(&ready.policy.config.content, answer));
        }
        Ok(ready)
    }

    /// The walks and the access decision.
    fn admitted<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        arrived: Arrived<'p>,
        trace: &mut Trace,
    ) -> Result<Ready<'p>, Box<Ended>> {
        let Errand { setup, ask, world, .. } = *errand;
        let (mut policy, walked) = self.policy_at(setup, arrived.spot, Some(ask), world);
        if let Some(before) = errand.before.filter(|_| errand.subrequests > 0) {
            policy.keep_env_of(&before.config);
        }
        let found = walked.found.clone();
        policy.note(trace);
        let host = policy.spot.host;
        let known = errand.before.filter(|before| is_settled(before, &policy, &found));
        let (answer, user) = match known {
            Some(before) => (Answer::pass(), before.user.clone()),
            None => policy.answer_and_user(ask, world),
        };
        if answer.passes() != Some(true) {
            return Err(match policy.fault {
                Some(_) => Ended::at(host, answer),
                None => Ended::under(&policy.config.content, answer).after(policy.before(&found, None)),
            });
        }
        let handler = if found.thing == Thing::Folder {
            None
        } else {
            let by_name = policy.has(b"mod_mime.c").then(|| policy.config.content.handler_of(found.name())).flatten();
            by_name.map(|set| set.value.clone())
        };
        Ok(Ready {
            policy,
            found,
            user,
            query: arrived.query,
            handler: handler.or(arrived.handler),
            forced: arrived.forced,
            program: arrived.program,
            onward: None,
            variables: arrived.variables,
            ended: arrived.ended,
            because: answer.because,
        })
    }

    /// SetHandler, the rules of the folder, its redirects.
    fn fixed_up<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: &mut Ready<'p>,
        trace: &mut Trace,
    ) -> Result<(), Box<Ended>> {
        let config = ready.policy.config.clone();
        let content = &config.content;
        if let Some(set) = content.handler.as_ref().filter(|set| set.value != b"none") {
            ready.handler = Some(set.value.clone());
        }
        self.rewritten(errand, ready, trace).map_err(|ended| ended.after(ready.before()))?;
        let url = ready.policy.spot.url.clone().unwrap_or_default();
        if ready.policy.has(b"mod_env.c") {
            ready.variables.extend(content.variables());
        }
        let redirect = content.redirect.iter().chain(&content.redirects).find(|redirect| redirect.fits(&url));
        if let Some(redirect) = redirect {
            let status = redirect.status_for(&url);
            // None at all: the request goes on.
            if status == 0 {
                return Ok(());
            }
            let status = if is_status(status) { status } else { 500 };
            trace.step(Some(redirect.place), || format!("a Redirect answers {status}"));
            return Err(Ended::under(content, plain(status)).after(ready.before()));
        }
        Ok(())
    }

    fn rewritten<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: &mut Ready<'p>,
        trace: &mut Trace,
    ) -> Result<(), Box<Ended>> {
        let config = ready.policy.config.clone();
        let ended = |answer| Ended::under(&config.content, answer);
        let rewrite = &config.content.rewrite;
        let Some(directory) = rewrite.directory.as_deref().filter(|_| rewrite.engine == Some(true)) else {
            return Ok(());
        };
        let (filename, proxied) = match &ready.policy.spot.proxied {
            Some(url) => ([b"proxy:".as_slice(), url].concat(), true),
            None => (ready.found.filename.clone(), false),
        };
        let no_slash = rewrite.options.is_some_and(|options| options.no_slash);
        let without_slash = directory.strip_suffix(b"/") == Some(filename.as_slice());
        if ready.ended || (!proxied && !no_slash && without_slash) {
            return Ok(());
        }
        let options = config.content.options.in_force();
        if !options.has(OptionSet::LINKS) && !options.has(OptionSet::OWNED_LINKS) {
            let place = rewrite.rules.first().map(|rule| rule.place);
            return Err(ended(refuse(403, Reason::DeniedByRule, place, "AH00670")));
        }
        let (course, applied) = {
            let rewriter = Rewriter::of_server(self, errand, &ready.policy.spot, &config);
            let rewriter = rewriter.of_folder(ready.user.clone(), Some(directory.to_owned()));
            let mut course = rewriter.course(filename.clone(), ready.found.path_info.clone(), ready.query.clone());
            let applied = rewriter
                .apply(&rewrite.rules, Some(directory), &mut course)
                .map_err(|because| ended(Answer::unknown(*because)).anew())?;
            (course, applied)
        };
        ready.variables.extend(course.variables.iter().cloned());
        ready.ended |= course.ended;
        ready.forced = course.handler.clone().or(ready.forced.take());
        let place = match applied {
            Applied::Kept => return Ok(()),
            Applied::Answered(status, place) => {
                trace.step(Some(place), || format!("a RewriteRule answers {status}"));
                return Err(ended(plain(status)).anew());
            }
            Applied::Changed(place) | Applied::PassedThrough(place) => place,
        };
        if let Some(answer) = course.leaves(ready.policy.has(b"mod_proxy.c"), place) {
            return Err(ended(answer).rewritten());
        }
        ready.query.clone_from(&course.query);
        // A handler that a rule forces takes the place of the one that sends the request on (`hook_mimetype`).
        if course.filename == filename || course.handler.is_some() {
            return Ok(());
        }
        let target = onward(&config, ready.policy.spot.host, &course);
        trace.step(Some(place), || format!("a RewriteRule sends it on to {}", String::from_utf8_lossy(&target)));
        ready.onward = Some(target);
        Ok(())
    }

    /// mod_dir: a slash at the end of a folder, its index, a page for what is not there.
    fn with_index<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: Ready<'p>,
        trace: &mut Trace,
    ) -> Result<Ready<'p>, Box<Ended>> {
        if !ready.policy.has(b"mod_dir.c") || ready.policy.spot.path.is_none() {
            return Ok(ready);
        }
        match ready.found.thing {
            Thing::Folder => self.indexed(errand, ready, trace),
            Thing::Missing if ready.handler.is_none() => self.fallen_back(errand, ready, trace),
            Thing::File | Thing::Missing | Thing::Odd | Thing::Unknown => Ok(ready),
        }
    }

    fn indexed<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: Ready<'p>,
        trace: &mut Trace,
    ) -> Result<Ready<'p>, Box<Ended>> {
        let config = ready.policy.config.clone();
        let content = &config.content;
        let ended = |answer| Err(Ended::under(content, answer));
        if !ready.found.path_info.is_empty() {
            return Ok(ready);
        }
        if let Some(answer) = slash(&ready) {
            trace.step(None, || "a folder without a slash at its end: mod_dir sends the client there".to_owned());
            return ended(answer);
        }
        let url = ready.policy.spot.url.clone().unwrap_or_default();
        let checks = content.checks_handler == Some(true) && ready.handler.is_some();
        if url.last() != Some(&b'/') || checks {
            return Ok(ready);
        }
        let usual = [b"index.html".to_vec()];
        let names = content.index.as_deref().unwrap_or(&usual);
        let mut failed = None;
        let mut missing = Vec::new();
        for name in names {
            let mut way = trace.fresh();
            let found = self.subrequest(errand, &ready, name, &mut way);
            if matches!(&found, Ok(found) if is_file(self, found)) || found.is_err() {
                trace.take(way);
            } else {
                missing.push(String::from_utf8_lossy(name));
            }
            let status = match found {
                Ok(found) if is_file(self, &found) => {
                    if let Some(status) = content.index_redirect.filter(|status| (300..400).contains(status)) {
                        return ended(plain(status));
                    }
                    trace.step(None, || format!("its index is {}", String::from_utf8_lossy(name)));
                    return Ok(self.taken_over(ready, found));
                }
                Ok(_) => continue,
                Err(missed) => missed.answer,
            };
            match status.status {
                None => return ended(status),
                Some(code) if (300..400).contains(&code) => return ended(status),
                Some(401 | 406) if names.len() == 1 || names.last() == Some(name) => return ended(status),
                Some(200 | 404) => {}
                Some(_) => failed = Some(status),
            }
        }
        trace.step(None, || format!("it has no index: no {}", missing.join(", ")));
        match failed {
            Some(answer) => ended(answer),
            None => Ok(ready),
        }
    }

    fn fallen_back<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: Ready<'p>,
        trace: &mut Trace,
    ) -> Result<Ready<'p>, Box<Ended>> {
        let config = ready.policy.config.clone();
        let content = &config.content;
        let page = content.fallback.as_ref().filter(|page| !page.value.eq_ignore_ascii_case(b"disabled"));
        let Some(page) = page else { return Ok(ready) };
        match self.subrequest(errand, &ready, &page.value, trace) {
            Ok(found) if is_file(self, &found) => {
                trace.step(Some(page.place), || "the FallbackResource stands in".to_owned());
                Ok(self.taken_over(ready, found))
            }
            Ok(_) => Ok(ready),
            Err(missed) if matches!(missed.answer.status, Some(404)) => Ok(ready),
            Err(missed) => Err(Ended::under(content, missed.answer)),
        }
    }

    /// A sub-request for a name beside the request's own; it asks with GET (`ap_sub_req_lookup_uri`).
    fn subrequest<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: &Ready<'p>,
        name: &[u8],
        trace: &mut Trace,
    ) -> Result<Ready<'p>, Box<Ended>> {
        let host = ready.policy.spot.host;
        if errand.subrequests + 1 >= DEEPEST {
            return Err(Ended::at(host, plain(500)));
        }
        let url = ready.policy.spot.url.as_deref().unwrap_or_default();
        let path = match name.first() {
            Some(b'/') => name.to_owned(),
            _ => [&escaped(folder_of(url)), name].concat(),
        };
        let before = ready.before();
        let variables = [errand.ask.variables.as_slice(), &ready.variables].concat();
        let login =
            ready.login(errand.ask, errand.world).map_err(|because| Ended::at(host, Answer::unknown(because)))?;
        let (method, query) = ("GET".to_owned(), ready.query.clone());
        let ask = Ask { method, login, query, repeated: ready.has_user(), variables, ..errand.ask.clone() };
        let errand = Errand {
            ask: &ask,
            subrequests: errand.subrequests + 1,
            before: Some(&before),
            ended: ready.ended,
            ..*errand
        };
        self.process(&errand, host, &path, trace)
    }

    /// The sub-request takes the place of the request (`ap_internal_fast_redirect`).
    fn taken_over<'p>(&self, ready: Ready<'p>, found: Ready<'p>) -> Ready<'p> {
        let because = if found.because.is_empty() { ready.because } else { found.because.clone() };
        Ready { because, ..found }
    }
}

/// Whether a sub-request found a file, or something that another server has, or a name that may stand for files.
fn is_file(site: &Site<'_>, found: &Ready<'_>) -> bool {
    let there = matches!(found.found.thing, Thing::File | Thing::Unknown) || found.policy.spot.proxied.is_some();
    there || has_choice(site, found)
}

/// The redirect to the folder's name with a slash at its end.
fn slash(ready: &Ready<'_>) -> Option<Answer> {
    let url = ready.policy.spot.url.as_deref().unwrap_or_default();
    let bare = ready.found.path_info.is_empty() && url.last() != Some(&b'/');
    (bare && ready.policy.config.content.slash != Some(false)).then(|| plain(301))
}

/// Modules for whose sake a login is checked again for a request that comes from another.
const REPEATING: [&[u8]; 3] = [b"mod_allowmethods.c", b"mod_lua.c", b"mod_log_debug.c"];

/// Whether nobody is asked who he is again: with the same settings, but where a module wants all sections merged anew,
/// they are the same only if none fits and the folder was not walked again (`ap_process_request_internal`).
fn is_settled(before: &Before, policy: &Policy<'_>, found: &Found) -> bool {
    let same = before.folder == folder_of(&found.filename) && before.met == policy.met;
    // What was worked out for the same URL is taken as it is (`ap_location_walk`).
    let again = policy.spot.url.as_ref() == Some(&before.url);
    let kept = again || (found.thing == Thing::File && policy.met.is_empty());
    policy.fault.is_none() && same && (kept || !REPEATING.iter().any(|module| policy.has(module)))
}

/// The request target of an internal redirect: the base, or what is left of the path below the document root.
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
        let mappings = host.host.mappings.iter().filter(|_| !known);
        mappings.into_iter().find_map(|mapping| mapping.back(&course.filename))
    };
    let path = based.or_else(context).unwrap_or_else(|| course.filename.clone());
    match &course.query {
        Some(query) => [path.as_slice(), b"?", query].concat(),
        None => path,
    }
}
