//! A configuration as it was read: blocks with the directives in them, included files in their place.

use super::location::Matching;
use super::syntax::Word;
use crate::source::{FileId, Place, Span};

/// Which of a tree's blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct BlockId(usize);

/// What directives a block takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// The top of the configuration.
    Main,
    /// `events`.
    Events,
    /// `http`.
    Http,
    /// `server` in `http`.
    Server,
    /// `location`.
    Location,
    /// `if` in a server.
    ServerIf,
    /// `if` in a location.
    LocationIf,
    /// `limit_except`.
    LimitExcept,
    /// `upstream` in `http`.
    Upstream,
    /// `mail`.
    Mail,
    /// `server` in `mail`.
    MailServer,
    /// `stream`.
    Stream,
    /// `server` in `stream`.
    StreamServer,
    /// `upstream` in `stream`.
    StreamUpstream,
    /// A block of entries that are no directives: `map`, `geo`, `types`.
    Entries,
}

impl Kind {
    /// Its name in the table of directives.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Events => "events",
            Self::Http => "http",
            Self::Server => "server",
            Self::Location => "location",
            Self::ServerIf => "server-if",
            Self::LocationIf => "location-if",
            Self::LimitExcept => "limit_except",
            Self::Upstream => "upstream",
            Self::Mail => "mail",
            Self::MailServer => "mail-server",
            Self::Stream => "stream",
            Self::StreamServer => "stream-server",
            Self::StreamUpstream => "stream-upstream",
            Self::Entries => "entries",
        }
    }

    /// The kind of module that is asked for its directives.
    pub(super) fn modules(self) -> &'static str {
        match self {
            Self::Main => "core",
            Self::Events => "events",
            Self::Mail | Self::MailServer => "mail",
            Self::Stream | Self::StreamServer | Self::StreamUpstream => "stream",
            Self::Http
            | Self::Server
            | Self::Location
            | Self::ServerIf
            | Self::LocationIf
            | Self::LimitExcept
            | Self::Upstream
            | Self::Entries => "http",
        }
    }

    /// The block that a directive opens here.
    pub(super) fn opened_by(self, name: &[u8]) -> Self {
        match (self, name) {
            (_, b"events") => Self::Events,
            (_, b"http") => Self::Http,
            (_, b"mail") => Self::Mail,
            (_, b"stream") => Self::Stream,
            (Self::Http, b"server") => Self::Server,
            (Self::Mail, b"server") => Self::MailServer,
            (Self::Stream, b"server") => Self::StreamServer,
            (Self::Http, b"upstream") => Self::Upstream,
            (Self::Stream, b"upstream") => Self::StreamUpstream,
            (_, b"location") => Self::Location,
            (Self::Server, b"if") => Self::ServerIf,
            (_, b"if") => Self::LocationIf,
            (_, b"limit_except") => Self::LimitExcept,
            _ => Self::Entries,
        }
    }
}

/// A directive, or an entry of a block of entries.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its first word.
    pub(super) name: Vec<u8>,
    /// The words behind it.
    pub(super) args: Vec<Word>,
    /// Where its words stand.
    pub(super) place: Place,
    /// The block that belongs to it.
    pub(super) block: Option<BlockId>,
}

impl Item {
    /// A word behind the name; empty if there is none.
    pub(super) fn arg(&self, index: usize) -> &[u8] {
        self.args.get(index).map_or(&[], |word| &word.value)
    }

    /// The last word.
    pub(super) fn last(&self) -> &[u8] {
        self.args.last().map_or(&[], |word| &word.value)
    }

    /// The name as text.
    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// Where a word behind the name stands.
    pub(super) fn place_of(&self, index: usize) -> Place {
        self.args.get(index).map_or(self.place, |word| Place::new(self.place.file, word.span))
    }
}

/// A block.
#[derive(Debug)]
pub(super) struct Block {
    /// What it takes.
    pub(super) kind: Kind,
    /// The block around it.
    pub(super) parent: Option<BlockId>,
    /// The words behind the name of the directive that opens it.
    pub(super) args: Vec<Word>,
    /// Where that directive stands.
    pub(super) place: Place,
    /// What stands in it.
    pub(super) items: Vec<Item>,
    /// Which paths a location is for.
    pub(super) matching: Option<Matching>,
}

/// All blocks.
#[derive(Debug)]
pub(super) struct Tree {
    blocks: Vec<Block>,
    top: Block,
}

impl Tree {
    /// A tree with nothing but the top of this file.
    pub(super) fn new(file: FileId) -> Self {
        let place = Place::new(file, Span::at(0));
        let top = Block { kind: Kind::Main, parent: None, args: Vec::new(), place, items: Vec::new(), matching: None };
        Self { blocks: Vec::new(), top }
    }

    /// The top.
    pub(super) fn top(&self) -> BlockId {
        BlockId(usize::MAX)
    }

    /// Adds a block.
    pub(super) fn add(&mut self, block: Block) -> BlockId {
        self.blocks.push(block);
        BlockId(self.blocks.len() - 1)
    }

    /// A block; ids come from this tree only.
    pub(super) fn get(&self, id: BlockId) -> &Block {
        self.blocks.get(id.0).unwrap_or(&self.top)
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self, id: BlockId) -> &mut Block {
        self.blocks.get_mut(id.0).unwrap_or(&mut self.top)
    }

    /// The blocks of a kind right in a block, in their order.
    pub(super) fn children(&self, id: BlockId, kind: Kind) -> impl Iterator<Item = BlockId> {
        let blocks = self.get(id).items.iter().filter_map(|item| item.block);
        blocks.filter(move |block| self.get(*block).kind == kind)
    }

    /// A block and those around it, up to and with `http`.
    pub(super) fn outward(&self, id: BlockId) -> impl Iterator<Item = BlockId> {
        std::iter::successors(Some(id), |id| self.get(*id).parent).take_while(|id| self.get(*id).kind != Kind::Main)
    }

    /// The directives of these names in the nearest block around that has any: what most settings are inherited by.
    pub(super) fn nearest(&self, id: BlockId, names: &[&str]) -> Vec<&Item> {
        let named = |item: &&Item| names.iter().any(|name| name.as_bytes() == item.name);
        for block in self.outward(id) {
            let found: Vec<&Item> = self.get(block).items.iter().filter(named).collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The directive of that name that is in force in a block.
    pub(super) fn setting(&self, id: BlockId, name: &str) -> Option<&Item> {
        self.nearest(id, &[name]).last().copied()
    }

    /// The directive of that name right in a block.
    pub(super) fn own(&self, id: BlockId, name: &str) -> Option<&Item> {
        self.get(id).items.iter().rfind(|item| item.name == name.as_bytes())
    }

    /// Whether a flag is on; what is not set is as told.
    pub(super) fn flag(&self, id: BlockId, name: &str, unset: bool) -> bool {
        self.setting(id, name).map_or(unset, |item| item.arg(0).eq_ignore_ascii_case(b"on"))
    }
}
