//! The way of a request through the server (response.c, `http_response_handler` and `http_response_prepare`).

use super::modules::Loaded;
use super::request::{Parsed, most, parse};
use super::rewrite::{Rewritten, apply};
use super::setup::{Lighttpd, Truth};
use super::value::Element;
use crate::answer::{Answer, Because, Missing, Reason, Request, Trace};

/// More turns than this through the rewrite rules end in an error.
const MOST_TURNS: usize = 100;

/// The modules with statistics of their own.
const COUNTING: [&[u8]; 6] =
    [b"mod_fastcgi", b"mod_scgi", b"mod_proxy", b"mod_ajp13", b"mod_wstunnel", b"mod_sockproxy"];

/// A module's error: the connection is closed without an answer.
const CLOSED: Answer = Answer { status: Some(0), because: Vec::new() };

/// How far a request shall go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// To the file and the status of its sending.
    TheEnd,
    /// Past the login.
    TheLogin,
}

/// What the rewrite module remembers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rewriting {
    turns: usize,
    finished: bool,
}

/// What ends a turn.
pub(super) enum Stop {
    /// An answer.
    Answer(Answer),
    /// A new target: all begins again.
    Again,
}

impl From<Answer> for Stop {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// This status, for no reason worth telling.
#[must_use]
pub(super) fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}

impl From<Because> for Stop {
    fn from(because: Because) -> Self {
        Self::Answer(Answer::unknown(because))
    }
}

impl From<Box<Because>> for Stop {
    fn from(because: Box<Because>) -> Self {
        Self::Answer(Answer::unknown(*because))
    }
}

impl Lighttpd<'_> {
    /// The answer to a request.
    #[must_use]
    pub(super) fn respond(&self, request: &Request, until: Until, trace: &mut Trace) -> Answer {
        let most = most(self.global("server.max-request-field-size"));
        let mut parsed = match parse(request, &self.options, most) {
            Ok(parsed) => parsed,
            Err(status) => {
                trace.step(None, || "the request is refused before any module sees it".to_owned());
                return plain(status);
            }
        };
        trace.step(None, || format!("the path is {}", String::from_utf8_lossy(&parsed.path)));
        let mut rewriting = Rewriting::default();
        let first = self.turns(request, &mut parsed, &mut rewriting, until, trace);
        let Some(status) = first.status.filter(|status| *status >= 400 && until == Until::TheEnd) else { return first };
        self.handled_error(first, status, request, parsed, rewriting, trace)
    }

    /// Turn after turn until there is an answer.
    fn turns(
        &self,
        request: &Request,
        parsed: &mut Parsed,
        rewriting: &mut Rewriting,
        until: Until,
        trace: &mut Trace,
    ) -> Answer {
        for _ in 0..=MOST_TURNS {
            match self.turn(request, parsed, rewriting, until, trace) {
                Err(Stop::Answer(answer)) => return answer,
                Err(Stop::Again) => {}
                Ok(()) => return Answer::pass(),
            }
        }
        CLOSED
    }

    fn turn(
        &self,
        request: &Request,
        parsed: &mut Parsed,
        rewriting: &mut Rewriting,
        until: Until,
        trace: &mut Trace,
    ) -> Result<(), Stop> {
        let truths = self.truths(request, parsed);
        for (block, _) in self.blocks.iter().zip(&truths).skip(1).filter(|(_, truth)| **truth == Truth::Yes) {
            trace.step(Some(block.place), || format!("{} holds", block.written));
        }
        self.behind_proxies(&truths)?;
        let moved = self.forwarded(request, parsed, &truths)?;
        let at = |name: &str| self.modules.iter().position(|module| module.name == name.as_bytes());
        let early = at("mod_rewrite") < at("mod_extforward");
        let before = truths;
        let request = moved.as_ref().unwrap_or(request);
        let truths = if moved.is_some() { self.truths(request, parsed) } else { before.clone() };
        const ONCE: [&str; 3] = ["url.rewrite-once", "url.rewrite-final", "url.rewrite"];
        if self.has_module("mod_rewrite") {
            let truths = if early { &before } else { &truths };
            self.rewrite(&ONCE, "url.rewrite-repeat", request, parsed, truths, rewriting, trace)?;
        }
        self.logical(request, parsed, &truths, trace)?;
        if until == Until::TheLogin {
            return Ok(());
        }
        if parsed.method == "OPTIONS" && parsed.path == b"*" {
            return Err(plain(200).into());
        }
        if parsed.method == "CONNECT" {
            return Err(plain(405).into());
        }
        let mut physical = self.physical(parsed, &truths)?;
        self.remap(&mut physical, request, parsed, &truths, rewriting, trace)?;
        let answer = self.send(physical, parsed, &truths, trace);
        Err(Stop::Answer(answer))
    }

    /// The modules that look at the path, in their order (`handle_uri_clean`).
    fn logical(&self, request: &Request, parsed: &mut Parsed, truths: &[Truth], trace: &mut Trace) -> Result<(), Stop> {
        // A program that takes the request does not keep the modules behind it from answering.
        let mut taken = None;
        for module in &self.modules {
            let name = module.name.as_slice();
            match name {
                b"mod_access" => self.deny(&parsed.path, truths, trace)?,
                b"mod_auth" => self.authenticate(request, parsed, truths, trace)?,
                b"mod_redirect" => self.redirect(request, parsed, truths, trace)?,
                b"mod_setenv" => self.set_headers(parsed, truths)?,
                b"mod_status" if taken.is_none() => self.status_page(parsed, truths, trace)?,
                b"mod_fastcgi" if taken.is_none() => taken = self.gateway(parsed, truths, "fastcgi", false).err(),
                b"mod_scgi" if taken.is_none() => taken = self.gateway(parsed, truths, "scgi", false).err(),
                b"mod_proxy" if taken.is_none() => taken = self.gateway(parsed, truths, "proxy", true).err(),
                b"mod_ajp13" if taken.is_none() => taken = self.gateway(parsed, truths, "ajp13", true).err(),
                b"mod_wstunnel" if parsed.header(b"Upgrade").is_some() => {
                    self.left_open(truths, "wstunnel.server", "mod_wstunnel")?;
                }
                _ => {}
            }
        }
        taken.map_or(Ok(()), Err)
    }

    /// `url.access-allow` and `url.access-deny` (mod_access.c, `mod_access_check`).
    pub(super) fn deny(&self, path: &[u8], truths: &[Truth], trace: &mut Trace) -> Result<(), Stop> {
        let lower = self.flag(truths, "server.force-lowercase-filenames", false)?;
        let ends = |element: &&Element| {
            let suffix = element.value.text().unwrap_or_default();
            let end = path.len().checked_sub(suffix.len()).and_then(|at| path.get(at..));
            end.is_some_and(|end| if lower { end.eq_ignore_ascii_case(suffix) } else { end == suffix })
        };
        for (key, denied) in [("url.access-allow", false), ("url.access-deny", true)] {
            let Some(setting) = self.effective(truths, key)?.filter(|set| !set.value.elements().is_empty()) else {
                continue;
            };
            let found = setting.value.elements().iter().find(ends);
            if found.is_some() == denied {
                let place = found.map_or(setting.place, |element| element.place);
                trace.step(Some(place), || format!("{key} refuses the path"));
                return Err(Answer::of(403, Because::at(Reason::DeniedByRule, place)).into());
            }
            return Ok(());
        }
        Ok(())
    }

    fn redirect(&self, request: &Request, parsed: &Parsed, truths: &[Truth], trace: &mut Trace) -> Result<(), Stop> {
        let Some(setting) = self.effective(truths, "url.redirect")? else { return Ok(()) };
        let outer = || self.groups_of(self.block_with(setting.place), request, parsed);
        let rules = setting.value.elements().iter();
        match apply(rules, setting, parsed, self.options.normalize, outer)? {
            Rewritten::Nothing => Ok(()),
            Rewritten::Target(..) => {
                let code = self.effective(truths, "url.redirect-code")?.and_then(|code| code.value.number());
                let code = code.and_then(|code| u16::try_from(code).ok()).filter(|code| (100..1000).contains(code));
                trace.step(Some(setting.place), || "url.redirect sends elsewhere".to_owned());
                Err(plain(code.unwrap_or(301)).into())
            }
        }
    }

    /// The block that a setting stands in.
    fn block_with(&self, place: crate::source::Place) -> usize {
        let has = |block: &super::block::Block| block.settings.values().any(|setting| setting.place == place);
        self.blocks.iter().position(has).unwrap_or(0)
    }

    /// Gives the request a new target if a rule fits; `once` and `repeat` stand in one list.
    #[expect(clippy::too_many_arguments, reason = "all of a turn's state, at two places")]
    pub(super) fn rewrite(
        &self,
        once: &[&str],
        repeat: &str,
        request: &Request,
        parsed: &mut Parsed,
        truths: &[Truth],
        rewriting: &mut Rewriting,
        trace: &mut Trace,
    ) -> Result<(), Stop> {
        let keys: Vec<&str> = once.iter().copied().chain([repeat]).collect();
        let Some(setting) = self.last_of(truths, &keys, |_| true)? else { return Ok(()) };
        let index = self.block_with(setting.place);
        let Some(block) = self.blocks.get(index) else { return Ok(()) };
        let lists: Vec<&[Element]> = keys
            .iter()
            .map(|key| block.setting(key.as_bytes()).map_or(&[][..], |setting| setting.value.elements()))
            .collect();
        let final_rules: usize = lists.iter().take(once.len()).map(|list| list.len()).sum();
        if lists.iter().all(|list| list.is_empty()) {
            return Ok(());
        }
        if rewriting.turns > 0 {
            rewriting.turns += 1;
            if rewriting.turns > MOST_TURNS {
                return Err(CLOSED.into());
            }
        }
        if rewriting.finished {
            return Ok(());
        }
        let outer = || self.groups_of(index, request, parsed);
        match apply(lists.into_iter().flatten(), setting, parsed, self.options.normalize, outer)? {
            Rewritten::Nothing => Ok(()),
            Rewritten::Target(target, rule) if target.starts_with(b"/") => {
                trace.step(Some(setting.place), || format!("a rewrite makes it {}", String::from_utf8_lossy(&target)));
                rewriting.turns = rewriting.turns.max(1);
                rewriting.finished |= rule < final_rules;
                parsed.set_target(&target, &self.options).map_err(plain)?;
                Err(Stop::Again)
            }
            Rewritten::Target(..) => Err(CLOSED.into()),
        }
    }

    /// A module whose answer is not worked out, where it is set to do something.
    fn left_open(&self, truths: &[Truth], key: &str, module: &str) -> Result<(), Stop> {
        match self.effective(truths, key)? {
            Some(setting) if !setting.value.elements().is_empty() => Err(self.elsewhere(setting.place, key, module)),
            Some(_) | None => Ok(()),
        }
    }

    /// Can't tell: another program answers.
    pub(super) fn elsewhere(&self, place: crate::source::Place, key: &str, module: &str) -> Stop {
        let missing = Missing::Module { name: module.to_owned(), directive: key.to_owned() };
        Because::at(Reason::CannotTell { missing }, place).into()
    }

    fn status_page(&self, parsed: &Parsed, truths: &[Truth], trace: &mut Trace) -> Result<(), Stop> {
        for key in ["status.status-url", "status.config-url", "status.statistics-url"] {
            let url = self.effective(truths, key)?.and_then(|setting| Some((setting.value.text()?, setting.place)));
            if let Some((_, place)) = url.filter(|(url, _)| !url.is_empty() && *url == parsed.path) {
                trace.step(Some(place), || format!("{key} answers"));
                // Nothing is counted but by the modules with programs behind them.
                let counts = |module: &Loaded| COUNTING.contains(&module.name.as_slice());
                let empty = key == "status.statistics-url" && !self.modules.iter().any(counts);
                return Err(plain(if empty { 204 } else { 200 }).into());
            }
        }
        Ok(())
    }

    /// `setenv.add-request-header` and `setenv.set-request-header`, as far as a login goes.
    fn set_headers(&self, parsed: &mut Parsed, truths: &[Truth]) -> Result<(), Stop> {
        let own =
            |element: &&Element| element.key.as_ref().is_some_and(|key| key.eq_ignore_ascii_case(b"authorization"));
        if let Some(setting) = self.effective(truths, "setenv.add-request-header")? {
            for element in setting.value.elements().iter().filter(own) {
                let added = element.value.text().unwrap_or_default();
                parsed.authorization = Some(match &parsed.authorization {
                    Some(known) => [known, &b", "[..], added].concat(),
                    None => added.to_vec(),
                });
            }
        }
        if let Some(setting) = self.effective(truths, "setenv.set-request-header")? {
            for element in setting.value.elements().iter().filter(own) {
                let set = element.value.text().unwrap_or_default();
                parsed.authorization = (!set.is_empty()).then(|| set.to_vec());
            }
        }
        Ok(())
    }
}

impl Lighttpd<'_> {
    /// `server.error-handler` and `server.error-handler-404` (`http_response_has_error_handler`).
    fn handled_error(
        &self,
        first: Answer,
        status: u16,
        request: &Request,
        mut parsed: Parsed,
        mut rewriting: Rewriting,
        trace: &mut Trace,
    ) -> Answer {
        let truths = self.truths(request, &parsed);
        let named = |key: &str| {
            let named = self.last_of(&truths, &[key], |_| true);
            named.map(|setting| setting.and_then(|set| set.value.text()).filter(|text| !text.is_empty()))
        };
        let (handler, only_missing) = match (named("server.error-handler"), named("server.error-handler-404")) {
            // Whatever the first one's page is, the status stays.
            (Ok(Some(_)), _) => return first,
            (Ok(None), Ok(handler)) => (handler, matches!(status, 403 | 404)),
            (Err(because), _) | (_, Err(because)) => return Answer::unknown(*because),
        };
        let Some(handler) = handler.filter(|_| only_missing) else { return first };
        if let Err(status) = parsed.set_target(handler, &self.options) {
            return plain(status);
        }
        let second = self.turns(request, &mut parsed, &mut rewriting, Until::TheEnd, trace);
        match second.status {
            Some(403 | 404) => first,
            Some(_) | None => second,
        }
    }
}
