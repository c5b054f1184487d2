//! Who may: the rule tree (modules/aaa/mod_authz_core.c, `apply_authz_sections`) and the address rules
//! (modules/aaa/mod_access_compat.c, `check_dir_access`).

use super::ask::Ask;
use super::config::{Access, Asks, Combine, Order, Origin, Provider, Rule, Set};
use super::expr::{Condition, StringExpr, Subnet};
use super::facts::Circumstances;
use super::files::GroupState;
use super::methods::Methods;
use super::policy::Policy;
use super::world::{Question, World};
use crate::answer::{Client, Missing};
use crate::read::{Account, Stat, group_name, server_path};
use crate::source::Place;
use crate::words::asked_words;

/// What a rule or a section of rules comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Let in.
    Granted,
    /// Refused, whoever it is.
    Denied,
    /// Refused as long as no user is known.
    NoUser,
    /// No say.
    Neutral,
}

/// The request, as far as rules look at it.
#[derive(Clone)]
pub(super) struct Asker<'a> {
    /// The set that holds its method.
    pub method: Methods,
    /// The user, once known.
    pub user: Option<&'a [u8]>,
    /// The client's address.
    pub client: Client,
    /// Whether it came over TLS.
    pub https: bool,
    /// The unknown facts.
    pub world: &'a World,
    /// What holds.
    pub policy: &'a Policy<'a>,
    /// The request as a whole.
    pub ask: &'a Ask,
}

impl Asker<'_> {
    /// What the rules of a place come to.
    #[must_use]
    pub(super) fn judge(&self, rules: &[Rule]) -> Outcome {
        let methods = rules.iter().fold(Methods::NONE, |all, rule| all.union(rule.methods));
        if !methods.covers(self.method) {
            return Outcome::Granted;
        }
        self.combine(Combine::Any, rules, false)
    }

    /// The rule that grants first; `None` if none does.
    #[must_use]
    pub(super) fn granting<'r>(&self, rules: &'r [Rule]) -> Option<&'r Rule> {
        rules.iter().find(|rule| self.apply(rule, Combine::Any, false) == Outcome::Granted)
    }

    fn apply(&self, rule: &Rule, parent: Combine, negated: bool) -> Outcome {
        if !rule.methods.covers(self.method) {
            return if parent == Combine::All { Outcome::Granted } else { Outcome::Neutral };
        }
        let negated = negated != rule.negated;
        let outcome = match &rule.asks {
            Asks::Provider(provider) => self.ask(provider, rule.place, negated),
            Asks::Section(combine, rules) => self.combine(*combine, rules, negated),
        };
        match (rule.negated, outcome) {
            (false, outcome) => outcome,
            (true, Outcome::Granted) => Outcome::Denied,
            (true, Outcome::Denied | Outcome::NoUser | Outcome::Neutral) => Outcome::Neutral,
        }
    }

    fn combine(&self, combine: Combine, rules: &[Rule], negated: bool) -> Outcome {
        let mut result = Outcome::Neutral;
        for rule in rules {
            match (combine, self.apply(rule, combine, negated)) {
                (_, Outcome::Neutral) => {}
                (Combine::All, Outcome::Denied) => return Outcome::Denied,
                (Combine::Any | Combine::None, Outcome::Granted) => return Outcome::Granted,
                (Combine::All, Outcome::NoUser) => result = Outcome::NoUser,
                (Combine::Any | Combine::None, Outcome::NoUser) if result == Outcome::Denied => {
                    result = Outcome::NoUser
                }
                (_, outcome) if result == Outcome::Neutral => result = outcome,
                (_, Outcome::Granted | Outcome::Denied | Outcome::NoUser) => {}
            }
        }
        result
    }

    /// What expressions see.
    pub(super) fn circumstances(&self) -> Circumstances<'_> {
        let Policy { config, spot, .. } = self.policy;
        Circumstances {
            ask: Some(self.ask),
            spot: Some(spot),
            user: self.user,
            env: &config.env_set,
            library: Some(self.policy.library),
            early: true,
        }
    }

    fn ask(&self, provider: &Provider, place: Place, negated: bool) -> Outcome {
        let granted = match provider {
            Provider::Alias(base, config) => {
                let policy = self.policy.within(config);
                return Asker { policy: &policy, ..self.clone() }.ask(base, place, negated);
            }
            Provider::All(granted) => *granted,
            Provider::Ip(networks) => self.comes_from(networks, negated),
            Provider::Local => self.is_local(negated),
            Provider::Dns => self.has_name(place, negated),
            Provider::Method(methods) => methods.covers(self.method),
            Provider::Env(names) => names.iter().any(|name| self.is_set(name, place)),
            Provider::Ssl => self.https,
            Provider::Expr(condition) => return self.expr(condition, place),
            Provider::ValidUser
            | Provider::User(_)
            | Provider::Group(_)
            | Provider::FileOwner
            | Provider::FileGroup
            | Provider::Foreign(_) => {
                return match self.user {
                    None => Outcome::NoUser,
                    Some(user) if self.admits(provider, user, place) => Outcome::Granted,
                    Some(_) => Outcome::Denied,
                };
            }
        };
        if granted { Outcome::Granted } else { Outcome::Denied }
    }

    /// Whether a provider that asks for a user lets this one in.
    fn admits(&self, provider: &Provider, user: &[u8], place: Place) -> bool {
        match provider {
            Provider::ValidUser => true,
            Provider::User(names) => match self.names(names) {
                Some(names) => names.iter().any(|name| name == user),
                None => self.unknown(place, "Require user"),
            },
            Provider::Group(groups) => match (self.policy.groups, self.names(groups)) {
                (GroupState::Unset | GroupState::Failed(_), _) => false,
                (GroupState::Read { file, .. }, Some(groups)) => groups.iter().any(|group| file.has(group, user)),
                (GroupState::Unknown(missing), _) => self.world.ask(Question::Holds(place), missing.clone(), place),
                (GroupState::Read { .. }, None) => self.unknown(place, "Require group"),
            },
            // Without AuthLDAPURL nobody is asked (modules/aaa/mod_authnz_ldap.c, `ldapuser_check_authorization`).
            Provider::Foreign(name) if name.starts_with("ldap-") && self.policy.config.ldap_url.is_none() => false,
            Provider::Foreign(name) => {
                let missing = Missing::Provider { name: name.clone() };
                self.world.ask(Question::Holds(place), missing, place)
            }
            Provider::FileOwner => match self.owner() {
                Some(owner) => owner.is_some_and(|owner| owner == user),
                None => self.unknown(place, "Require file-owner"),
            },
            Provider::FileGroup => match (self.policy.groups, self.owning_group()) {
                (GroupState::Unset | GroupState::Failed(_), _) => false,
                (GroupState::Read { file, .. }, Some(group)) => group.is_some_and(|group| file.has(&group, user)),
                (GroupState::Unknown(missing), _) => self.world.ask(Question::Holds(place), missing.clone(), place),
                (GroupState::Read { .. }, None) => self.unknown(place, "Require file-group"),
            },
            Provider::All(_) | Provider::Ip(_) | Provider::Local | Provider::Dns | Provider::Method(_) => false,
            Provider::Env(_) | Provider::Expr(_) | Provider::Ssl | Provider::Alias(..) => false,
        }
    }

    /// Whose the file is (mod_authz_owner.c, `fileowner_check_authorization`): `None` if that cannot be told, an inner
    /// `None` if there is no file.
    fn owner(&self) -> Option<Option<Vec<u8>>> {
        let Some(stat) = self.file()? else { return Some(None) };
        let owner = Account::named(&format!("#{}", stat.uid), self.policy.library.files)?;
        Some(Some(owner.name.into_bytes()))
    }

    /// The same of its group; without mod_authz_owner nobody asks for it, and the worker crashes
    /// (mod_authz_groupfile.c, `filegroup_check_authorization`).
    fn owning_group(&self) -> Option<Option<Vec<u8>>> {
        if !self.policy.has(b"mod_authz_owner.c") {
            return None;
        }
        let Some(stat) = self.file()? else { return Some(None) };
        Some(Some(group_name(stat.gid, self.policy.library.files)?))
    }

    fn file(&self) -> Option<Option<Stat>> {
        let Policy { spot, library, .. } = self.policy;
        library.account().filter(|_| spot.look)?;
        let local = library.local(&server_path(spot.path.as_ref()?))?;
        Some(library.files.stat(&local).ok())
    }

    fn expr(&self, condition: &Condition, place: Place) -> Outcome {
        let holds = condition.eval(&self.circumstances()).unwrap_or_else(|| self.unknown(place, "Require expr"));
        match holds {
            true => Outcome::Granted,
            false if condition.mentions_remote_user() => Outcome::NoUser,
            false => Outcome::Denied,
        }
    }

    /// What forbids a request without TLS, or one over TLS: SSLRequireSSL, or SSLRequire, which is looked at over TLS alone
    /// (modules/ssl/ssl_engine_kernel.c, `ssl_hook_Access`).
    pub(super) fn forbidden_by_tls(&self) -> Option<Place> {
        let config = &self.policy.config;
        if !self.https {
            return config.ssl_required;
        }
        let holds = |set: &&Set<Condition>| {
            set.value.eval(&self.circumstances()).unwrap_or_else(|| self.unknown(set.place, "SSLRequire"))
        };
        config.ssl_conditions.iter().find(|set| !holds(set)).map(|set| set.place)
    }

    fn unknown(&self, place: Place, directive: &str) -> bool {
        let missing = Missing::Condition { directive: directive.to_owned() };
        self.world.ask(Question::Holds(place), missing, place)
    }

    fn comes_from(&self, networks: &[Subnet], negated: bool) -> bool {
        match self.client {
            Client::Elsewhere => false,
            Client::Welcome => !negated,
            Client::Address(address) => networks.iter().any(|network| network.holds(address)),
        }
    }

    fn is_local(&self, negated: bool) -> bool {
        match self.client {
            Client::Elsewhere => false,
            Client::Welcome => !negated,
            Client::Address(address) => address.to_canonical().is_loopback(),
        }
    }

    fn has_name(&self, place: Place, negated: bool) -> bool {
        match self.client {
            Client::Elsewhere => false,
            Client::Welcome => !negated,
            Client::Address(_) => self.world.ask(Question::Holds(place), Missing::Dns, place),
        }
    }

    fn is_set(&self, name: &str, place: Place) -> bool {
        let missing = || Missing::Variable { name: name.to_owned() };
        match self.circumstances().environment(name) {
            Some(value) => value.is_some(),
            None => self.world.ask(Question::Env(name.to_owned()), missing(), place),
        }
    }

    /// The names that an argument comes to for this request.
    fn names(&self, text: &StringExpr) -> Option<Vec<Vec<u8>>> {
        let text = text.eval(&self.circumstances())?;
        Some(asked_words(&text).into_iter().map(|word| word.value.into_owned()).collect())
    }

    /// Whether the address rules let the client in.
    #[must_use]
    pub(super) fn passes(&self, access: Option<&Access>) -> bool {
        let Some(access) = access else { return true };
        let Some(place) = access.places.first().copied() else { return true };
        let order = access.orders.iter().rev().find(|(methods, _)| methods.covers(self.method));
        let hits = |items: &[(Methods, Origin)], denies: bool| {
            items.iter().any(|(methods, origin)| methods.covers(self.method) && self.fits(origin, place, denies))
        };
        match order.map(|(_, order)| *order).unwrap_or_default() {
            Order::DenyAllow => hits(&access.allows, false) || !hits(&access.denies, true),
            Order::AllowDeny => hits(&access.allows, false) && !hits(&access.denies, true),
        }
    }

    /// Whether `Satisfy Any` holds for the method.
    #[must_use]
    pub(super) fn satisfies_any(&self, access: Option<&Access>) -> bool {
        let satisfies = access.map(|access| access.satisfies.as_slice()).unwrap_or_default();
        satisfies.iter().rev().find(|(methods, _)| methods.covers(self.method)).is_some_and(|(_, any)| *any)
    }

    fn fits(&self, origin: &Origin, place: Place, denies: bool) -> bool {
        match origin {
            Origin::All => true,
            Origin::Nobody => false,
            Origin::Network(network) => self.comes_from(std::slice::from_ref(network), denies),
            Origin::Env(name, negated) => self.is_set(name, place) != *negated,
            Origin::Host => self.has_name(place, denies),
        }
    }
}

/// The names that an argument of `Require user` or `Require group` comes to; `None` if that depends on the request.
#[must_use]
pub(super) fn names_in(text: &StringExpr) -> Option<Vec<Vec<u8>>> {
    let text = text.constant()?;
    Some(asked_words(&text).into_iter().map(|word| word.value.into_owned()).collect())
}
