//! Executes the tree of a per-directory file, directive by directive, into settings (server/config.c, `ap_walk_config` and
//! `invoke_cmd`). Faults are data: each is noted, and reading goes on behind it.

use super::conditions::Surroundings;
use super::config::{Combine, DirConfig, Rule};
use super::directives::Module;
use super::directives::{Directive as Row, ModuleSet, find, foreign_directive, meant_modules, module, nearest};
use super::line::Directive;
use super::methods::Methods;
use super::profile::Profile;
use super::secrets::displayed;
use super::syntax::parse;
use super::tree::{Fulfilled, Node, SyntaxFault, Tree};
use super::world::{Question, World};
use crate::answer::{Because, Missing, Noted, Reason, Remark};
use crate::lines::LineLimit;
use crate::source::{FileId, Place, Span, Spanned};
use crate::users::Encoding;
use crate::words::word;

/// What a per-directory file was read into.
#[derive(Debug, Clone, Default)]
pub(super) struct PerDir {
    /// Its settings.
    pub config: DirConfig,
    /// What makes every request below it a 500, in the order in which the server would find it.
    pub faults: Vec<Fault>,
    /// What changes no answer.
    pub remarks: Vec<Noted>,
    /// False conditional sections that hold directives for a login.
    pub dropped: Vec<Dropped>,
}

/// What keeps a file from being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What every request below the file gets; 0 where the worker goes away without an answer.
    pub status: u16,
    /// Why.
    pub because: Because,
}

/// A false conditional section around directives for a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// The opening line.
    pub place: Place,
    /// As written: `<IfModule mod_auth.c>`.
    pub section: String,
    /// What the name seems to mean.
    pub meant: Vec<&'static str>,
}

/// With so many faults a file is no configuration, and it takes time to guess what each name was meant for.
const MOST_GUESSES: usize = 50;

/// Reads a per-directory file in a world.
#[must_use]
pub(super) fn read(file: FileId, bytes: &[u8], profile: &Profile, world: &World) -> PerDir {
    let tree = parse(file, bytes, LineLimit::PER_DIRECTORY, &mut Surroundings { profile, world });
    let mut reader = Reader { profile, world, file, fulfilled: &tree.fulfilled, read: PerDir::default() };
    reader.note_encoding(bytes);
    reader.note_syntax(&tree);
    let mut scope = Scope::default();
    if let Some(span) = tree.too_deep {
        let reason = Reason::CannotTell { missing: Missing::TooMany };
        scope.config.unknowable.push(Because::at(reason, Place::new(file, span)));
    }
    reader.walk(&tree.nodes, &mut scope);
    reader.read.config = scope.finish();
    reader.read
}

/// The reader at work.
pub(super) struct Reader<'p> {
    pub(super) profile: &'p Profile,
    pub(super) world: &'p World,
    pub(super) file: FileId,
    fulfilled: &'p [Fulfilled<'p>],
    pub(super) read: PerDir,
}

/// The place in the tree whose directives are executed.
pub(super) struct Scope {
    /// What they set.
    pub(super) config: DirConfig,
    /// The rules of the innermost `<Require...>` section, or of the place itself.
    pub(super) rules: Vec<Rule>,
    /// What that section makes of its rules.
    pub(super) combine: Combine,
    /// The methods of the innermost `<Limit>`.
    pub(super) methods: Methods,
    /// The names of the sections around, outermost first: `<Files>`.
    pub(super) within: Vec<String>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            config: DirConfig::default(),
            rules: Vec::new(),
            combine: Combine::Any,
            methods: Methods::ALL,
            within: Vec::new(),
        }
    }
}

impl Scope {
    pub(super) fn finish(self) -> DirConfig {
        DirConfig { rules: self.rules, ..self.config }
    }

    pub(super) fn is_within(&self, section: &str) -> bool {
        self.within.iter().any(|within| within.eq_ignore_ascii_case(section))
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
        let Some(row) = self.admitted(directive, scope) else { return };
        let words = directive.words();
        let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
        match row.count(&plain) {
            Err(message) => self.refuse(directive, &words, message),
            Ok(counted) => {
                let counted = counted.len();
                self.execute(directive, words.get(..counted).unwrap_or_default(), scope);
            }
        }
    }

    /// The table's row for a directive that may stand here; else its fault is noted.
    pub(super) fn admitted(&mut self, directive: &Directive<'_>, scope: &Scope) -> Option<&'static Row> {
        let name = &directive.name.value;
        let Some(row) = self.profile.modules.directives(name).next() else {
            self.unknown(directive);
            return None;
        };
        if !row.overrides.meets(self.profile.allow_override) {
            let needs = row.overrides.classes().collect::<Vec<_>>().join(" or ");
            let context = scope.within.last().cloned().unwrap_or_else(|| ".htaccess".to_owned());
            let needs = (!needs.is_empty()).then_some(needs);
            let reason = Reason::DirectiveNotAllowed { name: shown(directive), context, needs };
            self.fault(Because::at(reason, directive.name_place()));
            return None;
        }
        self.note_not_default(directive, row);
        Some(row)
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
            if self.world.ask(Question::Module(foreign.name), missing, directive.place()) {
                return;
            }
        }
        if Encoding::of(name).is_some() {
            return;
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
                Because::at(Reason::TrailingComment { name, message }, Place::new(self.file, span))
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

    fn note_encoding(&mut self, bytes: &[u8]) {
        let Some(encoding) = Encoding::of(bytes) else { return };
        let place = Place::new(self.file, Span::new(0, bytes.len().min(3)));
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
        for fault in &tree.faults {
            let reason = match &fault.value {
                SyntaxFault::Unbalanced(message) => Reason::UnbalancedSection { message: message.clone() },
                SyntaxFault::TooLong { limit } => Reason::LineTooLong { limit: *limit },
                SyntaxFault::Refused(name, message) => {
                    Reason::WrongArguments { name: format!("{name}>"), message: message.clone() }
                }
            };
            self.fault(Because::at(reason, Place::new(self.file, fault.span)));
        }
        for swallowing in &tree.swallowing {
            let known = !find(&swallowing.lost.name.value).is_empty();
            let remark = Remark::CommentSwallowsLine { directive: known.then(|| shown(&swallowing.lost)) };
            let place = Place::new(self.file, swallowing.comment);
            let related = Some(swallowing.lost.place());
            self.read.remarks.push(Noted { remark, place, related });
        }
        for skipped in &tree.skipped {
            if skipped.lines.iter().any(is_for_login) {
                let argument = skipped.open.section_argument().unwrap_or_default();
                let section = format!("{} {}>", skipped.open.name(), String::from_utf8_lossy(argument));
                let meant = meant_modules(argument);
                self.read.dropped.push(Dropped { place: skipped.open.place(), section, meant });
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
