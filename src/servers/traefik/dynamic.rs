//! The dynamic configuration: routers, middlewares and services (Traefik `pkg/provider/file`, `pkg/server/router`).

use std::collections::BTreeMap;

use super::keys::DYNAMIC;
use super::middleware::{Context, Middleware, texts};
use super::rule::Rule;
use crate::answer::{Because, Reason};
use crate::source::{Place, Span};
use crate::yaml::{self, Node};

/// What the dynamic files add up to.
#[derive(Debug, Default)]
pub(super) struct Dynamic {
    pub routers: Vec<Router>,
    pub middlewares: BTreeMap<String, (Middleware, Place)>,
    pub services: BTreeMap<String, Service>,
}

/// A router.
#[derive(Debug, Clone)]
pub(super) struct Router {
    pub name: String,
    pub rule: Result<Rule, Because>,
    /// The rule as written.
    pub text: String,
    pub priority: i64,
    /// Empty: all.
    pub entry_points: Vec<String>,
    pub middlewares: Vec<(String, Place)>,
    pub service: Option<String>,
    pub tls: bool,
    pub place: Place,
}

/// A service.
#[derive(Debug, Clone)]
pub(super) enum Service {
    /// A part of Traefik itself.
    Internal,
    /// Servers elsewhere.
    Servers(Place),
    /// A load balancer without a server.
    Nobody,
    /// It cannot be built.
    Broken,
}

/// Reads one file into what is there already.
///
/// # Errors
/// What makes Traefik drop the file.
pub(super) fn read(context: Context<'_>, bytes: &[u8], dynamic: &mut Dynamic) -> Result<(), Because> {
    let at = |span| Place::new(context.file, span);
    let wrong = |span: Span, message: String| {
        Because::at(Reason::WrongArguments { name: "YAML".to_owned(), message }, at(span))
    };
    let root = yaml::read(bytes).map_err(|bad| wrong(bad.span, bad.message))?;
    if let Some(key) = yaml::duplicate(&root) {
        return Err(wrong(key.span, "a key stands there twice".to_owned()));
    }
    if let Some(key) = yaml::unknown(&root, DYNAMIC) {
        let name = key.text().unwrap_or_default().to_owned();
        return Err(Because::at(Reason::UnknownDirective { name, nearest: None }, at(key.span)));
    }
    for name in ["http", "tcp", "udp", "tls"] {
        // An empty struct behind a pointer is refused.
        let empty = |node: &&Node| node.text().is_some() || (node.is_map() && node.pairs().is_empty());
        if let Some(node) = root.get_any_case(name).filter(|node| !node.is_null()).filter(empty) {
            return Err(wrong(node.span, format!("`{name}` cannot stand alone")));
        }
    }
    if root.text().is_some() && !root.is_null() {
        return Err(wrong(root.span, "this is no map".to_owned()));
    }
    let Some(http) = root.get_any_case("http") else { return Ok(()) };
    let section = |name: &str| http.get_any_case(name).map(Node::pairs).unwrap_or_default();
    if let Some(bad) = misfit(http) {
        return Err(wrong(bad.span, "this is of the wrong kind".to_owned()));
    }
    for (name, node) in section("middlewares") {
        let middleware = Middleware::build(context, name, node);
        let key = name.text().unwrap_or_default().to_owned();
        dynamic.middlewares.insert(key, (middleware, at(name.span)));
    }
    for (name, node) in section("services") {
        dynamic.services.insert(name.text().unwrap_or_default().to_owned(), service(node, at(name.span)));
    }
    for (name, node) in section("routers") {
        dynamic.routers.push(router(context, name, node));
    }
    Ok(())
}

/// A value of another kind than the field takes.
fn misfit(http: &Node) -> Option<&Node> {
    let middlewares = http.get_any_case("middlewares").map(Node::pairs).unwrap_or_default();
    let auths = middlewares.iter().filter_map(|(_, node)| node.get_any_case("basicAuth"));
    let mut files = auths.filter_map(|auth| auth.get_any_case("usersFile"));
    let routers = http.get_any_case("routers").map(Node::pairs).unwrap_or_default();
    let texts = ["rule", "service"];
    let mut fields = routers.iter().flat_map(|(_, node)| texts.iter().filter_map(|key| node.get_any_case(key)));
    files.find(|file| file.text().is_none()).or_else(|| fields.find(|field| field.text().is_none()))
}

fn service(node: &Node, place: Place) -> Service {
    match node.get_any_case("loadBalancer") {
        Some(balancer) if balancer.get_any_case("servers").is_none_or(|servers| servers.items().is_empty()) => {
            Service::Nobody
        }
        Some(_) => Service::Servers(place),
        None if node.pairs().is_empty() => Service::Broken,
        None => Service::Servers(place),
    }
}

fn router(context: Context<'_>, name: &Node, node: &Node) -> Router {
    let text = |key: &str| node.get_any_case(key).and_then(Node::text).unwrap_or_default().to_owned();
    let list = |key: &str| node.get_any_case(key).map(texts).unwrap_or_default();
    let written = text("rule");
    let place = node.get_any_case("rule").map_or(context.place(name), |rule| context.place(rule));
    let refused =
        Reason::BadExpression { name: "rule".to_owned(), message: "Traefik cannot read this rule".to_owned() };
    let priority = text("priority").parse::<i64>().ok().filter(|priority| *priority != 0);
    Router {
        name: name.text().unwrap_or_default().to_owned(),
        rule: Rule::read(&written).ok_or_else(|| Because::at(refused, place)),
        priority: priority.unwrap_or_else(|| i64::try_from(written.len()).unwrap_or(i64::MAX)),
        text: written,
        entry_points: list("entryPoints").into_iter().map(|(name, _)| name).collect(),
        middlewares: list("middlewares")
            .into_iter()
            .map(|(name, span)| (name, Place::new(context.file, span)))
            .collect(),
        service: Some(text("service")).filter(|service| !service.is_empty()),
        tls: node.get_any_case("tls").is_some(),
        place: context.place(name),
    }
}

/// The spans of a dynamic file that no report may show: the entries of `users`.
pub(super) fn secrets(bytes: &[u8]) -> Vec<Span> {
    let Ok(root) = yaml::read(bytes) else { return Vec::new() };
    let middlewares = root.get_any_case("http").and_then(|http| http.get_any_case("middlewares"));
    let middlewares = middlewares.map(Node::pairs).unwrap_or_default();
    let kinds = middlewares.iter().flat_map(|(_, node)| node.pairs());
    kinds.filter_map(|(_, options)| options.get_any_case("users")).flat_map(texts).map(|(_, span)| span).collect()
}
