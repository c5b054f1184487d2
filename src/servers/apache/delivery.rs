//! What the server answers once access is granted: a list of a folder, a handler, the file itself (server/config.c,
//! `ap_invoke_handler`; server/core.c, `default_handler`; modules/generators/mod_autoindex.c, mod_status.c, mod_cgi.c).

use super::ask::Ask;
use super::conditional;
use super::ground::Thing;
use super::handlers::{Handled, handled};
use super::journey::{DEEPEST, Ended, Errand, Ready, plain};
use super::methods::Methods;
use super::options::OptionSet;
use super::policy::Policy;
use super::site::Site;
use super::spot::Hosted;
use super::target::halves;
use crate::answer::{Answer, Because, Missing, Reason, Trace};

impl Site<'_> {
    /// The whole answer to a request for a path of a host.
    pub(super) fn run<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        host: &'p Hosted,
        path: &[u8],
        trace: &mut Trace,
    ) -> Answer {
        let ended = self.journey(errand, host, path, trace);
        self.sent(errand, host, *ended, trace)
    }

    /// What a request comes to, wherever in the site it is sent on to.
    pub(super) fn journey<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        host: &'p Hosted,
        path: &[u8],
        trace: &mut Trace,
    ) -> Box<Ended> {
        let ready = match self.process(errand, host, path, trace) {
            Ok(ready) => ready,
            Err(ended) => return ended,
        };
        if let Some(target) = ready.onward.clone() {
            return self.sent_on(errand, &ready, &target, trace);
        }
        let config = ready.policy.config.clone();
        let content = &config.content;
        let (answer, before) = (self.deliver(errand, &ready), ready.before());
        let because = match answer.status {
            Some(status) if status < 400 && answer.because.is_empty() => ready.because,
            _ => answer.because,
        };
        Ended::under(content, Answer { status: answer.status, because }).after(before)
    }

    /// The same request for another path of the site (modules/http/http_request.c, `ap_internal_redirect`).
    fn sent_on<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        ready: &Ready<'p>,
        target: &[u8],
        trace: &mut Trace,
    ) -> Box<Ended> {
        let host = ready.policy.spot.host;
        if errand.redirects >= DEEPEST {
            return Ended::under(&ready.policy.config.content, plain(500));
        }
        let (path, query) = halves(target);
        let query = Some(query.map(<[u8]>::to_vec).unwrap_or_default());
        let login = match ready.login(errand.ask, errand.world) {
            Ok(login) => login,
            Err(because) => return Ended::at(host, Answer::unknown(because)),
        };
        let ask = Ask {
            login,
            query,
            repeated: ready.has_user(),
            variables: redirected(errand.ask, ready),
            ..errand.ask.clone()
        };
        let before = ready.before();
        let further =
            Errand { ask: &ask, redirects: errand.redirects + 1, ended: ready.ended, before: Some(&before), ..*errand };
        self.journey(&further, host, path, trace)
    }

    fn deliver(&self, errand: &Errand<'_, '_>, ready: &Ready<'_>) -> Answer {
        let policy = &ready.policy;
        if let Some(url) = &policy.spot.proxied {
            if let Some(status) = unhandled(policy, url) {
                return plain(status);
            }
            let missing = Missing::Content { path: "the other server".to_owned() };
            let passes = policy.spot.host.host.passes.first().map(|(_, pass)| pass.place);
            let place = policy.config.content.pass.as_ref().map(|pass| pass.place).or(passes);
            return Answer::unknown(super::policy::at(Reason::CannotTell { missing }, place));
        }
        let folder = ready.found.thing == Thing::Folder;
        match handled(self, errand.ask, ready) {
            Handled::Answered(status) => return plain(status),
            Handled::Unknown(because) => return Answer::unknown(because),
            Handled::Listed if folder => {
                if let Some(answer) = self.listed(errand.ask, ready) {
                    return answer;
                }
            }
            Handled::Listed | Handled::Declined => {}
        }
        if ready.found.thing == Thing::Unknown {
            let path = String::from_utf8_lossy(&ready.found.filename).into_owned();
            return Answer::unknown(Because::nowhere(Reason::CannotTell { missing: Missing::Path { path } }));
        }
        self.file(errand.ask, ready)
    }

    /// A list of a folder (modules/generators/mod_autoindex.c, `handle_autoindex`).
    fn listed(&self, ask: &Ask, ready: &Ready<'_>) -> Option<Answer> {
        let policy = &ready.policy;
        if !policy.has(b"mod_autoindex.c") || Methods::of(&ask.method) != Methods::of("GET") {
            return None;
        }
        if !policy.config.content.options.in_force().has(OptionSet::INDEXES) {
            return Some(plain(403));
        }
        Some(plain(if self.may_list(&ready.found.filename) { 200 } else { 403 }))
    }

    /// A file (server/core.c, `default_handler`).
    fn file(&self, ask: &Ask, ready: &Ready<'_>) -> Answer {
        let policy = &ready.policy;
        let methods = Methods::of(&ask.method);
        if methods == Methods::of("OPTIONS") {
            return plain(200);
        }
        if ![Methods::of("GET"), Methods::of("POST")].contains(&methods) {
            let known = Methods::known_besides(&ask.method, &policy.profile.methods).is_some()
                && (!Methods::needs_dav(&ask.method) || policy.has(b"mod_dav.c"));
            let too_long = policy.config.content.body_limit.is_some_and(|limit| limit > 0 && ask.announced() > limit);
            return plain(if known {
                405
            } else if too_long {
                413
            } else {
                501
            });
        }
        let accepts = policy.config.content.path_info.flatten() == Some(true);
        match ready.found.thing {
            Thing::File if ready.found.path_info.is_empty() || accepts => {
                if self.may_read(&ready.found.filename) {
                    conditioned(conditional::status(ask, || self.length(&ready.found.filename)))
                } else {
                    logged(403, "AH00132")
                }
            }
            Thing::Odd if self.is_null(&ready.found.filename) => conditioned(conditional::status(ask, || 0)),
            Thing::File | Thing::Folder | Thing::Missing | Thing::Odd | Thing::Unknown => plain(404),
        }
    }
}

fn conditioned(status: Result<u16, &'static str>) -> Answer {
    status.map_or_else(
        |header| {
            let missing = Missing::Condition { directive: header.to_owned() };
            Answer::unknown(Because::nowhere(Reason::CannotTell { missing }))
        },
        plain,
    )
}

/// The variables of a request that is sent on: the old ones under other names (`rename_original_env`).
fn redirected(ask: &Ask, ready: &Ready<'_>) -> Vec<(String, Option<Vec<u8>>)> {
    let renamed = |(name, value): &(String, Option<Vec<u8>>)| {
        value.clone().map(|value| (format!("REDIRECT_{name}"), Some(value)))
    };
    let all = ask.variables.iter().chain(&ready.variables);
    let mut renamed: Vec<_> = all.filter_map(renamed).collect();
    renamed.push(("REDIRECT_STATUS".to_owned(), Some(b"200".to_vec())));
    renamed.push(("REDIRECT_URL".to_owned(), ready.policy.spot.url.clone()));
    renamed
}

fn logged(status: u16, log: &'static str) -> Answer {
    let fault = "the file itself, which the server's workers may not read".to_owned();
    Answer::of(status, Because::nowhere(Reason::UnreadableConfig { fault }).logged(log))
}

/// What is answered for a URL whose scheme no loaded module takes (modules/proxy/mod_proxy.c, `proxy_handler`).
fn unhandled(policy: &Policy<'_>, url: &[u8]) -> Option<u16> {
    let scheme: Vec<u8> = url.iter().copied().take_while(|byte| *byte != b':').collect();
    let taken_by: &[&str] = match scheme.to_ascii_lowercase().as_slice() {
        b"http" => &["mod_proxy_http.c"],
        b"ajp" => &["mod_proxy_ajp.c"],
        b"fcgi" => &["mod_proxy_fcgi.c"],
        b"scgi" => &["mod_proxy_scgi.c"],
        b"uwsgi" => &["mod_proxy_uwsgi.c"],
        b"ftp" => &["mod_proxy_ftp.c"],
        b"ws" | b"wss" => &["mod_proxy_wstunnel.c", "mod_proxy_http.c"],
        b"h2" | b"h2c" => &["mod_proxy_http2.c"],
        b"balancer" => &["mod_proxy_balancer.c"],
        _ => return None,
    };
    let open = !policy.profile.unnamed.is_empty() || taken_by.iter().any(|module| policy.has(module.as_bytes()));
    (!open).then_some(500)
}
