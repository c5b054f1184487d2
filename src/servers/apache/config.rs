//! The settings of one place (a per-directory file, a section) as the modules keep them, before anything is merged.

use std::sync::Arc;

use super::content::Content;
use super::directives::Override;
use super::env_rule::EnvRule;
use super::expr::Subnet;
use super::expr::{Condition, Facts, StringExpr};
use super::faked::Fake;
use super::files_pattern::FilesPattern;
use super::methods::Methods;
use super::options::OptionSet;
use super::programs::Programs;

use crate::answer::Because;
use crate::source::Place;

/// A value and the directive that set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set<T> {
    /// The value.
    pub value: T,
    /// The directive.
    pub place: Place,
}

impl<T> Set<T> {
    /// A value set at a place.
    pub(super) fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

/// A path as written, with the variables in it that nothing defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenPath {
    /// The argument.
    pub written: Vec<u8>,
    /// A variable that is not known.
    pub undefined: Option<String>,
}

/// How an inner section's rules join the outer ones (mod_authz_core, `AuthMerging`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Merging {
    /// The outer ones are forgotten.
    Off,
    /// Both must grant.
    And,
    /// One must grant.
    Or,
}

/// What a section of rules makes of its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Combine {
    /// `<RequireAll>`.
    All,
    /// `<RequireAny>`, and the top of every place.
    Any,
    /// `<RequireNone>`.
    None,
}

/// One rule, or a section of them.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// What it asks.
    pub asks: Asks,
    /// `Require not`.
    pub negated: bool,
    /// The methods it holds for; a section's are those of its rules.
    pub methods: Methods,
    /// The directive.
    pub place: Place,
    /// The rule as written, for people: `Require valid-user`.
    pub written: String,
}

/// What a rule asks.
#[derive(Debug, Clone)]
pub(super) enum Asks {
    /// A section.
    Section(Combine, Vec<Rule>),
    /// One provider.
    Provider(Provider),
}

/// A provider of mod_authz_* with its parsed arguments.
#[derive(Debug, Clone)]
pub(super) enum Provider {
    /// `valid-user`.
    ValidUser,
    /// `user`: names, cut from the evaluated text.
    User(StringExpr),
    /// `group`.
    Group(StringExpr),
    /// `all granted` or `all denied`.
    All(bool),
    /// `ip`.
    Ip(Vec<Subnet>),
    /// `local`.
    Local,
    /// `host` and `forward-dns`.
    Dns,
    /// `method`.
    Method(Methods),
    /// `env`: names of variables.
    Env(Vec<String>),
    /// `expr`.
    Expr(Condition),
    /// `file-owner`.
    FileOwner,
    /// `file-group`.
    FileGroup,
    /// `ssl`, `ssl-verify-client`.
    Ssl,
    /// One whose answer lies outside all files: `ldap-user`, `dbm-group`.
    Foreign(String),
    /// `<AuthzProviderAlias>`: another provider, asked with these settings.
    Alias(Box<Provider>, Arc<DirConfig>),
}

/// `Order` (mod_access_compat).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// Let in but who is denied and not allowed.
    #[default]
    DenyAllow,
    /// Keep out but who is allowed and not denied.
    AllowDeny,
}

/// One item of `Allow from` or `Deny from`.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// `all`.
    All,
    /// An address or network.
    Network(Subnet),
    /// `env=NAME` or, negated, `env=!NAME`.
    Env(String, bool),
    /// A host name.
    Host,
    /// What is taken for a host name and is none: `*`, `10.0.0.1,10.0.0.2`.
    Nobody,
}

/// Settings of mod_access_compat; a section with any of them forgets the outer ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Access {
    /// Orders, each for some methods; a later one wins.
    pub orders: Vec<(Methods, Order)>,
    /// Allows.
    pub allows: Vec<(Methods, Origin)>,
    /// Denies.
    pub denies: Vec<(Methods, Origin)>,
    /// `Satisfy Any` or `All`, each for some methods; a later one wins.
    pub satisfies: Vec<(Methods, bool)>,
    /// Its directives.
    pub places: Vec<Place>,
}

/// Settings of mod_authn_anon; a section with any of them forgets the outer ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Anonymous {
    /// The names that need no entry.
    pub users: Vec<Vec<u8>>,
    /// Whether any name will do (`*`).
    pub anybody: bool,
    /// Anonymous_NoUserId: whether an empty name will do.
    pub nobody: bool,
    /// Anonymous_MustGiveEmail off: whether the password may be empty.
    pub wordless: bool,
    /// Anonymous_VerifyEmail: whether the password must look like an address.
    pub verified: bool,
}

/// `<Files>` or `<FilesMatch>`.
#[derive(Debug, Clone)]
pub(super) struct FilesSection {
    /// Which names.
    pub pattern: FilesPattern,
    /// As written: `<Files "admin.php">`.
    pub written: String,
    /// What holds for them.
    pub config: DirConfig,
    /// The opening line.
    pub place: Place,
}

/// `<If>`, `<ElseIf>` or `<Else>`.
#[derive(Debug, Clone)]
pub(super) struct IfSection {
    /// The condition; `None` for `<Else>`.
    pub condition: Option<Condition>,
    /// Whether it is tried only if the one before was false.
    pub otherwise: bool,
    /// What holds then.
    pub config: DirConfig,
    /// The opening line.
    pub place: Place,
}

/// What `AllowOverride` and `AllowOverrideList` leave to per-directory files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Allowed {
    /// The classes of directives.
    pub classes: Override,
    /// `Options=`: the options that may be set.
    pub options: OptionSet,
    /// `Nonfatal=Override`: what is not allowed is skipped.
    pub skips_forbidden: bool,
    /// `Nonfatal=Unknown`: what does not exist is skipped.
    pub skips_unknown: bool,
}

impl Allowed {
    /// These classes, with every option.
    #[must_use]
    pub(super) fn of(classes: Override) -> Self {
        Self { classes, options: OptionSet::EVERY, skips_forbidden: false, skips_unknown: false }
    }
}

/// All settings of one place that decide on access.
#[derive(Debug, Clone, Default)]
pub(super) struct DirConfig {
    /// AllowOverride.
    pub allow_override: Option<Set<Allowed>>,
    /// AllowOverrideList: names in lower case.
    pub override_list: Option<Set<Vec<Vec<u8>>>>,
    /// What decides on the answer once access is granted.
    pub content: Content,
    /// The programs that make answers, and what they are told.
    pub programs: Programs,
    /// AuthType.
    pub auth_type: Option<Set<StringExpr>>,
    /// AuthName.
    pub auth_name: Option<Set<StringExpr>>,
    /// AuthUserFile.
    pub user_file: Option<Set<WrittenPath>>,
    /// AuthGroupFile.
    pub group_file: Option<Set<WrittenPath>>,
    /// AuthBasicProvider, all lines of the place.
    pub basic_providers: Vec<Set<String>>,
    /// AuthDigestProvider.
    pub digest_providers: Vec<Set<String>>,
    /// AuthBasicAuthoritative.
    pub authoritative: Option<Set<bool>>,
    /// AuthBasicUseDigestAlgorithm MD5.
    pub digest_algorithm: Option<Set<bool>>,
    /// AuthFormLoginRequiredLocation.
    pub form_location: Option<Set<()>>,
    /// The log line for a nonce that comes again, where it is good for one request alone (`AuthDigestNonceLifetime 0`,
    /// `AuthDigestNcCheck On`); `None` where nothing is said of digests.
    pub one_time: Option<Option<&'static str>>,
    /// AuthBasicFake; an inner `None`: off.
    pub basic_fake: Option<Set<Option<Fake>>>,
    /// AuthzSendForbiddenOnFailure.
    pub send_forbidden: Option<Set<bool>>,
    /// The rules, alternatives to each other.
    pub rules: Vec<Rule>,
    /// AuthMerging.
    pub merging: Option<Set<Merging>>,
    /// Order, Allow, Deny, Satisfy.
    pub access: Option<Access>,
    /// Whether mod_authn_file has settings of its own here, be they empty: then those outside do not hold.
    pub forgets_users: bool,
    /// The same of mod_authz_groupfile.
    pub forgets_groups: bool,
    /// Anonymous and kin.
    pub anonymous: Option<Anonymous>,
    /// SSLRequireSSL.
    pub ssl_required: Option<Place>,
    /// SSLRequire, those of all places.
    pub ssl_conditions: Vec<Set<Condition>>,
    /// `SSLOptions StrictRequire`.
    pub ssl_strict: Option<bool>,
    /// AuthDBMUserFile.
    pub dbm_file: Option<Set<Vec<u8>>>,
    /// AuthLDAPURL.
    pub ldap_url: Option<Set<Vec<u8>>>,
    /// AuthnCacheProvideFor: the providers.
    pub cached: Vec<Set<Vec<u8>>>,
    /// What SetEnvIf and its kin set before access is checked.
    pub env_set: Vec<EnvRule>,
    /// What keeps htlint from telling anything here.
    pub unknowable: Vec<Because>,
    /// `<Files>` sections.
    pub files: Vec<FilesSection>,
    /// `<If>` sections.
    pub conditions: Vec<IfSection>,
}

impl DirConfig {
    /// Makes the module's settings ready, as the server does before it finds a directive of it forbidden
    /// (server/config.c, `ap_set_config_vectors`): of modules that merge nothing, the outer ones are forgotten.
    pub(super) fn prepare(&mut self, module: &str) {
        match module {
            "mod_authn_file.c" => self.forgets_users = true,
            "mod_authz_groupfile.c" => self.forgets_groups = true,
            "mod_authn_anon.c" => drop(self.anonymous.get_or_insert_default()),
            "mod_access_compat.c" => drop(self.access.get_or_insert_default()),
            _ => {}
        }
    }

    /// Shows every part of the settings to `look`: these, and those of the sections inside.
    pub(super) fn each(&self, look: &mut dyn FnMut(&Self)) {
        look(self);
        for section in &self.files {
            section.config.each(look);
        }
        for section in &self.conditions {
            section.config.each(look);
        }
    }
}

impl Rule {
    /// Whether some rule in it asks for a user.
    #[must_use]
    pub(super) fn needs_user(&self) -> bool {
        match &self.asks {
            Asks::Section(_, rules) => rules.iter().any(Self::needs_user),
            Asks::Provider(provider) => provider.needs_user(),
        }
    }
}

impl Provider {
    /// Whether it grants only to a user who logged in.
    #[must_use]
    pub(super) fn needs_user(&self) -> bool {
        match self {
            Self::ValidUser | Self::User(_) | Self::Group(_) | Self::FileOwner | Self::FileGroup | Self::Foreign(_) => {
                true
            }
            Self::Expr(condition) => condition.mentions_remote_user(),
            Self::Alias(provider, _) => provider.needs_user(),
            Self::All(_) | Self::Ip(_) | Self::Local | Self::Dns | Self::Method(_) | Self::Env(_) | Self::Ssl => false,
        }
    }
}

impl DirConfig {
    /// Whether they do not depend on the request.
    #[must_use]
    pub(super) fn is_settled(&self) -> bool {
        [&self.auth_type, &self.auth_name].into_iter().flatten().all(|set| set.value.is_constant())
    }

    /// Puts the values of the expressions that every login needs in their places, where the facts tell them
    /// (mod_authn_core.c, `authn_ap_auth_type`, `authn_ap_auth_name`).
    pub(super) fn settle(&mut self, facts: &dyn Facts) {
        for set in [&mut self.auth_type, &mut self.auth_name].into_iter().flatten() {
            if let Some(settled) = set.value.settled(facts) {
                set.value = settled;
            }
        }
    }
}
