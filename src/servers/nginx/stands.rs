//! The places where a configuration speaks of a login, and what becomes of a request there.

use super::asked::Asked;
use super::exchange::{End, Exchange, Known};
use super::location::Matching;
use super::methods;
use super::reader::Stop;
use super::site::Site;
use super::tree::{BlockId, Item, Kind};
use crate::answer::{Answer, Because, Client, Login, Missing, Reason, Request, Trace};
use crate::gate::refused_start;
use crate::source::{FileId, Place};

/// A place where a login stands or was meant to stand.
#[derive(Clone)]
pub(super) struct Stand {
    /// Its block.
    pub(super) block: BlockId,
    /// The server around it.
    pub(super) server: BlockId,
    /// Its first name, where there are several servers.
    pub(super) host: Option<String>,
    /// The URL prefix.
    pub(super) path: Option<String>,
    /// A location that is no prefix, as written.
    pub(super) files: Option<String>,
    /// The directive that makes it a place of its own.
    pub(super) place: Place,
    /// The methods; `None`: all.
    pub(super) methods: Option<Vec<&'static str>>,
    /// The realm, as written.
    pub(super) realm: Option<String>,
    /// Whether its text asks for a login.
    pub(super) guarded: bool,
    /// Whether a login is in force.
    pub(super) asks: bool,
    /// A method that it is for.
    pub(super) method: &'static str,
    /// A path that it is for.
    pub(super) witness: Vec<u8>,
}

/// Directives that make a place one of its own.
const TELLING: [&str; 2] = ["auth_basic", "auth_basic_user_file"];
/// The methods that reports name.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

impl Site<'_> {
    /// All of them.
    pub(super) fn stands(&self) -> Vec<Stand> {
        let mut stands = Vec::new();
        let Some(http) = self.http() else { return stands };
        let servers: Vec<BlockId> = self.tree.children(http, Kind::Server).collect();
        let shared = self.own_login(http).is_some();
        for server in &servers {
            if (shared || self.own_login(*server).is_some()) && !self.is_provision(*server) {
                stands.push(self.stand(*server, *server, servers.len() > 1));
            }
            self.stands_in(*server, *server, servers.len() > 1, &mut stands);
        }
        stands
    }

    fn stands_in(&self, block: BlockId, server: BlockId, several: bool, stands: &mut Vec<Stand>) {
        for id in self.tree.children(block, Kind::Location) {
            let limits: Vec<BlockId> = self.tree.children(id, Kind::LimitExcept).collect();
            let limited = limits.iter().any(|limit| self.own_login(*limit).is_some());
            if limited || self.own_login(id).is_some() && !self.is_provision(id) {
                let mut stand = self.stand(id, server, several);
                if let Some(limit) = limits.first() {
                    self.part_methods(&mut stand, *limit, several, stands);
                }
                stands.push(stand);
            }
            self.stands_in(id, server, several, stands);
        }
    }

    /// A `limit_except` parts the methods of a location in two.
    fn part_methods(&self, stand: &mut Stand, limit: BlockId, several: bool, stands: &mut Vec<Stand>) {
        let listed = |method: &&str| methods::lists(self.tree.get(limit).args.iter().map(|word| &word.value), method);
        let (inside, outside): (Vec<&str>, Vec<&str>) = METHODS.into_iter().partition(listed);
        let mut other = self.stand(limit, stand.server, several);
        other.method = outside.first().copied().unwrap_or("PATCH");
        other.methods = Some(outside);
        stand.method = inside.first().copied().unwrap_or("GET");
        stand.methods = Some(inside);
        stands.push(other);
    }

    /// Whether a password file is named here for the realms of blocks further in, and no realm is in force yet.
    fn is_provision(&self, block: BlockId) -> bool {
        let mut outward = self.tree.outward(block);
        let Some(owner) = outward.find(|id| self.tree.own(*id, "auth_basic_user_file").is_some()) else { return false };
        self.tree.setting(block, "auth_basic").is_none() && self.has_realm_below(owner)
    }

    fn has_realm_below(&self, block: BlockId) -> bool {
        let mut below = self.tree.get(block).items.iter().filter_map(|item| item.block);
        self.tree.own(block, "auth_basic").is_some() || below.any(|id| self.has_realm_below(id))
    }

    fn own_login(&self, block: BlockId) -> Option<&Item> {
        let told = |item: &&Item| TELLING.iter().any(|name| name.as_bytes() == item.name);
        self.tree.get(block).items.iter().find(told)
    }

    fn stand(&self, block: BlockId, server: BlockId, several: bool) -> Stand {
        let tree = &self.tree;
        let place = self.own_login(block).map_or(tree.get(block).place, |item| item.place);
        let outer = tree.outward(block).find(|id| tree.get(*id).matching.is_some());
        let matching = outer.and_then(|id| tree.get(id).matching.as_ref());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let written = outer.map(|id| {
            let words: Vec<String> = tree.get(id).args.iter().map(|word| text(&word.value)).collect();
            format!("location {}", words.join(" "))
        });
        let (path, files, witness) = match matching {
            None => (Some("/".to_owned()), None, b"/".to_vec()),
            Some(Matching::Prefix { name, .. } | Matching::Exact(name)) => (Some(text(name)), None, name.clone()),
            Some(Matching::Regex { .. } | Matching::Named(_)) => (None, written, b"/".to_vec()),
        };
        let realm = tree.setting(block, "auth_basic");
        let file = tree.setting(block, "auth_basic_user_file");
        let off = realm.is_some_and(|item| item.arg(0) == b"off");
        Stand {
            block,
            server,
            host: several.then(|| text(&self.first_name(server))),
            path,
            files,
            place,
            methods: None,
            realm: realm.map(|item| text(item.arg(0))).filter(|_| !off),
            guarded: (realm.is_some() || file.is_some()) && !off && !self.is_provision(block),
            asks: realm.is_some() && file.is_some() && !off,
            method: "GET",
            witness,
        }
    }

    /// What becomes of a request at a place, as far as its access goes.
    pub(super) fn fate_at(&self, stand: &Stand, login: Login, client: Client) -> Answer {
        let leaks = self.tree.outward(stand.block).any(|block| self.leaky.contains(&block));
        match &self.stop {
            Some(Stop::Fails(because)) => return refused_start(std::slice::from_ref(because.as_ref())),
            Some(Stop::Unknown(because)) if leaks || !self.complete => {
                return Answer::unknown(because.as_ref().clone());
            }
            Some(Stop::Unknown(_)) | None => {}
        }
        let host = self.first_name(stand.server);
        let headers = vec![("Host".to_owned(), if host.is_empty() { b"localhost".to_vec() } else { host.clone() })];
        let method = stand.method.to_owned();
        let request = Request { path: stand.witness.clone(), method, login, client, https: false, headers };
        let Some(address) = self.listens.first(false) else { return Answer::pass() };
        let asked = Asked::from(&request, address);
        let mut trace = Trace::unwanted();
        let mut exchange = Exchange::new(self, &asked, stand.server, &mut trace);
        exchange.host = host;
        match exchange.decide(stand) {
            Ok(status) => Answer { status: Some(status), because: exchange.because },
            Err(missing) => Answer::unknown(*missing),
        }
    }

    /// The password file in force at a place, and the directive that names it.
    pub(super) fn file_of(&self, stand: &Stand) -> Option<(FileId, Place)> {
        let item =
            self.tree.setting(stand.block, "auth_basic_user_file").filter(|item| !item.arg(0).contains(&b'$'))?;
        let path = self.folder.join(crate::read::server_path(item.arg(0)));
        match self.opened(&path, item) {
            Ok(super::basic::Opened::Read(id)) => Some((id, item.place)),
            Ok(super::basic::Opened::Failed(..)) | Err(_) => None,
        }
    }
}

impl Exchange<'_, '_> {
    /// The access decision at a place: 200 stands for "let in".
    fn decide(&mut self, stand: &Stand) -> Known<u16> {
        self.uri.clone_from(&stand.witness);
        if let Some(End::Sent(status) | End::Status(status)) = self.rewrite(stand.server)? {
            return Ok(status);
        }
        self.block = stand.block;
        if stand.block != stand.server
            && let Some(End::Sent(status) | End::Status(status)) = self.rewrite(stand.block)?
        {
            return Ok(status);
        }
        match self.access()? {
            Some(End::Sent(status) | End::Status(status)) => Ok(status),
            Some(End::Redirect(..) | End::Named(_)) => {
                Err(self.unknown(Missing::Condition { directive: "error_page".to_owned() }, None))
            }
            None => {
                self.because.extend(self.why_open(stand));
                Ok(200)
            }
        }
    }

    /// Why nobody is asked where the text asks for a login.
    fn why_open(&self, stand: &Stand) -> Option<Because> {
        let tree = self.tree();
        let realm = tree.setting(stand.block, "auth_basic");
        let file = tree.setting(stand.block, "auth_basic_user_file");
        let half = |item: &Item, missing| Because::at(Reason::HalfLogin { present: item.name(), missing }, item.place);
        match (realm, file) {
            (Some(realm), None) if realm.arg(0) != b"off" => Some(half(realm, "auth_basic_user_file")),
            (None, Some(file)) if stand.guarded => Some(half(file, "auth_basic")),
            (Some(_), Some(_)) if stand.asks && self.asked.header("authorization").is_none() => {
                let rule =
                    tree.nearest(stand.block, &["allow", "deny"]).into_iter().find(|item| item.name == b"allow")?;
                Some(Because::at(Reason::SatisfiedByAddress, rule.place))
            }
            _ => None,
        }
    }
}
