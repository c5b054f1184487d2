//! Envoy's answers (Envoy `source/extensions/filters/http/basic_auth/basic_auth_filter.cc`).

use super::config::{Filter, Gateway, Kind, Reader, Users, secrets};
use super::routes::{Action, Change, Override, Route, Test, VirtualHost};
use crate::answer::{Answer, Because, Login, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Checked, Host, Post, Presented, Profile, Style, handed_on, surveyed, target_path};
use crate::hash::Verifier;
use crate::read::Fault;
use crate::source::Sources;
use crate::users::Reading;
use crate::yaml;

/// What Envoy makes of a password file.
pub(in crate::servers) const PROFILE: Profile = Profile { reading: Reading::Envoy, verifier: Verifier::Envoy };

/// An Envoy that was configured.
struct Envoy {
    startup: Startup,
    gateway: Gateway,
}

/// Opens a bootstrap configuration.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let parsed = written(target.config, &bytes);
    let hidden = parsed.as_ref().map(secrets).unwrap_or_default();
    let file = host.keep(target.config.to_owned(), bytes, hidden);
    let reader = Reader { host: &host, file };
    let gateway = match parsed {
        Ok(root) => reader.gateway(&root),
        Err(bad) => Err(reader.wrong(bad.span, "YAML", bad.message)),
    };
    Ok(match gateway {
        Ok(gateway) => {
            let strange = gateway.strange();
            Envoy { startup: strange.map_or(Startup::Ok, |because| Startup::Unknown(vec![because])), gateway }
        }
        Err(because) => Envoy { startup: Startup::Fails(vec![because]), gateway: Gateway::default() },
    })
}

/// What the name's end says that the configuration is written in (`source/common/protobuf/utility.cc`,
/// `loadFromFile`).
fn written(path: &std::path::Path, bytes: &[u8]) -> Result<yaml::Node, yaml::BadYaml> {
    let bad = |message: &str| yaml::BadYaml { message: message.to_owned(), span: crate::source::Span::at(0) };
    match path.extension().and_then(|end| end.to_str()) {
        Some("json") if bytes.trim_ascii_start().first() != Some(&b'{') => Err(bad("this is no JSON")),
        Some("json" | "yaml" | "yml") => yaml::read_unmerged(bytes),
        _ => Err(bad("by its name this is neither YAML nor JSON")),
    }
}

impl Test {
    /// Whether it takes a request; `None`: can't tell.
    fn takes(&self, request: &Request, path: &str) -> Option<bool> {
        let fold = |text: &str| if self.any_case { text.to_lowercase() } else { text.to_owned() };
        let path = fold(path);
        let by_path = self.prefix.as_ref().is_none_or(|prefix| path.starts_with(&fold(prefix)))
            && self.path.as_ref().is_none_or(|wanted| path == fold(wanted))
            && self.separated.as_ref().is_none_or(|prefix| {
                path.strip_prefix(&fold(prefix)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            && self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(&path).unwrap_or(false));
        let headers = !self.never && self.headers.iter().all(|header| header.takes(request));
        let target = String::from_utf8_lossy(&request.path);
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let parameters = self.parameters.iter().all(|(name, wanted)| {
            let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value);
            value.is_some_and(|value| wanted.as_ref().is_none_or(|wanted| wanted.takes(value)))
        });
        match (by_path && headers && parameters, self.unknown) {
            (false, _) => Some(false),
            (true, true) => None,
            (true, false) => Some(true),
        }
    }
}

impl Envoy {
    /// The virtual host of a request: exact names first, then those with a star, then all.
    fn host(&self, request: &Request) -> Option<&VirtualHost> {
        let host = String::from_utf8_lossy(request.header("host").unwrap_or_default()).to_lowercase();
        let rank = |domain: &String| match domain.as_str() {
            "*" => Some((3, 0)),
            domain if *domain == host => Some((0, 0)),
            domain
                if domain.starts_with('*')
                    && host.len() >= domain.len()
                    && host.ends_with(domain.trim_start_matches('*')) =>
            {
                Some((1, usize::MAX - domain.len()))
            }
            domain if domain.ends_with('*') && host.starts_with(domain.trim_end_matches('*')) => {
                Some((2, usize::MAX - domain.len()))
            }
            _ => None,
        };
        let best =
            self.gateway.hosts.iter().filter_map(|vhost| Some((vhost.domains.iter().filter_map(rank).min()?, vhost)));
        best.min_by_key(|(rank, _)| *rank).map(|(_, vhost)| vhost)
    }

    /// One filter's word; `None`: it lets the request through.
    fn filter(&self, filter: &Filter, overrides: &[&Override], request: &Request, trace: &mut Trace) -> Option<Answer> {
        let over = overrides.iter().find(|over| over.name == filter.name);
        let (users, header, allow_missing) = match &filter.kind {
            Kind::Basic { users, header, allow_missing } => (users, header, allow_missing),
            Kind::Other(_) | Kind::Roles(_) | Kind::Always(_)
                if filter.disabled || matches!(over.map(|over| &over.change), Some(Change::Disabled)) =>
            {
                return None;
            }
            Kind::Always(status) => return Some(Answer { status: Some(*status), because: Vec::new() }),
            Kind::Roles(None) => return None,
            Kind::Roles(Some(roles)) => {
                let path = String::from_utf8_lossy(target_path(&request.path)).into_owned();
                let because = Because::at(Reason::DeniedByRule, filter.place);
                return match roles.allow(request, &path) {
                    Some(true) => None,
                    Some(false) => Some(Answer::of(403, because)),
                    None => {
                        let missing = Missing::Provider { name: "RBAC".to_owned() };
                        Some(Answer::unknown(Because::at(Reason::CannotTell { missing }, filter.place)))
                    }
                };
            }
            Kind::Other(kind) if PASSING.iter().any(|known| kind.contains(known)) => return None,
            Kind::Other(kind) => {
                let missing = Missing::Provider { name: kind.clone() };
                return Some(Answer::unknown(Because::at(Reason::CannotTell { missing }, filter.place)));
            }
        };
        let users = match over.map(|over| &over.change) {
            Some(Change::Disabled) => {
                trace.step(over.map(|over| over.place), || "the filter is switched off here".to_owned());
                return None;
            }
            Some(Change::Users(users)) => users,
            Some(Change::Nothing) | None if filter.disabled => return None,
            Some(Change::Nothing) | None => users,
        };
        let presented = presented(request, header.as_deref());
        let plain = || Some(Answer { status: Some(401), because: Vec::new() });
        if presented.is_none() || (*allow_missing && presented == Some(Presented::Nobody)) {
            trace.step(Some(filter.place), || "no credentials: a login is asked for".to_owned());
            return if *allow_missing { None } else { plain() };
        }
        let Some(presented) = presented.filter(|presented| presented.name().is_some()) else { return plain() };
        let book = match users {
            Users::Known(book) => book,
            Users::Unknown(because) => return Some(Answer::unknown(because.clone())),
        };
        match book.check(&presented) {
            Checked::Passed(user) => {
                trace.step(Some(filter.place), || format!("the password of {} fits", String::from_utf8_lossy(&user)));
                None
            }
            Checked::Nobody => plain(),
            Checked::Refused(because) | Checked::Raised(because) => {
                let place = because.place.or(Some(filter.place));
                Some(Answer::of(401, Because { place, ..because }))
            }
            Checked::Unknown(because) => Some(Answer::unknown(because)),
        }
    }

    /// An answer of Envoy's own, which the configuration may write anew.
    fn own(&self, answer: Answer) -> Answer {
        let Some(place) = self.gateway.rewritten else { return answer };
        let missing = Missing::Condition { directive: "local_reply_config".to_owned() };
        Answer::unknown(Because::at(Reason::CannotTell { missing }, place))
    }

    /// The path that routes are chosen by.
    fn path(&self, request: &Request) -> String {
        let path = String::from_utf8_lossy(target_path(&request.path)).into_owned();
        let path = if self.gateway.normalizes { resolved(&path) } else { path };
        if !self.gateway.merges_slashes {
            return path;
        }
        let mut merged = String::new();
        path.chars()
            .filter(|letter| {
                let twice = *letter == '/' && merged.ends_with('/');
                merged.push(*letter);
                !twice
            })
            .collect()
    }

    fn route<'e>(vhost: &'e VirtualHost, request: &Request, path: &str) -> Result<Option<&'e Route>, Answer> {
        for route in &vhost.routes {
            match route.test.takes(request, path) {
                Some(true) => return Ok(Some(route)),
                Some(false) => {}
                None => {
                    let missing = Missing::Condition { directive: "match".to_owned() };
                    return Err(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)));
                }
            }
        }
        Ok(None)
    }
}

/// Filters that let every plain request through.
const PASSING: [&str; 9] = [
    ".cors.",
    ".compressor.",
    ".decompressor.",
    ".gzip.",
    ".header_mutation.",
    ".header_to_metadata.",
    ".buffer.",
    ".grpc_web.",
    ".grpc_stats.",
];

/// A path without its dots (`source/common/http/path_utility.cc`, `canonicalPath`).
fn resolved(path: &str) -> String {
    let path = &unreserved(path);
    let path = path.replace("%2e", ".").replace("%2E", ".").replace('\\', "/");
    let mut kept: Vec<&str> = Vec::new();
    let mut parts = path.trim_start_matches('/').split('/').peekable();
    let slashes = path.len() - path.trim_start_matches('/').len();
    while let Some(part) = parts.next() {
        let last = parts.peek().is_none();
        match part {
            "." | ".." => {
                if part == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            part => kept.push(part),
        }
    }
    format!("{}{}", "/".repeat(slashes), kept.join("/"))
}

/// A path whose letters, digits and plain marks stand for themselves.
fn unreserved(path: &str) -> String {
    let mut done = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let digits: Vec<u8> = rest.clone().take(2).collect();
        let code = std::str::from_utf8(&digits).ok().and_then(|code| u8::from_str_radix(code, 16).ok());
        let code = code.filter(|code| byte == b'%' && (code.is_ascii_alphanumeric() || b"-._~".contains(code)));
        done.push(code.unwrap_or(byte));
        if code.is_some() {
            rest.nth(1);
        }
    }
    String::from_utf8_lossy(&done).into_owned()
}

/// Who is presented; `None`: the header is not there at all. The scheme counts with its case here.
fn presented(request: &Request, header: Option<&str>) -> Option<Presented> {
    let exact = |value: &[u8]| {
        if value.trim_ascii().starts_with(b"Basic ") { Presented::header(value, ENVOY) } else { Presented::Nobody }
    };
    if let Some(name) = header.filter(|name| !name.eq_ignore_ascii_case("authorization")) {
        return match (&request.login, request.header(name)) {
            (Login::Holder(holder), None) => Some(Presented::Holder(holder.clone())),
            (_, value) => value.map(exact),
        };
    }
    match &request.login {
        Login::Anonymous => None,
        Login::Header(value) => Some(exact(value.reveal())),
        Login::Holder(_) | Login::Password { .. } => {
            Some(Presented::of(&request.login, ENVOY)).filter(|presented| *presented != Presented::Nobody)
        }
    }
}

/// Padding may be left out, and nothing else.
const ENVOY: Style = Style { base64: crate::gate::Base64::Unpadded, blanks: false };

impl Server for Envoy {
    fn name(&self) -> &'static str {
        "envoy"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let mut posts = Vec::new();
        for filter in &self.gateway.filters {
            let Kind::Basic { users, .. } = &filter.kind else { continue };
            let all = self.gateway.hosts.iter().flat_map(|vhost| vhost.routes.iter().map(move |route| (vhost, route)));
            for (vhost, route) in all {
                let path = route.test.prefix.clone().or(route.test.path.clone()).or(route.test.separated.clone());
                let own = route.overrides.iter().find(|over| over.name == filter.name);
                let own = own.and_then(|over| if let Change::Users(users) = &over.change { Some(users) } else { None });
                let users = own.unwrap_or(users);
                let disabled = route
                    .overrides
                    .iter()
                    .any(|over| over.name == filter.name && matches!(over.change, Change::Disabled));
                posts.push(Post {
                    host: vhost.domains.first().filter(|domain| !domain.contains('*')).cloned(),
                    probe: path.clone().unwrap_or_else(|| "/".to_owned()).into_bytes(),
                    path: path.or(Some("/".to_owned())),
                    method: "GET",
                    place: filter.place,
                    realm: None,
                    books: if let Users::Known(book) = users { vec![book.clone()] } else { Vec::new() },
                    guarded: !disabled,
                    unseen: matches!(users, Users::Unknown(_)),
                });
            }
        }
        surveyed(self, &posts)
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        // What Envoy's HTTP/1 codec does not take (`source/common/http/http1`).
        const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"];
        let target = &request.path;
        if !METHODS.contains(&request.method.as_str())
            || (request.method == "CONNECT" && target.starts_with(b"/"))
            || target.iter().any(|byte| *byte <= b' ' || *byte == b'#')
            || target == b"*"
        {
            return plain(400);
        }
        if self.gateway.newer {
            return plain(0);
        }
        if let Some(place) = self.gateway.foreign {
            let missing = Missing::Provider { name: "rds".to_owned() };
            return Answer::unknown(Because::at(Reason::CannotTell { missing }, place));
        }
        let vhost = self.host(request);
        let path = self.path(request);
        let route = match vhost.map(|vhost| Self::route(vhost, request, &path)) {
            Some(Err(answer)) => return answer,
            Some(Ok(route)) => route,
            None => None,
        };
        let own = route.map(|route| route.overrides.as_slice()).unwrap_or_default();
        let of_host = vhost.filter(|_| route.is_some()).map(|vhost| vhost.overrides.as_slice()).unwrap_or_default();
        let overrides: Vec<&Override> =
            own.iter().chain(of_host).chain(self.gateway.overrides.iter().filter(|_| route.is_some())).collect();
        for filter in &self.gateway.filters {
            if let Some(answer) = self.filter(filter, &overrides, request, trace) {
                return self.own(answer);
            }
        }
        match route {
            Some(route) => {
                trace.step(Some(route.place), || "this route takes the request".to_owned());
                match &route.action {
                    Action::Answer(status) => plain(*status),
                    Action::Cluster(name) => handed_on(name, route.place),
                }
            }
            None => self.own(plain(404)),
        }
    }
}
