//! An answer and its reasons: a closed list of causes with the facts inside; the words are the rules' business.

use super::missing::Missing;
use crate::finding::{Label, Outcome};
use crate::hash::{Damage, Death, Scheme};
use crate::source::Place;

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status; 200 stands for "passed the access decision"; `None`: can't tell.
    pub status: Option<u16>,
    /// What led to it, the decisive thing last; for "can't tell" what is missing.
    pub because: Vec<Because>,
}

impl Answer {
    /// The access decision was passed, for no reason worth telling.
    #[must_use]
    pub fn pass() -> Self {
        Self { status: Some(200), because: Vec::new() }
    }

    /// This status, for this reason.
    #[must_use]
    pub fn of(status: u16, because: Because) -> Self {
        Self { status: Some(status), because: vec![because] }
    }

    /// Can't tell, because this is missing.
    #[must_use]
    pub fn unknown(because: Because) -> Self {
        Self { status: None, because: vec![because] }
    }

    /// Whether the request passed the access decision (a worker that goes away answers 0); `None`: can't tell.
    #[must_use]
    pub fn passes(&self) -> Option<bool> {
        self.status.map(|status| status != 0 && status < 400)
    }

    /// The last and decisive reason.
    #[must_use]
    pub fn reason(&self) -> Option<&Because> {
        self.because.last()
    }
}

/// A reason at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The cause.
    pub reason: Reason,
    /// The line to edit; `None` if no file says it.
    pub place: Option<Place>,
    /// The other places of the story.
    pub related: Vec<Label>,
    /// The line that the server's error log gets, by its code: `AH01620`.
    pub log: Option<&'static str>,
    /// The assumption it rests on, as a sentence; `None` if the files say it all.
    pub assumed: Option<String>,
    /// The server that answers so, where several may read the file: `nginx on Alpine`.
    pub by: Option<&'static str>,
}

impl Because {
    /// A reason at a place, without log code or further places.
    #[must_use]
    pub fn at(reason: Reason, place: Place) -> Self {
        Self { reason, place: Some(place), related: Vec::new(), log: None, assumed: None, by: None }
    }

    /// A reason that no file says.
    #[must_use]
    pub fn nowhere(reason: Reason) -> Self {
        Self { reason, place: None, related: Vec::new(), log: None, assumed: None, by: None }
    }

    /// The same with the code of the log line.
    #[must_use]
    pub fn logged(mut self, code: &'static str) -> Self {
        self.log = Some(code);
        self
    }

    /// The same with another place of the story.
    #[must_use]
    pub fn with(mut self, place: Place, message: impl Into<String>) -> Self {
        self.related.push(Label { place, message: message.into() });
        self
    }

    /// The same, resting on an assumption.
    #[must_use]
    pub fn assuming(mut self, what: Option<String>) -> Self {
        self.assumed = what;
        self
    }
}

/// A reason with the answers it leads to: what a rule explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The reason.
    pub because: Because,
    /// What becomes of the logins it applies to.
    pub outcome: Outcome,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $({ $($(#[$fdoc:meta])* $field:ident : $type:ty),+ $(,)? })? = $id:literal,)+) => {
        /// Why a server answers as it does; one closed list for all servers, each in terms of the fault and not of the server.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $name $({ $($(#[$fdoc])* $field: $type),+ })?,)+ }

        /// The kinds of [`Reason`], without their facts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonKind { $($(#[$doc])* $name,)+ }

        impl Reason {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> ReasonKind {
                match self { $(Self::$name $({ $($field: _),+ })? => ReasonKind::$name,)+ }
            }
        }

        impl ReasonKind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The kebab-case id that reports use.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
        }
    };
}

reasons! {
    // The configuration cannot be read.
    /// No module of this server has a directive of that name.
    UnknownDirective { /// As written.
        name: String, /// The nearest name that exists.
        nearest: Option<String> } = "unknown-directive",
    /// The directive exists and may not stand in this place.
    DirectiveNotAllowed { /// As written.
        name: String, /// Where it stands: `.htaccess`, `<Files>`.
        context: String, /// What AllowOverride would have to grant; `None`: nothing would help.
        needs: Option<String> } = "directive-not-allowed",
    /// The directive belongs to a module that is not loaded.
    ModuleNotLoaded { /// As written.
        name: String, /// Its module: `mod_authz_groupfile.c`.
        module: String } = "module-not-loaded",
    /// The server refuses the arguments.
    WrongArguments { /// The directive.
        name: String, /// The server's own words.
        message: String } = "wrong-arguments",
    /// The server takes what was meant as a comment for arguments, and refuses them.
    TrailingComment { /// The directive.
        name: String, /// The server's own words.
        message: String } = "trailing-comment",
    /// Sections that are not closed, closed wrongly or not opened.
    UnbalancedSection { /// The server's own words.
        message: String } = "unbalanced-section",
    /// Bytes that are no configuration text: a BOM, UTF-16.
    UnreadableEncoding { /// `a UTF-8 byte order mark`.
        what: &'static str } = "unreadable-encoding",
    /// A line longer than the server takes.
    LineTooLong { /// The most bytes it takes.
        limit: usize } = "line-too-long",
    /// An expression that the server cannot parse.
    BadExpression { /// The directive.
        name: String, /// What is wrong.
        message: String } = "bad-expression",
    /// A method that the server does not know.
    UnknownMethod { /// As written.
        name: String, /// What was meant.
        nearest: Option<String> } = "unknown-method",
    /// An authentication provider that no loaded module registers.
    UnknownAuthnProvider { /// As written.
        name: String, /// The nearest that exists.
        nearest: Option<String>, /// The module that would bring it.
        module: Option<String> } = "unknown-authn-provider",
    /// An authorization provider that no loaded module registers.
    UnknownAuthzProvider { /// As written.
        name: String, /// The nearest that exists.
        nearest: Option<String>, /// The module that would bring it.
        module: Option<String> } = "unknown-authz-provider",
    /// A negated rule where negation has no effect, which the server refuses.
    NegativeRequire { /// The section it stands in.
        section: String } = "negative-require",
    /// A section of rules without a rule.
    EmptyRequire { /// The section.
        section: String } = "empty-require",
    /// A file that the configuration includes is not there.
    IncludeMissing { /// The path as the server resolves it.
        path: String } = "include-missing",
    /// Something other than a line's arguments keeps the server from starting.
    StartupRefused { /// The server's own words.
        message: String } = "startup-refused",
    /// A configuration file that the server may not read.
    UnreadableConfig { /// What stands in the way.
        fault: String } = "unreadable-config",

    // The pieces of a login do not fit together.
    /// A login is asked for and no way to log in is named.
    AuthTypeMissing = "auth-type-missing",
    /// No loaded module has this way to log in.
    UnknownAuthType { /// As written.
        name: String, /// What was meant.
        nearest: Option<String>, /// The module that would bring it.
        module: Option<String> } = "unknown-auth-type",
    /// No realm is named.
    AuthNameMissing = "auth-name-missing",
    /// A way to log in is named, and no rule on who may.
    RequireMissing = "require-missing",
    /// No password file is named.
    UserFileUnset = "user-file-unset",
    /// The provider that shall check the password is not there.
    ProviderMissing { /// The module that would bring it.
        module: String } = "provider-missing",
    /// No provider that shall check the password is named.
    ProviderUnset { /// The directive that would name it.
        directive: String } = "provider-unset",
    /// The provider cannot do what the AuthType asks of it.
    ProviderUnfit { /// The provider.
        name: String } = "provider-unfit",
    /// The password file is not there.
    UserFileMissing { /// The path as the server resolves it.
        path: String } = "user-file-missing",
    /// A relative path that the server takes from its own root.
    UserFileRelative { /// As written.
        written: String, /// As the server resolves it.
        path: String, /// Whether a file of that name lies beside the configuration.
        beside: bool } = "user-file-relative",
    /// A path that was never filled in.
    UserFilePlaceholder { /// As written.
        written: String } = "user-file-placeholder",
    /// A path of another machine or another kind: a drive letter, a URL, `~`, a URL path.
    UserFileForeign { /// As written.
        written: String, /// `a Windows path`, `a URL`.
        form: &'static str } = "user-file-foreign",
    /// The path names a directory or a device.
    UserFileNotRegular { /// The path.
        path: String, /// `a directory`.
        what: String } = "user-file-not-regular",
    /// The worker may not open the file.
    UserFileUnreadable { /// The path.
        path: String, /// What stands in the way.
        fault: String } = "user-file-unreadable",
    /// The file is one of another kind, so that no entry can fit.
    WrongKindOfUserFile { /// What it looks like: `an htdigest file`.
        found: &'static str, /// What is read here.
        wanted: &'static str } = "wrong-kind-of-user-file",

    // One user's entry.
    /// The user has no entry.
    UserMissing { /// The name that is asked for.
        name: String, /// A name in the file that is near, and how.
        nearest: Option<String> } = "user-missing",
    /// The file has entries, and none of the realm that is asked for.
    RealmMissing { /// The realm.
        realm: String } = "realm-missing",
    /// A name that holds a comma, or stands beside one: the server splits at blanks.
    CommaInName { /// The name as the server reads it.
        name: String } = "comma-in-name",
    /// The stored password fits no password whatsoever.
    DeadHash { /// What it looks like.
        scheme: Scheme, /// What rules it out.
        death: Death, /// What most likely did it.
        damage: Option<Damage> } = "dead-hash",
    /// A whole hash of a scheme that this server does not check.
    UnsupportedHash { /// The scheme.
        scheme: Scheme } = "unsupported-hash",
    /// A `$` of the stored password that is taken for the beginning of a variable before the server sees it.
    SingleDollar { /// Who takes it for one: `Docker Compose`.
        by: &'static str } = "single-dollar",
    /// A plain text stands where a hash must.
    PlainTextPassword = "plain-text-password",
    /// Nothing stands behind the colon.
    EmptyPassword = "empty-password",
    /// An entry for the sake of which the server refuses the whole file.
    RefusedEntry { /// What it is: `an entry with a second colon`.
        why: &'static str } = "refused-entry",
    /// A line without a colon.
    EntryWithoutColon = "entry-without-colon",
    /// Two entries run into one another.
    GluedEntries { /// The user that is lost.
        lost: Option<String> } = "glued-entries",
    /// The file begins with bytes that become part of the first user's name, or is not in a byte encoding at all.
    UserFileEncoding { /// `a UTF-8 byte order mark`.
        what: &'static str } = "user-file-encoding",
    /// A line so long that the server reads no further.
    UserLineTooLong { /// The most bytes it takes.
        limit: usize, /// How many entries behind it are lost.
        lost: usize } = "user-line-too-long",
    /// A user whose name begins with `#`: a comment to the server.
    CommentedUser { /// The name.
        name: String } = "commented-user",
    /// An entry that a backslash at the end of the line before takes away.
    SwallowedEntry { /// The user that is lost.
        lost: Option<String> } = "swallowed-entry",
    /// A blank is part of the user's name or of the stored password.
    BlankInEntry { /// `the user name`, `the stored password`.
        part: &'static str } = "blank-in-entry",
    /// The password given is not this entry's.
    WrongPassword = "wrong-password",

    // Who may.
    /// The login is right, and no rule lets this user in.
    NotAuthorized = "not-authorized",
    /// The rules refuse before any login is asked.
    DeniedByRule = "denied-by-rule",
    /// Rules that contradict each other: no login is ever asked.
    ContradictoryRules = "contradictory-rules",
    /// The address rules refuse before any login is asked.
    DeniedByAddress = "denied-by-address",
    /// A group is asked for and no group file can be read.
    GroupFileMissing { /// The path; `None`: none is named.
        path: Option<String> } = "group-file-missing",
    /// A group is asked for that has no members.
    GroupEmpty { /// The group.
        name: String, /// A group that is near.
        nearest: Option<String> } = "group-empty",

    // Why a stranger gets in.
    /// A rule that needs no user grants.
    GrantedByRule { /// The rule as written.
        rule: String } = "granted-by-rule",
    /// `Satisfy Any` and nothing denies.
    SatisfiedByAddress = "satisfied-by-address",
    /// No rule covers this method.
    MethodNotCovered = "method-not-covered",
    /// The directives for a login stand in a conditional section that is false.
    ProtectionDropped { /// The section as written: `<IfModule mod_auth.c>`.
        section: String, /// The names that were meant, if there are any.
        meant: Vec<&'static str> } = "protection-dropped",
    /// What a path must begin with to be asked for a login is the beginning of none.
    PathNeverMatches { /// As written.
        path: String } = "path-never-matches",
    /// The directives for a login stand in a file that the server does not read, or passes over.
    AccessFileIgnored { /// What makes it so, as written: `AllowOverride None`.
        by: String, /// Whether another server answers here.
        proxied: bool } = "access-file-ignored",
    /// Only one of the two directives is in force that make a login together, so that none is asked for.
    HalfLogin { /// The one that is there.
        present: String, /// The one that is not.
        missing: &'static str } = "half-login",
    /// Another section takes requests away from the one that asks for a login.
    Outranked { /// The section that asks, as written.
        guarded: String, /// A path that slips out.
        path: String } = "outranked",
    /// The server answers before it comes to ask for a login.
    AnsweredBeforeLogin { /// What answers, as written.
        directive: String } = "answered-before-login",
    /// Authentication is configured and no rule asks for it.
    NothingRequired = "nothing-required",

    /// The files do not tell.
    CannotTell { /// What would have to be known.
        missing: Missing } = "cannot-tell",
}
