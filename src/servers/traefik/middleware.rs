//! Middlewares: what stands between a router and its service (Traefik `pkg/server/middleware/middlewares.go`).

use std::net::IpAddr;
use std::sync::Arc;

use super::breaker::Expression;
use super::rule::range;
use super::server::PROFILE;
use crate::answer::{Because, Reason};
use crate::gate::{Book, Host, Opened};
use crate::source::{FileId, Place, Source, Span};
use crate::users::{Entry, Spoiling, UserFile, traefik_spoils};
use crate::yaml::Node;

/// Kinds that the file provider reads and nothing builds.
const GATEWAY_KINDS: [&str; 7] = [
    "snippet",
    "authtlspasscertificatetoupstream",
    "urlrewrite",
    "requestheadermodifier",
    "responseheadermodifier",
    "requestredirect",
    "rewritetarget",
];

/// What a middleware does.
#[derive(Debug, Clone)]
pub(super) enum Middleware {
    /// `basicAuth`.
    Basic(Guard),
    /// `digestAuth`: no Basic login passes it.
    Digest,
    /// `chain`: others by their names.
    Chain(Vec<String>),
    /// `redirectScheme`, `redirectRegex` without a condition: this status.
    RedirectScheme { scheme: String, permanent: bool },
    /// `redirectRegex`: the pattern, what replaces it, whether it is for good.
    RedirectPattern(fancy_regex::Regex, String, bool),
    /// `headers`: what is put into the request, and the hosts that may be asked for.
    Headers(Vec<(String, String)>, Vec<String>),
    /// It answers with this status, whatever is asked.
    Always(u16),
    /// `ipAllowList`, `ipWhiteList`.
    Allow(Vec<(IpAddr, u32)>, u16),
    /// Something that decides by what others say.
    Elsewhere(Place),
    /// Something that lets every request through.
    Passing,
    /// It cannot be built, for this reason: its routers vanish.
    Broken(Because),
    /// It cannot be told whether it can be built.
    Unknown(Because),
}

/// A `basicAuth`.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub book: Book,
    pub realm: String,
    pub place: Place,
    /// Whether the login is taken off the request behind it.
    pub removes: bool,
}

/// The file that a middleware stands in.
#[derive(Clone, Copy)]
pub(super) struct Context<'h> {
    pub host: &'h Host<'h>,
    pub file: FileId,
}

impl Context<'_> {
    pub(super) fn place(&self, node: &Node) -> Place {
        Place::new(self.file, node.span)
    }

    pub(super) fn wrong(&self, node: &Node, name: &str, message: &str) -> Because {
        Because::at(Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() }, self.place(node))
    }
}

/// Texts of a list, or of a text with commas.
pub(super) fn texts(node: &Node) -> Vec<(String, Span)> {
    if let Some(text) = node.text() {
        if node.is_null() {
            return Vec::new();
        }
        return text.split(',').map(|part| (part.trim().to_owned(), node.span)).collect();
    }
    node.items().iter().filter_map(|item| Some((item.text()?.trim().to_owned(), item.span))).collect()
}

impl Middleware {
    /// Builds one.
    pub(super) fn build(context: Context<'_>, name: &Node, node: &Node) -> Self {
        let [(kind, options)] = node.pairs() else {
            return Self::Broken(context.wrong(
                name,
                name.text().unwrap_or_default(),
                "a middleware is of exactly one kind",
            ));
        };
        let lower = kind.text().unwrap_or_default().to_ascii_lowercase();
        let list = |key: &str| options.get_any_case(key).map(texts).unwrap_or_default();
        let truth = |key: &str| options.get_any_case(key).and_then(Node::truth) == Some(true);
        let text = |key: &str| options.get_any_case(key).and_then(Node::text).unwrap_or_default().to_owned();
        let broken = |message| Self::Broken(context.wrong(kind, &lower, message));
        match lower.as_str() {
            "compress"
                if !list("encodings").iter().all(|(name, _)| matches!(name.as_str(), "gzip" | "br" | "zstd")) =>
            {
                broken("there is no such encoding")
            }
            "compress" | "contenttype" => Self::Passing,
            _ if options.is_null() => broken("it cannot be nothing"),
            "basicauth" => basic(context, kind, options),
            "digestauth" => digest(context, kind, options),
            "chain" => Self::Chain(list("middlewares").into_iter().map(|(name, _)| name).collect()),
            "redirectscheme" if text("scheme").is_empty() => broken("the scheme is missing"),
            "redirectscheme" => Self::RedirectScheme { scheme: text("scheme"), permanent: truth("permanent") },
            "redirectregex" => match fancy_regex::Regex::new(&text("regex")) {
                Ok(pattern) => Self::RedirectPattern(pattern, text("replacement"), truth("permanent")),
                Err(_) => broken("this is no pattern"),
            },
            "ipallowlist" | "ipwhitelist" => addresses(context, kind, options),
            "stripprefix" if list("prefixes").is_empty() => broken("the prefixes are missing"),
            "addprefix" if text("prefix").is_empty() => broken("the prefix is missing"),
            "replacepathregex" | "stripprefixregex" => {
                let patterns = list("regex");
                let sound = patterns.iter().all(|(pattern, _)| fancy_regex::Regex::new(pattern).is_ok());
                if sound { Self::Passing } else { broken("this is no pattern") }
            }
            "headers" => {
                let pairs = options.get_any_case("customRequestHeaders").map(Node::pairs).unwrap_or_default();
                let pair = |(name, value): &(Node, Node)| Some((name.text()?.to_owned(), value.text()?.to_owned()));
                let hosts = list("allowedHosts").into_iter().map(|(host, _)| host).collect();
                Self::Headers(pairs.iter().filter_map(pair).collect(), hosts)
            }
            "inflightreq" if text("amount") == "0" => Self::Always(429),
            "retry" if text("attempts").parse::<i64>().unwrap_or(0) < 1 => broken("the attempts are missing"),
            "circuitbreaker" => breaker(context, kind, &text("expression")),
            kind if GATEWAY_KINDS.contains(&kind) => broken("this is for Kubernetes only"),
            "plugin" => broken("there is no such plugin"),
            "forwardauth" => match text("address").as_str() {
                "" => Self::Always(500),
                address if !address.contains("://") => Self::Always(500),
                _ => Self::Elsewhere(context.place(kind)),
            },
            "errors" if text("service").is_empty() => broken("the service is missing"),
            "errors" if options.get_any_case("statusRewrites").is_some() => Self::Elsewhere(context.place(kind)),
            "errors" if !list("status").iter().all(|(text, _)| is_status(text)) => broken("this is no status"),
            _ => Self::Passing,
        }
    }
}

/// A breaker, which lets everything pass as long as it cannot trip.
fn breaker(context: Context<'_>, kind: &Node, expression: &str) -> Middleware {
    match Expression::read(expression) {
        None => Middleware::Broken(context.wrong(kind, "circuitbreaker", "this is no expression")),
        Some(expression) if expression.quiet => Middleware::Passing,
        Some(_) => Middleware::Elsewhere(context.place(kind)),
    }
}

/// The clients that are let in by their addresses.
fn addresses(context: Context<'_>, kind: &Node, options: &Node) -> Middleware {
    let ranges: Option<Vec<_>> = options
        .get_any_case("sourceRange")
        .map(texts)
        .unwrap_or_default()
        .iter()
        .map(|(text, _)| range(text))
        .collect();
    let status =
        options.get_any_case("rejectStatusCode").and_then(Node::text).unwrap_or("403").parse().unwrap_or(u16::MAX);
    let status = if status == 0 { 403 } else { status };
    if !has_text(status) {
        return Middleware::Broken(context.wrong(kind, "rejectStatusCode", "there is no such status"));
    }
    // A client's own word on where it comes from is dropped at the entry point, and then it comes from nowhere.
    let strategy = options.get_any_case("ipStrategy");
    let depth = strategy.and_then(|strategy| strategy.get_any_case("depth")).and_then(Node::text);
    let told = depth.is_some_and(|depth| depth != "0")
        || strategy
            .is_some_and(|strategy| strategy.get_any_case("excludedIPs").is_some_and(|list| !texts(list).is_empty()));
    match ranges {
        Some(ranges) if !ranges.is_empty() && told => Middleware::Always(status),
        Some(ranges) if !ranges.is_empty() => Middleware::Allow(ranges, status),
        Some(_) | None => Middleware::Broken(context.wrong(kind, "ipallowlist", "these are no addresses")),
    }
}

/// A status that Go has words for (`net/http/status.go`, `StatusText`).
fn has_text(status: u16) -> bool {
    matches!(status, 100..=103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426 | 428 | 429 | 431 | 451)
        || matches!(status, 500..=508 | 510 | 511)
}

/// A status, or a range of them; `5xx` is none.
fn is_status(text: &str) -> bool {
    text.split('-').all(|number| number.parse::<u16>().is_ok())
}

/// `basicAuth` (`pkg/middlewares/auth/{auth,basic_auth}.go`): the file first, then the list; the last of a name counts.
fn basic(context: Context<'_>, kind: &Node, options: &Node) -> Middleware {
    let place = context.place(kind);
    let mut lists = Vec::new();
    if let Some(path) =
        options.get_any_case("usersFile").filter(|path| path.text().is_some_and(|text| !text.is_empty()))
    {
        let server = Host::path(std::path::Path::new("/"), path.text().unwrap_or_default());
        match context.host.book(PROFILE, &server, context.place(path)) {
            Opened::Book(book) => lists.extend(book.lists),
            Opened::Spoiled(_, because) if is_empty(&because) && options.get_any_case("users").is_some() => {}
            Opened::Spoiled(_, because) | Opened::Fault(because) => return Middleware::Broken(because),
            Opened::Unknown(because) => return Middleware::Unknown(because),
        }
    }
    if let Some(users) = options.get_any_case("users") {
        match inline(context, users) {
            Ok(list) => lists.extend(list),
            Err(because) => return Middleware::Broken(because),
        }
    }
    if lists.is_empty() {
        return Middleware::Broken(context.wrong(kind, "basicAuth", "there is no user"));
    }
    let realm = options.get_any_case("realm").and_then(Node::text).unwrap_or("traefik").to_owned();
    let removes = options.get_any_case("removeHeader").and_then(Node::truth) == Some(true);
    let book = Book { lists, verifier: PROFILE.verifier, readers: vec![place] };
    Middleware::Basic(Guard { book, realm, place, removes })
}

fn is_empty(because: &Because) -> bool {
    matches!(because.reason, Reason::RefusedEntry { why: "no entry at all" })
}

fn inline(context: Context<'_>, users: &Node) -> Result<Option<Arc<UserFile>>, Because> {
    let mut entries = Vec::new();
    for (text, span) in texts(users) {
        if let Some(what) = traefik_spoils(text.as_bytes()) {
            let second = Reason::RefusedEntry { why: "an entry with a second colon" };
            let reason = if what == Spoiling::NoColon { Reason::EntryWithoutColon } else { second };
            return Err(Because::at(reason, Place::new(context.file, span)));
        }
        let (user, stored) = text.split_once(':').unwrap_or((&text, ""));
        entries.push(Entry {
            user: user.as_bytes().into(),
            stored: stored.as_bytes().into(),
            rest: Box::default(),
            user_span: span,
            span,
        });
    }
    if users.items().iter().any(|item| item.text().is_none()) {
        return Err(context.wrong(users, "users", "each must be a text"));
    }
    let source = context.host.sources.get(context.file);
    let bytes = source.map(Source::bytes).unwrap_or_default();
    let list = UserFile::of_entries(context.file, bytes, entries, Vec::new(), PROFILE.reading.winner());
    Ok((!list.entries.is_empty()).then(|| Arc::new(list)))
}

/// `digestAuth`: entries of three fields.
fn digest(context: Context<'_>, kind: &Node, options: &Node) -> Middleware {
    let mut texts: Vec<String> = Vec::new();
    if let Some(path) = options.get_any_case("usersFile").and_then(Node::text) {
        let server = Host::path(std::path::Path::new("/"), path);
        match context.host.read(&server) {
            crate::gate::Content::Read(_, bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                texts.extend(lines.map(str::to_owned));
            }
            crate::gate::Content::Fault(reason) => return Middleware::Broken(Because::at(reason, context.place(kind))),
            crate::gate::Content::Unknown(reason) => {
                return Middleware::Unknown(Because::at(reason, context.place(kind)));
            }
        }
    }
    texts.extend(options.get_any_case("users").map(self::texts).unwrap_or_default().into_iter().map(|(text, _)| text));
    let sound = !texts.is_empty() && texts.iter().all(|text| text.split(':').count() == 3);
    if sound {
        Middleware::Digest
    } else {
        Middleware::Broken(context.wrong(kind, "digestAuth", "each user must be name:realm:hash"))
    }
}
