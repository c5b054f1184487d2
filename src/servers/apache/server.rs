//! The room's door to the rest of the house.

use super::policy::Ask;
use super::site::Site;
use super::target::target;
use crate::answer::{Answer, Request, Server, Survey, Trace};

impl Server for Site<'_> {
    fn name(&self) -> &'static str {
        "apache"
    }

    fn survey(&self) -> Survey {
        self.surveyed()
    }

    /// The path is taken below the topmost folder of the site, as its document root.
    fn answer(&self, request: &Request, _: &mut Trace) -> Answer {
        let target = match target(&request.path) {
            Ok(target) => target,
            Err(status) => return Answer { status: Some(status), because: Vec::new() },
        };
        if request.method == "TRACE" {
            // Answered before any access check (modules/http/http_core.c, `http_send_options` and kin; TraceEnable is on).
            return Answer::pass();
        }
        let path = crate::read::server_path(&target);
        let path = path.strip_prefix("/").unwrap_or(&path);
        let ask = Ask {
            method: request.method.clone(),
            login: request.login.clone(),
            client: request.client,
            https: request.https,
        };
        let is_folder = target.last() == Some(&b'/') || self.is_folder(&self.root.join(path));
        let name = path.file_name().filter(|_| !is_folder).map(|name| name.as_encoded_bytes()).unwrap_or_default();
        let folder = if is_folder { path } else { path.parent().unwrap_or(path) };
        self.decide(&self.root.join(folder), name, &ask)
    }
}
