//! Where authentication is written down, and what becomes of the people there.

use super::people::{UserFileState, place};
use super::require::{Method, Rule, Who};
use super::respond::Until;
use super::setup::{Lighttpd, Truth, undecided};
use super::traps::known_name;
use super::witness::Witness;
use crate::answer::{Answer, Area, Because, Login, Person, Reason, Request, Scheme, Startup, Trace};
use crate::source::{FileId, Place};

/// A name and its entry, if it has one.
type Known = (Vec<u8>, Option<Place>);

/// A place where a login is asked for, was meant to be, or is not asked for any more.
pub(super) struct Stand {
    /// The block it stands in.
    pub block: usize,
    /// What its paths begin with.
    pub path: Vec<u8>,
    /// The rule, if it is one.
    pub rule: Option<Rule>,
    /// Where it stands.
    pub place: Place,
    /// Why it is not in force, whatever the request.
    pub void: Option<Because>,
}

impl Lighttpd<'_> {
    /// The area of a stand.
    #[must_use]
    pub(super) fn area(&self, stand: &Stand, starts: bool) -> Area {
        let witness = self.witness(stand.block, &stand.path);
        let anonymous = self.past_login(stand, &witness, Login::Anonymous);
        let (people, unseen) = if stand.void.is_none() { self.people(stand, &witness) } else { Default::default() };
        let mut area = Area {
            server: "lighttpd",
            host: witness.host.as_ref().map(|host| String::from_utf8_lossy(host).into_owned()),
            starts,
            directory: self.directory(&witness.path),
            path: Some(String::from_utf8_lossy(if stand.path.is_empty() { b"/" } else { &stand.path }).into_owned()),
            files: None,
            place: stand.place,
            methods: witness
                .method
                .as_ref()
                .and_then(|method| super::request::known_method(method))
                .map(|name| vec![name]),
            realm: stand.rule.as_ref().map(|rule| String::from_utf8_lossy(&rule.realm).into_owned()),
            guarded: stand.rule.is_some(),
            anonymous,
            people,
            decided_by: self.decided_by(stand, &witness),
            unseen,
        };
        if !starts {
            let because = match &self.startup {
                Startup::Fails(because) | Startup::Unknown(because) => because.clone(),
                Startup::Ok => Vec::new(),
            };
            let open = Answer { status: None, because };
            area.anonymous = open.clone();
            area.people.iter_mut().for_each(|person| person.answer = open.clone());
            area.unseen = None;
        }
        area
    }

    /// The answer as far as a login goes; can't tell if no request could be made up that the stand is for.
    fn past_login(&self, stand: &Stand, witness: &Witness, login: Login) -> Answer {
        if let Some(because) = &stand.void {
            return Answer { status: Some(200), because: vec![because.clone()] };
        }
        self.answered(stand, &witness.request(login))
    }

    fn answered(&self, stand: &Stand, request: &Request) -> Answer {
        if let Some(block) = self.blocks.get(stand.block).filter(|_| stand.block > 0) {
            let parsed = super::request::parse(request, &self.options, usize::MAX);
            let truth = parsed.ok().and_then(|parsed| self.truths(request, &parsed).get(stand.block).copied());
            if truth != Some(Truth::Yes) {
                return Answer::unknown(undecided(&block.written, block.place));
            }
        }
        self.respond(request, Until::TheLogin, &mut Trace::unwanted())
    }

    /// Everybody who is known, and what becomes of those who are not.
    fn people(&self, stand: &Stand, witness: &Witness) -> (Vec<Person>, Option<Answer>) {
        let Some(rule) = &stand.rule else { return Default::default() };
        let (known, complete) = self.known_people(rule, witness);
        let scheme = if rule.method == Method::Digest { Scheme::Digest } else { Scheme::Basic };
        let people = known.into_iter().map(|(name, place)| {
            let given = self
                .target
                .credentials
                .get(&name)
                .map(|password| self.answered(stand, &witness.with_password(&name, password, scheme)));
            // A login that works leaves nothing to guess.
            let right = given.clone().filter(|answer| answer.passes() == Some(true));
            let answer = right.unwrap_or_else(|| self.past_login(stand, witness, Login::Holder(name.clone())));
            Person { name, place, answer, given }
        });
        let people = people.collect();
        let unseen = (!complete).then(|| self.past_login(stand, witness, Login::Holder(b"?".to_vec())));
        (people, unseen)
    }

    /// The names of the file and of the rule, and whether these are all.
    fn known_people(&self, rule: &Rule, witness: &Witness) -> (Vec<Known>, bool) {
        let mut people: Vec<Known> = Vec::new();
        let mut complete = true;
        match self.state(witness).as_deref() {
            Some(UserFileState::Read { file, digests, .. }) if self.is_htdigest(witness) => {
                let own = digests.iter().filter(|line| *line.realm == *rule.realm);
                people.extend(own.map(|line| (line.user.to_vec(), Some(place(*file, line.span)))));
            }
            Some(UserFileState::Read { file, passwords, .. }) => {
                let entries = passwords.deciding();
                people.extend(
                    entries.map(|entry| (known_name(passwords, entry).to_vec(), Some(place(*file, entry.span)))),
                );
            }
            // What keeps the file from being read is told of those who stand in it.
            Some(UserFileState::Unknown(_) | UserFileState::Failed(_)) | None => complete = false,
        }
        if let Who::These { users, .. } = &rule.who
            && !users.is_empty()
        {
            let asked = users.iter().map(|user| user.trim_ascii().to_vec());
            people.retain(|(name, _)| asked.clone().any(|user| user == *name));
            complete = true;
            people.extend(asked.map(|user| (user, None)));
        }
        let mut seen = std::collections::HashSet::new();
        people.retain(|(name, _)| seen.insert(name.clone()));
        (people, complete)
    }

    /// The user file in force for a witness, with its setting.
    fn state(&self, witness: &Witness) -> Option<std::rc::Rc<UserFileState>> {
        let setting = self.file_setting(witness)?;
        Some(self.user_file(setting.value.text()?))
    }

    pub(super) fn file_setting(&self, witness: &Witness) -> Option<&super::block::Setting> {
        self.guard_of(witness)?.file
    }

    fn guard_of(&self, witness: &Witness) -> Option<super::auth::Guard<'_>> {
        let request = witness.request(Login::Anonymous);
        let parsed = super::request::parse(&request, &self.options, usize::MAX).ok()?;
        let truths = self.truths(&request, &parsed);
        self.guard(&truths, &parsed.path).ok()?
    }

    /// The backend in force for a witness.
    #[must_use]
    pub(super) fn backend_of(&self, witness: &Witness) -> Option<super::backend::Backend> {
        self.guard_of(witness)?.backend.map(|(backend, _)| backend)
    }

    fn is_htdigest(&self, witness: &Witness) -> bool {
        self.backend_of(witness) == Some(super::backend::Backend::Htdigest)
    }

    fn decided_by(&self, stand: &Stand, witness: &Witness) -> Vec<FileId> {
        let mut files = vec![stand.place.file];
        files.extend(self.files.iter().filter(|file| **file != stand.place.file));
        if let Some(UserFileState::Read { file, .. }) = self.state(witness).as_deref() {
            files.push(*file);
        }
        files
    }

    fn directory(&self, path: &[u8]) -> Option<std::path::PathBuf> {
        let root = self.global("server.document-root")?.value.text()?;
        let local = self.local(&super::physical::joined(root, path)).ok()?;
        self.target.files.stat(&local).ok().map(|_| local)
    }

    /// Every place where a login is asked for or was meant to be.
    #[must_use]
    pub(super) fn stands(&self) -> Vec<Stand> {
        let mut stands = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            for setting in block.settings.values() {
                let void = match self.meant(&setting.key) {
                    Meant::Rules => None,
                    Meant::Missing => {
                        let (name, module) = ("auth.require".to_owned(), "mod_auth".to_owned());
                        Some(Because::at(Reason::ModuleNotLoaded { name, module }, setting.place))
                    }
                    Meant::Misspelt => {
                        let name = String::from_utf8_lossy(&setting.key).into_owned();
                        let nearest = Some("auth.require".to_owned());
                        Some(Because::at(Reason::UnknownDirective { name, nearest }, setting.place))
                    }
                    Meant::Else => continue,
                };
                let rules = super::require::rules(&setting.value).unwrap_or_default();
                if rules.is_empty() && void.is_none() && index > 0 {
                    let path = self.witness(index, b"/").path;
                    stands.push(Stand { block: index, path, rule: None, place: setting.place, void: None });
                }
                for rule in rules {
                    let never = !rule.path.is_empty() && !rule.path.starts_with(b"/");
                    let path = String::from_utf8_lossy(&rule.path).into_owned();
                    let lost = never.then(|| Because::at(Reason::PathNeverMatches { path }, rule.place));
                    let (path, place, void) = (rule.path.clone(), rule.place, void.clone().or(lost));
                    stands.push(Stand { block: index, path, rule: Some(rule), place, void });
                }
            }
        }
        stands
    }

    /// What a key was meant for.
    fn meant(&self, key: &[u8]) -> Meant {
        if key.eq_ignore_ascii_case(b"auth.require") {
            return if self.has_module("mod_auth") || self.modules.is_empty() { Meant::Rules } else { Meant::Missing };
        }
        let known = super::keys::is_known(key);
        if !known && super::keys::nearest(key) == Some("auth.require") { Meant::Misspelt } else { Meant::Else }
    }
}

/// What a key was meant for.
enum Meant {
    /// `auth.require`.
    Rules,
    /// `auth.require`, and mod_auth is not loaded.
    Missing,
    /// Something very like `auth.require`.
    Misspelt,
    /// Something else.
    Else,
}
