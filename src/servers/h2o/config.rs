//! h2o's YAML: hosts, paths and their handlers in the order of the file (h2o `lib/core/configurator.c`).

use super::script::{Script, read};
use super::server::PROFILE;
use super::values::fault;
use crate::answer::{Because, Reason};
use crate::gate::{Book, Host, Opened, is_deserted_text};
use crate::source::{FileId, Place, Span};
use crate::yaml::Node;

/// The first names of h2o's directives, up to the first dot or dash that tells a family.
const FAMILIES: [&str; 12] = [
    "file.",
    "mruby.",
    "proxy.",
    "fastcgi.",
    "header.",
    "http1-",
    "http2-",
    "ssl-",
    "access-log",
    "error-log",
    "cache-",
    "num-",
];
/// Directives outside of the families.
const OTHERS: [&str; 26] = [
    "listen",
    "hosts",
    "paths",
    "user",
    "pid-file",
    "max-connections",
    "max-delegations",
    "limit-request-body",
    "handshake-timeout",
    "temp-buffer-path",
    "tcp-fastopen",
    "tcp-reuseport",
    "send-server-name",
    "server-name",
    "expires",
    "compress",
    "compress-minimum-size",
    "gzip",
    "reproxy",
    "redirect",
    "status",
    "throttle-response",
    "error-doc",
    "setenv",
    "unsetenv",
    "duration-stats",
];
/// More of them.
const REST: [&str; 5] =
    ["crash-handler", "crash-handler.wait-pipe-close", "neverbleed-offload", "http1-request-timeout", "num-threads"];
/// Directives that make a handler, and stand in a path only.
const HANDLERS: [&str; 8] = [
    "file.dir",
    "file.file",
    "mruby.handler",
    "mruby.handler-file",
    "proxy.reverse.url",
    "fastcgi.connect",
    "redirect",
    "status",
];

/// What is sent for a folder.
const INDEX: [&str; 3] = ["index.html", "index.htm", "index.txt"];

/// A host with its paths.
#[derive(Debug)]
pub(super) struct Virtual {
    pub name: String,
    pub paths: Vec<Entry>,
}

/// A path with its handlers.
#[derive(Debug)]
pub(super) struct Entry {
    pub path: String,
    pub handlers: Vec<Handler>,
    /// `file.dirlisting`.
    pub lists: bool,
    /// `file.index`.
    pub index: Vec<String>,
    pub place: Place,
}

/// What a path does, in this order.
#[derive(Debug)]
pub(super) enum Handler {
    Htpasswd {
        opened: Box<Opened>,
        realm: String,
        place: Place,
    },
    Dir(String),
    Redirect(u16),
    /// The answer of this path.
    Internal(String),
    Status,
    /// One file for all paths.
    File(String),
    /// Another server.
    Elsewhere(Place),
    /// A script that raises at every request.
    Raises,
    /// Where nobody answers.
    Gone,
    /// A script that htlint does not run.
    Unknown(Place),
}

/// What is read while the configuration is built.
pub(super) struct Reader<'h> {
    pub host: &'h Host<'h>,
    pub file: FileId,
}

type Read<T> = Result<T, Because>;

impl Reader<'_> {
    pub(super) fn wrong(&self, span: Span, name: &str, message: impl Into<String>) -> Because {
        let reason = Reason::WrongArguments { name: name.to_owned(), message: message.into() };
        Because::at(reason, Place::new(self.file, span))
    }

    fn place(&self, node: &Node) -> Place {
        Place::new(self.file, node.span)
    }

    /// Whether a directive exists and may stand at this level.
    fn check(&self, key: &Node, value: &Node, in_path: bool) -> Read<()> {
        let name = key.text().unwrap_or_default();
        if let Some(message) = fault(self.host, name, value) {
            return Err(self.wrong(value.span, name, message));
        }
        let known =
            FAMILIES.iter().any(|family| name.starts_with(family)) || OTHERS.contains(&name) || REST.contains(&name);
        let of_file = name.strip_prefix("file.").is_some_and(|rest| {
            !["dir", "file", "index", "dirlisting", "etag", "send-compressed", "send-gzip", "custom-handler"]
                .contains(&rest)
                && !rest.starts_with("mime.")
        });
        let of_mruby = name.starts_with("mruby.") && !HANDLERS.contains(&name);
        if !known || of_file || of_mruby {
            return Err(Because::at(
                Reason::UnknownDirective { name: name.to_owned(), nearest: None },
                self.place(key),
            ));
        }
        if HANDLERS.contains(&name) && !in_path {
            let (name, context) = (name.to_owned(), "outside of a path".to_owned());
            return Err(Because::at(Reason::DirectiveNotAllowed { name, context, needs: None }, self.place(key)));
        }
        Ok(())
    }

    /// Reads the hosts.
    pub(super) fn hosts(&self, root: &Node) -> Read<Vec<Virtual>> {
        for (key, value) in root.pairs() {
            self.check(key, value, false)?;
            if key.text() == Some("user") {
                self.user(value)?;
            }
        }
        let Some((_, hosts)) = root.last("hosts").filter(|(_, hosts)| hosts.is_map()) else {
            return Err(self.wrong(Span::at(0), "hosts", "there are no hosts"));
        };
        let listens = root.get("listen").is_some();
        let mut all = Vec::new();
        for (name, host) in hosts.pairs() {
            for (key, value) in host.pairs() {
                self.check(key, value, false)?;
            }
            let text = name.text().unwrap_or_default().to_lowercase();
            if all.iter().any(|known: &Virtual| known.name == text) {
                return Err(self.wrong(name.span, "hosts", "duplicate host entry"));
            }
            let setting = |name: &str| host.get(name).or_else(|| root.get(name));
            let inherited = (setting("file.dirlisting"), setting("file.index"));
            if !listens && host.get("listen").is_none() {
                return Err(self.wrong(name.span, "listen", "nothing says where to listen"));
            }
            let paths = host.get("paths").filter(|paths| paths.is_map());
            let paths = paths.ok_or_else(|| self.wrong(name.span, "paths", "there are no paths"))?;
            let mut entries = Vec::new();
            for (path, node) in paths.pairs() {
                let entry = self.entry(path, node, inherited)?;
                // A path that stands there twice is one path.
                match entries.iter_mut().find(|known: &&mut Entry| known.path == entry.path) {
                    Some(known) => known.handlers.extend(entry.handlers),
                    None => entries.push(entry),
                }
            }
            all.push(Virtual { name: text, paths: entries });
        }
        Ok(all)
    }

    fn user(&self, user: &Node) -> Read<()> {
        let name = user.text().unwrap_or_default();
        let files = self.host.target.files;
        let known = crate::read::Account::named(name, files).is_some()
            || files.read(std::path::Path::new("/etc/passwd")).is_err();
        if known || !self.host.target.paths.is_host() {
            return Ok(());
        }
        Err(self.wrong(user.span, "user", "there is no such account"))
    }

    fn entry(&self, path: &Node, node: &Node, outer: (Option<&Node>, Option<&Node>)) -> Read<Entry> {
        if !node.is_map() && !node.is_list() {
            return Err(self.wrong(path.span, "paths", "value must be a mapping or sequence of mapping"));
        }
        let mut handlers = Vec::new();
        let maps: Vec<&Node> = if node.is_list() { node.items().iter().collect() } else { vec![node] };
        for (key, value) in maps.into_iter().flat_map(Node::pairs) {
            self.check(key, value, true)?;
            handlers.extend(self.handler(key, value)?);
        }
        let lists = node.get("file.dirlisting").or(outer.0).and_then(Node::text) == Some("ON");
        let index = node.get("file.index").or(outer.1).map_or_else(
            || INDEX.map(str::to_owned).to_vec(),
            |index| index.items().iter().filter_map(Node::text).map(str::to_owned).collect(),
        );
        let path_text = path.text().unwrap_or_default().to_owned();
        Ok(Entry { path: path_text, handlers, lists, index, place: self.place(path) })
    }

    fn handler(&self, key: &Node, value: &Node) -> Read<Option<Handler>> {
        let text = value.text().unwrap_or_default();
        Ok(Some(match key.text().unwrap_or_default() {
            "file.dir" => Handler::Dir(text.to_owned()),
            "redirect" if value.get("internal").and_then(Node::text).is_some_and(|text| text == "YES") => {
                Handler::Internal(value.get("url").and_then(Node::text).unwrap_or_default().to_owned())
            }
            "redirect" => {
                let status = value.get("status").and_then(Node::text).and_then(|text| text.parse().ok());
                Handler::Redirect(status.unwrap_or(302))
            }
            "status" => Handler::Status,
            "mruby.handler" => self.script(key, text)?,
            "mruby.handler-file" => {
                let server = Host::path(std::path::Path::new("/"), text);
                match self.host.read(&server) {
                    crate::gate::Content::Read(_, bytes) => self.script(key, &String::from_utf8_lossy(&bytes))?,
                    crate::gate::Content::Fault(_) => {
                        return Err(self.wrong(value.span, "mruby.handler-file", "there is no such file"));
                    }
                    crate::gate::Content::Unknown(_) => Handler::Unknown(self.place(key)),
                }
            }
            "proxy.reverse.url" if is_gone(text) => Handler::Gone,
            "proxy.reverse.url" | "fastcgi.connect" => Handler::Elsewhere(self.place(key)),
            "file.file" => Handler::File(text.to_owned()),
            "header.add" | "header.append" | "header.merge" | "header.set" | "header.setifempty"
                if !value
                    .items()
                    .iter()
                    .chain(value.text().map(|_| value))
                    .all(|one| one.text().is_some_and(|text| text.contains(':'))) =>
            {
                return Err(self.wrong(value.span, "header", "this must be: NAME: VALUE"));
            }
            _ => return Ok(None),
        }))
    }

    fn script(&self, key: &Node, text: &str) -> Read<Handler> {
        match read(text) {
            Script::Refused(message) => Err(self.wrong(key.span, "mruby.handler", message)),
            Script::Nothing => Ok(Handler::Raises),
            Script::Unknown => Ok(Handler::Unknown(self.place(key))),
            Script::Htpasswd { path, realm } => {
                let place = self.place(key);
                let opened = Box::new(self.host.book(PROFILE, &Host::path(std::path::Path::new("/"), &path), place));
                Ok(Handler::Htpasswd { opened, realm, place })
            }
        }
    }
}

/// The accounts of a handler.
pub(super) fn book(opened: &Opened) -> Option<&Book> {
    match opened {
        Opened::Book(book) | Opened::Spoiled(book, _) => Some(book),
        Opened::Fault(_) | Opened::Unknown(_) => None,
    }
}

/// Whether nobody answers at the address of a URL.
fn is_gone(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.and_then(|rest| rest.split('/').next()).is_some_and(is_deserted_text)
}
