//! Is the password right: the providers of Basic and the file of Digest (modules/aaa/mod_auth_basic.c,
//! `authenticate_basic_user`; mod_auth_digest.c, `authenticate_digest_user`; mod_authn_file.c; mod_authn_anon.c).

use md5::{Digest, Md5};

use super::ask::Ask;
use super::entries::{fate, known_name, nearest, place_of, without_colon};
use super::files::{Passwords, UserFileState};
use super::people::{Named, named_users};
use super::policy::{Policy, at, refuse};
use crate::answer::{Answer, Because, Login, Missing, Reason};
use crate::hash::{Limits, Outcome, verify};
use crate::users::{Contents, DigestEntry, GroupFile};

/// What one provider says.
pub(super) enum Said {
    /// The password is right.
    Right,
    /// It is wrong, or nothing can be right.
    Denied(Answer),
    /// No such user.
    NotFound(Because),
    /// The provider cannot work.
    Failed(Answer),
    /// Can't tell.
    Unknown(Because),
}

impl Policy<'_> {
    /// Basic: the user, once the password was found right.
    pub(super) fn check_basic(&self, login: &Login) -> Result<Vec<u8>, Answer> {
        let user = match login {
            Login::Anonymous | Login::Header(_) => return Err(unasked()),
            Login::Holder(user) | Login::Password { user, .. } => user,
        };
        let authoritative = self.config.authoritative.as_ref().is_none_or(|set| set.value);
        let passed_on = |answer: Answer| match authoritative {
            true => answer,
            false => Answer { status: Some(500), ..answer },
        };
        let mut absent = None;
        for provider in self.providers() {
            match self.consult(provider, login, user) {
                Said::Right => return Ok(user.clone()),
                Said::Denied(answer) => return Err(answer),
                Said::Unknown(because) => return Err(Answer::unknown(because)),
                Said::Failed(answer) => return Err(passed_on(answer)),
                Said::NotFound(because) => absent = Some(because),
            }
        }
        let because = absent.unwrap_or_else(|| Because::nowhere(self.absent(user)));
        Err(passed_on(Answer::of(401, because.logged("AH01618"))))
    }

    fn providers(&self) -> impl Iterator<Item = &str> {
        let named = &self.config.basic_providers;
        named.iter().map(|set| set.value.as_str()).chain(named.is_empty().then_some("file"))
    }

    fn consult(&self, provider: &str, login: &Login, user: &[u8]) -> Said {
        let by_digest = self.config.digest_algorithm.as_ref().is_some_and(|set| set.value);
        let place = self.config.basic_providers.first().map(|set| set.place);
        match (provider, by_digest) {
            ("file", _) if !self.has(b"mod_authn_file.c") => {
                let reason = Reason::ProviderMissing { module: "mod_authn_file.c".to_owned() };
                let place = self.config.auth_type.as_ref().map(|set| set.place);
                Said::Failed(refuse(500, reason, place, "AH01616"))
            }
            ("file", true) => match self.digest_entry(user, "AH01619", "AH01620") {
                Ok(entry) => said(self.check_digest_entry(entry, login, user, "AH01617")),
                Err(answer) if answer.status == Some(401) => match answer.because.into_iter().next() {
                    Some(because) => Said::NotFound(because),
                    None => Said::NotFound(Because::nowhere(self.absent(user))),
                },
                Err(answer) => said(Err(answer)),
            },
            ("file", false) => self.consult_file(login, user),
            ("anon", false) => self.consult_anonymous(login, user),
            ("anon" | "ldap", true) => {
                let reason = Reason::ProviderUnfit { name: provider.to_owned() };
                Said::Failed(refuse(500, reason, place, "AH02493"))
            }
            ("dbm", _) => self.consult_dbm(place),
            // No directory is named (modules/aaa/mod_authnz_ldap.c, `authn_ldap_check_password`).
            ("ldap", false) if self.config.ldap_url.is_none() => {
                Said::Failed(refuse(500, Reason::ProviderUnfit { name: provider.to_owned() }, place, "AH02558"))
            }
            ("socache", _) => self.consult_cache(place, user),
            _ if self.profile.aliases.authn.contains_key(provider) => self.consult_alias(provider, login, user),
            _ => {
                let missing = Missing::Provider { name: provider.to_owned() };
                Said::Unknown(at(Reason::CannotTell { missing }, place))
            }
        }
    }

    /// A provider under another name, asked with settings of its own (mod_authn_core.c, `authn_alias_check_password`).
    fn consult_alias(&self, name: &str, login: &Login, user: &[u8]) -> Said {
        match self.profile.aliases.authn.get(name) {
            Some((base, config)) if base != name => self.within(config).consult(base, login, user),
            Some(_) => {
                let missing = Missing::Provider { name: name.to_owned() };
                let place = self.config.basic_providers.first().map(|set| set.place);
                Said::Unknown(at(Reason::CannotTell { missing }, place))
            }
            None => Said::NotFound(Because::nowhere(self.absent(user))),
        }
    }

    /// The password file, or why it cannot be read: (log code if unset, log code if it cannot be opened).
    fn passwords(&self, unset: &'static str, failed: &'static str) -> Result<(&Passwords, Option<String>), Answer> {
        let place = self.config.user_file.as_ref().map(|set| set.place);
        match self.user_file {
            None => {
                let place = self.config.auth_type.as_ref().map(|set| set.place);
                Err(refuse(500, Reason::UserFileUnset, place, unset))
            }
            Some(UserFileState::Failed { reason, assumed }) => {
                let because = at(reason.clone(), place).logged(failed).assuming(assumed.clone());
                Err(Answer::of(500, because))
            }
            Some(UserFileState::Unknown(reason)) => Err(Answer::unknown(at(reason.clone(), place))),
            Some(UserFileState::Read { passwords, assumed }) => Ok((passwords, assumed.clone())),
        }
    }

    fn consult_file(&self, login: &Login, user: &[u8]) -> Said {
        let (passwords, assumed) = match self.passwords("AH01619", "AH01620") {
            Ok(read) => read,
            Err(answer) if answer.status.is_none() => return unknown(answer),
            Err(answer) => return Said::Failed(answer),
        };
        let file = &passwords.basic;
        let via = self.config.user_file.as_ref().map(|set| set.place);
        let strange =
            self.wrong_kind(file.contents, Contents::Passwords).map(|because| because.assuming(assumed.clone()));
        if let Some(because) = without_colon(file, user) {
            return Said::Denied(Answer::of(401, because.assuming(assumed)));
        }
        let by_known_name = || file.deciding().find(|entry| known_name(file, entry) == user);
        let found_by_name = file.entry(user);
        let found = found_by_name.or_else(|| matches!(login, Login::Holder(_)).then(by_known_name).flatten());
        let Some(entry) = found else {
            let absent = || at(self.absent(user), self.naming(user)).assuming(assumed.clone());
            return Said::NotFound(strange.unwrap_or_else(absent));
        };
        if let Some(answer) = found_by_name.and_then(|_| self.unable_to_cache(b"file")) {
            return Said::Denied(answer);
        }
        if let Some(because) = strange {
            return Said::Denied(Answer::of(401, because.logged("AH01617")));
        }
        let denied = |reason, log| {
            let because = Because::at(reason, place_of(file.file, entry)).logged(log).assuming(assumed.clone());
            via.map_or(because.clone(), |via| because.with(via, "this AuthUserFile leads to the entry"))
        };
        match login {
            Login::Anonymous | Login::Header(_) => Said::Right,
            Login::Holder(_) => match fate(file, entry, self.profile.verifier()) {
                None => Said::Right,
                Some(reason @ Reason::CannotTell { .. }) => Said::Unknown(denied(reason, "")),
                Some(reason) if found_by_name.is_none() => Said::NotFound(denied(reason, "AH01618")),
                Some(reason) => Said::Denied(Answer::of(401, denied(reason, "AH01617"))),
            },
            Login::Password { password, .. } => {
                match verify(&entry.stored, password.reveal(), self.profile.verifier(), Limits::default()) {
                    Outcome::Match => Said::Right,
                    Outcome::Mismatch | Outcome::Error => {
                        let reason = fate(file, entry, self.profile.verifier()).unwrap_or(Reason::WrongPassword);
                        Said::Denied(Answer::of(401, denied(reason, "AH01617")))
                    }
                    Outcome::Unknown => Said::Unknown(denied(Reason::CannotTell { missing: Missing::Cost }, "AH01617")),
                }
            }
        }
    }

    /// A file whose lines are all of another kind.
    fn wrong_kind(&self, found: Contents, wanted: Contents) -> Option<Because> {
        let words = |contents| match contents {
            Contents::Digest => Some("an htdigest file"),
            Contents::Groups => Some("a group file"),
            Contents::Passwords => Some("a password file"),
            Contents::Empty => None,
        };
        let (found, wanted) = (words(found).filter(|_| found != wanted)?, words(wanted)?);
        let place = self.config.user_file.as_ref().map(|set| set.place);
        Some(at(Reason::WrongKindOfUserFile { found, wanted }, place))
    }

    /// A user who is not in the file.
    pub(super) fn absent(&self, user: &[u8]) -> Reason {
        let name = String::from_utf8_lossy(user).into_owned();
        if user.contains(&b',') {
            return Reason::CommaInName { name };
        }
        let nearest = match self.user_file {
            Some(UserFileState::Read { passwords, .. }) => nearest(&passwords.basic, user),
            _ => None,
        };
        Reason::UserMissing { name, nearest }
    }

    /// The rule that names a user.
    fn naming(&self, user: &[u8]) -> Option<crate::source::Place> {
        let find = |named: Vec<Named>| named.into_iter().find(|(name, _)| name == user);
        let named = find(named_users(&self.config.rules));
        named.or_else(|| find(self.misspelt_members())).map(|(_, place)| place)
    }

    /// mod_authn_anon.c, `check_anonymous`.
    fn consult_anonymous(&self, login: &Login, user: &[u8]) -> Said {
        let absent = || Said::NotFound(at(self.absent(user), self.naming(user)));
        let Some(anonymous) = self.config.anonymous.as_ref().filter(|set| set.anybody || !set.users.is_empty()) else {
            return absent();
        };
        let named = anonymous.anybody || anonymous.users.iter().any(|name| name.eq_ignore_ascii_case(user));
        if !(if user.is_empty() { anonymous.nobody } else { named }) {
            return absent();
        }
        let Login::Password { password, .. } = login else { return Said::Right };
        let password = password.reveal();
        let given = anonymous.wordless || !password.is_empty();
        if given && (!anonymous.verified || password.contains(&b'@') && password.contains(&b'.')) {
            return Said::Right;
        }
        Said::Denied(Answer::of(401, Because::nowhere(Reason::WrongPassword).logged("AH01617")))
    }

    /// Digest: the user, once the password was found right.
    pub(super) fn check_digest(&self, ask: &Ask, login: &Login) -> Result<Vec<u8>, Answer> {
        let user = match login {
            Login::Anonymous | Login::Header(_) => return Err(unasked()),
            Login::Holder(user) | Login::Password { user, .. } => user,
        };
        let realm = self.config.auth_name.as_ref().and_then(|set| Some((set.value.constant()?, set.place)));
        if let Some((realm, place)) = realm.filter(|(realm, _)| realm.contains(&b'"')) {
            // The server keeps its escapes, and the client's are gone (mod_auth_digest.c, `authenticate_digest_user`).
            let realm = String::from_utf8_lossy(&realm).into_owned();
            return Err(Answer::of(401, Because::at(Reason::RealmMissing { realm }, place).logged("AH01788")));
        }
        if let Some(log) = self.config.one_time.flatten().filter(|_| ask.repeated) {
            // The nonce was used up by the request that this one comes from (mod_auth_digest.c, `check_nc`, `check_nonce`).
            return Err(Answer::of(401, Because::nowhere(Reason::NotAuthorized).logged(log)));
        }
        if self.config.digest_providers.is_empty() {
            return self.check_digest_with("file", login, user).unwrap_or_else(Err);
        }
        // The first one that has the user decides (mod_auth_digest.c, `get_hash`).
        let mut absent = unasked();
        for provider in &self.config.digest_providers {
            match self.check_digest_with(&provider.value, login, user) {
                Ok(checked) => return checked,
                Err(answer) => absent = answer,
            }
        }
        Err(absent)
    }

    /// The user once the password was found right by one provider.
    ///
    /// # Errors
    /// It has no such user.
    fn check_digest_with(&self, name: &str, login: &Login, user: &[u8]) -> Result<Result<Vec<u8>, Answer>, Answer> {
        if let Some((base, config)) = self.profile.aliases.authn.get(name) {
            return self.within(config).check_digest_with(base, login, user);
        }
        if name != "file" {
            let place = self.config.digest_providers.first().map(|set| set.place);
            let missing = Missing::Provider { name: name.to_owned() };
            return Ok(Err(Answer::unknown(at(Reason::CannotTell { missing }, place))));
        }
        match self.digest_entry(user, "AH01621", "AH01622") {
            Ok(entry) => Ok(self.check_digest_entry(entry, login, user, "AH01794").map(|()| user.to_vec())),
            Err(answer) if answer.status == Some(401) => Err(answer),
            Err(answer) => Ok(Err(answer)),
        }
    }

    fn digest_entry(&self, user: &[u8], unset: &'static str, failed: &'static str) -> Result<&DigestEntry, Answer> {
        let (passwords, assumed) = self.passwords(unset, failed)?;
        let realm = self.config.auth_name.as_ref().and_then(|set| set.value.constant());
        let Some(realm) = realm else {
            let missing = Missing::Condition { directive: "AuthName".to_owned() };
            let place = self.config.auth_name.as_ref().map(|set| set.place);
            return Err(Answer::unknown(at(Reason::CannotTell { missing }, place)));
        };
        let realm = with_escapes(&realm);
        passwords.digest.entry(user, &realm).ok_or_else(|| {
            if let Some(because) = self.wrong_kind(passwords.basic.contents, Contents::Digest) {
                return Answer::of(401, because.logged("AH01790").assuming(assumed));
            }
            let strange = passwords.digest.entries.iter().all(|entry| *entry.realm != *realm);
            if strange && !passwords.digest.entries.is_empty() {
                let place = self.config.auth_name.as_ref().map(|set| set.place);
                let realm = String::from_utf8_lossy(&realm).into_owned();
                return Answer::of(401, at(Reason::RealmMissing { realm }, place).logged("AH01790").assuming(assumed));
            }
            let because = at(self.absent(user), self.naming(user)).logged("AH01790").assuming(assumed);
            Answer::of(401, because)
        })
    }

    fn check_digest_entry(
        &self,
        entry: &DigestEntry,
        login: &Login,
        user: &[u8],
        log: &'static str,
    ) -> Result<(), Answer> {
        let file = match self.user_file {
            Some(UserFileState::Read { passwords, .. }) => passwords.digest.file,
            _ => return Ok(()),
        };
        if let Some(answer) = self.unable_to_cache(b"file") {
            return Err(answer);
        }
        let right = match login {
            Login::Anonymous | Login::Header(_) | Login::Holder(_) => entry.is_alive(),
            Login::Password { password, .. } => {
                let mut text = Md5::new();
                for part in [user, b":", &entry.realm, b":", password.reveal()] {
                    text.update(part);
                }
                let digits: String = text.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
                digits.as_bytes() == &*entry.stored
            }
        };
        if right {
            return Ok(());
        }
        let reason = if entry.is_alive() { Reason::WrongPassword } else { dead_digest(entry) };
        Err(Answer::of(401, Because::at(reason, crate::source::Place::new(file, entry.span)).logged(log)))
    }
}

/// A realm as the server has it: with a backslash before each quote that has none (mod_authn_core.c,
/// `authn_ap_auth_name`).
fn with_escapes(realm: &[u8]) -> Vec<u8> {
    let mut escaped = false;
    let mut made = Vec::with_capacity(realm.len());
    for byte in realm {
        if *byte == b'"' && !escaped {
            made.push(b'\\');
        }
        made.push(*byte);
        escaped = *byte == b'\\' && !escaped;
    }
    made
}

fn dead_digest(entry: &DigestEntry) -> Reason {
    if entry.stored.is_empty() { Reason::EmptyPassword } else { Reason::PlainTextPassword }
}

/// No credentials: the browser is asked for them.
fn unasked() -> Answer {
    Answer { status: Some(401), because: Vec::new() }
}

fn unknown(answer: Answer) -> Said {
    let nothing = || Because::nowhere(Reason::CannotTell { missing: Missing::TooMany });
    Said::Unknown(answer.because.into_iter().next().unwrap_or_else(nothing))
}

fn said(checked: Result<(), Answer>) -> Said {
    match checked {
        Ok(()) => Said::Right,
        Err(answer) if answer.status.is_none() => unknown(answer),
        Err(answer) if answer.status == Some(500) => Said::Failed(answer),
        Err(answer) => Said::Denied(answer),
    }
}

/// A group in the file that is near a name.
pub(super) fn nearest_group(file: &GroupFile, wanted: &[u8]) -> Option<String> {
    let wanted = String::from_utf8_lossy(wanted).to_lowercase();
    let names = file.groups.iter().map(|group| String::from_utf8_lossy(&group.name).into_owned());
    let near = names.map(|name| (strsim::osa_distance(&name.to_lowercase(), &wanted), name));
    near.filter(|(distance, _)| *distance > 0 && *distance <= wanted.chars().count() / 3).min().map(|(_, name)| name)
}
