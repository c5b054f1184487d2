//! Everything there is to say without being asked: where logins stand, what becomes of them, and what is wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::reader::Stop;
use super::site::Site;
use super::stands::Stand;
use crate::answer::{
    Answer, Area, Because, Cause, Client, Login, Noted, Person, Reason, Remark, Survey, UserFileInUse, Verdict, Written,
};
use crate::finding::{Logins, Outcome};
use crate::hash::{Life, Verifier, judge};
use crate::source::{FileId, Place, Span};
use crate::users::{Encoding, Oddity, UserFile};

impl Site<'_> {
    /// The survey.
    pub(super) fn survey(&self) -> Survey {
        let mut survey = Survey::default();
        let starts = self.startup_causes(&mut survey.causes);
        let mut used: BTreeMap<FileId, UserFileInUse> = BTreeMap::new();
        let stands = self.stands();
        for stand in &stands {
            if let Some(file) = self.use_file(stand, &mut used) {
                self.served(file, &mut survey.remarks);
                for because in self.lost_lines(&self.users(file)) {
                    add(&mut survey.causes, &because, Outcome { logins: Some(Logins::None), status: Some(401) });
                }
            }
            let area = self.area(stand, starts, &used);
            // Everybody is sent on before a login is asked for: what counts stands where they come to.
            let sent_on = matches!(area.anonymous.status, Some(301 | 302 | 303 | 307 | 308));
            let refused = area.anonymous.passes() == Some(false);
            // What `deny all` closes is no place for logins, nor are the methods that `limit_except` closes.
            let by_address = |because: &Because| because.reason == Reason::DeniedByAddress;
            let closed_methods = stand.methods.is_some() && area.anonymous.because.iter().any(by_address);
            let merely_closed = starts && refused && (!stand.guarded || closed_methods);
            if sent_on || merely_closed {
                continue;
            }
            take_area(&area, &mut survey.causes);
            survey.areas.push(area);
        }
        if starts && self.complete {
            self.holes(&mut survey.causes);
            self.seams(&mut survey.remarks);
            self.notes(&stands, &mut survey.remarks);
        }
        survey.areas.sort_by(|one, other| (&one.host, &one.path).cmp(&(&other.host, &other.path)));
        survey.user_files = used.into_values().collect();
        survey
    }

    /// Why it does not start, or why that cannot be told; whether it may.
    fn startup_causes(&self, causes: &mut Vec<Cause>) -> bool {
        match &self.stop {
            None => true,
            Some(Stop::Fails(because)) => {
                add(causes, because, Outcome { logins: Some(Logins::None), status: None });
                false
            }
            Some(Stop::Unknown(because)) => {
                add(causes, because, Outcome::default());
                true
            }
        }
    }

    /// The password file in force at a place, if it can be read.
    fn use_file(&self, stand: &Stand, used: &mut BTreeMap<FileId, UserFileInUse>) -> Option<FileId> {
        let (id, place) = self.file_of(stand)?;
        let verifier = Verifier::Nginx(self.target.crypt);
        let (written, others, readers) = (Written::File, Vec::new(), Vec::new());
        let new = || UserFileInUse { file: self.users(id), written, verifier, others, readers };
        let fresh = !used.contains_key(&id);
        let known = used.entry(id).or_insert_with(new);
        if !known.readers.contains(&place) {
            known.readers.push(place);
        }
        fresh.then_some(id)
    }

    fn area(&self, stand: &Stand, starts: bool, used: &BTreeMap<FileId, UserFileInUse>) -> Area {
        let ask = |login: Login| self.fate_at(stand, login, Client::Elsewhere);
        let anonymous = ask(Login::Anonymous);
        let file = self.file_of(stand).and_then(|(id, _)| used.get(&id)).filter(|_| stand.asks);
        let person = |entry: &crate::users::Entry| Person {
            name: entry.user.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&entry.user).to_vec(),
            place: file.map(|used| Place::new(used.file.file, entry.span)),
            answer: self.holder_at(stand, &entry.user),
            given: self.given_at(stand, &entry.user).filter(|_| starts),
        };
        let people = file.map(|used| used.file.deciding().map(person).collect()).unwrap_or_default();
        let unseen = (stand.asks && file.is_none()).then(|| ask(Login::Holder(b"?".to_vec())));
        Area {
            server: "nginx",
            host: stand.host.clone(),
            starts,
            directory: self.folder_of(stand),
            path: stand.path.clone(),
            files: stand.files.clone(),
            place: stand.place,
            methods: stand.methods.clone(),
            realm: stand.realm.clone(),
            guarded: stand.guarded,
            anonymous,
            people,
            decided_by: std::iter::once(stand.place.file).chain(file.map(|used| used.file.file)).collect(),
            unseen,
        }
    }

    fn holder_at(&self, stand: &Stand, user: &[u8]) -> Answer {
        let login = || Login::Holder(user.to_vec());
        let answer = self.fate_at(stand, login(), Client::Elsewhere);
        if answer.status != Some(403) {
            return answer;
        }
        let welcome = self.fate_at(stand, login(), Client::Welcome);
        if welcome.passes() == Some(false) { answer } else { welcome }
    }

    fn given_at(&self, stand: &Stand, user: &[u8]) -> Option<Answer> {
        let password = self.target.credentials.get(user)?.clone();
        let scheme = crate::answer::Scheme::Basic;
        let login = Login::Password { user: user.to_vec(), password, scheme };
        Some(self.fate_at(stand, login, Client::Elsewhere))
    }

    fn folder_of(&self, stand: &Stand) -> Option<PathBuf> {
        let path = self.tree.setting(stand.block, "root").map(|item| self.rooted(item.arg(0)))?;
        let server = crate::read::server_path(&path);
        let below = stand.path.as_deref().unwrap_or("/").trim_start_matches('/');
        match super::include::locate(self.target, &server.join(below)) {
            crate::read::Located::Local { path, .. } => self.target.files.stat(&path).is_ok().then_some(path),
            crate::read::Located::Unmapped => None,
        }
    }

    /// The faults of lines that make no entry at all.
    fn lost_lines(&self, file: &UserFile) -> Vec<Because> {
        let place = |span| Place::new(file.file, span);
        let mut lost = Vec::new();
        for oddity in &file.oddities {
            match oddity {
                Oddity::NoColon { span, remark: false } => {
                    lost.push(Because::at(Reason::EntryWithoutColon, place(*span)));
                }
                Oddity::CommentedEntry { user, stored, span } => {
                    if judge(stored, Verifier::Nginx(self.target.crypt)) == Life::Alive {
                        let name = String::from_utf8_lossy(user).into_owned();
                        lost.push(Because::at(Reason::CommentedUser { name }, place(*span)));
                    }
                }
                Oddity::NoColon { remark: true, .. }
                | Oddity::Nul { .. }
                | Oddity::NoFinalNewline { .. }
                | Oddity::Swallowed { .. }
                | Oddity::TooLong { .. } => {}
            }
        }
        if let Some(encoding) = file.encoding.filter(|encoding| *encoding != Encoding::Utf8Bom) {
            lost.push(Because::at(Reason::UserFileEncoding { what: encoding.words() }, place(Span::new(0, 2))));
        }
        lost
    }

    /// Whether a stranger's GET obtains a password file.
    fn served(&self, file: FileId, remarks: &mut Vec<Noted>) {
        let Some(path) = self.user_files.borrow().iter().find(|(_, id)| **id == file).map(|(path, _)| path.clone())
        else {
            return;
        };
        if self.is_handed_out(&path) {
            let place = Place::new(file, Span::at(0));
            remarks.push(Noted { remark: Remark::PasswordFileServed, place, related: None });
        }
    }
}

/// Adds a cause once.
pub(super) fn add(causes: &mut Vec<Cause>, because: &Because, outcome: Outcome) {
    let same = |known: &&mut Cause| known.because.place == because.place && known.because.reason == because.reason;
    match causes.iter_mut().find(same) {
        Some(known) if known.outcome.logins != outcome.logins && outcome.logins.is_some() => {
            known.outcome.logins = Some(Logins::Some);
        }
        Some(_) => {}
        None => causes.push(Cause { because: because.clone(), outcome }),
    }
}

/// The reasons that the answers of an area give.
fn take_area(area: &Area, causes: &mut Vec<Cause>) {
    let passing = area.people.iter().filter(|person| person.can_log_in() == Some(true)).count();
    let logins = match passing {
        0 if area.verdict() != Verdict::Lockout => None,
        0 => Some(Logins::None),
        all if all == area.people.len() => Some(Logins::All),
        _ => Some(Logins::Some),
    };
    let open = area.verdict() == Verdict::Open;
    if area.guarded || !open {
        // An address rule beside a login is no fault where some addresses are let in.
        let some_pass = area.people.iter().any(|person| person.can_log_in() == Some(true));
        let told = |because: &&Because| because.reason != Reason::DeniedByAddress || !some_pass;
        for because in area.anonymous.because.iter().filter(told) {
            add(causes, because, Outcome { logins: logins.filter(|_| !open), status: area.anonymous.status });
        }
    }
    if open {
        return;
    }
    let others = area.people.iter().map(|person| &person.answer).chain(area.unseen.as_ref());
    for answer in others {
        for because in &answer.because {
            let everybody = because.place.is_none_or(|place| place.file == area.place.file);
            let refused = answer.status.map(|_| Logins::None);
            add(causes, because, Outcome { logins: if everybody { logins } else { refused }, status: answer.status });
        }
    }
}
