//! A request inside the server: its phases, from one location to the next (src/http/ngx_http_core_module.c).

use std::collections::HashMap;

use super::asked::Asked;
use super::conditional::Entity;
use super::disk::Unknown;
use super::location::{self, Found, PASSES};
use super::methods;
use super::site::Site;
use super::tree::{BlockId, Item, Kind, Tree};
use crate::answer::{Because, Client, Missing, Reason, Trace};
use crate::pattern::Pattern;
use crate::source::Place;

/// What something is, unless it is not known.
pub(super) type Known<T> = Result<T, Unknown>;

/// How a phase ends a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// An answer with this status is sent as it is.
    Sent(u16),
    /// The request is ended with this status, for which an `error_page` may stand in.
    Status(u16),
    /// It begins anew with another path.
    Redirect(Vec<u8>, Vec<u8>),
    /// It goes on in a named location.
    Named(Vec<u8>),
}

/// Where a request is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Server,
    Location,
    /// It was refused before.
    Refused(u16),
}

/// A request on its way.
pub(super) struct Exchange<'x, 't> {
    pub(super) site: &'x Site<'x>,
    pub(super) asked: &'x Asked,
    pub(super) trace: &'t mut Trace,
    /// The server that it is in.
    pub(super) server: BlockId,
    /// The location, the server if there is none, or an `if` or `limit_except` in it.
    pub(super) block: BlockId,
    /// The block that handles it, where a directive that hands it on is in force.
    pub(super) handler: Option<BlockId>,
    pub(super) uri: Vec<u8>,
    pub(super) args: Vec<u8>,
    /// The path and query as sent.
    pub(super) unparsed: Vec<u8>,
    /// The host that it was sent to.
    pub(super) host: Vec<u8>,
    pub(super) method: String,
    pub(super) client: Client,
    pub(super) internal: bool,
    /// Whether it is a request of its own, and no subrequest.
    pub(super) main: bool,
    pub(super) changed: bool,
    changes: u8,
    /// What is sent, if it is.
    pub(super) entity: Entity,
    /// Whether its body was found too large, and is not looked at again.
    discarded: bool,
    pub(super) valid_location: bool,
    /// Whether the path is still the one that was sent.
    pub(super) valid_unparsed: bool,
    error_page: bool,
    err_status: u16,
    pub(super) sets: HashMap<Vec<u8>, Known<Vec<u8>>>,
    pub(super) captures: Vec<Vec<u8>>,
    pub(super) add_uri_to_alias: bool,
    /// The refusal that is remembered where any of several ways in will do; it outlives the location.
    pub(super) refused: Option<(u16, Option<Because>)>,
    /// What led to the answer.
    pub(super) because: Vec<Because>,
    /// Why the request was let in, or refused, by whom: the last login that was judged.
    pub(super) user: Option<Vec<u8>>,
    pub(super) depth: usize,
}

/// How often a path may change (`NGX_HTTP_MAX_URI_CHANGES`, one more at the start).
const CHANGES: u8 = 11;
/// How many requests may stand in one another.
const DEEPEST: usize = 12;

impl<'x, 't> Exchange<'x, 't> {
    pub(super) fn new(site: &'x Site<'x>, asked: &'x Asked, server: BlockId, trace: &'t mut Trace) -> Self {
        Self {
            site,
            asked,
            trace,
            server,
            block: server,
            handler: None,
            uri: b"/".to_vec(),
            args: Vec::new(),
            unparsed: Vec::new(),
            host: Vec::new(),
            method: asked.method.clone(),
            client: asked.client,
            internal: false,
            main: true,
            changed: false,
            changes: CHANGES,
            entity: Entity::Bare,
            discarded: false,
            valid_location: true,
            valid_unparsed: true,
            error_page: false,
            err_status: 0,
            sets: HashMap::new(),
            captures: Vec::new(),
            add_uri_to_alias: false,
            refused: None,
            because: Vec::new(),
            user: None,
            depth: 0,
        }
    }

    pub(super) fn tree(&self) -> &'x Tree {
        &self.site.tree
    }

    /// The directive of that name in force here.
    pub(super) fn setting(&self, name: &str) -> Option<&'x Item> {
        self.tree().setting(self.block, name)
    }

    pub(super) fn step(&mut self, place: Option<Place>, what: impl FnOnce() -> String) {
        self.trace.step(place, what);
    }

    /// The status in the end; 0: the connection is closed.
    pub(super) fn serve(&mut self) -> Known<u16> {
        self.drive(Start::Server)
    }

    /// The same for a request that is refused before any location is sought.
    pub(super) fn refuse(&mut self, status: u16) -> Known<u16> {
        self.drive(Start::Refused(status))
    }

    fn drive(&mut self, start: Start) -> Known<u16> {
        let mut end = self.phases(start)?;
        loop {
            let start = match end {
                End::Sent(status) => match if self.err_status == 0 { status } else { self.err_status } {
                    200 => match self.conditional(self.entity)? {
                        refused @ (412 | 416) => {
                            end = End::Status(refused);
                            continue;
                        }
                        status => return Ok(status),
                    },
                    status => return Ok(status),
                },
                // `ngx_http_finalize_request`: these close the connection without a word.
                End::Status(408 | 444 | 499) => return Ok(0),
                // These would have been sent already: nothing is.
                End::Status(status) if status < 300 && !matches!(status, 201 | 204) => return Ok(0),
                End::Status(status) => match self.special(status)? {
                    End::Sent(status) => return Ok(status),
                    other @ End::Status(_) | other @ End::Redirect(..) | other @ End::Named(_) => {
                        end = other;
                        continue;
                    }
                },
                End::Redirect(uri, args) => self.redirect(uri, args),
                End::Named(name) => self.named(&name),
            };
            self.entity = Entity::Bare;
            end = match start {
                Some(start) => self.phases(start)?,
                None => End::Status(500),
            };
        }
    }

    /// A path of the server's own choice (`ngx_http_internal_redirect`); `None`: too many of them.
    fn redirect(&mut self, uri: Vec<u8>, args: Vec<u8>) -> Option<Start> {
        self.changes -= 1;
        if self.changes == 0 {
            self.changes = 1;
            self.error_page = true;
            return None;
        }
        let shown = String::from_utf8_lossy(&uri).into_owned();
        self.step(None, || format!("the server goes on with {shown}"));
        (self.uri, self.args) = (uri, args);
        self.block = self.server;
        (self.internal, self.valid_unparsed, self.add_uri_to_alias) = (true, false, false);
        self.valid_location = true;
        Some(Start::Server)
    }

    /// A named location of the server (`ngx_http_named_location`).
    fn named(&mut self, name: &[u8]) -> Option<Start> {
        self.changes -= 1;
        if self.changes == 0 || self.uri.is_empty() {
            self.changes = self.changes.max(1);
            self.error_page = true;
            return None;
        }
        let tree = self.tree();
        let fits =
            |id: &BlockId| matches!(&tree.get(*id).matching, Some(location::Matching::Named(known)) if known == name);
        let id = tree.children(self.server, Kind::Location).find(fits)?;
        self.internal = true;
        self.changed = false;
        self.handler = None;
        self.block = id;
        self.enter();
        Some(Start::Location)
    }

    /// What stands in for a status (src/http/ngx_http_special_response.c, `ngx_http_special_response_handler`).
    fn special(&mut self, status: u16) -> Known<End> {
        self.err_status = status;
        let pages = self.tree().nearest(self.block, &["error_page"]);
        if !self.error_page && !pages.is_empty() && self.changes != 0 {
            self.error_page = !self.tree().flag(self.block, "recursive_error_pages", false);
            if let Some(end) = self.page(status, &pages)? {
                return Ok(end);
            }
        }
        if matches!(status, 494..=497) {
            self.err_status = 400;
        }
        Ok(End::Sent(self.err_status))
    }

    /// Another status than that of what is sent; 0: that of what is sent.
    pub(super) fn set_status(&mut self, status: u16) {
        self.err_status = status;
    }

    /// The end of the rewriting, with the location found for the path.
    fn phases(&mut self, start: Start) -> Known<End> {
        match start {
            Start::Refused(status) => return Ok(End::Status(status)),
            Start::Server => {
                self.real_address()?;
                if let Some(end) = self.rewrite(self.server)? {
                    return Ok(end);
                }
                if let Some(end) = self.find()? {
                    return Ok(end);
                }
            }
            Start::Location => {}
        }
        loop {
            if self.block != self.server
                && let Some(end) = self.rewrite(self.block)?
            {
                return Ok(end);
            }
            if !self.changed {
                break;
            }
            self.changes -= 1;
            if self.changes == 0 {
                self.changes = 1;
                return Ok(End::Status(500));
            }
            self.block = self.server;
            if let Some(end) = self.find()? {
                return Ok(end);
            }
        }
        if self.main
            && let Some(end) = self.access()?
        {
            return Ok(end);
        }
        if let Some(end) = self.try_files()? {
            return Ok(end);
        }
        self.content()
    }

    /// Finds the location of the path (`ngx_http_core_find_config_phase`).
    fn find(&mut self) -> Known<Option<End>> {
        self.handler = None;
        self.changed = false;
        let (tree, server, uri) = (self.tree(), self.server, self.uri.clone());
        let mut captured = None;
        let mut attempt = |_, pattern: &Pattern, uri: &[u8]| {
            let found = pattern.find(uri)?;
            let fits = found.is_some();
            if let Some(groups) = found {
                captured = Some((pattern.names.clone(), groups));
            }
            Some(fits)
        };
        let found = location::find(tree, server, &uri, &mut attempt)
            .map_err(|untried| self.untried("location", tree.get(untried.0).place))?;
        if let Some((names, groups)) = captured {
            self.capture(&names, groups);
        }
        let (id, redirects) = match found {
            Found::In(id) => (id, false),
            Found::Redirect(id) => (id, true),
        };
        self.block = id;
        let place = tree.get(id).place;
        self.step(Some(place), || location::words(tree, id));
        if !self.internal && tree.setting(id, "internal").is_some() {
            return Ok(Some(End::Status(404)));
        }
        self.enter();
        if !self.discarded && self.is_too_large() {
            self.discarded = true;
            return Ok(Some(End::Status(413)));
        }
        Ok(redirects.then_some(End::Status(301)))
    }

    /// Takes up the settings of a location, or of its `limit_except` (`ngx_http_update_location_config`).
    pub(super) fn enter(&mut self) {
        let tree = self.tree();
        let limits = tree.get(self.block).items.iter().find(|item| item.name == b"limit_except");
        let outer = self.block;
        if let Some(limit) = limits
            && let Some(inner) = limit.block
            && !methods::lists(limit.args.iter().map(|word| &word.value), &self.method)
        {
            self.block = inner;
            self.step(Some(limit.place), || "limit_except does not list the method".to_owned());
        }
        let passes = |id: BlockId| PASSES.iter().any(|name| tree.own(id, name).is_some());
        if HANDLERS.iter().any(|name| tree.own(self.block, name).is_some()) || passes(self.block) {
            self.handler = Some(self.block);
        } else if self.block != outer && passes(outer) {
            self.handler = Some(outer);
        }
    }

    /// Takes down what a regular expression captured.
    pub(super) fn capture(&mut self, names: &[(String, usize)], groups: Vec<Vec<u8>>) {
        for (name, index) in names {
            let value = groups.get(*index).cloned().unwrap_or_default();
            self.sets.insert(name.clone().into_bytes(), Ok(value));
        }
        self.captures = groups;
    }

    /// Can't tell, because a regular expression cannot be tried.
    pub(super) fn untried(&self, directive: &str, place: Place) -> Unknown {
        let missing = Missing::Pattern { directive: directive.to_owned() };
        Box::new(Because::at(Reason::CannotTell { missing }, place))
    }

    /// Can't tell, because this is missing.
    pub(super) fn unknown(&self, missing: Missing, place: Option<Place>) -> Unknown {
        let because = Because::nowhere(Reason::CannotTell { missing });
        Box::new(Because { place, ..because })
    }

    /// A request that the server makes of its own within this one (`ngx_http_subrequest`): its status.
    pub(super) fn subrequest(&mut self, uri: &[u8]) -> Known<u16> {
        if self.depth >= DEEPEST {
            return Err(self.unknown(Missing::TooMany, None));
        }
        let mut inner = Exchange {
            uri: uri.to_vec(),
            unparsed: self.unparsed.clone(),
            host: self.host.clone(),
            method: "GET".to_owned(),
            client: self.client,
            internal: true,
            main: false,
            valid_unparsed: false,
            sets: self.sets.clone(),
            captures: self.captures.clone(),
            user: self.user.clone(),
            depth: self.depth + 1,
            ..Exchange::new(self.site, self.asked, self.server, self.trace)
        };
        let status = inner.serve();
        self.because.append(&mut inner.because);
        self.sets = inner.sets;
        status
    }
}

/// Directives that answer by themselves.
pub(super) const HANDLERS: [&str; 6] = ["stub_status", "empty_gif", "flv", "mp4", "echo", "perl"];
