//! A configuration that was read, and what requests ask of it again and again.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::asked::Asked;
use super::disk::Disk;
use super::exchange::{Exchange, Known};
use super::listen::{Address, Listens};
use super::names::{choose, names};
use super::reader::{PREFIX, Stop};
use super::reply::Reply;
use super::tree::{BlockId, Item, Kind, Tree};
use super::uri;
use crate::answer::{Because, Missing, Reason, Target, Trace};
use crate::pattern::{Dialect, Pattern};
use crate::source::{FileId, Sources};
use crate::users::UserFile;

/// A compiled regular expression; `None`: htlint cannot try it.
type Compiled = Rc<Option<Pattern>>;

/// All that is known of the server.
pub(super) struct Site<'a> {
    pub(super) target: &'a Target<'a>,
    pub(super) sources: &'a Sources,
    pub(super) tree: Tree,
    pub(super) listens: Listens,
    pub(super) declared: BTreeSet<Vec<u8>>,
    /// The folder of the main configuration file, as the server knows it.
    pub(super) folder: PathBuf,
    pub(super) disk: Disk<'a>,
    pub(super) stop: Option<Stop>,
    /// Whether all that is at hand of the configuration was read.
    pub(super) complete: bool,
    /// Blocks into which something is included that htlint has not got.
    pub(super) leaky: BTreeSet<BlockId>,
    pub(super) user_files: RefCell<HashMap<PathBuf, FileId>>,
    /// The same files, read.
    pub(super) users: RefCell<HashMap<FileId, Arc<UserFile>>>,
    pub(super) patterns: RefCell<HashMap<(Vec<u8>, bool), Compiled>>,
}

impl<'a> Site<'a> {
    /// The `http` block.
    pub(super) fn http(&self) -> Option<BlockId> {
        self.tree.children(self.tree.top(), Kind::Http).next()
    }

    /// A regular expression, compiled once.
    pub(super) fn pattern(&self, text: &[u8], ignore_case: bool) -> Compiled {
        let key = (text.to_vec(), ignore_case);
        let compile = || {
            let dialect = Dialect { ignore_case, bytes: true, ..Dialect::default() };
            Rc::new(Pattern::compile_as(text, dialect).ok())
        };
        self.patterns.borrow_mut().entry(key).or_insert_with(compile).clone()
    }

    /// The block of entries that declares a variable: the last one.
    pub(super) fn declared(&self, name: &[u8]) -> Option<BlockId> {
        let http = self.http()?;
        let blocks = self.tree.get(http).items.iter().rev().filter(|item| {
            matches!(item.name.as_slice(), b"map" | b"geo" | b"split_clients") && item.last().get(1..) == Some(name)
        });
        blocks.filter_map(|item| item.block).next()
    }

    /// Whether any directive declares a variable.
    pub(super) fn declares(&self, name: &[u8]) -> bool {
        self.declared.contains(name)
    }

    /// The directive that a block belongs to.
    pub(super) fn opener(&self, id: BlockId) -> Option<&Item> {
        let parent = self.tree.get(id).parent?;
        self.tree.get(parent).items.iter().find(|item| item.block == Some(id))
    }

    /// A path that is completed with the server's own root.
    pub(super) fn rooted(&self, path: &[u8]) -> Vec<u8> {
        if path.starts_with(b"/") { path.to_vec() } else { [PREFIX.as_bytes(), b"/", path].concat() }
    }

    /// The names of a server as they are written.
    pub(super) fn names_of(&self, server: BlockId) -> Vec<Vec<u8>> {
        let items = self.tree.get(server).items.iter().filter(|item| item.name == b"server_name");
        items.flat_map(|item| item.args.iter().map(|word| word.value.to_ascii_lowercase())).collect()
    }

    /// A server's first name.
    pub(super) fn first_name(&self, server: BlockId) -> Vec<u8> {
        let first = self.names_of(server).into_iter().next().unwrap_or_default();
        first.strip_prefix(b".").map(<[u8]>::to_vec).unwrap_or(first)
    }

    /// Whether a login is asked for where these settings are in force, as far as they are written down.
    pub(super) fn guards(&self, block: BlockId) -> bool {
        let realm = self.tree.setting(block, "auth_basic").is_some_and(|item| item.arg(0) != b"off");
        realm && self.tree.setting(block, "auth_basic_user_file").is_some()
    }

    /// The server that takes what comes to an address under no name of another.
    pub(super) fn default_of(&self, address: &Address) -> Option<BlockId> {
        let listens = self.listens.of(address);
        let marked = listens.iter().find(|listen| listen.default);
        marked.or_else(|| listens.first()).map(|listen| listen.server)
    }

    /// A request that comes in at an address: what is sent in the end, and what led to it.
    pub(super) fn handle(&self, asked: &Asked, depth: usize, trace: &mut Trace) -> Known<(Reply, Vec<Because>)> {
        let listens = self.listens.of(&asked.address);
        let Some(default) = self.default_of(&asked.address) else {
            let missing = Missing::Condition { directive: "listen".to_owned() };
            return Err(Box::new(Because::nowhere(Reason::CannotTell { missing })));
        };
        let tls = listens.iter().any(|listen| listen.ssl) || self.tree.flag(default, "ssl", false);
        let speaks_http2 = !tls && listens.iter().any(|listen| listen.http2);
        if speaks_http2 || listens.iter().any(|listen| listen.proxied) {
            return Ok((Reply::CLOSED, Vec::new()));
        }
        if asked.https && !tls {
            let missing = Missing::Condition { directive: "listen".to_owned() };
            return Err(Box::new(Because::nowhere(Reason::CannotTell { missing })));
        }
        let mut exchange = Exchange::new(self, asked, default, trace);
        exchange.depth = depth;
        let status = exchange.arrive(default, tls)?;
        Ok((exchange.reply(status)?, exchange.because))
    }
}

impl Exchange<'_, '_> {
    /// From the request line to the server (src/http/ngx_http_request.c).
    fn arrive(&mut self, default: BlockId, tls: bool) -> Known<u16> {
        let (site, asked) = (self.site, self.asked);
        let merges = site.tree.flag(default, "merge_slashes", true);
        let target = if asked.method_is_sound() { uri::target(&asked.target) } else { None };
        let parts = target.as_ref().and_then(|target| uri::uri(target.rest, merges));
        let (Some(target), Some(parts)) = (target, parts) else { return self.refuse(400) };
        (self.uri, self.args, self.unparsed) = (parts.path, parts.args, parts.unparsed);
        if let Some(status) = self.overflows(default) {
            return self.refuse(status);
        }
        for text in [target.host, asked.header("host")].into_iter().flatten() {
            let Some(host) = super::asked::host(text) else { return self.refuse(400) };
            if self.host.is_empty() {
                self.choose(&host)?;
                self.host = host;
            }
        }
        if self.host.is_empty() {
            self.choose(b"")?;
        }
        if let Some(status) = asked.refused() {
            return self.refuse(status);
        }
        if tls && !asked.https {
            return self.refuse(497);
        }
        if asked.https && site.tree.setting(self.server, "ssl_verify_client").is_some_and(|item| item.arg(0) == b"on") {
            return self.refuse(496);
        }
        self.serve()
    }

    fn choose(&mut self, host: &[u8]) -> Known<()> {
        let site = self.site;
        let listens = site.listens.of(&self.asked.address);
        let servers: Vec<BlockId> = listens.iter().map(|listen| listen.server).collect();
        let names = names(&site.tree, &servers);
        let chosen = choose(&names, host).map_err(|_| self.untried("server_name", site.tree.get(self.server).place))?;
        let place = |server: BlockId| Some(site.tree.get(server).place);
        match chosen {
            Some((server, captured)) => {
                (self.server, self.block) = (server, server);
                self.step(place(server), || format!("the server for {} takes it", String::from_utf8_lossy(host)));
                if let Some((pattern, groups)) = captured {
                    self.capture(&pattern.names, groups);
                }
            }
            None => self.step(place(self.server), || "the default server of the address takes it".to_owned()),
        }
        Ok(())
    }
}
