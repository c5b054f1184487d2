//! Reads a configuration as the server does at its start, up to the first thing that it refuses
//! (src/core/ngx_conf_file.c, `ngx_conf_parse` and `ngx_conf_handler`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::commands;
use super::directives::{Row, nearest, rows, wrong};
use super::listen::Listens;
use super::syntax::{Fault, Token, Word, token};
use super::tree::{Block, BlockId, Item, Kind, Tree};
use crate::answer::{Because, Missing, Reason, Target};
use crate::read::{Located, server_path};
use crate::source::{FileId, Place, Source, Sources, Span};

/// The folder of relative paths that are no configuration files (`--prefix` of Debian's build).
pub(super) const PREFIX: &str = "/usr/share/nginx";

/// Why the server reads no further.
#[derive(Debug, Clone)]
pub(super) enum Stop {
    /// It does not start.
    Fails(Box<Because>),
    /// Can't tell whether it does.
    Unknown(Box<Because>),
}

impl Stop {
    /// It does not start, for this reason at this place.
    pub(super) fn fails(reason: Reason, place: Place) -> Self {
        Self::Fails(Box::new(Because::at(reason, place)))
    }

    /// It does not start, because of a directive's arguments.
    pub(super) fn wrong(name: &str, message: impl Into<String>, place: Place) -> Self {
        Self::fails(Reason::WrongArguments { name: name.to_owned(), message: message.into() }, place)
    }

    /// Can't tell, because this is missing.
    pub(super) fn unknown(missing: Missing, place: Place) -> Self {
        Self::Unknown(Box::new(Because::at(Reason::CannotTell { missing }, place)))
    }
}

/// A use of a variable.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) name: Vec<u8>,
    pub(super) directive: String,
    pub(super) place: Place,
}

/// A host that requests are handed on to.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) host: Vec<u8>,
    pub(super) place: Place,
    /// Whether no port is the usual one.
    pub(super) portless: bool,
}

/// What has been read so far.
pub(super) struct Reader<'a> {
    pub(super) target: &'a Target<'a>,
    pub(super) sources: &'a Sources,
    pub(super) tree: Tree,
    /// The dynamic modules that are loaded, by their file names.
    pub(super) modules: BTreeSet<String>,
    /// The variables that directives declare.
    pub(super) declared: BTreeSet<Vec<u8>>,
    pub(super) uses: Vec<Use>,
    /// The hosts that requests are handed on to.
    pub(super) backends: Vec<Backend>,
    pub(super) listens: Listens,
    /// The first thing that the server stumbles over once all is read: a file that cannot be opened.
    pub(super) late: Option<Stop>,
    /// The folder of the main configuration file, as the server knows it.
    pub(super) folder: PathBuf,
    /// The first thing that keeps htlint from telling whether the server starts; it reads on.
    doubt: Option<Doubt>,
    /// Blocks into which something is included that htlint has not got.
    pub(super) leaky: BTreeSet<BlockId>,
    pub(super) depth: usize,
}

/// What is not known, and the reader went on.
struct Doubt {
    because: Box<Because>,
    /// Whether it is text or a module, which may declare things.
    declares: bool,
}

/// A file's text and how far it is read.
struct Text<'a> {
    file: FileId,
    bytes: &'a [u8],
    at: usize,
}

/// How the reading ended.
pub(super) struct Ending {
    /// Why the server does not start, or why that is not known.
    pub(super) stop: Option<Stop>,
    /// Whether all that is at hand was read.
    pub(super) complete: bool,
}

/// Blocks or files in one another, at most: the server itself would run out of stack or descriptors.
pub(super) const DEEPEST: usize = 100;

impl<'a> Reader<'a> {
    pub(super) fn new(target: &'a Target<'a>, sources: &'a Sources, file: FileId) -> Self {
        Self {
            target,
            sources,
            tree: Tree::new(file),
            modules: BTreeSet::new(),
            declared: BTreeSet::new(),
            uses: Vec::new(),
            backends: Vec::new(),
            listens: Listens::default(),
            late: None,
            folder: target.server_folder(),
            doubt: None,
            leaky: BTreeSet::new(),
            depth: 0,
        }
    }

    /// Reads the main file, and all that it includes.
    pub(super) fn main(&mut self, file: FileId) -> Ending {
        let top = self.tree.top();
        let read = self.whole(file, top);
        let complete = read.is_ok();
        let stop = match (read.and_then(|()| commands::end(self)), self.doubt.take()) {
            (Ok(()), None) => None,
            (Ok(()), Some(doubt)) => Some(Stop::Unknown(doubt.because)),
            (Err(Stop::Fails(because)), Some(doubt)) if doubt.declares && hinges_on_text(&because.reason) => {
                Some(Stop::Unknown(doubt.because))
            }
            (Err(stop), _) => Some(stop),
        };
        Ending { stop, complete }
    }

    /// Notes what keeps htlint from telling whether the server starts.
    pub(super) fn doubt(&mut self, because: Box<Because>) {
        let Reason::CannotTell { missing } = &because.reason else { return };
        let declares = !matches!(missing, Missing::Dns);
        if self.doubt.as_ref().is_none_or(|doubt| declares && !doubt.declares) {
            self.doubt = Some(Doubt { because, declares });
        }
    }

    pub(super) fn whole(&mut self, file: FileId, scope: BlockId) -> Result<(), Stop> {
        let bytes = self.sources.get(file).map(Source::bytes).unwrap_or_default();
        self.statements(&mut Text { file, bytes, at: 0 }, scope, None)
    }

    fn statements(&mut self, text: &mut Text<'a>, scope: BlockId, opened: Option<Place>) -> Result<(), Stop> {
        loop {
            let (behind, token) = token(text.bytes, text.at).map_err(|fault| unreadable(&fault, text.file))?;
            let start = text.at;
            text.at = behind;
            let unbalanced =
                |message: &str, place| Stop::fails(Reason::UnbalancedSection { message: message.to_owned() }, place);
            match (token, opened) {
                (Token::Statement { words, opens }, _) => self.statement(text, scope, words, opens, start)?,
                (Token::Close(_), Some(_)) | (Token::End, None) => return Ok(()),
                (Token::Close(span), None) => return Err(unbalanced("unexpected \"}\"", Place::new(text.file, span))),
                (Token::End, Some(place)) => {
                    return Err(unbalanced("unexpected end of file, expecting \"}\"", place));
                }
            }
        }
    }

    fn statement(
        &mut self,
        text: &mut Text<'a>,
        scope: BlockId,
        words: Vec<Word>,
        opens: bool,
        start: usize,
    ) -> Result<(), Stop> {
        let mut words = words.into_iter();
        let Some(name) = words.next() else { return Ok(()) };
        let args: Vec<Word> = words.collect();
        let span = args.last().map_or(name.span, |last| name.span.to(last.span));
        let item = Item { name: name.value, args, place: Place::new(text.file, span), block: None };
        if self.tree.get(scope).kind == Kind::Entries {
            return self.entry(scope, item, opens);
        }
        let row = self.row(scope, &item, opens, start)?;
        if item.name == b"include" {
            return self.include(scope, &item);
        }
        if let Some(message) = wrong(row, &item, &self.tree.get(scope).items) {
            return Err(Stop::wrong(&item.name(), message, item.place));
        }
        if opens {
            return self.block(text, scope, item);
        }
        match commands::simple(self, scope, &item) {
            Err(Stop::Unknown(because)) => self.doubt(because),
            judged => judged?,
        }
        self.tree.get_mut(scope).items.push(item);
        Ok(())
    }

    /// The declaration that fits; an error if there is none, as `ngx_conf_handler` looks for it.
    fn row(&self, scope: BlockId, item: &Item, opens: bool, start: usize) -> Result<&'static Row, Stop> {
        let kind = self.tree.get(scope).kind;
        let here = |row: &&Row| {
            row.places.contains(&"any") || row.kind == kind.modules() && row.places.contains(&kind.place())
        };
        let loaded = |row: &&Row| row.file == "-" || self.modules.contains(row.file);
        let known = || rows(&item.name).iter().filter(loaded);
        let Some(row) = known().find(here) else {
            return Err(Stop::fails(self.stray(item, kind, known().next().is_some(), start), item.place));
        };
        let name = item.name();
        if opens && !row.block {
            return Err(Stop::wrong(&name, format!("directive \"{name}\" is not terminated by \";\""), item.place));
        }
        if !opens && row.block {
            return Err(Stop::wrong(&name, format!("directive \"{name}\" has no opening \"{{\""), item.place));
        }
        if !row.takes.fits(item.args.len()) {
            let message = format!("invalid number of arguments in \"{name}\" directive");
            return Err(Stop::wrong(&name, message, item.place));
        }
        Ok(row)
    }

    fn stray(&self, item: &Item, kind: Kind, known: bool, start: usize) -> Reason {
        let name = item.name();
        let context = match kind {
            Kind::Main => "main".to_owned(),
            Kind::ServerIf | Kind::LocationIf => "if".to_owned(),
            kind @ Kind::Events
            | kind @ Kind::Http
            | kind @ Kind::Server
            | kind @ Kind::Location
            | kind @ Kind::LimitExcept
            | kind @ Kind::Upstream
            | kind @ Kind::Mail
            | kind @ Kind::MailServer
            | kind @ Kind::Stream
            | kind @ Kind::StreamServer
            | kind @ Kind::StreamUpstream
            | kind @ Kind::Entries => kind.place().to_owned(),
        };
        if known {
            return Reason::DirectiveNotAllowed { name, context, needs: None };
        }
        if start == 0 && item.name.starts_with(b"\xef\xbb\xbf") {
            return Reason::UnreadableEncoding { what: "a UTF-8 byte order mark" };
        }
        match rows(&item.name).first() {
            Some(row) => Reason::ModuleNotLoaded { name, module: row.module.to_owned() },
            None => Reason::UnknownDirective { nearest: nearest(&item.name), name },
        }
    }

    fn block(&mut self, text: &mut Text<'a>, scope: BlockId, mut item: Item) -> Result<(), Stop> {
        let kind = self.tree.get(scope).kind.opened_by(&item.name);
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::unknown(Missing::TooMany, item.place));
        }
        let (args, place) = (item.args.clone(), item.place);
        let block = Block { kind, parent: Some(scope), args, place, items: Vec::new(), matching: None };
        let id = self.tree.add(block);
        commands::opening(self, scope, id, &item)?;
        item.block = Some(id);
        self.tree.get_mut(scope).items.push(item.clone());
        if item.name.ends_with(b"_by_lua_block") {
            let missing = Missing::Module { name: "Lua".to_owned(), directive: item.name() };
            return Err(Stop::unknown(missing, place));
        }
        self.statements(text, id, Some(place))?;
        self.depth -= 1;
        commands::closing(self, id, &item)
    }

    /// A line of `map`, `geo`, `types` and their kind.
    fn entry(&mut self, scope: BlockId, item: Item, opens: bool) -> Result<(), Stop> {
        if opens {
            let message = "unexpected \"{\"".to_owned();
            return Err(Stop::fails(Reason::UnbalancedSection { message }, item.place));
        }
        if item.name == b"include" && item.args.len() == 1 {
            return self.include(scope, &item);
        }
        commands::entry(self, scope, item)
    }

    /// Where a path of the server lies here; what stands below the main file's folder is where that folder is.
    pub(super) fn locate(&self, path: &Path) -> Located {
        super::include::locate(self.target, path)
    }

    /// A path that is completed with the server's own root, not with the configuration's folder.
    pub(super) fn rooted(written: &[u8]) -> PathBuf {
        Path::new(PREFIX).join(server_path(written))
    }
}

/// Whether text that htlint has not got may hold what is missed.
fn hinges_on_text(reason: &Reason) -> bool {
    let unknown = ["unknown \"", "unknown log format", "zero size shared memory zone"];
    let names_unknown = |message: &str| unknown.iter().any(|start| message.starts_with(start));
    matches!(reason, Reason::ModuleNotLoaded { .. } | Reason::UnknownDirective { nearest: None, .. })
        || matches!(reason, Reason::WrongArguments { message, .. } if names_unknown(message))
}

fn unreadable(fault: &Fault, file: FileId) -> Stop {
    let place = Place::new(file, fault.span);
    if fault.message.starts_with("too long") {
        return Stop::fails(Reason::LineTooLong { limit: 4096 }, Place::new(file, Span::at(fault.span.start)));
    }
    Stop::fails(Reason::UnbalancedSection { message: fault.message.clone() }, place)
}
