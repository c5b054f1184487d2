//! A request on its way through the routes.

use super::matcher::Asked;
use super::placeholders::fill;
use super::route::{Guard, Handler, Route};
use crate::answer::{Answer, Because, Missing, Reason, Trace};
use crate::gate::{Checked, Host, Presented, handed_on};

/// What a route came to.
pub(super) enum End {
    /// It answered.
    Done(Answer),
    /// It failed with this status, which error routes may answer.
    Failed(Answer),
    /// On to the next.
    On,
}

/// A request and what it has met so far.
pub(super) struct Walk<'w> {
    pub asked: Asked<'w>,
    pub presented: Presented,
    pub host: &'w Host<'w>,
    /// The files of the configuration, which are never served.
    pub hidden: &'w [std::path::PathBuf],
}

pub(super) fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}

/// What the answer depends on cannot be told.
fn untold(directive: String, route: &Route) -> End {
    let missing = Missing::Condition { directive };
    End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)))
}

impl Walk<'_> {
    /// Goes through routes in their order.
    pub(super) fn through(&mut self, routes: &[Route], trace: &mut Trace) -> End {
        let mut done: Vec<&'static str> = Vec::new();
        for route in routes {
            let group = route.group();
            if group.is_some_and(|group| done.contains(&group)) {
                continue;
            }
            match route.matcher.matches(&self.asked) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(directive) => return untold(directive, route),
            }
            done.extend(group);
            trace.step(Some(route.place), || format!("`{}` takes the request", route.directive));
            let end = self.handle(route, trace);
            if !matches!(end, End::On) {
                return end;
            }
        }
        End::On
    }

    fn handle(&mut self, route: &Route, trace: &mut Trace) -> End {
        match &route.handler {
            Handler::BasicAuth(guard) => self.guard(guard, route, trace),
            Handler::Sub(routes) => self.through(routes, trace),
            Handler::SubWithout(prefix, routes) => {
                let before = self.asked.path.clone();
                self.strip_prefix(prefix);
                let end = self.through(routes, trace);
                if matches!(end, End::On) {
                    self.asked.path = before;
                }
                end
            }
            Handler::Respond(None) => End::Done(plain(self.asked.error.unwrap_or(200))),
            Handler::Respond(Some(code)) | Handler::Redirect(code) => match self.code(code) {
                Ok(Ok(status)) => End::Done(plain(status)),
                Ok(Err(status)) => End::Failed(plain(status)),
                Err(name) => untold(name, route),
            },
            Handler::Error(None) => End::Failed(plain(500)),
            Handler::Error(Some(code)) => match self.code(code) {
                Ok(Ok(status) | Err(status)) => End::Failed(plain(status)),
                Err(name) => untold(name, route),
            },
            Handler::Abort => End::Done(plain(0)),
            Handler::Vars(_)
            | Handler::Rewrite(_)
            | Handler::StripPrefix(_)
            | Handler::StripSuffix(_)
            | Handler::Replace(..)
            | Handler::ReplacePattern(..)
            | Handler::RequestHeader(..) => match self.change(&route.handler) {
                Ok(()) => End::On,
                Err(name) => untold(name, route),
            },
            Handler::Method(method) => {
                self.asked.method.clone_from(method);
                End::On
            }
            Handler::TryFiles(paths) => match self.try_files(paths) {
                Ok(end) => end,
                Err(name) => untold(name, route),
            },
            Handler::FileServer(files) => self.serve(files, route),
            Handler::Elsewhere(name) => {
                if matches!(*name, "reverse_proxy" | "php_fastcgi") {
                    return End::Done(handed_on(name, route.place));
                }
                let missing = Missing::Provider { name: (*name).to_owned() };
                End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)))
            }
            Handler::Passing => End::On,
        }
    }

    /// A status as it is written, and its placeholders filled in: `Err` inside, an error of the server's own.
    pub(super) fn code(&self, text: &str) -> Result<Result<u16, u16>, String> {
        let code: Result<i64, _> = fill(text, &self.asked)?.parse();
        Ok(match code {
            Err(_) => Err(500),
            // Go's HTTP server panics at a status that none can be, and the connection is closed.
            Ok(code) => Ok(u16::try_from(code).ok().filter(|code| (100..1000).contains(code)).unwrap_or(0)),
        })
    }

    /// `basicauth` (`caddyauth/basicauth.go`, `Authenticate`).
    fn guard(&self, guard: &Guard, route: &Route, trace: &mut Trace) -> End {
        let refuse = |because: Option<Because>| {
            End::Failed(Answer { status: Some(401), because: because.into_iter().collect() })
        };
        let checked = guard.book.check(&self.presented);
        if guard.foreign
            && !matches!(checked, Checked::Nobody)
            && guard.book.entry(self.presented.name().unwrap_or_default()).is_some()
        {
            let missing = Missing::Provider { name: "scrypt".to_owned() };
            return End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)));
        }
        match checked {
            Checked::Nobody => {
                trace.step(Some(route.place), || "no credentials: a login is asked for".to_owned());
                refuse(None)
            }
            Checked::Passed(user) => {
                trace.step(Some(route.place), || format!("the password of {} fits", String::from_utf8_lossy(&user)));
                End::On
            }
            Checked::Refused(because) | Checked::Raised(because) => {
                let place = because.place.is_none().then_some(route.place);
                refuse(Some(Because { place: because.place.or(place), ..because }))
            }
            Checked::Unknown(because) => End::Done(Answer::unknown(because)),
        }
    }
}
