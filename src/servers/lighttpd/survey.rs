//! Everything there is to say without being asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::areas::Stand;
use super::backend::Backend;
use super::people::UserFileState;
use super::respond::Until;
use super::setup::Lighttpd;
use crate::answer::{
    Area, Because, Cause, Login, Noted, Reason, Remark, Startup, Survey, Trace, UserFileInUse, Verdict, Written,
};
use crate::finding::{Logins, Outcome};
use crate::source::{FileId, Place, Span};

impl Lighttpd<'_> {
    /// The areas, their people and what is wrong.
    #[must_use]
    pub(super) fn surveyed(&self) -> Survey {
        let mut survey = Survey::default();
        let starts = self.startup_causes(&mut survey.causes);
        let mut used: BTreeMap<FileId, UserFileInUse> = BTreeMap::new();
        for stand in self.stands() {
            let area = self.area(&stand, starts);
            take_area(&area, &mut survey.causes);
            survey.areas.push(area);
            if starts {
                self.use_file(&stand, &mut used);
            }
        }
        self.misspelt_keys(&mut survey.causes);
        survey.areas.sort_by(|one, other| (&one.host, &one.path).cmp(&(&other.host, &other.path)));
        for file in used.values() {
            for because in self.lost_lines(&file.file) {
                add(&mut survey.causes, &because, Outcome { logins: Some(Logins::None), status: Some(401) });
            }
            self.downloads(file, &mut survey.remarks);
        }
        survey.user_files = used.into_values().collect();
        survey
    }

    /// Why it does not start, or why that cannot be told; whether it may.
    fn startup_causes(&self, causes: &mut Vec<Cause>) -> bool {
        let (because, outcome) = match &self.startup {
            Startup::Ok => return true,
            Startup::Fails(because) => (because, Outcome { logins: Some(Logins::None), status: None }),
            Startup::Unknown(because) => (because, Outcome::default()),
        };
        for because in because {
            add(causes, because, outcome);
        }
        outcome.logins.is_none()
    }

    /// Takes down who reads a password file; those of digests and of plain text have nothing to verify.
    fn use_file(&self, stand: &Stand, used: &mut BTreeMap<FileId, UserFileInUse>) {
        let witness = self.witness(stand.block, &stand.path);
        if self.backend_of(&witness) != Some(Backend::Htpasswd) {
            return;
        }
        let Some(setting) = self.file_setting(&witness) else { return };
        let state = self.user_file(setting.value.text().unwrap_or_default());
        if let UserFileState::Read { file, passwords, .. } = state.as_ref() {
            let new = || UserFileInUse {
                file: Arc::clone(passwords),
                written: Written::File,
                verifier: self.verifier(),
                others: Vec::new(),
                readers: Vec::new(),
            };
            let known = used.entry(*file).or_insert_with(new);
            if !known.readers.contains(&setting.place) {
                known.readers.push(setting.place);
            }
        }
    }

    /// Keys that no module has and that were meant for one of mod_auth's.
    fn misspelt_keys(&self, causes: &mut Vec<Cause>) {
        for setting in self.blocks.iter().flat_map(|block| block.settings.values()) {
            let own = setting.key.starts_with(b"var.") || super::keys::is_known(&setting.key);
            let nearest = super::keys::nearest(&setting.key).filter(|near| near.starts_with("auth.") && !own);
            let Some(nearest) = nearest.filter(|near| *near != "auth.require") else { continue };
            let name = String::from_utf8_lossy(&setting.key).into_owned();
            let reason = Reason::UnknownDirective { name, nearest: Some(nearest.to_owned()) };
            let outcome = Outcome { logins: Some(Logins::None), status: None };
            add(causes, &Because::at(reason, setting.place), outcome);
        }
    }

    /// A password file that a stranger obtains.
    fn downloads(&self, used: &UserFileInUse, remarks: &mut Vec<Noted>) {
        let root = self.global("server.document-root").and_then(|setting| self.local(setting.value.text()?).ok());
        let path = self.sources.get(used.file.file).map(|source| source.path());
        let below = root.zip(path).and_then(|(root, path)| path.strip_prefix(root).ok());
        let Some(below) = below else { return };
        let url = [b"/", below.as_os_str().as_encoded_bytes()].concat();
        let request = self.witness(0, &url).request(Login::Anonymous);
        if self.respond(&request, Until::TheEnd, &mut Trace::unwanted()).status == Some(200) {
            let place = Place::new(used.file.file, Span::at(0));
            let related = used.readers.first().copied();
            remarks.push(Noted { remark: Remark::PasswordFileServed, place, related });
        }
    }
}

fn add(causes: &mut Vec<Cause>, because: &Because, outcome: Outcome) {
    let known =
        causes.iter_mut().find(|known| known.because.place == because.place && known.because.reason == because.reason);
    match known {
        Some(known) if known.outcome != outcome => {
            known.outcome.logins = known.outcome.logins.filter(|logins| Some(*logins) == outcome.logins);
        }
        Some(_) => {}
        None => causes.push(Cause { because: because.clone(), outcome }),
    }
}

/// What is wrong in an area, each with what it leads to.
fn take_area(area: &Area, causes: &mut Vec<Cause>) {
    if !area.starts {
        return;
    }
    let open = area.verdict() == Verdict::Open;
    let passing = area.people.iter().filter(|person| person.can_log_in() == Some(true)).count();
    let logins = match passing {
        0 if area.verdict() != Verdict::Lockout => None,
        0 => Some(Logins::None),
        all if all == area.people.len() => Some(Logins::All),
        _ => Some(Logins::Some),
    };
    if area.guarded || !open {
        for because in &area.anonymous.because {
            let logins = if open { None } else { logins };
            add(causes, because, Outcome { logins, status: area.anonymous.status });
        }
    }
    if open {
        return;
    }
    for answer in area.people.iter().map(|person| &person.answer).chain(area.unseen.as_ref()) {
        for because in &answer.because {
            let everybody = because.place.is_none_or(|place| Some(place.file) == Some(area.place.file));
            let refused = answer.status.map(|_| Logins::None);
            add(causes, because, Outcome { logins: if everybody { logins } else { refused }, status: answer.status });
        }
    }
}
