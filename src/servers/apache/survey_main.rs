//! The survey of a whole configuration: every host, every section, every per-directory file below what they show.

use std::path::{Path, PathBuf};

use super::areas::{Sketch, drawn};
use super::product::PerDir;
use super::site::Site;
use super::stands::{Stand, text};
use super::survey::Causes;
use super::world::{World, explore};
use crate::answer::{Answer, Startup, Survey};
use crate::finding::{Logins, Outcome};
use crate::read::{FileType, Kind};
use crate::source::FileId;

/// How many folders below a document root are looked into; what lies beyond is not surveyed.
const MOST_FOLDERS: usize = 100_000;

impl Site<'_> {
    /// The survey.
    pub(super) fn surveyed_from_main(&self) -> Survey {
        let mut causes = Causes::default();
        let world = World::default();
        let setup = self.setup(&world);
        let mut survey = Survey { remarks: setup.remarks.clone(), ..Survey::default() };
        let starts = self.startup_causes(&mut causes);
        for dropped in &setup.dropped {
            causes.add(&dropped.because(), Outcome { logins: None, status: Some(200) });
        }
        let access = self.shown_files();
        for stand in self.stands(setup, &access) {
            let sketch = self.sketch_of(&stand);
            self.area_remarks(&sketch, &mut survey.remarks);
            for mut area in self.areas_of(&sketch) {
                area.starts = starts;
                if !starts {
                    area.anonymous = Answer { status: None, because: Vec::new() };
                    area.people.iter_mut().for_each(|person| person.answer = area.anonymous.clone());
                }
                let known = survey.areas.iter().any(|known| {
                    known.place == area.place
                        && known.path == area.path
                        && known.host == area.host
                        && known.files == area.files
                        && known.methods == area.methods
                });
                if !known {
                    causes.take_area(&area);
                    survey.areas.push(area);
                }
            }
        }
        survey.areas.sort_by(|one, other| (&one.host, &one.path).cmp(&(&other.host, &other.path)));
        self.access_causes(&access, &mut causes, &mut survey);
        if starts {
            self.header_remarks(&self.shown_by_hosts(setup, &access), &mut survey.remarks);
        }
        self.user_files(&mut causes, &mut survey);
        survey.causes = causes.list;
        survey
    }

    /// Why it does not start, or why that cannot be told; whether it may.
    fn startup_causes(&self, causes: &mut Causes) -> bool {
        use crate::answer::Server;
        let (because, outcome) = match self.startup() {
            Startup::Ok => return true,
            Startup::Fails(because) => (because, Outcome { logins: Some(Logins::None), status: None }),
            Startup::Unknown(because) => (because, Outcome::default()),
        };
        for because in &because {
            causes.add(because, outcome);
        }
        outcome.logins.is_none()
    }

    /// What is wrong with the per-directory files that are read.
    fn access_causes(&self, access: &[(PathBuf, Vec<u8>)], causes: &mut Causes, survey: &mut Survey) {
        let explored = explore(&World::default(), |world| {
            let setup = self.setup(world);
            let mut read: Vec<PerDir> = Vec::new();
            for host in setup.reachable() {
                let host = setup.hosted(host);
                for (_, folder) in access {
                    let Some(url) = host.url_of(folder, &setup.profile.server_root) else { continue };
                    let spot = host.spot_at(&url, folder);
                    if self.passed_on(&spot).is_some() {
                        continue;
                    }
                    let walked = self.walk(setup, &spot, None, world);
                    read.extend(walked.per_dirs.iter().map(|(_, per_dir)| PerDir::clone(per_dir)));
                }
            }
            read
        });
        let Some((_, first)) = explored.outcomes.first() else { return };
        for per_dir in first {
            for noted in &per_dir.remarks {
                if !survey.remarks.contains(noted) {
                    survey.remarks.push(noted.clone());
                }
            }
            for fault in &per_dir.faults {
                let everywhere = explored.outcomes.iter().all(|(_, read)| {
                    read.iter().any(|other| other.faults.iter().any(|known| known.because == fault.because))
                });
                if everywhere {
                    let outcome = Outcome { logins: Some(Logins::None), status: Some(fault.status) };
                    causes.add(&fault.because, outcome);
                }
            }
        }
    }

    /// The per-directory files below all that the hosts show, each with its folder on the server; password and group
    /// files that lie there are read too.
    fn shown_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let world = World::default();
        let setup = self.setup(&world);
        let mut roots: Vec<Vec<u8>> = Vec::new();
        for host in setup.reachable() {
            let hosted = setup.hosted(host);
            roots.push(hosted.docroot.clone());
            let mapped = hosted.host.mappings.iter().filter(|mapping| !mapping.path.contains(&b'$'));
            roots.extend(mapped.map(|mapping| super::spot::absolute(&mapping.path, &setup.profile.server_root)));
        }
        roots.sort();
        roots.dedup();
        let outermost: Vec<PathBuf> = roots.iter().map(|root| crate::read::server_path(root)).collect();
        let inner = |root: &Path| outermost.iter().any(|other| other != root && root.starts_with(other));
        let names = self.access_names();
        let mut found = Vec::new();
        for root in outermost.iter().filter(|root| !inner(root)) {
            self.look_below(root, &names, &mut found);
        }
        found
    }

    fn access_names(&self) -> Vec<String> {
        let world = World::default();
        let setup = self.setup(&world);
        let hosts = setup.reachable();
        let told = hosts.into_iter().filter_map(|host| setup.hosted(host).host.access_names.clone());
        let mut names: Vec<String> = told.flatten().map(|name| String::from_utf8_lossy(&name).into_owned()).collect();
        names.push(".htaccess".to_owned());
        names
    }

    fn look_below(&self, root: &Path, names: &[String], found: &mut Vec<(PathBuf, Vec<u8>)>) {
        let Some(local) = self.library.local(root) else { return };
        let mut pending = vec![(local, root.to_owned())];
        let mut seen = 0;
        while let Some((folder, server)) = pending.pop() {
            seen += 1;
            if seen > MOST_FOLDERS {
                return;
            }
            let mut below = Vec::new();
            for entry in self.library.files.entries(&folder).unwrap_or_default() {
                let Some(name) = entry.path.file_name() else { continue };
                match Kind::of(&entry.path, names) {
                    _ if entry.kind == FileType::Directory => below.push((entry.path.clone(), server.join(name))),
                    Some(Kind::AccessFile) => {
                        let mut directory = server.as_os_str().as_encoded_bytes().to_vec();
                        directory.push(b'/');
                        found.push((server.clone(), directory));
                    }
                    Some(Kind::UserFile) => drop(self.library.passwords_at(&entry.path)),
                    Some(Kind::GroupFile | Kind::DigestFile) | None => {}
                }
            }
            pending.extend(below.into_iter().rev());
        }
        found.sort();
        found.dedup();
    }

    fn sketch_of<'a>(&'a self, stand: &Stand) -> Sketch<'a> {
        let world = World::default();
        let name = match &stand.files {
            Some((_, name)) => name.clone(),
            None => self.plain_name(stand, &world),
        };
        let policies = explore(&world, |world| {
            let setup = self.setup(world);
            let spot = self.spot_of(setup, stand, &name);
            let (mut policy, _) = self.policy_at(setup, spot, None, world);
            let unread = stand.dropped.iter().filter(|dropped| !policy.dropped.contains(dropped)).cloned();
            policy.dropped.extend(unread.collect::<Vec<_>>());
            policy
        });
        let setup = self.setup(&world);
        let mut decided_by: Vec<FileId> = vec![stand.place.file];
        decided_by.extend(self.started.as_ref().map(|started| started.config));
        let drawn = drawn(policies, decided_by, stand.place, stand.guarded);
        let host = setup.hosted(stand.host).host.name.as_ref();
        let host = host.filter(|_| setup.reachable().len() > 1).map(|set| text(&set.value));
        let folder = self.library.local(&crate::read::server_path(&stand.folder));
        let folder = folder.filter(|folder| self.library.files.stat(folder).is_ok());
        let files = stand.files.as_ref().map(|(written, _)| written.clone());
        let path = Some(String::from_utf8_lossy(&stand.url).into_owned());
        Sketch { folder, host, path, files, ..drawn }
    }

    /// A name that no `<Files>` section at the place is for.
    fn plain_name(&self, stand: &Stand, world: &World) -> Vec<u8> {
        const NAMES: [&[u8]; 6] = [b"index.html", b"page.html", b"readme.txt", b"q", b"x.y", b"0"];
        let setup = self.setup(world);
        let spot = self.spot_of(setup, stand, b"index.html");
        let (policy, _) = self.policy_at(setup, spot, None, world);
        let fits = |name: &[u8]| policy.config.files.iter().any(|section| section.pattern.fits(name) != Some(false));
        NAMES.into_iter().find(|name| !fits(name)).unwrap_or(b"index.html").to_vec()
    }
}
