//! What mod_rewrite's rules see of a request and of the machine (modules/mappers/mod_rewrite.c, `lookup_variable`,
//! `prefix_stat`).

use std::sync::Arc;

use super::arrival::under;
use super::ask::Ask;
use super::config::DirConfig;
use super::expr::{Condition, Facts, Table};
use super::facts::Circumstances;
use super::journey::{Before, DEEPEST, Errand, Ready, plain};
use super::reception::host_of;
use super::rewrite::{self, Applied, Course, Lookup, Rewrite, Rule, RuleFlag, scheme_length};
use super::site::Site;
use super::spot::Spot;
use super::target::{escaped, merged};
use super::world::Question;
use crate::answer::{Answer, Because, Missing, Reason, Trace};
use crate::source::Place;

/// A request, as rules see it.
pub(super) struct Rewriter<'r, 'p, 's> {
    site: &'p Site<'s>,
    errand: &'r Errand<'r, 'p>,
    spot: &'r Spot<'p>,
    settings: &'r DirConfig,
    user: Option<Option<Vec<u8>>>,
    /// The folder of the rules; `None` outside of all sections.
    base: Option<Vec<u8>>,
}

impl<'r, 'p, 's> Rewriter<'r, 'p, 's> {
    /// For rules outside of all sections.
    pub(super) fn of_server(
        site: &'p Site<'s>,
        errand: &'r Errand<'r, 'p>,
        spot: &'r Spot<'p>,
        settings: &'r DirConfig,
    ) -> Self {
        Self { site, errand, spot, settings, user: Some(None), base: None }
    }

    /// For rules of a folder, once the user is known.
    pub(super) fn of_folder(self, user: Option<Option<Vec<u8>>>, base: Option<Vec<u8>>) -> Self {
        Self { user, base, ..self }
    }

    /// A request before any rule.
    pub(super) fn course(&self, filename: Vec<u8>, path_info: Vec<u8>, query: Option<Vec<u8>>) -> Course {
        let proxied = self.spot.proxied.is_some();
        Course { filename, path_info, query, status: 200, proxied, ..Course::default() }
    }

    /// Applies rules.
    ///
    /// # Errors
    /// What cannot be told.
    pub(super) fn apply(
        &self,
        rules: &[Rule],
        directory: Option<&[u8]>,
        course: &mut Course,
    ) -> Result<Applied, Box<Because>> {
        rewrite::apply(rules, directory, course, self)
    }

    /// The file path that the rules of the server have come to: as it is if its first name is there, else below the
    /// document root (`prefix_stat`).
    ///
    /// # Errors
    /// The answer to a path that is none.
    pub(super) fn settled(&self, rewrite: &Rewrite, course: Course, place: Place) -> Result<Vec<u8>, Answer> {
        let path = course.filename;
        let Some(rest) = path.strip_prefix(b"/") else { return Err(plain(400)) };
        if rest.first() == Some(&b'~') {
            let missing = Missing::Condition { directive: "RewriteRule".to_owned() };
            return Err(Answer::unknown(Because::at(Reason::CannotTell { missing }, place)));
        }
        let first: Vec<u8> = rest.iter().copied().take_while(|byte| *byte != b'/').collect();
        let first = [b"/".as_slice(), &first].concat();
        let rule = rewrite.rules.iter().find(|rule| rule.place == place);
        let anywhere = rewrite.options.is_some_and(|options| options.any_prefix)
            || rule.is_some_and(|rule| rule.has(&RuleFlag::AnyPrefix) || rule.output.starts_with(&first));
        let verbatim =
            !course.reduced && self.site.is_there(&first) && (anywhere || path.starts_with(&self.spot.host.docroot));
        if verbatim {
            return merged(&path).ok_or_else(|| plain(403));
        }
        under(&self.spot.host.docroot, &path).ok_or_else(|| plain(403))
    }

    fn facts(&self) -> Circumstances<'_> {
        Circumstances {
            ask: Some(self.errand.ask),
            spot: Some(self.spot),
            user: self.user.as_ref().and_then(|user| user.as_deref()),
            env: &self.settings.env_set,
            library: Some(&self.site.library),
            early: self.base.is_none(),
        }
    }

    fn header(&self, name: &str) -> Option<Vec<u8>> {
        self.facts().entry(Table::RequestHeaders, name.as_bytes()).map(Option::unwrap_or_default)
    }

    fn environment(&self, name: &str, course: &Course) -> Option<Vec<u8>> {
        if let Some((_, value)) = course.variables.iter().rev().find(|(set, _)| set == name) {
            return Some(value.clone().unwrap_or_default());
        }
        self.facts().environment(name).map(|value| {
            value.unwrap_or_else(|| {
                self.errand.setup.profile.env.get(name).map(|value| value.clone().into_bytes()).unwrap_or_default()
            })
        })
    }

    /// A sub-request for a URL path, if it is not the one that is asked for already: what it comes to, or why it does
    /// not get there (`subreq_ok`).
    fn ahead(&self, path: &[u8]) -> Option<Result<Ready<'p>, Answer>> {
        let url = self.spot.url.clone().unwrap_or_default();
        let same = self.is_subrequest() && self.errand.before.is_some_and(|before| before.url == url);
        if same || self.errand.subrequests >= DEEPEST {
            return None;
        }
        let config = Arc::new(self.settings.clone());
        let before = Before { met: Vec::new(), folder: Vec::new(), user: Some(None), url, config };
        let ask = Ask { method: "GET".to_owned(), ..self.errand.ask.clone() };
        let errand =
            Errand { ask: &ask, subrequests: self.errand.subrequests + 1, before: Some(&before), ..*self.errand };
        let ready = self.site.process(&errand, self.spot.host, &escaped(path), &mut Trace::unwanted());
        Some(ready.map_err(|ended| ended.answer))
    }

    /// `LA-U:name` and `LA-F:name`.
    fn look_ahead(&self, name: &[u8], course: &Course) -> Option<Vec<u8>> {
        let plain = behind(name, b"LA-F:").unwrap_or(name);
        if plain.len() < name.len() && self.base.is_none() {
            // A file by the name of the URL, which is hardly there (`ap_sub_req_lookup_file`).
            let none = plain.eq_ignore_ascii_case(b"REMOTE_USER") && !self.site.is_there(&course.filename);
            return none.then(Vec::new);
        }
        let name = behind(plain, b"LA-U:").unwrap_or(plain);
        let path = match &self.base {
            Some(_) if course.filename.first() != Some(&b'/') => return None,
            Some(_) => self.spot.url.clone()?,
            None => course.filename.clone(),
        };
        let (user, filename) = match self.ahead(&path) {
            None => return Some(Vec::new()),
            Some(Ok(ready)) => (ready.user, ready.found.filename),
            Some(Err(Answer { status: Some(_), .. })) => (Some(None), Vec::new()),
            Some(Err(_)) => return None,
        };
        match name.to_ascii_uppercase().as_slice() {
            b"REMOTE_USER" => Some(user?.unwrap_or_default()),
            b"REQUEST_FILENAME" | b"SCRIPT_FILENAME" if !filename.is_empty() => Some(filename),
            _ => None,
        }
    }
}

impl Course {
    /// The answer to a course that leads away from the site, or to no path; `None`: it stays.
    #[must_use]
    pub(super) fn leaves(&self, proxies: bool, place: Place) -> Option<Answer> {
        if self.filename.starts_with(b"proxy:") {
            let missing = Missing::Content { path: "the other server".to_owned() };
            let other = Answer::unknown(Because::at(Reason::CannotTell { missing }, place));
            return Some(if proxies { other } else { plain(403) });
        }
        if scheme_length(&self.filename).is_some() {
            return Some(plain(if (300..400).contains(&self.status) { self.status } else { 302 }));
        }
        let bad = |query: &Vec<u8>| query.iter().any(|byte| byte.is_ascii_control() || *byte == b' ');
        if self.query.as_ref().is_some_and(bad) {
            return Some(plain(403));
        }
        (self.filename.first() != Some(&b'/')).then(|| plain(400))
    }
}

/// What stands behind a name and a colon, in any case.
fn behind<'n>(name: &'n [u8], start: &[u8]) -> Option<&'n [u8]> {
    let (first, rest) = name.split_at_checked(start.len())?;
    first.eq_ignore_ascii_case(start).then_some(rest).filter(|rest| !rest.is_empty())
}

impl Lookup for Rewriter<'_, '_, '_> {
    fn variable(&self, name: &[u8], course: &Course) -> Option<Vec<u8>> {
        if let Some(name) = behind(name, b"ENV:") {
            return self.environment(std::str::from_utf8(name).ok()?, course);
        }
        if let Some(name) = behind(name, b"HTTP:") {
            return self.header(std::str::from_utf8(name).ok()?);
        }
        if behind(name, b"LA-U:").or_else(|| behind(name, b"LA-F:")).is_some() {
            return self.look_ahead(name, course);
        }
        if behind(name, b"SSL:").is_some() {
            return if self.errand.ask.https { None } else { Some(Vec::new()) };
        }
        let ask = self.errand.ask;
        let name = String::from_utf8_lossy(name).to_ascii_uppercase();
        let fact = |name: &str| self.facts().variable(name);
        match name.as_str() {
            "REQUEST_FILENAME" | "SCRIPT_FILENAME" => Some(course.filename.clone()),
            "PATH_INFO" => Some(course.path_info.clone()),
            "QUERY_STRING" => Some(course.query.clone().unwrap_or_default()),
            "REQUEST_URI" => self.spot.url.clone(),
            "THE_REQUEST" => ask.line.clone(),
            "REMOTE_USER" => Some(self.user.clone()?.unwrap_or_default()),
            "AUTH_TYPE" => Some(if self.user.as_ref()?.is_some() { b"Basic".to_vec() } else { Vec::new() }),
            "IS_SUBREQ" => Some(if self.is_subrequest() { b"true".to_vec() } else { b"false".to_vec() }),
            "SERVER_PROTOCOL" if self.is_subrequest() => Some(b"INCLUDED".to_vec()),
            "REMOTE_HOST" => fact("REMOTE_ADDR"),
            "IPV6" => fact("REMOTE_ADDR").map(|own| if own.contains(&b':') { b"on".to_vec() } else { b"off".to_vec() }),
            "HTTP_HOST" => self.header("Host"),
            "HTTP_ACCEPT" => self.header("Accept"),
            "HTTP_COOKIE" => self.header("Cookie"),
            "HTTP_REFERER" => self.header("Referer"),
            "HTTP_FORWARDED" => self.header("Forwarded"),
            "HTTP_USER_AGENT" => self.header("User-Agent"),
            "HTTP_PROXY_CONNECTION" => self.header("Proxy-Connection"),
            "SERVER_NAME"
            | "REMOTE_ADDR"
            | "CONN_REMOTE_ADDR"
            | "REQUEST_METHOD"
            | "REQUEST_SCHEME"
            | "SERVER_PROTOCOL"
            | "HTTPS"
            | "DOCUMENT_ROOT"
            | "SERVER_PORT"
            | "SERVER_ADMIN"
            | "SERVER_SOFTWARE"
            | "CONTEXT_PREFIX"
            | "CONTEXT_DOCUMENT_ROOT"
            | "REMOTE_IDENT" => fact(&name),
            "SCRIPT_USER" | "SCRIPT_GROUP" if self.base.is_none() => Some(b"<unknown>".to_vec()),
            "API_VERSION" => Some(b"20120211:142".to_vec()),
            "SERVER_ADDR" | "REMOTE_PORT" | "SCRIPT_USER" | "SCRIPT_GROUP" | "TIME" => None,
            name if name.starts_with("TIME_") => None,
            _ => Some(Vec::new()),
        }
    }

    fn map(&self, name: &[u8], key: &[u8]) -> Option<Vec<u8>> {
        match self.spot.host.host.rewrite.maps.get(name) {
            None => Some(Vec::new()),
            Some(function) => match function.as_deref()? {
                b"tolower" => Some(key.to_ascii_lowercase()),
                b"toupper" => Some(key.to_ascii_uppercase()),
                b"escape" => Some(escaped(key)),
                _ => None,
            },
        }
    }

    fn holds(&self, condition: &Condition) -> Option<bool> {
        condition.eval(&self.facts())
    }

    fn file(&self, letter: u8, path: &[u8]) -> Option<bool> {
        self.site.tested(letter, path)
    }

    fn url(&self, path: &[u8]) -> Option<bool> {
        if path.is_empty() {
            return Some(false);
        }
        match self.ahead(path) {
            None => Some(false),
            Some(Ok(_)) => Some(true),
            Some(Err(answer)) => answer.passes(),
        }
    }

    fn path(&self, path: &[u8]) -> Option<bool> {
        if !self.site.is_there(path) {
            return Some(false);
        }
        let spot = Spot { path: Some(path.to_owned()), proxied: None, ..self.spot.clone() };
        let ask = Ask { method: "GET".to_owned(), ..self.errand.ask.clone() };
        let (policy, _) = self.site.policy_at(self.errand.setup, spot, Some(&ask), self.errand.world);
        policy.answer(&ask, self.errand.world).status.map(|status| status < 300)
    }

    fn ask(&self, directive: &str, place: Place) -> bool {
        let missing = Missing::Condition { directive: directive.to_owned() };
        self.errand.world.ask(Question::Holds(place), missing, place)
    }

    fn own_path(&self, url: &[u8]) -> Option<Vec<u8>> {
        let scheme: &[u8] = if self.errand.ask.https { b"https://" } else { b"http://" };
        let (start, rest) = url.split_at_checked(scheme.len())?;
        if !start.eq_ignore_ascii_case(scheme) {
            return None;
        }
        let authority: Vec<u8> = rest.iter().copied().take_while(|byte| *byte != b'/').collect();
        let path = rest.get(authority.len()..).filter(|path| !path.is_empty()).unwrap_or(b"/");
        let (port, name) = host_of(&authority, false).ok()?;
        let port = port.unwrap_or(if self.errand.ask.https { 443 } else { 80 });
        self.spot.host.host.is_itself(&name, port).then(|| path.to_vec())
    }

    fn is_subrequest(&self) -> bool {
        self.errand.subrequests > 0
    }
}
