//! From the bootstrap's YAML to filters and routes (Envoy `source/server`, `source/common/router/config_impl.cc`).

use std::path::Path;
use std::sync::Arc;

use super::keys::HTTP_FILTERS;
use super::message::Messages;
use super::rbac::Roles;
use super::routes::{Override, VirtualHost};
use super::server::PROFILE;
use crate::answer::{Because, Missing, Reason};
use crate::gate::{Book, Host, Opened};
use crate::source::{FileId, Place, Span};
use crate::users::{Entry, UserFile};
use crate::yaml::Node;

/// What the types of filters end in.
const BASIC: &str = "envoy.extensions.filters.http.basic_auth.v3.BasicAuth";
pub(super) const PER_ROUTE: &str = "envoy.extensions.filters.http.basic_auth.v3.BasicAuthPerRoute";
const ROUTER: &str = "envoy.extensions.filters.http.router.v3.Router";
const MANAGER: &str = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const RBAC: &str = "envoy.extensions.filters.http.rbac.v3.RBAC";
/// Types that hold another.
const WRAPPERS: [&str; 2] = ["udpa.type.v1.TypedStruct", "xds.type.v3.TypedStruct"];
/// Where the routes are said.
const ROUTES: [&str; 3] = ["route_config", "rds", "scoped_routes"];
pub(super) const FILTER_CONFIG: &str = "envoy.config.route.v3.FilterConfig";

/// The first listener, as far as logins go.
#[derive(Debug, Default)]
pub(super) struct Gateway {
    pub filters: Vec<Filter>,
    pub hosts: Vec<VirtualHost>,
    /// Where routes come from elsewhere.
    pub foreign: Option<Place>,
    /// Where answers of Envoy's own are written anew.
    pub rewritten: Option<Place>,
    pub normalizes: bool,
    pub merges_slashes: bool,
    /// Whether it speaks nothing but HTTP/2 or 3.
    pub newer: bool,
    /// What the routes as a whole change in the filters.
    pub overrides: Vec<Override>,
}

/// A basic_auth filter, or one that htlint does not know.
#[derive(Debug)]
pub(super) struct Filter {
    pub name: String,
    pub place: Place,
    pub disabled: bool,
    pub kind: Kind,
}

/// What a filter is.
#[derive(Debug)]
pub(super) enum Kind {
    /// basic_auth with its accounts, the header that it reads, and whether a missing one is fine.
    Basic { users: Box<Users>, header: Option<String>, allow_missing: bool },
    /// The filter of roles; none: it lets everything through.
    Roles(Option<Roles>),
    /// This status for every request.
    Always(u16),
    /// One that may decide something else, and its type.
    Other(String),
}

/// Accounts, or what keeps htlint from seeing them.
#[derive(Debug, Clone)]
pub(super) enum Users {
    Known(Book),
    Unknown(Because),
}

/// What is read while the configuration is built.
pub(super) struct Reader<'h> {
    pub host: &'h Host<'h>,
    pub file: FileId,
}

pub(super) type Read<T> = Result<T, Because>;

impl Reader<'_> {
    pub(super) fn place(&self, node: &Node) -> Place {
        Place::new(self.file, node.span)
    }

    pub(super) fn wrong(&self, span: Span, name: &str, message: impl Into<String>) -> Because {
        let reason = Reason::WrongArguments { name: name.to_owned(), message: message.into() };
        Because::at(reason, Place::new(self.file, span))
    }

    /// Reads the whole configuration.
    pub(super) fn gateway(&self, root: &Node) -> Read<Gateway> {
        let root = &Messages { file: self.file }.read("Bootstrap", root)?;
        let listeners = root.at(&["static_resources", "listeners"]).map(Node::items).unwrap_or_default();
        if listeners.is_empty() && root.get("dynamic_resources").is_none() {
            return Err(self.wrong(root.span, "listeners", "nothing listens"));
        }
        self.clusters(root)?;
        let mut gateways = Vec::new();
        for listener in listeners {
            self.listener(listener)?;
            let chains = listener.get("filter_chains").map(Node::items).unwrap_or_default();
            let filters = chains.iter().flat_map(|chain| chain.get("filters").map(Node::items).unwrap_or_default());
            for filter in filters {
                if let Some(config) = filter.get("typed_config") {
                    gateways.push(self.network(config, root)?);
                }
            }
        }
        Ok(gateways.into_iter().next().unwrap_or_default())
    }

    fn network(&self, config: &Node, root: &Node) -> Read<Gateway> {
        if type_of(config).contains(".v2.") {
            return Err(self.wrong(config.span, "@type", "version 2 is gone"));
        }
        if type_of(config) != MANAGER {
            return self.other_type(config).map(|()| Gateway::default());
        }
        if !ROUTES.iter().any(|key| config.get(key).is_some()) {
            return Err(self.wrong(config.span, "route_config", "it is missing"));
        }
        let newer = matches!(config.get("codec_type").and_then(Node::text), Some("HTTP2" | "HTTP3"));
        let is_on = |key: &str| config.get(key).and_then(Node::truth) == Some(true);
        let mut gateway = Gateway {
            rewritten: config.get("local_reply_config").map(|node| self.place(node)),
            normalizes: is_on("normalize_path"),
            merges_slashes: is_on("merge_slashes"),
            newer,
            ..Gateway::default()
        };
        let filters = config.get("http_filters").map(Node::items).unwrap_or_default();
        for (index, filter) in filters.iter().enumerate() {
            let last = index + 1 == filters.len();
            gateway.filters.extend(self.filter(filter, last)?);
        }
        let routes = config.get("route_config");
        gateway.overrides = routes.map(|routes| self.overrides(routes)).transpose()?.unwrap_or_default();
        for host in routes.and_then(|routes| routes.get("virtual_hosts")).map(Node::items).unwrap_or_default() {
            gateway.hosts.push(self.virtual_host(host, root)?);
        }
        self.unique(&gateway.hosts)?;
        gateway.foreign = config.get("rds").map(|rds| self.place(rds));
        Ok(gateway)
    }

    /// The name that a filter or a virtual host must have.
    pub(super) fn named(&self, node: &Node, what: &str) -> Read<String> {
        let name = node.get("name").and_then(Node::text).filter(|name| !name.is_empty());
        name.map(str::to_owned).ok_or_else(|| self.wrong(node.span, what, "the name is missing"))
    }

    /// A type that htlint has no code for: a name of Envoy's that may exist, or one that wraps another; no filter has
    /// another name, and the URL must have a host (`MessageUtil::loadFromJson`, `Utility::getAndCheckFactory`).
    fn other_type(&self, config: &Node) -> Read<()> {
        let name = type_of(config);
        if name.is_empty() {
            return Err(self.wrong(config.span, "typed_config", "the @type is missing"));
        }
        let url = config.get("@type").and_then(Node::text).unwrap_or_default();
        let host = url.rsplit_once('/').is_some_and(|(host, _)| !host.is_empty());
        let family = name.starts_with("envoy.") || WRAPPERS.contains(&name.as_str());
        if name.contains("http.basic_auth.") || !host || !family {
            return Err(self.wrong(config.span, "@type", format!("there is no type `{name}`")));
        }
        Ok(())
    }

    fn filter(&self, node: &Node, last: bool) -> Read<Option<Filter>> {
        let name = self.named(node, "http_filters")?;
        let Some(config) = node.get("typed_config") else {
            if node.get("config_discovery").is_some() {
                return Ok(None);
            }
            return Err(self.wrong(node.span, "typed_config", "it is missing"));
        };
        let kind_name = type_of(config);
        let is_router = kind_name == ROUTER;
        if is_router != last {
            let message =
                if last { "the last filter must be the router" } else { "the router must be the last filter" };
            return Err(self.wrong(node.span, "http_filters", message));
        }
        if is_router {
            return Ok(None);
        }
        let kind = if kind_name == BASIC {
            let header = config.get("authentication_header").and_then(Node::text).map(str::to_owned);
            let allow_missing = config.get("allow_missing").and_then(Node::truth) == Some(true);
            Kind::Basic { users: Box::new(self.users(config)?), header, allow_missing }
        } else if kind_name == RBAC {
            Kind::Roles(self.roles(config)?)
        } else {
            self.other_type(config)?;
            fault(config).map_or(Kind::Other(kind_name), Kind::Always)
        };
        let disabled = node.get("disabled").and_then(Node::truth) == Some(true);
        Ok(Some(Filter { name, place: self.place(node), disabled, kind }))
    }

    /// The accounts of a filter (`config.cc`, `readHtpasswd`; `source/common/config/datasource.cc`).
    pub(super) fn users(&self, config: &Node) -> Read<Users> {
        let Some((key, users)) = config.pair("users") else {
            return Err(Because::at(Reason::UserFileUnset, self.place(config)));
        };
        let mut kinds = users.pairs().iter().filter(|(kind, _)| kind.text() != Some("watched_directory"));
        let (Some((kind, value)), None) = (kinds.next(), kinds.next()) else {
            return Err(Because::at(Reason::UserFileUnset, self.place(key)));
        };
        let text = value.text().unwrap_or_default();
        match kind.text() {
            Some("filename") => self.named_file(text, self.place(value)),
            Some("inline_string") => self.inline(text.as_bytes(), value),
            Some("inline_bytes") => {
                let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text);
                self.inline(&bytes.unwrap_or_default(), value)
            }
            Some("environment_variable") => match self.host.target.env.get(text) {
                Some(found) => self.inline(found.clone().as_bytes(), value),
                None => Err(self.wrong(value.span, "environment_variable", "there is no such variable")),
            },
            _ => Err(Because::at(Reason::UserFileUnset, self.place(kind))),
        }
    }

    fn named_file(&self, path: &str, place: Place) -> Read<Users> {
        if !path.starts_with('/') {
            let written = path.to_owned();
            return Err(Because::at(Reason::UserFileRelative { path: written.clone(), written, beside: false }, place));
        }
        match self.host.book(PROFILE, &Host::path(Path::new("/"), path), place) {
            Opened::Book(book) => Ok(Users::Known(book)),
            Opened::Spoiled(_, because) | Opened::Fault(because) => Err(because),
            Opened::Unknown(because) => Ok(Users::Unknown(because)),
        }
    }

    fn inline(&self, bytes: &[u8], node: &Node) -> Read<Users> {
        let place = self.place(node);
        let (list, verifier, spoiled) = PROFILE.read(self.file, bytes);
        if let Some(because) = spoiled {
            return Err(Because { place: Some(place), ..because });
        }
        // Their places are that of the text as a whole.
        let moved = |entry: &Entry| Entry { user_span: node.span, span: node.span, ..entry.clone() };
        let entries = list.entries.iter().map(moved).collect();
        let list = UserFile::of_entries(self.file, b"", entries, Vec::new(), PROFILE.reading.winner());
        Ok(Users::Known(Book::of(Arc::new(list), verifier, place)))
    }
}

impl Gateway {
    /// A filter of which it cannot be told whether Envoy has it.
    pub(super) fn strange(&self) -> Option<Because> {
        let strange = |filter: &&Filter| {
            let Kind::Other(name) = &filter.kind else { return false };
            let folder = name.strip_prefix("envoy.extensions.filters.http.").and_then(|name| name.split_once('.'));
            !folder.is_some_and(|(folder, _)| HTTP_FILTERS.contains(&folder))
        };
        let filter = self.filters.iter().find(strange)?;
        let Kind::Other(name) = &filter.kind else { return None };
        let missing = Missing::Module { name: name.clone(), directive: "http_filters".to_owned() };
        Some(Because::at(Reason::CannotTell { missing }, filter.place))
    }
}

/// A fault that strikes every request.
fn fault(config: &Node) -> Option<u16> {
    let abort = config.get("abort").filter(|_| type_of(config).ends_with(".fault.v3.HTTPFault"))?;
    let text = |keys: &[&str]| abort.at(keys).and_then(Node::text);
    let always = text(&["percentage", "numerator"]) == Some("100")
        && matches!(text(&["percentage", "denominator"]), None | Some("HUNDRED"))
        && config.get("headers").is_none();
    text(&["http_status"]).and_then(|text| text.parse().ok()).filter(|_| always)
}

/// The name of a message behind the slash of its `@type`.
pub(super) fn type_of(config: &Node) -> String {
    let text = config.get("@type").and_then(Node::text).unwrap_or_default();
    type_name(text).to_owned()
}

/// The name behind the last slash.
pub(super) fn type_name(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or_default()
}

/// The spans that no report may show: accounts in the configuration itself.
pub(super) fn secrets(root: &Node) -> Vec<Span> {
    let mut found = Vec::new();
    for (key, value) in root.pairs() {
        if matches!(key.text(), Some("inline_string" | "inline_bytes")) {
            found.push(value.span);
        }
        found.extend(secrets(value));
    }
    found.extend(root.items().iter().flat_map(secrets));
    found
}
