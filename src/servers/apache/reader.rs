//! Executes the tree of a per-directory file, directive by directive, into settings (server/config.c, `ap_walk_config` and
//! `invoke_cmd`). Faults are data: each is noted, and reading goes on behind it.

use super::commands::programs;
use super::conditions::{Admitting, Existence, Surroundings};
use super::config::{Allowed, Combine, DirConfig, Rule, Set};
use super::directives::Module;
use super::directives::{
    Directive as Row, ModuleSet, Override, find, foreign_directive, meant_modules, module, nearest,
};
use super::expr::Origin;
use super::host::{Host, Listen};
use super::line::Directive;
use super::methods::Methods;
use super::profile::{Aliases, Profile};
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
    /// Directives for a login that are not in force.
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

/// Directives for a login that are written down and not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// The line to edit.
    pub place: Place,
    /// Why.
    pub why: Why,
}

/// Why directives are not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// They stand in a conditional section that is false.
    Section {
        /// As written: `<IfModule mod_auth.c>`.
        written: String,
        /// What the name seems to mean.
        meant: Vec<&'static str>,
    },
    /// The server does not read the file, or passes over them.
    Ignored {
        /// What makes it so, as written: `AllowOverride None`.
        by: String,
        /// That line; `None` if it is assumed, or the server's default.
        place: Option<Place>,
    },
}

impl Dropped {
    /// The reason it gives for an open door.
    #[must_use]
    pub(super) fn because(&self) -> Because {
        match &self.why {
            Why::Section { written, meant } => {
                let reason = Reason::ProtectionDropped { section: written.clone(), meant: meant.clone() };
                Because::at(reason, self.place)
            }
            Why::Ignored { by, place } => {
                let because = Because::at(Reason::AccessFileIgnored { by: by.clone() }, self.place);
                match place {
                    Some(place) => because.with(*place, "this line makes the server pass over it"),
                    None => because,
                }
            }
        }
    }
}

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

/// What a main configuration was read into.
#[derive(Debug, Clone, Default)]
pub(super) struct Main {
    /// The main server.
    pub host: Host,
    /// The virtual hosts in their order, not yet within the main server.
    pub hosts: Vec<Host>,
    /// The server after it has read: its modules, names, providers, root, account.
    pub profile: Profile,
    /// What concerns the process as a whole.
    pub process: Process,
    /// What makes the server refuse the configuration, in the order in which it would find it.
    pub faults: Vec<Fault>,
    /// What changes no answer.
    pub remarks: Vec<Noted>,
    /// False conditional sections that hold directives for a login.
    pub dropped: Vec<Dropped>,
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
    let Reader { read, hosts, aliases, process, registered, .. } = reader;
    let profile = Profile { aliases, methods: registered, ..profile.clone() };
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
    /// Methods that are known besides httpd's own.
    pub(super) registered: Vec<String>,
}

/// What the main configuration says of the process as a whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Process {
    /// Listen.
    pub listens: Vec<Listen>,
    /// Every User, each of which is looked up; the last one holds.
    pub users: Vec<Set<Vec<u8>>>,
    /// Every Group.
    pub groups: Vec<Set<Vec<u8>>>,
    /// Logs that the server opens when it starts.
    pub logs: Vec<Set<Vec<u8>>>,
    /// Whether the main server's ErrorLog is among them.
    pub has_error_log: bool,
    /// PidFile.
    pub pid_file: Option<Set<Vec<u8>>>,
    /// TypesConfig.
    pub types: Option<Set<Vec<u8>>>,
    /// AuthLDAPCharsetConfig.
    pub charsets: Option<Set<Vec<u8>>>,
}

/// What per-directory files may say, where they are read (server/config.c, `invoke_cmd`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Permit {
    /// What `AllowOverride` grants.
    pub allowed: Allowed,
    /// What `AllowOverrideList` grants besides: names in lower case.
    pub list: Vec<Vec<u8>>,
}

impl Permit {
    /// Everything.
    #[must_use]
    pub(super) fn everything() -> Self {
        let allowed = Allowed { classes: Override::ALL, skips_forbidden: false, skips_unknown: false };
        Self { allowed, list: Vec::new() }
    }

    /// Nothing at all.
    #[must_use]
    pub(super) fn nothing() -> Self {
        let allowed = Allowed { classes: Override::NONE, skips_forbidden: false, skips_unknown: false };
        Self { allowed, list: Vec::new() }
    }

    /// What the profile grants.
    #[must_use]
    pub(super) fn of(profile: &Profile) -> Self {
        let nothing = Self::nothing();
        Self { allowed: Allowed { classes: profile.allow_override, ..nothing.allowed }, ..nothing }
    }

    /// Whether the file is read at all: with `Nonfatal` even where nothing of it is allowed (server/core.c,
    /// `set_override`).
    #[must_use]
    pub(super) fn reads(&self) -> bool {
        let Allowed { classes, skips_forbidden, skips_unknown } = self.allowed;
        classes != Override::NONE || skips_forbidden || skips_unknown || !self.list.is_empty()
    }
}

/// The place in the tree whose directives are executed.
pub(super) struct Scope {
    /// What may stand here.
    pub(super) overrides: Override,
    /// In a per-directory file, what it may say.
    pub(super) permit: Option<Permit>,
    /// Outside of all sections of the main configuration, the host that is set up.
    pub(super) host: Option<Box<Host>>,
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

impl Scope {
    /// A place where these may stand.
    pub(super) fn new(overrides: Override) -> Self {
        Self {
            overrides,
            permit: None,
            host: None,
            config: DirConfig::default(),
            rules: Vec::new(),
            combine: Combine::Any,
            methods: Methods::ALL,
            within: Vec::new(),
        }
    }

    /// The top of a per-directory file.
    pub(super) fn per_dir(permit: Permit) -> Self {
        Self { permit: Some(permit.clone()), ..Self::new(permit.allowed.classes) }
    }

    /// Outside of all sections of a host's configuration.
    pub(super) fn server(host: Host) -> Self {
        Self { host: Some(Box::new(host)), ..Self::new(Override::SERVER_CONFIG) }
    }

    /// Where its expressions stand.
    pub(super) fn origin(&self) -> Origin {
        if self.permit.is_some() { Origin::PerDir } else { Origin::MainConfig }
    }

    fn note_depth(&mut self, tree: &Tree<'_>) {
        if let Some(place) = tree.too_deep {
            let reason = Reason::CannotTell { missing: Missing::TooMany };
            self.config.unknowable.push(Because::at(reason, place));
        }
    }

    pub(super) fn finish(self) -> DirConfig {
        DirConfig { rules: self.rules, ..self.config }
    }

    pub(super) fn is_within(&self, section: &str) -> bool {
        self.within.iter().any(|within| within.eq_ignore_ascii_case(section))
    }
}

impl<'p> Reader<'p> {
    fn new(around: Surroundings<'p>, fulfilled: &'p [Fulfilled<'p>]) -> Self {
        let Surroundings { profile, world, existence } = around;
        let aliases = profile.aliases.clone();
        let (read, hosts, process) = (PerDir::default(), Vec::new(), Process::default());
        let registered = profile.methods.clone();
        Self { profile, world, existence, fulfilled, read, hosts, aliases, process, registered }
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

    fn unknown(&mut self, directive: &Directive<'_>) {
        let name = &directive.name.value;
        if let Some(row) = find(name).first() {
            let reason = Reason::ModuleNotLoaded { name: shown(directive), module: row.module.to_owned() };
            self.fault(Because::at(reason, directive.name_place()));
            return;
        }
        if let (Some(foreign), Some(loaded)) = (foreign_directive(name), &self.profile.foreign) {
            if loaded.contains(foreign.name) {
                return;
            }
        } else if let Some(foreign) = foreign_directive(name) {
            let missing = Missing::Module { name: foreign.name.to_owned(), directive: shown(directive) };
            if self.world.ask(Question::Module(foreign.name), missing, directive.place()) {
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
