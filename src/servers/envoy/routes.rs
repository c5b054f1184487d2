//! Virtual hosts and their routes (Envoy `source/common/router/config_impl.cc`).

use std::collections::BTreeSet;
use std::path::Path;

use fancy_regex::Regex;

use super::config::{FILTER_CONFIG, PER_ROUTE, Read, Reader, Users, type_of};
use super::text::{Header, Text};
use crate::answer::Because;
use crate::gate::{Content, Host};
use crate::source::Place;
use crate::yaml::Node;

/// A virtual host.
#[derive(Debug)]
pub(super) struct VirtualHost {
    pub domains: Vec<String>,
    pub place: Place,
    pub routes: Vec<Route>,
    pub overrides: Vec<Override>,
}

/// A route.
#[derive(Debug)]
pub(super) struct Route {
    pub test: Test,
    pub action: Action,
    pub overrides: Vec<Override>,
    pub place: Place,
}

/// What a route does with a request that the filters let through.
#[derive(Debug)]
pub(super) enum Action {
    /// It answers.
    Answer(u16),
    /// It hands it on to this cluster.
    Cluster(String),
}

/// Which requests a route takes.
#[derive(Debug, Default)]
pub(super) struct Test {
    pub prefix: Option<String>,
    pub path: Option<String>,
    pub separated: Option<String>,
    pub pattern: Option<Regex>,
    pub any_case: bool,
    /// Tests of headers.
    pub headers: Vec<Header>,
    /// Parameters of the query and tests of them; none: it must be there.
    pub parameters: Vec<(String, Option<Text>)>,
    /// It takes no plain request at all.
    pub never: bool,
    /// Something that htlint does not evaluate.
    pub unknown: bool,
}

/// `typed_per_filter_config`: a filter's name and what becomes of it.
#[derive(Debug)]
pub(super) struct Override {
    pub name: String,
    pub change: Change,
    pub place: Place,
}

#[derive(Debug)]
pub(super) enum Change {
    Disabled,
    Users(Users),
    Nothing,
}

impl Reader<'_> {
    /// No name stands for two virtual hosts.
    pub(super) fn unique(&self, hosts: &[VirtualHost]) -> Read<()> {
        let mut known = BTreeSet::new();
        for (host, domain) in hosts.iter().flat_map(|host| host.domains.iter().map(move |domain| (host, domain))) {
            if !known.insert(domain) {
                return Err(self.wrong(host.place.span, "domains", format!("`{domain}` stands there twice")));
            }
        }
        Ok(())
    }

    pub(super) fn virtual_host(&self, node: &Node, root: &Node) -> Read<VirtualHost> {
        self.named(node, "virtual_hosts")?;
        let domains = node.get("domains").map(Node::items).unwrap_or_default();
        let domains: Vec<String> = domains.iter().filter_map(|domain| domain.text().map(str::to_lowercase)).collect();
        let mut routes = Vec::new();
        for route in node.get("routes").map(Node::items).unwrap_or_default() {
            routes.push(self.route(route, root)?);
        }
        // Who comes over plain HTTP is sent away, once the filters let them through.
        if matches!(node.get("require_tls").and_then(Node::text), Some("ALL" | "EXTERNAL_ONLY")) {
            for route in &mut routes {
                route.action = Action::Answer(301);
            }
        }
        Ok(VirtualHost { domains, routes, place: self.place(node), overrides: self.overrides(node)? })
    }

    fn route(&self, node: &Node, root: &Node) -> Read<Route> {
        let action = match (node.get("direct_response"), node.get("redirect"), node.get("route")) {
            _ if ["direct_response", "redirect", "route"].iter().filter(|key| node.get(key).is_some()).count() > 1 => {
                return Err(self.wrong(node.span, "routes", "a route has one action"));
            }
            (Some(direct), _, _) => {
                if let Some(file) = direct.at(&["body", "filename"]) {
                    let path = Host::path(Path::new("/"), file.text().unwrap_or_default());
                    if let Content::Fault(reason) = self.host.read(&path) {
                        return Err(Because::at(reason, self.place(file)));
                    }
                }
                let status = direct.get("status").and_then(Node::text).and_then(|text| text.parse().ok());
                let status = status.filter(|status| (200..600).contains(status));
                Action::Answer(status.ok_or_else(|| self.wrong(direct.span, "direct_response", "this is no status"))?)
            }
            (None, Some(redirect), _) => {
                let status = redirection(redirect);
                Action::Answer(
                    status.ok_or_else(|| self.wrong(redirect.span, "response_code", "there is no such code"))?,
                )
            }
            (None, None, Some(route)) => self.cluster(route, root)?,
            (None, None, None)
                if node.get("filter_action").is_some() || node.get("non_forwarding_action").is_some() =>
            {
                Action::Answer(503)
            }
            (None, None, None) => return Err(self.wrong(node.span, "routes", "a route needs an action")),
        };
        Ok(Route { test: self.test(node)?, action, overrides: self.overrides(node)?, place: self.place(node) })
    }

    /// Where a request is handed on to; a cluster that can have no endpoint answers 503.
    fn cluster(&self, route: &Node, root: &Node) -> Read<Action> {
        let Some(cluster) = route.get("cluster") else { return Ok(Action::Cluster("route".to_owned())) };
        let clusters = root.at(&["static_resources", "clusters"]).map(Node::items).unwrap_or_default();
        let known = clusters.iter().find(|known| known.get("name").and_then(Node::text) == cluster.text());
        let name = cluster.text().unwrap_or_default().to_owned();
        match known {
            Some(known) => {
                let endpoints = known.at(&["load_assignment", "endpoints"]).map(Node::items).unwrap_or_default();
                let foreign = matches!(known.get("type").and_then(Node::text), Some("EDS" | "ORIGINAL_DST"));
                let empty = endpoints.is_empty() && !foreign && known.get("cluster_type").is_none();
                Ok(if empty { Action::Answer(503) } else { Action::Cluster(name) })
            }
            None if root.get("dynamic_resources").is_some() => Ok(Action::Cluster(name)),
            None => Err(self.wrong(cluster.span, "cluster", "there is no such cluster")),
        }
    }

    fn test(&self, route: &Node) -> Read<Test> {
        let Some(node) = route.get("match") else {
            return Err(self.wrong(route.span, "match", "a route needs a match"));
        };
        const PATHS: [&str; 6] =
            ["prefix", "path", "safe_regex", "connect_matcher", "path_separated_prefix", "path_match_policy"];
        if PATHS.iter().filter(|key| node.get(key).is_some()).count() > 1 {
            return Err(self.wrong(node.span, "match", "two things say which paths"));
        }
        if let Some(bad) = node.get("path_match_policy").filter(|policy| policy.get("name").is_none()) {
            return Err(self.wrong(bad.span, "path_match_policy", "the name is missing"));
        }
        let separated = node.get("path_separated_prefix").and_then(Node::text);
        if separated.is_some_and(|path| path.ends_with('/') || path.contains(['?', '#'])) {
            return Err(self.wrong(node.span, "path_separated_prefix", "this is no path"));
        }
        if !PATHS.iter().any(|key| node.get(key).is_some()) {
            return Err(self.wrong(node.span, "match", "nothing says which paths"));
        }
        let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        let pattern = match node.at(&["safe_regex", "regex"]) {
            None => None,
            Some(regex) => {
                let whole = format!("^(?:{})$", regex.text().unwrap_or_default());
                Some(Regex::new(&whole).map_err(|_| self.wrong(regex.span, "regex", "this is no pattern"))?)
            }
        };
        let mut test = Test {
            prefix: text("prefix"),
            path: text("path"),
            separated: text("path_separated_prefix"),
            pattern,
            any_case: node.get("case_sensitive").and_then(Node::truth) == Some(false),
            ..Test::default()
        };
        self.fields(node, &mut test)?;
        let share = node.at(&["runtime_fraction", "default_value"]);
        let part = |key: &str| share.and_then(|share| share.get(key)).and_then(Node::text);
        let all = match part("denominator") {
            None | Some("HUNDRED") => "100",
            Some("TEN_THOUSAND") => "10000",
            Some(_) => "1000000",
        };
        let fixed = share.is_some_and(|_| [None, Some("0"), Some(all)].contains(&part("numerator")));
        test.unknown |= node.get("runtime_fraction").is_some() && !fixed;
        test.never = node.get("connect_matcher").is_some()
            || node.get("grpc").is_some()
            || (fixed && part("numerator") != Some(all));
        test.unknown |=
            ["tls_context", "dynamic_metadata", "filter_state", "cookies"].iter().any(|key| node.get(key).is_some());
        Ok(test)
    }

    /// What is asked of header fields and of the parameters of the query.
    fn fields(&self, node: &Node, test: &mut Test) -> Read<()> {
        for header in node.get("headers").map(Node::items).unwrap_or_default() {
            match self.header(header)? {
                Some(header) => test.headers.push(header),
                None => test.unknown = true,
            }
        }
        for parameter in node.get("query_parameters").map(Node::items).unwrap_or_default() {
            let name = parameter.get("name").and_then(Node::text).unwrap_or_default().to_owned();
            match parameter.get("string_match").map(|test| self.text(test)).transpose()? {
                Some(Some(wanted)) => test.parameters.push((name, Some(wanted))),
                Some(None) => test.unknown = true,
                None => test.parameters.push((name, None)),
            }
        }
        Ok(())
    }

    pub(super) fn overrides(&self, node: &Node) -> Read<Vec<Override>> {
        let mut all = Vec::new();
        for (name, config) in node.get("typed_per_filter_config").map(Node::pairs).unwrap_or_default() {
            let change = match type_of(config).as_str() {
                FILTER_CONFIG if config.get("disabled").and_then(Node::truth) == Some(true) => Change::Disabled,
                FILTER_CONFIG => match config.get("config") {
                    Some(inner) if type_of(inner) == PER_ROUTE => Change::Users(self.users(inner)?),
                    Some(_) => Change::Nothing,
                    None => return Err(self.wrong(config.span, "typed_per_filter_config", "it says nothing")),
                },
                PER_ROUTE => Change::Users(self.users(config)?),
                kind if !kind.starts_with("envoy.") || kind.ends_with(".basic_auth.v3.BasicAuth") => {
                    return Err(self.wrong(config.span, "typed_per_filter_config", "this is of no such type"));
                }
                _ => Change::Nothing,
            };
            let name = name.text().unwrap_or_default().to_owned();
            all.push(Override { name, change, place: self.place(config) });
        }
        Ok(all)
    }
}

fn redirection(redirect: &Node) -> Option<u16> {
    Some(match redirect.get("response_code").and_then(Node::text) {
        None | Some("MOVED_PERMANENTLY" | "0") => 301,
        Some("FOUND" | "1") => 302,
        Some("SEE_OTHER" | "2") => 303,
        Some("TEMPORARY_REDIRECT" | "3") => 307,
        Some("PERMANENT_REDIRECT" | "4") => 308,
        Some(_) => return None,
    })
}
