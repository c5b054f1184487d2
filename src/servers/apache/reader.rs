//! Executes the tree of a per-directory file, directive by directive, into settings (server/config.c, `ap_walk_config` and
//! `invoke_cmd`). Faults are data: each is noted, and reading goes on behind it.

use super::commands::programs;
use super::conditions::{Admitting, Existence, Surroundings};
use super::directives::Module;
use super::directives::{Directive as Row, ModuleSet, find, foreign_directive, meant_modules, module, nearest};
use super::host::Host;
use super::line::Directive;
use super::product::{Dropped, Fault, Main, PerDir, Process, Why};
use super::profile::{Aliases, Profile};
use super::scope::{Permit, Scope};
use super::secrets::displayed;
use super::syntax::parse;
use super::tokens::banner;
use super::tree::{Fulfilled, Node, SyntaxFault, Tree};
use super::world::{Question, World};
use crate::answer::{Because, Missing, Noted, Reason, Remark};
use crate::lines::LineLimit;
use crate::source::{FileId, Place, Span, Spanned};
use crate::users::Encoding;
use crate::words::word;

/// With so many faults a file is no configuration, and it takes time to guess what each name was meant for.
const MOST_GUESSES: usize = 50;

/// Reads a per-directory file in a world.
#[must_use]
pub(super) fn read(file: FileId, bytes: &[u8], around: Surroundings<'_>, permit: Permit) -> PerDir {
    let tree = parse(file, bytes, LineLimit::PER_DIRECTORY, &mut Admitting { around, permit: &permit });
    let mut reader = Reader::new(around, &tree.fulfilled);
    if !permit.allowed.skips_unknown {
        reader.note_encoding(file, bytes);
    }
    reader.note_syntax(&tree);
    let mut scope = Scope::per_dir(permit);
    scope.note_depth(&tree);
    reader.walk(&tree.nodes, &mut scope);
    reader.read.config = scope.finish();
    reader.read
}

/// Executes the tree of a main configuration.
#[must_use]
pub(super) fn read_main(tree: &Tree<'_>, profile: Profile, world: &World, ground: &dyn Existence) -> Main {
    let around = Surroundings { profile: &profile, world, existence: Some(ground) };
    let mut reader = Reader::new(around, &tree.fulfilled);
    reader.note_syntax(tree);
    let mut scope = Scope::server(Host::default());
    scope.note_depth(tree);
    reader.walk(&tree.nodes, &mut scope);
    let mut host = *scope.host.take().unwrap_or_default();
    host.settings = scope.finish();
    host.banner = banner(host.tokens.unwrap_or_default(), &profile);
    let Reader { read, hosts, aliases, process, registered, caches, .. } = reader;
    let profile = Profile { aliases, caches, methods: registered, ..profile.clone() };
    let PerDir { faults, remarks, dropped, .. } = read;
    Main { host, hosts, profile, process, faults, remarks, dropped }
}

/// The reader at work.
pub(super) struct Reader<'p> {
    pub(super) profile: &'p Profile,
    pub(super) world: &'p World,
    pub(super) existence: Option<&'p dyn Existence>,
    fulfilled: &'p [Fulfilled<'p>],
    pub(super) read: PerDir,
    pub(super) hosts: Vec<Host>,
    pub(super) aliases: Aliases,
    pub(super) process: Process,
    /// Whether a cache of passwords is set up.
    pub(super) caches: bool,
    /// Methods that are known besides httpd's own.
    pub(super) registered: Vec<String>,
}

impl<'p> Reader<'p> {
    fn new(around: Surroundings<'p>, fulfilled: &'p [Fulfilled<'p>]) -> Self {
        let Surroundings { profile, world, existence } = around;
        let aliases = profile.aliases.clone();
        let (read, hosts, process) = (PerDir::default(), Vec::new(), Process::default());
        let registered = profile.methods.clone();
        let caches = profile.caches;
        Self { profile, world, existence, fulfilled, read, hosts, aliases, process, caches, registered }
    }
}

impl Reader<'_> {
    pub(super) fn walk(&mut self, nodes: &[Node<'_>], scope: &mut Scope) {
        for node in nodes {
            match node {
                Node::Directive(directive) => self.directive(directive, scope),
                Node::Section { open, body } => self.section(open, body, scope),
            }
        }
    }

    fn directive(&mut self, directive: &Directive<'_>, scope: &mut Scope) {
        let Some(row) = self.admitted(directive, scope) else {
            if foreign_directive(&directive.name.value).is_some() {
                programs::take_down(directive, scope);
            }
            return;
        };
        let words = directive.words();
        let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
        match row.count(&plain) {
            Err(message) => self.refuse(directive, &words, message),
            Ok(_) if self.misplaced(directive, scope) => {}
            Ok(counted) => {
                let counted = counted.len();
                self.execute(directive, words.get(..counted).unwrap_or_default(), scope);
                programs::take_down(directive, scope);
            }
        }
    }

    /// The table's row for a directive that may stand here; else its fault is noted.
    pub(super) fn admitted(&mut self, directive: &Directive<'_>, scope: &mut Scope) -> Option<&'static Row> {
        let name = &directive.name.value;
        let Some(row) = self.profile.modules.directives(name).next() else {
            if !scope.permit.as_ref().is_some_and(|permit| permit.allowed.skips_unknown) {
                self.unknown(directive);
            }
            return None;
        };
        let listed = |permit: &Permit| permit.list.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        if !row.overrides.meets(scope.overrides) && !scope.permit.as_ref().is_some_and(listed) {
            if scope.permit.as_ref().is_some_and(|permit| permit.allowed.skips_forbidden) {
                self.note_skipped(directive);
                scope.config.prepare(row.module);
                return None;
            }
            let needs = row.overrides.classes().collect::<Vec<_>>().join(" or ");
            let outside = if scope.permit.is_some() { ".htaccess" } else { "the server configuration" };
            let context = scope.within.last().cloned().unwrap_or_else(|| outside.to_owned());
            let needs = (!needs.is_empty()).then_some(needs);
            let reason = Reason::DirectiveNotAllowed { name: shown(directive), context, needs };
            self.fault(Because::at(reason, directive.name_place()));
            return None;
        }
        self.note_not_default(directive, row);
        Some(row)
    }

    /// Notes that the server passes over a directive for a login.
    fn note_skipped(&mut self, directive: &Directive<'_>) {
        if is_for_login(directive) && self.read.dropped.is_empty() {
            let why = Why::Ignored { by: "AllowOverride with Nonfatal".to_owned(), place: None };
            self.read.dropped.push(Dropped { place: directive.place(), why });
        }
    }

    /// Whether a module from elsewhere is loaded; a main configuration tells.
    pub(in crate::servers::apache) fn brought(&self, name: &'static str, missing: Missing, place: Place) -> bool {
        match &self.profile.foreign {
            Some(loaded) => loaded.contains(name),
            None => self.world.ask(Question::Module(name), missing, place),
        }
    }

    fn unknown(&mut self, directive: &Directive<'_>) {
        let name = &directive.name.value;
        if let Some(row) = find(name).first() {
            let reason = Reason::ModuleNotLoaded { name: shown(directive), module: row.module.to_owned() };
            self.fault(Because::at(reason, directive.name_place()));
            return;
        }
        if let Some(foreign) = foreign_directive(name) {
            let missing = Missing::Module { name: foreign.name.to_owned(), directive: shown(directive) };
            if self.brought(foreign.name, missing, directive.place()) {
                return;
            }
        }
        if let Some(encoding) = Encoding::of(name) {
            let noted = |fault: &Fault| matches!(fault.because.reason, Reason::UnreadableEncoding { .. });
            if directive.span.start > 0 || !self.read.faults.iter().any(noted) {
                self.fault(Because::at(Reason::UnreadableEncoding { what: encoding.words() }, directive.name_place()));
            }
            return;
        }
        if let Some(unnamed) = self.profile.unnamed.first() {
            let missing = Missing::Module { name: unnamed.clone(), directive: shown(directive) };
            if self.world.ask(Question::Holds(directive.place()), missing, directive.place()) {
                return;
            }
        }
        let guessed = self.read.faults.len() < MOST_GUESSES;
        let nearest = guessed.then(|| nearest(name, &self.profile.modules)).flatten().map(str::to_owned);
        let reason = Reason::UnknownDirective { name: shown(directive), nearest };
        self.fault(Because::at(reason, directive.name_place()));
    }

    /// Notes that the server refuses the arguments; a word that begins with `#` was meant as a comment.
    pub(super) fn refuse(&mut self, directive: &Directive<'_>, words: &[Spanned<Vec<u8>>], message: String) {
        let name = shown(directive);
        let comment = words.iter().find(|word| word.value.first() == Some(&b'#'));
        let because = match comment {
            Some(word) => {
                let end = directive.args_place().span.end;
                let span = Span::new(word.span.start, end);
                Because::at(Reason::TrailingComment { name, message }, Place::new(directive.file, span))
            }
            None => Because::at(Reason::WrongArguments { name, message }, directive.place()),
        };
        self.fault(because);
    }

    pub(super) fn fault(&mut self, because: Because) {
        self.read.faults.push(Fault { status: 500, because });
    }

    pub(super) fn remark(&mut self, remark: Remark, place: Place) {
        self.read.remarks.push(Noted { remark, place, related: None });
    }

    fn note_encoding(&mut self, file: FileId, bytes: &[u8]) {
        let Some(encoding) = Encoding::of(bytes) else { return };
        let place = Place::new(file, Span::new(0, bytes.len().min(3)));
        match encoding {
            Encoding::Utf8Bom | Encoding::Utf16Le => {
                self.fault(Because::at(Reason::UnreadableEncoding { what: encoding.words() }, place));
            }
            Encoding::Utf16Be | Encoding::CarriageReturns => {
                self.remark(Remark::NothingRead { what: encoding.words() }, place);
            }
        }
    }

    fn note_syntax(&mut self, tree: &Tree<'_>) {
        for (fault, place) in &tree.faults {
            let reason = match fault {
                SyntaxFault::Unbalanced(message) => Reason::UnbalancedSection { message: message.clone() },
                SyntaxFault::TooLong { limit } => Reason::LineTooLong { limit: *limit },
                SyntaxFault::Refused(name, message) => {
                    let name = if name.starts_with('<') { format!("{name}>") } else { name.clone() };
                    Reason::WrongArguments { name, message: message.clone() }
                }
                SyntaxFault::Forbidden(name) => {
                    let (name, context) = (format!("{name}>"), ".htaccess".to_owned());
                    Reason::DirectiveNotAllowed { name, context, needs: Some("AuthConfig".to_owned()) }
                }
                SyntaxFault::Missing(path) => Reason::IncludeMissing { path: path.clone() },
                SyntaxFault::Unknown(missing) => Reason::CannotTell { missing: missing.clone() },
            };
            self.fault(Because::at(reason, *place));
        }
        for swallowing in &tree.swallowing {
            let known = !find(&swallowing.lost.name.value).is_empty();
            let remark = Remark::CommentSwallowsLine { directive: known.then(|| shown(&swallowing.lost)) };
            let place = swallowing.comment;
            let related = Some(swallowing.lost.place());
            self.read.remarks.push(Noted { remark, place, related });
        }
        for skipped in &tree.skipped {
            if skipped.lines.iter().any(is_for_login) {
                let argument = skipped.open.section_argument().unwrap_or_default();
                let section = format!("{} {}>", skipped.open.name(), String::from_utf8_lossy(argument));
                let meant = meant_modules(argument);
                let why = Why::Section { written: section, meant };
                self.read.dropped.push(Dropped { place: skipped.open.place(), why });
            }
        }
    }

    fn note_not_default(&mut self, directive: &Directive<'_>, row: &Row) {
        if self.profile.modules_told || ModuleSet::debian_default().directives(&directive.name.value).next().is_some() {
            return;
        }
        let Some(module) = module(row.module.as_bytes()) else { return };
        if let Some(load) = module.load.filter(|_| !self.is_asked_for(module, directive.span)) {
            let remark = Remark::ModuleNotDefault { directive: shown(directive), module: load.to_owned() };
            self.remark(remark, directive.name_place());
        }
    }

    /// Whether an `<IfModule>` around asks for the module.
    fn is_asked_for(&self, wanted: &Module, span: Span) -> bool {
        let around = |section: &&Fulfilled<'_>| section.span.start < span.start && span.end <= section.span.end;
        self.fulfilled.iter().filter(around).any(|section| {
            let argument = section.open.section_argument().and_then(|argument| word(argument).ok());
            let named = argument.and_then(|(_, name)| module(&name.value));
            section.open.is("<IfModule") && named.is_some_and(|named| named.source == wanted.source)
        })
    }
}

/// The name as people write it; of a section with its `>`.
pub(super) fn shown(directive: &Directive<'_>) -> String {
    let name = displayed(&directive.name.value, true);
    if name.starts_with('<') { format!("{name}>") } else { name }
}

/// Whether a skipped line would have asked for a login.
fn is_for_login(line: &Directive<'_>) -> bool {
    if line.is("Require") {
        return line.words().first().is_some_and(|word| {
            [&b"valid-user"[..], b"user", b"group"].iter().any(|name| word.value.eq_ignore_ascii_case(name))
        });
    }
    line.is("AuthType") || line.is("AuthUserFile")
}
