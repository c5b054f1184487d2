//! Traefik's answers.

use super::dynamic::{Dynamic, Router};
use super::middleware::{Guard, Middleware};
use super::path::{prefix, routing_path};
use super::rule::Asked;
use super::server::EntryPoint;
use super::services::{Service, Services};
use crate::answer::{Answer, Because, Client, Missing, Reason, Request, Server, Startup, Survey, Trace};
use crate::gate::{Checked, Post, Presented, Style, go_path, handed_on, in_range, surveyed, target_path};
use crate::source::Place;

/// The deepest chains.
const DEEPEST: usize = 20;

/// A Traefik that was configured.
#[derive(Debug, Default)]
pub(super) struct Traefik {
    pub startup: Option<Startup>,
    pub entry_point: EntryPoint,
    pub ping: bool,
    /// Whether the entry point answers `/ping` by itself.
    pub pinged: bool,
    pub api: bool,
    pub dynamic: Dynamic,
    /// Why no dynamic file is in force.
    pub dropped: Option<Because>,
    /// What keeps htlint from knowing them.
    pub unknown: Option<Because>,
}

/// What stops a request on its way.
enum Stop {
    Answer(Answer),
}

fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}

/// The name without the provider behind `@`; `None`: of another provider.
fn own(name: &str) -> Option<&str> {
    match name.split_once('@') {
        None => Some(name),
        Some((name, "file")) => Some(name),
        Some(_) => None,
    }
}

impl Traefik {
    /// Why a router is not there (`pkg/server/router/router.go`, `buildRouterHandler`).
    fn broken(&self, router: &Router) -> Option<Because> {
        let unknown = |name: &str, place| {
            let message = format!("there is no {name}");
            Because::at(Reason::WrongArguments { name: "router".to_owned(), message }, place)
        };
        if let Err(because) = &router.rule {
            return Some(because.clone());
        }
        match router.service.as_deref().map(|name| (name, self.service(name))) {
            Some((_, Some(_))) => {}
            Some((name, _)) => return Some(unknown(&format!("service `{name}`"), router.place)),
            None => return Some(unknown("service", router.place)),
        }
        let all = self.entry_point.middlewares.iter().chain(&router.middlewares);
        all.filter_map(|(name, place)| self.broken_middleware(name, *place, 0)).next()
    }

    fn broken_middleware(&self, name: &str, place: Place, depth: usize) -> Option<Because> {
        let unknown = || {
            let message = format!("there is no middleware `{name}`");
            Because::at(Reason::WrongArguments { name: "middlewares".to_owned(), message }, place)
        };
        let Some((middleware, _)) = own(name).and_then(|name| self.dynamic.middlewares.get(name)) else {
            return Some(unknown());
        };
        match middleware {
            Middleware::Broken(because) => Some(because.clone().with(place, "a router asks for it here")),
            Middleware::Chain(_) if depth > DEEPEST => Some(unknown()),
            Middleware::Chain(names) => names.iter().find_map(|name| self.broken_middleware(name, place, depth + 1)),
            Middleware::Basic(_)
            | Middleware::Digest
            | Middleware::RedirectScheme { .. }
            | Middleware::RedirectPattern(..)
            | Middleware::Headers(..)
            | Middleware::Always(_)
            | Middleware::Allow(..)
            | Middleware::Elsewhere(_)
            | Middleware::Passing
            | Middleware::Unknown(_) => None,
        }
    }

    fn service(&self, name: &str) -> Option<Service> {
        let internal = |name: &str| match name.split_once('@') {
            Some(("ping", "internal")) => self.ping.then_some(Service::Internal),
            Some(("api" | "dashboard" | "rest", "internal")) => self.api.then_some(Service::Internal),
            Some(("noop", "internal")) => Some(Service::Always(418)),
            _ => None,
        };
        Services { own: &self.dynamic.services, internal: &internal }.resolved(name)
    }

    /// The middlewares of a router, chains unrolled.
    fn way<'t>(&'t self, names: impl Iterator<Item = &'t String>, depth: usize, way: &mut Vec<&'t Middleware>) {
        for name in names {
            match own(name).and_then(|name| self.dynamic.middlewares.get(name)) {
                Some((Middleware::Chain(inner), _)) if depth < DEEPEST => self.way(inner.iter(), depth + 1, way),
                Some((middleware, _)) => way.push(middleware),
                None => {}
            }
        }
    }

    fn takes(&self, router: &Router, asked: &Asked<'_>, https: bool) -> bool {
        let here = router.entry_points.is_empty() && !self.entry_point.beside
            || router.entry_points.contains(&self.entry_point.name);
        here && (router.tls || self.entry_point.tls) == https
            && router.rule.as_ref().is_ok_and(|rule| rule.takes(asked))
    }

    fn middleware_of<'t>(&'t self, router: &'t Router) -> Vec<&'t Middleware> {
        let names = self.entry_point.middlewares.iter().chain(&router.middlewares).map(|(name, _)| name);
        let mut way = Vec::new();
        self.way(names, 0, &mut way);
        way
    }
}

impl Guard {
    fn check(&self, presented: &Presented, trace: &mut Trace) -> Result<(), Stop> {
        let refuse = |because: Option<Because>| {
            Err(Stop::Answer(Answer { status: Some(401), because: because.into_iter().collect() }))
        };
        match self.book.check(presented) {
            Checked::Nobody => {
                trace.step(Some(self.place), || "no credentials: a login is asked for".to_owned());
                refuse(None)
            }
            Checked::Passed(user) => {
                trace.step(Some(self.place), || format!("the password of {} fits", String::from_utf8_lossy(&user)));
                Ok(())
            }
            Checked::Refused(because) | Checked::Raised(because) => {
                let place = because.place.or(Some(self.place));
                refuse(Some(Because { place, ..because }))
            }
            Checked::Unknown(because) => Err(Stop::Answer(Answer::unknown(because))),
        }
    }
}

/// The status of a redirection.
fn moved(permanent: bool, method: &str) -> u16 {
    match (permanent, matches!(method, "GET" | "HEAD")) {
        (true, true) => 301,
        (true, false) => 308,
        (false, true) => 302,
        (false, false) => 307,
    }
}

/// What of a request middlewares may change.
struct Passing<'r> {
    request: &'r Request,
    presented: Presented,
}

impl Passing<'_> {
    /// One middleware's word on the request.
    fn pass(&mut self, middleware: &Middleware, trace: &mut Trace) -> Result<(), Stop> {
        let stop = |status| Err(Stop::Answer(plain(status)));
        let request = self.request;
        let scheme = if request.https { "https" } else { "http" };
        let host = || String::from_utf8_lossy(request.header("host").unwrap_or_default()).into_owned();
        match middleware {
            Middleware::Basic(guard) => {
                guard.check(&self.presented, trace)?;
                if guard.removes {
                    self.presented = Presented::Nobody;
                }
                Ok(())
            }
            // A Basic login is no answer to its challenge.
            Middleware::Digest => stop(401),
            Middleware::RedirectScheme { scheme: wanted, permanent } => {
                if wanted == scheme {
                    Ok(())
                } else {
                    stop(moved(*permanent, &request.method))
                }
            }
            Middleware::RedirectPattern(pattern, by, permanent) => {
                let url = format!("{scheme}://{}{}", host(), String::from_utf8_lossy(&request.path));
                let away = pattern.is_match(&url).unwrap_or(false) && pattern.replace_all(&url, by.as_str()) != url;
                if away { stop(moved(*permanent, &request.method)) } else { Ok(()) }
            }
            Middleware::Headers(_, hosts)
                if !hosts.is_empty() && !hosts.iter().any(|known| known.eq_ignore_ascii_case(&host())) =>
            {
                stop(500)
            }
            Middleware::Headers(pairs, _) => {
                for (_, value) in pairs.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
                    self.presented = Presented::header(value.as_bytes(), Style::GO);
                }
                Ok(())
            }
            Middleware::Always(status) => stop(*status),
            Middleware::Allow(ranges, status) => match request.client {
                Client::Address(client) if ranges.iter().any(|(address, bits)| in_range(*address, *bits, client)) => {
                    Ok(())
                }
                Client::Welcome => Ok(()),
                Client::Address(_) | Client::Elsewhere => stop(*status),
            },
            Middleware::Elsewhere(place) => {
                let missing = Missing::Provider { name: "another service".to_owned() };
                Err(Stop::Answer(Answer::unknown(Because::at(Reason::CannotTell { missing }, *place))))
            }
            Middleware::Unknown(because) => Err(Stop::Answer(Answer::unknown(because.clone()))),
            Middleware::Passing | Middleware::Chain(_) | Middleware::Broken(_) => Ok(()),
        }
    }
}

impl Server for Traefik {
    fn name(&self) -> &'static str {
        "traefik"
    }

    fn startup(&self) -> Startup {
        self.startup.clone().unwrap_or(Startup::Ok)
    }

    fn survey(&self) -> Survey {
        let mut posts = Vec::new();
        for router in &self.dynamic.routers {
            let way = self.middleware_of(router);
            let broken = self.broken(router);
            let guards: Vec<&Guard> = way
                .iter()
                .filter_map(|middleware| if let Middleware::Basic(guard) = middleware { Some(guard) } else { None })
                .collect();
            if guards.is_empty() && broken.is_none() {
                continue;
            }
            let path = prefix(&router.text);
            posts.push(Post {
                host: None,
                probe: path.clone().unwrap_or_else(|| "/".to_owned()).into_bytes(),
                path: path.or(Some("/".to_owned())),
                method: "GET",
                place: router.place,
                realm: guards.first().map(|guard| guard.realm.clone()),
                books: guards.iter().map(|guard| guard.book.clone()).collect(),
                guarded: true,
                unseen: false,
            });
        }
        let mut survey = surveyed(self, &posts);
        if let Some(because) = &self.dropped {
            let outcome = crate::finding::Outcome { logins: Some(crate::finding::Logins::None), status: Some(404) };
            survey.causes.push(crate::answer::Cause { because: because.clone(), outcome });
        }
        survey
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        if let Some(because) = &self.unknown {
            return Answer::unknown(because.clone());
        }
        let path = match go_path(request) {
            Ok(_) if request.path.contains(&b'#') => return plain(400),
            Ok(_) => routing_path(&String::from_utf8_lossy(target_path(&request.path))),
            Err(_) if request.path == b"*" => return plain(404),
            Err(status) => return plain(status),
        };
        if self.pinged && path.starts_with("/ping") {
            return plain(200);
        }
        let host = String::from_utf8_lossy(request.header("host").unwrap_or_default()).to_lowercase();
        let host = host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host);
        let raw = String::from_utf8_lossy(&request.path).into_owned();
        let asked = Asked {
            path: &path,
            query: raw.split_once('?').map_or("", |(_, query)| query),
            method: &request.method,
            host,
            client: match request.client {
                Client::Address(address) => Some(address),
                Client::Elsewhere | Client::Welcome => None,
            },
            headers: &request.headers,
        };
        let redirection = self.entry_point.redirection;
        let away = redirection.map(|redirection| plain(moved(redirection.permanent, &request.method)));
        let mut lost = self.dropped.clone().into_iter().collect::<Vec<_>>();
        let takes = |router: &&Router| {
            self.takes(router, &asked, request.https)
                && redirection.is_none_or(|redirection| redirection.priority < router.priority)
        };
        let mut found: Vec<&Router> = Vec::new();
        for router in self.dynamic.routers.iter().filter(takes) {
            if found.first().is_some_and(|first| first.priority > router.priority) {
                break;
            }
            if let Some(because) = self.broken(router) {
                trace.step(Some(router.place), || {
                    format!("the router `{}` cannot be built and is not there", router.name)
                });
                lost.push(because);
                continue;
            }
            found.push(router);
        }
        if !found.is_empty() {
            return self.either(&found, request, &lost, trace);
        }
        if let Some(away) = away {
            return away;
        }
        let broken = self.dynamic.routers.iter().filter(|router| router.rule.is_err());
        lost.extend(broken.filter_map(|router| self.broken(router)));
        trace.step(None, || "no router takes the request".to_owned());
        Answer { status: Some(404), because: lost }
    }
}

impl Traefik {
    /// Which of several routers of one priority is asked differs from start to start (`pkg/muxer/http`, `routes`).
    fn either(&self, found: &[&Router], request: &Request, lost: &[Because], trace: &mut Trace) -> Answer {
        let mut answers = found.iter().map(|router| {
            trace.step(Some(router.place), || format!("the router `{}` takes the request", router.name));
            (router, self.through(router, request, lost.to_vec(), trace))
        });
        let Some((_, first)) = answers.next() else { return plain(404) };
        let other = answers.find(|(_, answer)| answer.status != first.status).map(|(router, _)| router.place);
        other.map_or(first, |place| {
            let missing = Missing::Condition { directive: "priority".to_owned() };
            Answer::unknown(Because::at(Reason::CannotTell { missing }, place))
        })
    }

    fn through(&self, router: &Router, request: &Request, lost: Vec<Because>, trace: &mut Trace) -> Answer {
        let mut passing = Passing { request, presented: Presented::of(&request.login, Style::GO) };
        for middleware in self.middleware_of(router) {
            if let Err(Stop::Answer(answer)) = passing.pass(middleware, trace) {
                return answer;
            }
        }
        if let Some(Service::Servers(place)) = router.service.as_deref().and_then(|name| self.service(name)) {
            return handed_on(router.service.as_deref().unwrap_or_default(), place);
        }
        let path = String::from_utf8_lossy(target_path(&request.path)).into_owned();
        let status = match (router.service.as_deref(), router.service.as_deref().and_then(|name| self.service(name))) {
            (_, Some(Service::Always(status))) => status,
            (Some("api@internal"), _)
                if !path.starts_with("/api") && !path.starts_with("/dashboard") && path != "/" =>
            {
                404
            }
            _ => 200,
        };
        Answer { status: Some(status), because: lost }
    }
}
