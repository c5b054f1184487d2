//! The dynamic configuration: routers, middlewares and services (Traefik `pkg/provider/file`, `pkg/server/router`).

use std::collections::BTreeMap;

use super::decode::decode;
use super::middleware::{Context, Middleware, texts};
use super::rule::Rule;
use super::services::{Service, service};
use crate::answer::{Because, Reason};
use crate::source::{Place, Span};
use crate::yaml::{BadYaml, Node};

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

/// Reads one file into what is there already.
///
/// # Errors
/// What makes Traefik drop the file.
pub(super) fn read(context: Context<'_>, root: Result<Node, BadYaml>, dynamic: &mut Dynamic) -> Result<(), Because> {
    let at = |span| Place::new(context.file, span);
    let wrong = |span: Span, message: String| {
        Because::at(Reason::WrongArguments { name: "YAML".to_owned(), message }, at(span))
    };
    let root = root.map_err(|bad| wrong(bad.span, bad.message))?;
    let root = decode(&root, "DynamicConfiguration").map_err(|misfit| misfit.because(context.file))?;
    let Some(http) = root.get_any_case("http") else { return Ok(()) };
    let section = |name: &str| http.get_any_case(name).map(Node::pairs).unwrap_or_default();
    // Of a folder's files the first that defines a name counts.
    for (name, node) in section("middlewares") {
        let key = name.text().unwrap_or_default().to_owned();
        let middleware = Middleware::build(context, name, node);
        dynamic.middlewares.entry(key).or_insert_with(|| (middleware, at(name.span)));
    }
    let transports: Vec<String> =
        section("serversTransports").iter().filter_map(|(name, _)| name.text().map(str::to_owned)).collect();
    for (name, node) in section("services") {
        let key = name.text().unwrap_or_default().to_owned();
        dynamic.services.entry(key).or_insert_with(|| service(context, name, node, &transports));
    }
    for (name, node) in section("routers") {
        let router = router(context, name, node);
        if !dynamic.routers.iter().any(|known| known.name == router.name) {
            dynamic.routers.push(router);
        }
    }
    Ok(())
}

fn router(context: Context<'_>, name: &Node, node: &Node) -> Router {
    let text = |key: &str| node.get_any_case(key).and_then(Node::text).unwrap_or_default().to_owned();
    let list = |key: &str| node.get_any_case(key).map(texts).unwrap_or_default();
    let written = text("rule");
    let place = node.get_any_case("rule").map_or(context.place(name), |rule| context.place(rule));
    let refused =
        Reason::BadExpression { name: "rule".to_owned(), message: "Traefik cannot read this rule".to_owned() };
    let priority = text("priority").parse::<i64>().ok().filter(|priority| *priority != 0);
    // The highest ones are Traefik's own (`pkg/server/router/router.go`, `maxUserPriority`).
    let reserved = priority.is_some_and(|priority| priority > i64::MAX - 1000);
    let rule = Rule::read(&written).filter(|_| !reserved);
    Router {
        name: name.text().unwrap_or_default().to_owned(),
        rule: rule.ok_or_else(|| Because::at(refused, place)),
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
pub(super) fn secrets(root: Option<&Node>) -> Vec<Span> {
    let Some(root) = root else { return Vec::new() };
    let middlewares = root.get_any_case("http").and_then(|http| http.get_any_case("middlewares"));
    let middlewares = middlewares.map(Node::pairs).unwrap_or_default();
    let kinds = middlewares.iter().flat_map(|(_, node)| node.pairs());
    kinds.filter_map(|(_, options)| options.get_any_case("users")).flat_map(texts).map(|(_, span)| span).collect()
}
