//! The room's door to the rest of the house.

use std::cell::RefCell;

use super::ask::Ask;
use super::early_headers::changed;
use super::journey::Errand;
use super::reception::host_for;
use super::request_line::in_origin_form;
use super::site::Site;
use super::target::{Slashes, halves, target};
use super::wire::{Limits, received, too_long};
use super::world::{World, explore};
use crate::answer::{Answer, Because, Login, Missing, Reason, Request, Scheme, Server, Startup, Survey, Trace};

impl Server for Site<'_> {
    fn name(&self) -> &'static str {
        "apache"
    }

    fn startup(&self) -> Startup {
        let explored = explore(&World::default(), |world| {
            self.setup(world).faults.iter().map(|fault| fault.because.clone()).collect::<Vec<_>>()
        });
        let (mut fails, mut runs, mut missing) = (None, false, explored.missing);
        for (_, faults) in explored.outcomes {
            match faults.first() {
                None => runs = true,
                Some(because) if matches!(because.reason, Reason::CannotTell { .. }) => missing.push(because.clone()),
                Some(_) => fails = Some(faults),
            }
        }
        match (fails, runs) {
            // Whatever is not known, it starts all the same.
            (None, true) => Startup::Ok,
            (Some(faults), false) if missing.is_empty() => Startup::Fails(faults),
            _ => Startup::Unknown(missing),
        }
    }

    fn survey(&self) -> Survey {
        self.surveyed()
    }

    /// A client that knows Digest asks bare first, and logs in only where it is challenged (RFC 7616).
    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        if matches!(request.login, Login::Password { scheme: Scheme::Digest, .. }) {
            let bare = self.answer_to(&Request { login: Login::Anonymous, ..request.clone() }, trace);
            if bare.status.is_some_and(|status| status != 401) {
                return bare;
            }
            *trace = trace.fresh();
        }
        self.answer_to(request, trace)
    }
}

impl Site<'_> {
    fn answer_to(&self, request: &Request, trace: &mut Trace) -> Answer {
        let line = [request.method.as_bytes(), b" ", &request.path, b" HTTP/1.1"].concat();
        let length = line.len();
        let refused = |status| Answer { status: Some(status), because: Vec::new() };
        let request = match received(request) {
            Ok(request) => request,
            Err(status) => return refused(status),
        };
        let request = match in_origin_form(&request) {
            Ok(request) => request,
            Err(status) => return refused(status),
        };
        let request = request.as_ref();
        let ask = Ask {
            method: request.method.clone(),
            login: request.login.clone(),
            client: request.client,
            https: request.https,
            headers: Some(request.headers.clone()),
            query: Some(halves(&request.path).1.map(<[u8]>::to_vec).unwrap_or_default()),
            line: Some(line),
            variables: Vec::new(),
            repeated: false,
        };
        if self.started.is_none() {
            if let Some(status) = too_long(length, request, Limits::default()) {
                return refused(status);
            }
            return self.answer_below_root(request, &ask);
        }
        let steps = RefCell::new(Trace::unwanted());
        let answer = explore(&World::default(), |world| {
            let setup = self.setup(world);
            let mut trace = trace.fresh();
            let (redirects, subrequests) = Default::default();
            let errand = Errand { setup, ask: &ask, world, redirects, subrequests, ended: false, before: None };
            let answer = match host_for(setup, request, ask.line.as_deref().unwrap_or_default(), &mut trace) {
                Ok(host) if host.host.early_headers.is_empty() => {
                    self.run(&errand, host, halves(&request.path).0, &mut trace)
                }
                Ok(host) => match changed(&ask, &host.host.early_headers) {
                    Ok(ask) => self.run(&Errand { ask: &ask, ..errand }, host, halves(&request.path).0, &mut trace),
                    Err(place) => {
                        let missing = Missing::Condition { directive: "RequestHeader".to_owned() };
                        Answer::unknown(Because::at(Reason::CannotTell { missing }, place))
                    }
                },
                Err(answer) => answer,
            };
            steps.replace(trace);
            answer
        });
        *trace = steps.into_inner();
        answer.agreed()
    }
}

impl Site<'_> {
    /// Without a main configuration the path is taken below the topmost folder of the site, as its document root.
    fn answer_below_root(&self, request: &Request, ask: &Ask) -> Answer {
        let target = match target(&request.path, Slashes::Refused) {
            Ok(target) => target,
            Err(status) => return Answer { status: Some(status), because: Vec::new() },
        };
        if request.method == "TRACE" {
            // Answered before any access check (modules/http/http_core.c, `http_send_options` and kin; TraceEnable is on).
            return Answer::pass();
        }
        let path = crate::read::server_path(&target);
        let path = path.strip_prefix("/").unwrap_or(&path);
        let is_folder = target.last() == Some(&b'/') || self.is_folder(&self.root.join(path));
        let name = path.file_name().filter(|_| !is_folder).map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let folder = if is_folder { path } else { path.parent().unwrap_or(path) };
        self.decide(&self.root.join(folder), name, ask)
    }
}
