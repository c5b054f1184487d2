//! What holds for one request: the merged settings of its folder, its file name and its conditions, and the procedure by
//! which they become an answer (server/request.c, `ap_process_request_internal`; modules/aaa).

use std::sync::Arc;

use super::ask::Ask;
use super::authz::{Asker, Outcome};
use super::config::{Asks, DirConfig, Provider, Rule, Set};
use super::files::{GroupState, UserFileState};
use super::library::Library;
use super::merge::merge;
use super::methods::Methods;
use super::presented::presented;
use super::product::{Dropped, Fault};
use super::profile::Profile;
use super::spot::Spot;
use super::world::{Question, World};
use crate::answer::{Answer, Because, Client, Login, Missing, Reason, Scheme};
use crate::source::Place;

/// What holds for a set of requests.
#[derive(Clone)]
pub(super) struct Policy<'a> {
    /// The server's facts.
    pub profile: &'a Profile,
    /// The merged settings.
    pub config: Arc<DirConfig>,
    /// What keeps a per-directory file from being read.
    pub fault: Option<Fault>,
    /// What AuthUserFile leads to; `None`: there is none.
    pub user_file: Option<&'a UserFileState>,
    /// What AuthGroupFile leads to.
    pub groups: &'a GroupState,
    /// False conditional sections around directives for a login.
    pub dropped: Vec<Dropped>,
    /// The sections behind the directories that were merged, in their order.
    pub met: Vec<Place>,
    /// Where the request came to.
    pub spot: Spot<'a>,
    /// The files that the settings lead to.
    pub library: &'a Library<'a>,
}

/// What AuthType comes to.
enum AuthType<'t> {
    Unset,
    Basic,
    Digest,
    Other(String),
    Unknown(&'t Set<super::expr::StringExpr>),
}

impl<'a> Policy<'a> {
    /// What follows from settings.
    #[must_use]
    pub(super) fn new(profile: &'a Profile, config: Arc<DirConfig>, library: &'a Library<'a>, spot: Spot<'a>) -> Self {
        let root = &profile.server_root;
        let user_file = config.user_file.as_ref().map(|set| library.user_file(&set.value, set.place.file, root));
        let groups = config.group_file.as_ref().map(|set| library.groups(&set.value, set.place.file, root));
        let groups = groups.unwrap_or(&GroupState::Unset);
        Self { profile, config, fault: None, user_file, groups, dropped: Vec::new(), met: Vec::new(), spot, library }
    }

    /// The same with other settings: those of an aliased provider within these.
    #[must_use]
    pub(super) fn within(&self, inner: &DirConfig) -> Self {
        Self::new(self.profile, Arc::new(merge(&self.config, inner)), self.library, self.spot.clone())
    }
}

impl Policy<'_> {
    /// Takes the variables of the request that a sub-request comes from: it sets none of its own (server/request.c,
    /// `ap_process_request_internal`, the header parsers).
    pub(super) fn keep_env_of(&mut self, before: &DirConfig) {
        if !self.config.env_set.is_empty() || !before.env_set.is_empty() {
            Arc::make_mut(&mut self.config).env_set.clone_from(&before.env_set);
        }
    }

    /// The answer.
    #[must_use]
    pub(super) fn answer(&self, ask: &Ask, world: &World) -> Answer {
        self.answer_and_user(ask, world).0
    }

    /// The answer, and the user that a request which passes is given to (`r->user`): `None` if it cannot be told, an
    /// inner `None` if nobody was asked.
    #[must_use]
    pub(super) fn answer_and_user(&self, ask: &Ask, world: &World) -> (Answer, Option<Option<Vec<u8>>>) {
        match self.unasked(ask, world) {
            Ok(answer) => (answer, Some(None)),
            Err(any) => self.log_in(ask, any, world),
        }
    }

    /// The answer to a request whose user is not asked for.
    ///
    /// # Errors
    /// He is asked for, and whether `Satisfy any` holds.
    fn unasked(&self, ask: &Ask, world: &World) -> Result<Answer, bool> {
        if let Some(fault) = &self.fault {
            return Ok(Answer::of(fault.status, fault.because.clone()));
        }
        if let Some(because) = self.config.unknowable.first() {
            return Ok(Answer::unknown(because.clone()));
        }
        let asker = self.asker(ask, None, world);
        let access = self.config.access.as_ref();
        let any = asker.satisfies_any(access);
        let by_tls = asker.forbidden_by_tls();
        let by_address = asker.passes(access) && by_tls.is_none();
        let methods = self.config.content.allowed_methods.filter(|(allowed, _)| !allowed.covers(asker.method));
        if let Some((_, place)) = methods.filter(|_| !any) {
            // mod_allowmethods.c, `am_check_access`: before all other checks.
            return Ok(refuse(405, Reason::DeniedByRule, Some(place), "AH01623"));
        }
        if any && by_address && methods.is_none() {
            let place = access.and_then(|access| access.places.last().copied());
            return Ok(self.open(Reason::SatisfiedByAddress, place));
        }
        if !any && !by_address {
            let place = access.and_then(|access| access.places.first().copied()).or(by_tls);
            return Ok(refuse(403, Reason::DeniedByAddress, place, "AH01797"));
        }
        if !self.has(b"mod_authz_core.c") {
            // Nobody says that no login is needed (server/request.c, `ap_process_request_internal`).
            return Err(any);
        }
        if self.config.rules.is_empty() {
            return Ok(self.without_rules());
        }
        let strict = by_tls.filter(|_| self.config.ssl_strict == Some(true));
        match asker.judge(&self.config.rules) {
            // ssl_engine_kernel.c, `ssl_hook_UserCheck`: forbidden again.
            Outcome::NoUser if strict.is_some() => Ok(refuse(403, Reason::DeniedByAddress, strict, "AH02219")),
            Outcome::Granted => Ok(self.granted(&asker)),
            Outcome::Denied | Outcome::Neutral => Ok(self.denied(&asker)),
            Outcome::NoUser => Err(any),
        }
    }

    pub(super) fn asker<'q>(&'q self, ask: &'q Ask, user: Option<&'q [u8]>, world: &'q World) -> Asker<'q> {
        let method = Methods::of_besides(&ask.method, &self.profile.methods);
        Asker { method, user, client: ask.client, https: ask.https, world, policy: self, ask }
    }

    fn open(&self, reason: Reason, place: Option<Place>) -> Answer {
        Answer { status: Some(200), because: vec![at(reason, place)] }
    }

    /// No rule at all: open, unless a way to log in is named (mod_authz_core.c, `authorize_user_core`).
    fn without_rules(&self) -> Answer {
        match &self.config.auth_type {
            Some(named) if !matches!(self.auth_type(), AuthType::Unset) => {
                refuse(500, Reason::RequireMissing, Some(named.place), "AH01627")
            }
            _ => match self.dropped.first() {
                Some(dropped) => Answer::of(200, dropped.because()),
                None => self.open(Reason::NothingRequired, self.login_place()),
            },
        }
    }

    fn granted(&self, asker: &Asker<'_>) -> Answer {
        let rules = &self.config.rules;
        let Some(rule) = asker.granting(rules) else {
            return self.open(Reason::MethodNotCovered, rules.first().map(|rule| rule.place));
        };
        let assumed = self.profile_rule(rule);
        let dropped = self.dropped.first().map(|dropped| Answer::of(200, dropped.because()));
        if assumed {
            let granted =
                Some("the server's own configuration grants the folder to all (`Require all granted`)".to_owned());
            let mut answer = dropped.unwrap_or_else(|| self.open(Reason::NothingRequired, self.login_place()));
            for because in &mut answer.because {
                because.assumed.clone_from(&granted);
            }
            return answer;
        }
        if let Some(answer) = dropped {
            return answer;
        }
        self.open(Reason::GrantedByRule { rule: rule.written.clone() }, Some(rule.place))
    }

    /// Whether a rule is the assumed one of the server's own configuration.
    fn profile_rule(&self, rule: &Rule) -> bool {
        rule.written.is_empty()
    }

    /// Refused before any login is asked.
    fn denied(&self, asker: &Asker<'_>) -> Answer {
        let rules = &self.config.rules;
        let welcome = Asker { client: Client::Welcome, user: None, ..asker.clone() };
        let contradicts =
            rules.iter().any(Rule::needs_user) && !matches!(welcome.judge(rules), Outcome::Granted | Outcome::NoUser);
        let reason = if contradicts { Reason::ContradictoryRules } else { Reason::DeniedByRule };
        refuse(403, reason, rules.first().map(|rule| rule.place), "AH01630")
    }

    fn login_place(&self) -> Option<Place> {
        let config = &self.config;
        let kind = config.auth_type.as_ref().map(|set| set.place);
        kind.or(config.user_file.as_ref().map(|set| set.place)).or(config.auth_name.as_ref().map(|set| set.place))
    }

    fn auth_type(&self) -> AuthType<'_> {
        let Some(set) = &self.config.auth_type else { return AuthType::Unset };
        let Some(value) = set.value.constant() else { return AuthType::Unknown(set) };
        let is = |name: &[u8]| value.eq_ignore_ascii_case(name);
        match () {
            () if is(b"none") => AuthType::Unset,
            () if is(b"basic") && self.has(b"mod_auth_basic.c") => AuthType::Basic,
            () if is(b"digest") && self.has(b"mod_auth_digest.c") => AuthType::Digest,
            () => AuthType::Other(String::from_utf8_lossy(&value).to_ascii_lowercase()),
        }
    }

    /// Whether a module is loaded.
    pub(super) fn has(&self, module: &[u8]) -> bool {
        self.profile.modules.has(module)
    }

    /// The answer to a request whose user is asked for, and who that is.
    fn log_in(&self, ask: &Ask, any: bool, world: &World) -> (Answer, Option<Option<Vec<u8>>>) {
        let scheme = match self.scheme(ask, any, world) {
            Ok(scheme) => scheme,
            Err(answer) => return (answer, None),
        };
        let login = presented(&ask.login, scheme);
        let checked = match scheme {
            Scheme::Digest => self.check_digest(ask, &login),
            Scheme::Basic => self.check_basic(&login),
        };
        let answer = checked.map_or_else(|refused| refused, |user| self.authorize(ask, &user, world));
        let user = match login {
            Login::Anonymous => Some(None),
            Login::Password { user, .. } => Some(Some(user)),
            Login::Header(_) | Login::Holder(_) => None,
        };
        (self.challenged(answer), user)
    }

    /// How the user is asked for.
    ///
    /// # Errors
    /// He cannot be, or is asked by a form: the answer.
    fn scheme(&self, ask: &Ask, any: bool, world: &World) -> Result<Scheme, Answer> {
        let (scheme, unnamed) = match self.auth_type() {
            AuthType::Unset => {
                let log = if any { "AH00028" } else { "AH00027" };
                let place = self.user_rule().or_else(|| self.config.auth_type.as_ref().map(|set| set.place));
                return Err(refuse(500, Reason::AuthTypeMissing, place, log));
            }
            AuthType::Unknown(set) => {
                let missing = Missing::Condition { directive: "AuthType".to_owned() };
                return Err(Answer::unknown(Because::at(Reason::CannotTell { missing }, set.place)));
            }
            AuthType::Other(name) if name == "form" && self.has(b"mod_auth_form.c") => return Err(self.form(ask)),
            AuthType::Other(name) => return Err(self.unknown_type(name, world)),
            AuthType::Digest => (Scheme::Digest, "AH01780"),
            AuthType::Basic => (Scheme::Basic, "AH01615"),
        };
        if self.config.auth_name.is_none() {
            let place = self.config.auth_type.as_ref().map(|set| set.place);
            return Err(refuse(500, Reason::AuthNameMissing, place, unnamed));
        }
        Ok(scheme)
    }

    /// A 401 carries the realm in a header, and a header with a control character other than a tab is a 500 (AH02430).
    fn challenged(&self, answer: Answer) -> Answer {
        let Some(realm) = self.config.auth_name.as_ref().filter(|_| answer.status == Some(401)) else { return answer };
        if !realm
            .value
            .constant()
            .is_some_and(|value| value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t'))
        {
            return answer;
        }
        let message = "a control character in the realm makes a bad header of every challenge".to_owned();
        let reason = Reason::WrongArguments { name: "AuthName".to_owned(), message };
        refuse(500, reason, Some(realm.place), "AH02430")
    }

    fn user_rule(&self) -> Option<Place> {
        self.config.rules.iter().find(|rule| rule.needs_user()).map(|rule| rule.place)
    }

    fn unknown_type(&self, name: String, world: &World) -> Answer {
        let place = self.config.auth_type.as_ref().map(|set| set.place);
        if let (Some(foreign), Some(place)) = (super::directives::foreign_auth_type(name.as_bytes()), place) {
            let missing = Missing::Module { name: foreign.name.to_owned(), directive: format!("AuthType {name}") };
            let loaded = match &self.profile.foreign {
                Some(loaded) => loaded.contains(foreign.name),
                None => world.ask(Question::Module(foreign.name), missing.clone(), place),
            };
            if loaded {
                return Answer::unknown(Because::at(Reason::CannotTell { missing }, place));
            }
        }
        let module = [("basic", "mod_auth_basic.c"), ("digest", "mod_auth_digest.c"), ("form", "mod_auth_form.c")];
        let module = module.into_iter().find(|(kind, _)| *kind == name).map(|(_, module)| module.to_owned());
        let close = |kind: &&str| strsim::osa_distance(kind, &name) <= 2;
        let nearest = ["Basic", "Digest"].into_iter().find(|kind| close(&kind.to_lowercase().as_str()));
        let nearest = nearest.filter(|_| module.is_none()).map(str::to_owned);
        refuse(500, Reason::UnknownAuthType { name, nearest, module }, place, "AH01796")
    }

    /// The rules once more, with the user (mod_authz_core.c, `authorize_user`).
    fn authorize(&self, ask: &Ask, user: &[u8], world: &World) -> Answer {
        if !self.has(b"mod_authz_core.c") {
            let reason = Reason::ProviderMissing { module: "mod_authz_core.c".to_owned() };
            let place = self.config.auth_type.as_ref().map(|set| set.place);
            return refuse(500, reason, place, "AH00025");
        }
        let asker = self.asker(ask, Some(user), world);
        let forbidden = self.config.send_forbidden.as_ref().is_some_and(|set| set.value);
        match asker.judge(&self.config.rules) {
            Outcome::Granted => Answer::pass(),
            Outcome::NoUser => refuse(401, Reason::NotAuthorized, self.user_rule(), "AH01629"),
            Outcome::Denied | Outcome::Neutral => {
                let (reason, place) = self.refusal();
                refuse(if forbidden { 403 } else { 401 }, reason, place, "AH01631")
            }
        }
    }

    /// Why the rules refuse a user: first what is wrong with the groups they ask for.
    fn refusal(&self) -> (Reason, Option<Place>) {
        let place = self.user_rule();
        let Some((rule, _)) = self.config.rules.iter().find_map(group_rule) else {
            return (Reason::NotAuthorized, place);
        };
        match self.groups {
            GroupState::Unset => (Reason::GroupFileMissing { path: None }, Some(rule)),
            GroupState::Failed(path) => {
                let place = self.config.group_file.as_ref().map(|set| set.place);
                (Reason::GroupFileMissing { path: Some(path.clone()) }, place)
            }
            GroupState::Unknown(_) => (Reason::NotAuthorized, place),
            GroupState::Read { file } => {
                let groups = self.config.rules.iter().filter_map(group_rule);
                let empty = |(place, names): (Place, Vec<Vec<u8>>)| {
                    let without = |name: &Vec<u8>| file.lines_of(name).all(|line| line.members.is_empty());
                    names.into_iter().find(without).map(|name| (name, place))
                };
                match groups.filter_map(empty).next() {
                    Some((name, place)) => {
                        let nearest = super::authn::nearest_group(file, &name);
                        let name = String::from_utf8_lossy(&name).into_owned();
                        (Reason::GroupEmpty { name, nearest }, Some(place))
                    }
                    None => (Reason::NotAuthorized, place),
                }
            }
        }
    }
}

/// A rule that asks for groups, and their names.
fn group_rule(rule: &Rule) -> Option<(Place, Vec<Vec<u8>>)> {
    match &rule.asks {
        Asks::Section(_, rules) => rules.iter().find_map(group_rule),
        Asks::Provider(Provider::Group(names)) => Some((rule.place, super::authz::names_in(names)?)),
        Asks::Provider(_) => None,
    }
}

/// A reason at a place that may be unknown.
pub(super) fn at(reason: Reason, place: Option<Place>) -> Because {
    match place {
        Some(place) => Because::at(reason, place),
        None => Because::nowhere(reason),
    }
}

/// A refusal with its log line.
pub(super) fn refuse(status: u16, reason: Reason, place: Option<Place>, log: &'static str) -> Answer {
    Answer::of(status, at(reason, place).logged(log))
}
