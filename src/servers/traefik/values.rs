//! Values that Traefik's decoder refuses (`paerser/parser`, `element_fill.go`).

use crate::yaml::Node;

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Go's `strconv.ParseBool`.
    Truth,
    /// A number.
    Number,
    /// A number or a time with its unit.
    Time,
}

/// Fields of other kinds than text, by their paths.
pub(super) type Kinds = &'static [(&'static str, Kind)];

/// Of the static configuration.
pub(super) const STATIC: Kinds = &[
    ("global.checkNewVersion", Kind::Truth),
    ("global.sendAnonymousUsage", Kind::Truth),
    ("ping.manualRouting", Kind::Truth),
    ("ping.terminatingStatusCode", Kind::Number),
    ("api.insecure", Kind::Truth),
    ("api.dashboard", Kind::Truth),
    ("api.debug", Kind::Truth),
    ("log.noColor", Kind::Truth),
    ("log.compress", Kind::Truth),
    ("log.maxSize", Kind::Number),
    ("entryPoints.*.asDefault", Kind::Truth),
    ("entryPoints.*.reusePort", Kind::Truth),
    ("entryPoints.*.http.redirections.entryPoint.permanent", Kind::Truth),
    ("entryPoints.*.http.redirections.entryPoint.priority", Kind::Number),
    ("entryPoints.*.forwardedHeaders.insecure", Kind::Truth),
    ("providers.providersThrottleDuration", Kind::Time),
    ("providers.file.watch", Kind::Truth),
    ("serversTransport.insecureSkipVerify", Kind::Truth),
    ("serversTransport.maxIdleConnsPerHost", Kind::Number),
];

/// Of the dynamic configuration.
pub(super) const DYNAMIC: Kinds = &[
    ("http.routers.*.priority", Kind::Number),
    ("http.middlewares.*.basicAuth.removeHeader", Kind::Truth),
    ("http.middlewares.*.digestAuth.removeHeader", Kind::Truth),
    ("http.middlewares.*.redirectScheme.permanent", Kind::Truth),
    ("http.middlewares.*.redirectRegex.permanent", Kind::Truth),
    ("http.middlewares.*.stripPrefix.forceSlash", Kind::Truth),
    ("http.middlewares.*.inFlightReq.amount", Kind::Number),
    ("http.middlewares.*.retry.attempts", Kind::Number),
    ("http.middlewares.*.circuitBreaker.checkPeriod", Kind::Time),
    ("http.middlewares.*.circuitBreaker.fallbackDuration", Kind::Time),
    ("http.middlewares.*.circuitBreaker.recoveryDuration", Kind::Time),
    ("http.middlewares.*.rateLimit.average", Kind::Number),
    ("http.middlewares.*.rateLimit.burst", Kind::Number),
    ("http.middlewares.*.rateLimit.period", Kind::Time),
    ("http.middlewares.*.buffering.maxRequestBodyBytes", Kind::Number),
    ("http.middlewares.*.ipAllowList.rejectStatusCode", Kind::Number),
    ("http.middlewares.*.ipAllowList.ipStrategy.depth", Kind::Number),
    ("http.middlewares.*.forwardAuth.trustForwardHeader", Kind::Truth),
    ("http.services.*.loadBalancer.passHostHeader", Kind::Truth),
    ("http.services.*.loadBalancer.servers.*.weight", Kind::Number),
    ("http.services.*.weighted.services.*.weight", Kind::Number),
];

/// The first value of another kind than its field takes.
pub(super) fn misfit(root: &Node, kinds: Kinds) -> Option<&Node> {
    let wrong = |node: &&Node, kind: Kind| {
        let Some(text) = node.text().filter(|_| !node.is_null()) else { return false };
        match kind {
            Kind::Truth => !is_truth(text),
            Kind::Number => text.parse::<i64>().is_err(),
            Kind::Time => text.parse::<i64>().is_err() && !text.ends_with(['s', 'm', 'h']),
        }
    };
    kinds.iter().find_map(|(path, kind)| at(root, path).into_iter().find(|node| wrong(node, *kind)))
}

/// Whether Go's `strconv.ParseBool` reads it.
fn is_truth(text: &str) -> bool {
    ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"].contains(&text)
}

/// The values of a path, `*` being any key or item.
pub(super) fn at<'n>(root: &'n Node, path: &str) -> Vec<&'n Node> {
    path.split('.').fold(vec![root], |nodes, key| {
        let below = |node: &'n Node| -> Vec<&'n Node> {
            if key == "*" {
                return node.pairs().iter().map(|(_, value)| value).chain(node.items()).collect();
            }
            node.get_any_case(key).into_iter().collect()
        };
        nodes.into_iter().flat_map(below).collect()
    })
}

/// Whether it is a map that holds nothing, however deep.
pub(super) fn is_hollow(node: &Node) -> bool {
    node.is_map() && node.pairs().iter().all(|(_, value)| is_hollow(value))
}
