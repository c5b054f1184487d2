//! Everything there is to say of a site without being asked: its areas, what is wrong, and what is worth a remark.

use std::collections::{HashMap, HashSet};

use super::areas::{Sketch, sketches};
use super::ask::Ask;
use super::config::{Set, WrittenPath};
use super::entries::{fate, lost_lines, place_of};
use super::files::UserFileState;
use super::product::PerDir;
use super::site::Site;
use super::world::{World, explore};
use crate::answer::{
    Answer, Area, Because, Cause, Client, Login, Noted, Reason, ReasonKind, Remark, Scheme, Survey, UserFileInUse,
    Verdict, Written,
};
use crate::finding::{Logins, Outcome};
use crate::source::{FileId, Place, Span};
use crate::users::Contents;

impl Site<'_> {
    /// The survey.
    pub(super) fn surveyed(&self) -> Survey {
        let mut causes = Causes::default();
        let mut survey = Survey::default();
        if self.started.is_some() {
            return self.surveyed_from_main();
        }
        let folders: Vec<_> = self.folders().map(std::path::Path::to_owned).collect();
        for folder in &folders {
            self.file_causes(folder, &mut causes, &mut survey.remarks);
        }
        for folder in &folders {
            for sketch in sketches(self, folder) {
                self.area_remarks(&sketch, &mut survey.remarks);
                for area in self.areas_of(&sketch) {
                    causes.take_area(&area);
                    if let Some(dropped) = sketch.dropped().filter(|_| area.anonymous.status.is_none()) {
                        causes.add(&dropped, Outcome::default());
                    }
                    survey.areas.push(area);
                }
            }
        }
        self.inferred(&mut survey.remarks);
        self.header_remarks(&self.shown_folders(), &mut survey.remarks);
        self.user_files(&mut causes, &mut survey);
        survey.causes = causes.list;
        survey
    }

    fn user_file(&self, set: &Set<WrittenPath>) -> &UserFileState {
        let setup = self.setup(&World::default());
        self.library.user_file(&set.value, set.place.file, &setup.profile.server_root)
    }

    /// The paths that were taken for files here because their ends are the same.
    pub(super) fn inferred(&self, remarks: &mut Vec<Noted>) {
        for folder in self.folders() {
            let Ok(per_dir) = self.per_dir(folder, &World::default()) else { continue };
            per_dir.config.each(&mut |config| {
                let Some(set) = &config.user_file else { return };
                let state = self.user_file(set);
                if let UserFileState::Read { assumed: Some(what), .. } = state {
                    let remark = Remark::PathInferred { what: what.clone() };
                    remarks.push(Noted { remark, place: set.place, related: None });
                }
            });
        }
    }

    /// What keeps a per-directory file from being read, in every world; what depends on the world is "can't tell".
    fn file_causes(&self, folder: &std::path::Path, causes: &mut Causes, remarks: &mut Vec<Noted>) {
        let explored = explore(&World::default(), |world| self.per_dir(folder, world));
        let Some((_, first)) = explored.outcomes.first() else { return };
        let everybody = |status| Outcome { logins: Some(Logins::None), status: Some(status) };
        let per_dir = match first {
            Ok(per_dir) => per_dir,
            Err(fault) => return causes.add(&fault.because, everybody(fault.status)),
        };
        remarks.extend(per_dir.remarks.iter().cloned());
        let faults = |read: &PerDir| read.faults.iter().map(|fault| key(&fault.because)).collect();
        let known: Vec<HashSet<Key>> =
            explored.outcomes.iter().map(|(_, read)| read.as_deref().map(faults).unwrap_or_default()).collect();
        let in_all = |because: &Because| known.iter().all(|known| known.contains(&key(because)));
        let mut varies = false;
        for (_, read) in &explored.outcomes {
            for fault in read.as_ref().map(|read| read.faults.as_slice()).unwrap_or_default() {
                if in_all(&fault.because) {
                    causes.add(&fault.because, everybody(fault.status));
                } else {
                    varies = true;
                }
            }
        }
        if varies {
            for because in &explored.missing {
                causes.add(because, Outcome::default());
            }
        }
    }

    pub(super) fn areas_of(&self, sketch: &Sketch) -> Vec<Area> {
        let mut areas: Vec<Area> = Vec::new();
        for class in &sketch.classes {
            let names = class.names();
            let mut area = self.area(sketch, class.representative());
            let same = areas.iter_mut().find(|other| {
                other.anonymous == area.anonymous && other.people == area.people && other.unseen == area.unseen
            });
            match same {
                Some(same) => same.methods.get_or_insert_default().extend(names),
                None => {
                    // Free OPTIONS alone are what a CORS preflight needs.
                    area.guarded &= names != ["OPTIONS"];
                    area.methods = Some(names);
                    areas.push(area);
                }
            }
        }
        let one = areas.len() == 1;
        for area in &mut areas {
            if one {
                area.methods = None;
            }
        }
        areas
    }

    fn area(&self, sketch: &Sketch, method: &str) -> Area {
        let ask = |login| Ask::of(method, login, Client::Elsewhere);
        let anonymous = sketch.answer(&ask(Login::Anonymous));
        let people = sketch.people.iter().map(|(name, place)| {
            let given = self.given(sketch, method, name);
            // A login that works leaves nothing to guess.
            let certain = given.clone().filter(|answer| answer.passes() == Some(true));
            let answer = certain.unwrap_or_else(|| self.holder(sketch, ask(Login::Holder(name.clone()))));
            crate::answer::Person { name: name.clone(), place: *place, answer, given }
        });
        let people = people.collect();
        let unseen = (!sketch.complete).then(|| self.holder(sketch, ask(Login::Holder(b"?".to_vec()))));
        Area {
            server: "apache",
            starts: true,
            host: sketch.host.clone(),
            directory: sketch.folder.clone(),
            path: sketch.path.clone(),
            files: sketch.files.clone(),
            place: sketch.place,
            methods: None,
            realm: sketch.realm.clone(),
            guarded: sketch.guarded,
            anonymous,
            people,
            unseen,
            decided_by: sketch.decided_by.clone(),
        }
    }

    /// What the password gets that was given for a user: by Basic or, where that is not asked for, by Digest.
    fn given(&self, sketch: &Sketch, method: &str, user: &[u8]) -> Option<Answer> {
        let secret = self.credentials.get(user)?;
        let by = |scheme| {
            let login = Login::Password { user: user.to_vec(), password: secret.clone(), scheme };
            let ask = Ask::of(method, login, Client::Elsewhere);
            self.holder(sketch, ask)
        };
        let basic = by(Scheme::Basic);
        let unasked = basic.status == Some(401) && basic.because.is_empty();
        Some(if unasked { by(Scheme::Digest) } else { basic })
    }

    /// What the holder of an entry gets, from wherever the address is welcome.
    fn holder(&self, sketch: &Sketch, ask: Ask) -> Answer {
        let answer = sketch.answer(&ask);
        if answer.status != Some(403) {
            return answer;
        }
        let welcome = sketch.answer(&Ask { client: Client::Welcome, ..ask });
        if welcome.passes() == Some(false) { answer } else { welcome }
    }

    pub(super) fn area_remarks(&self, sketch: &Sketch, remarks: &mut Vec<Noted>) {
        let Some((_, policy)) = sketch.policies.outcomes.first() else { return };
        let config = &policy.config;
        let ask = Ask::of("GET", Login::Anonymous, Client::Welcome);
        let stranger = sketch.answer(&Ask { client: Client::Elsewhere, ..ask.clone() });
        let welcome = sketch.answer(&ask);
        let differs = stranger.passes() == Some(false) && welcome.passes() == Some(true) && sketch.guarded;
        if let Some(Because { reason, place: Some(place), .. }) = welcome.reason().filter(|_| differs) {
            let granted = if let Reason::GrantedByRule { rule } = reason { Some(rule.clone()) } else { None };
            let rule = granted.unwrap_or_else(|| "Satisfy Any".to_owned());
            remarks.push(Noted { remark: Remark::OpenToAddresses { rule }, place: *place, related: None });
        }
        let own_file = sketch.folder.as_deref().and_then(|folder| self.source_of(folder));
        let own = |place: &Place| Some(place.file) == own_file;
        let access = config.access.as_ref().and_then(|access| access.places.first()).copied();
        let rule = config.rules.iter().map(|rule| rule.place).find(own);
        if let (Some(access), Some(rule)) = (access.filter(own), rule) {
            let noted = Noted { remark: Remark::MixedAccessControl, place: access, related: Some(rule) };
            if !remarks.contains(&noted) {
                remarks.push(noted);
            }
        }
    }

    /// The password files: what is wrong with their entries, and whether a stranger can fetch them.
    pub(super) fn user_files(&self, causes: &mut Causes, survey: &mut Survey) {
        let verifier = self.setup(&World::default()).profile.verifier();
        let mut readers = self.readers();
        for passwords in self.library.found() {
            let file = &passwords.basic;
            let readers = readers.remove(&file.file).unwrap_or_default();
            if self.is_served(file.file) {
                let (remark, place) = (Remark::PasswordFileServed, Place::new(file.file, Span::at(0)));
                survey.remarks.push(Noted { remark, place, related: readers.first().copied() });
            }
            if matches!(file.contents, Contents::Digest | Contents::Groups) {
                continue;
            }
            for because in lost_lines(file, verifier) {
                causes.add(&because, Outcome { logins: Some(Logins::None), status: Some(401) });
            }
            for entry in file.deciding() {
                if let Some(reason) = fate(file, entry, verifier) {
                    let known = !matches!(reason, Reason::CannotTell { .. });
                    let outcome = Outcome { logins: known.then_some(Logins::None), status: known.then_some(401) };
                    causes.add(&Because::at(reason, place_of(file.file, entry)), outcome);
                }
            }
            survey.user_files.push(UserFileInUse {
                file: file.clone(),
                written: Written::File,
                verifier,
                others: Vec::new(),
                readers,
            });
        }
    }

    /// The directives that lead to each password file.
    fn readers(&self) -> HashMap<FileId, Vec<Place>> {
        let mut readers: HashMap<FileId, Vec<Place>> = HashMap::new();
        for folder in self.folders() {
            let read = explore(&World::default(), |world| self.per_dir(folder, world));
            for (_, per_dir) in read.outcomes {
                let Ok(per_dir) = per_dir else { continue };
                per_dir.config.each(&mut |config| {
                    let Some(set) = &config.user_file else { return };
                    let UserFileState::Read { passwords, .. } = self.user_file(set) else { return };
                    readers.entry(passwords.basic.file).or_default().push(set.place);
                });
            }
        }
        for places in readers.values_mut() {
            // In the order of their folders; each world that a file is read in tells of its directives again.
            let mut seen = HashSet::new();
            places.retain(|place| seen.insert(*place));
        }
        readers
    }

    /// Whether a stranger's GET obtains a file that lies in a folder of the site.
    fn is_served(&self, file: FileId) -> bool {
        let Some(path) = self.sources.get(file).map(crate::source::Source::path) else { return false };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return false };
        let below_docroot = self.docroot.as_ref().is_some_and(|docroot| folder.starts_with(docroot));
        if self.chain(folder).is_empty() && !below_docroot {
            return false;
        }
        let stranger = Ask::of("GET", Login::Anonymous, Client::Elsewhere);
        self.decide(folder, name.as_encoded_bytes(), &stranger).passes() == Some(true)
    }
}

/// Causes, each once.
#[derive(Default)]
pub(super) struct Causes {
    pub(super) list: Vec<Cause>,
    known: HashMap<Key, usize>,
}

/// What makes a cause the same as another.
type Key = (Option<Place>, ReasonKind);

fn key(because: &Because) -> Key {
    (because.place, because.reason.kind())
}

impl Causes {
    pub(super) fn add(&mut self, because: &Because, outcome: Outcome) {
        let key = key(because);
        match self.known.get(&key).and_then(|index| self.list.get_mut(*index)) {
            Some(known) => {
                if known.outcome.logins != outcome.logins && outcome.logins.is_some() {
                    known.outcome.logins = Some(Logins::Some);
                }
            }
            None => {
                self.known.insert(key, self.list.len());
                self.list.push(Cause { because: because.clone(), outcome });
            }
        }
    }

    /// The reasons that the answers of an area give.
    pub(super) fn take_area(&mut self, area: &Area) {
        let passing = area.people.iter().filter(|person| person.can_log_in() == Some(true)).count();
        let logins = match passing {
            0 if area.verdict() != Verdict::Lockout => None,
            0 => Some(Logins::None),
            all if all == area.people.len() => Some(Logins::All),
            _ => Some(Logins::Some),
        };
        let open = area.verdict() == Verdict::Open;
        if area.guarded || !open {
            for because in &area.anonymous.because {
                let status = area.anonymous.status;
                let logins = if open { None } else { logins };
                self.add(because, Outcome { logins, status });
            }
        }
        if open {
            return;
        }
        let others = area.people.iter().map(|person| &person.answer).chain(area.unseen.as_ref());
        for answer in others {
            for because in &answer.because {
                let everybody = because.place.is_none_or(|place| Some(place.file) == Some(area.place.file));
                let refused = answer.status.map(|_| Logins::None);
                self.add(because, Outcome { logins: if everybody { logins } else { refused }, status: answer.status });
            }
        }
    }
}
