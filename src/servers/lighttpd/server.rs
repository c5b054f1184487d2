//! The room's door to the rest of the house.

use super::respond::Until;
use super::setup::Lighttpd;
use crate::answer::{Answer, Request, Server, Startup, Survey, Trace};

impl Server for Lighttpd<'_> {
    fn name(&self) -> &'static str {
        "lighttpd"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        self.surveyed()
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        self.respond(request, Until::TheEnd, trace)
    }
}
