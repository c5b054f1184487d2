//! Who may come to a place: the entries of its password file, and the users whom its rules name.

use std::collections::HashSet;

use super::authz::names_in;
use super::config::{Asks, Provider, Rule};
use super::entries::{known_name, place_of};
use super::files::{GroupState, UserFileState};
use super::policy::Policy;
use crate::source::Place;
use crate::users::Contents;

/// A name and its entry, if it has one.
pub(super) type Known = (Vec<u8>, Option<Place>);

/// A name and the place that names it.
pub(super) type Named = (Vec<u8>, Place);

/// Every user whom the rules name (`Require user`), each with the rule.
#[must_use]
pub(super) fn named_users(rules: &[Rule]) -> Vec<Named> {
    let mut named = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.negated) {
        match &rule.asks {
            Asks::Section(_, rules) => named.extend(named_users(rules)),
            Asks::Provider(Provider::User(names)) => {
                // What stands behind a `#` was hardly meant for a name.
                let meant = names_in(names).unwrap_or_default().into_iter().take_while(|name| !name.starts_with(b"#"));
                named.extend(meant.map(|name| (name, rule.place)));
            }
            Asks::Provider(_) => {}
        }
    }
    named
}

/// The groups that rules ask for.
fn asked_groups(rules: &[Rule]) -> Vec<Vec<u8>> {
    let mut asked = Vec::new();
    for rule in rules.iter().filter(|rule| !rule.negated) {
        match &rule.asks {
            Asks::Section(_, rules) => asked.extend(asked_groups(rules)),
            Asks::Provider(Provider::Group(names)) => asked.extend(names_in(names).unwrap_or_default()),
            Asks::Provider(_) => {}
        }
    }
    asked
}

impl Policy<'_> {
    /// Everybody who is known here, and whether these are all.
    #[must_use]
    pub(super) fn people(&self) -> (Vec<Known>, bool) {
        let mut people = Vec::new();
        let by_digest = self.is_digest();
        let others = self.config.basic_providers.iter().any(|set| set.value != "file" && set.value != "anon");
        let mut complete = !others || by_digest;
        match self.user_file {
            Some(UserFileState::Read { passwords, .. }) if by_digest => {
                let realm = self.config.auth_name.as_ref().and_then(|set| set.value.constant()).unwrap_or_default();
                let here = passwords.digest.entries.iter().filter(|entry| *entry.realm == *realm);
                let place = |span| Place::new(passwords.digest.file, span);
                people.extend(here.map(|entry| (entry.user.to_vec(), Some(place(entry.span)))));
                complete &= !people.is_empty() || passwords.basic.contents == Contents::Empty;
            }
            Some(UserFileState::Read { passwords, .. }) => {
                let file = &passwords.basic;
                let mut seen = HashSet::with_capacity(file.entries.len());
                let new = file.deciding().filter(|entry| seen.insert(known_name(file, entry)));
                people.extend(new.map(|entry| (known_name(file, entry).to_vec(), Some(place_of(file.file, entry)))));
            }
            Some(UserFileState::Unknown(_) | UserFileState::Failed { .. }) | None => complete &= !self.asks_file(),
        }
        if let Some(anonymous) = &self.config.anonymous {
            people.extend(anonymous.users.iter().filter(|name| *name != b"*").map(|name| (name.clone(), None)));
        }
        let mut seen: HashSet<Vec<u8>> = HashSet::with_capacity(people.len());
        people.retain(|(name, _)| seen.insert(name.clone()));
        let named = named_users(&self.config.rules).into_iter().chain(self.misspelt_members());
        let named = named.filter(|(name, _)| seen.insert(name.clone()));
        people.extend(named.map(|(name, _)| (name, None)));
        (people, complete)
    }

    /// Members of the groups that the rules ask for who have an entry in another letter case only, each with the line
    /// of the group file. A member without any entry is nobody: group files often serve several places.
    pub(super) fn misspelt_members(&self) -> Vec<Named> {
        let mut named = Vec::new();
        let (GroupState::Read { file: groups }, Some(UserFileState::Read { passwords, .. })) =
            (self.groups, self.user_file)
        else {
            return named;
        };
        let meant = |member: &[u8]| {
            let mut entries = passwords.basic.entries.iter();
            passwords.basic.entry(member).is_none() && entries.any(|entry| entry.user.eq_ignore_ascii_case(member))
        };
        for group in asked_groups(&self.config.rules) {
            for line in groups.lines_of(&group) {
                let members = line.members.iter().filter(|member| meant(member));
                named.extend(members.map(|member| (member.to_vec(), Place::new(groups.file, line.span))));
            }
        }
        named
    }

    /// Whether a password file is consulted at all.
    fn asks_file(&self) -> bool {
        self.config.basic_providers.is_empty() || self.config.basic_providers.iter().any(|set| set.value == "file")
    }

    /// Whether entries are looked up with the realm.
    fn is_digest(&self) -> bool {
        let digest = |set: &super::config::Set<super::expr::StringExpr>| {
            set.value.constant().is_some_and(|value| value.eq_ignore_ascii_case(b"digest"))
        };
        self.config.auth_type.as_ref().is_some_and(digest)
            || self.config.digest_algorithm.as_ref().is_some_and(|set| set.value)
    }
}
