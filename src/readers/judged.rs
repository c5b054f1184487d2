//! What becomes of the people in a password file at each server that reads it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::evidence::Evidence;
use super::tree::{Reader, Tree, called};
use crate::answer::{Area, Because, Cause, ReasonKind, Server, Survey, UserFileInUse, Written};
use crate::finding::Label;
use crate::read::{Discovery, Found, Kind as FileKind, PathMap};
use crate::servers::apache::{Ground, Profile, Site, load};
use crate::servers::{Kind, StandIn};
use crate::source::{FileId, Place, Source, Span};
use crate::users::UserFile;

/// What servers beside the one that was asked first say of the tree.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub causes: Vec<Cause>,
    pub user_files: Vec<UserFileInUse>,
    /// The files that were asked about.
    pub asked: Vec<FileId>,
    /// Who gets in at a server that reads the file.
    pub areas: Vec<Area>,
}

/// Adds to Apache's survey of a tree what the other servers say that read its password files, and takes out of it what
/// Apache would say of files that only others read. `asked` tells of a path whether the user asked about it; the files
/// that were asked about come back.
pub fn judge(tree: Tree<'_>, survey: &mut Survey, asked: &dyn Fn(&Path) -> bool) -> Vec<FileId> {
    if tree.discovery.configs.is_empty() {
        return Vec::new();
    }
    let evidence = Evidence::of(tree);
    let mut readers = evidence.readers(tree);
    readers.extend(evidence.of_containers(tree, survey));
    let mut judged = Judged::default();
    for reader in &readers {
        judged.take(tree, reader, asked);
    }
    give_way(tree, survey, &readers);
    evidence.judge_lists(tree, &mut judged);
    judged.join(tree, survey)
}

/// The survey of these password files as one server reads them, whoever names them; `None`: it cannot be told without
/// its configuration.
#[must_use]
pub fn judge_as(server: Kind, tree: Tree<'_>, users: &[PathBuf]) -> Option<(Survey, Vec<FileId>)> {
    StandIn::new(server, tree.files, users.first()?)?;
    let mut judged = Judged::default();
    for users in users {
        let reader =
            Reader { server, crypt: tree.crypt, users: users.clone(), place: None, named: true, assumed: None };
        judged.take(tree, &reader, &|_| true);
    }
    let mut survey = Survey { areas: std::mem::take(&mut judged.areas), ..Survey::default() };
    let asked = judged.join(tree, &mut survey);
    Some((survey, asked))
}

/// The path of a file that was read.
fn path(tree: Tree<'_>, file: FileId) -> Option<&Path> {
    tree.sources.get(file).map(Source::path)
}

/// Takes out of Apache's survey what it says of files that only others read; of those that it reads as well it is named.
fn give_way(tree: Tree<'_>, survey: &mut Survey, readers: &[Reader]) {
    let claimed = |file: FileId| readers.iter().any(|reader| Some(reader.users.as_path()) == path(tree, file));
    let (own, others): (Vec<_>, Vec<_>) = survey.user_files.drain(..).partition(|used| {
        // Apache on the same platform may have been found as a reader: then nothing more is to be said of it.
        !claimed(used.file.file) || !used.readers.is_empty()
    });
    let lost: BTreeSet<FileId> = others.iter().map(|used| used.file.file).collect();
    survey.user_files = own;
    survey.causes.retain(|cause| cause.because.place.is_none_or(|place| !lost.contains(&place.file)));
    for cause in &mut survey.causes {
        let shared = cause.because.place.is_some_and(|place| claimed(place.file));
        if shared
            && survey.user_files.iter().any(|used| Some(used.file.file) == cause.because.place.map(|place| place.file))
        {
            cause.because.by = Some(called(Kind::Apache, tree.crypt));
        }
    }
}

impl Judged {
    /// Lets a server read a file.
    fn take(&mut self, tree: Tree<'_>, reader: &Reader, asked: &dyn Fn(&Path) -> bool) {
        let before = tree.sources.iter().count();
        let Some(survey) = reader.survey(tree) else { return };
        let Survey { causes, user_files, areas, .. } = survey;
        for cause in causes {
            self.causes.extend(reader.told(tree, cause));
        }
        let own = |used: &UserFileInUse| path(tree, used.file.file) == Some(reader.users.as_path());
        let known = user_files.iter().any(own);
        for used in user_files.into_iter().filter(own) {
            self.user_files.push(UserFileInUse { readers: reader.place.into_iter().collect(), ..used });
        }
        let new = || tree.sources.iter().skip(before).filter(|(_, source)| source.path() == reader.users);
        if reader.named || asked(&reader.users) {
            self.asked.extend(new().map(|(file, _)| file));
        }
        // Host, path and realm are those of its configuration, which is not at hand.
        let at = new().next().map(|(file, _)| Place::new(file, Span::at(0)));
        let alone = |(area, place): (Area, Place)| {
            let (host, path, directory, realm) = (None, None, None, None);
            Area { host, path, directory, realm, place, decided_by: vec![place.file], ..area }
        };
        self.areas.extend(areas.into_iter().zip(at).map(alone));
        // Of a file that the server refuses as a whole only the names are of use.
        let read = |(file, source): (FileId, &Source)| {
            let verifier = reader.server.profile(reader.crypt)?.verifier;
            let (written, others, readers) = (Written::File, Vec::new(), reader.place.into_iter().collect());
            let file = UserFile::read(file, source.bytes()).into();
            (!known).then_some(UserFileInUse { file, written, verifier, others, readers })
        };
        self.user_files.extend(new().next().and_then(read));
    }

    /// Joins it to a survey.
    fn join(self, tree: Tree<'_>, survey: &mut Survey) -> Vec<FileId> {
        survey.causes.extend(self.causes);
        survey.user_files.extend(self.user_files);
        survey.user_files.sort_by_key(|used| used.file.file);
        let all: Vec<_> =
            survey.user_files.iter().map(|used| (used.file.file, path(tree, used.file.file), used.verifier)).collect();
        for used in &mut survey.user_files {
            let same = |file: FileId| file != used.file.file && path(tree, file) == path(tree, used.file.file);
            used.others.extend(all.iter().filter(|(file, ..)| same(*file)).map(|(.., verifier)| *verifier));
        }
        agree(tree, survey);
        self.asked
    }
}

/// What all readers of a file say alike is said once, of no one in particular.
fn agree(tree: Tree<'_>, survey: &mut Survey) {
    let mut readers: HashMap<&Path, usize> = HashMap::new();
    for used in &survey.user_files {
        *readers.entry(path(tree, used.file.file).unwrap_or(Path::new(""))).or_default() += 1;
    }
    let mut said: HashMap<(&Path, Span, ReasonKind), Vec<usize>> = HashMap::new();
    for (index, Cause { because, .. }) in
        survey.causes.iter().enumerate().filter(|(_, cause)| cause.because.by.is_some())
    {
        let Some((place, path)) = because.place.and_then(|place| Some((place, path(tree, place.file)?))) else {
            continue;
        };
        said.entry((path, place.span, because.reason.kind())).or_default().push(index);
    }
    let mut again = HashSet::new();
    for ((path, ..), indices) in said {
        let (Some(first), Some(all)) = (indices.first(), readers.get(path)) else { continue };
        let same = |index: &usize| {
            let (one, other) = (survey.causes.get(*first), survey.causes.get(*index));
            one.zip(other)
                .is_some_and(|(one, other)| one.outcome == other.outcome && one.because.reason == other.because.reason)
        };
        if *all > 1 && indices.len() == *all && indices.iter().all(same) {
            again.extend(indices.iter().skip(1).copied());
            if let Some(cause) = survey.causes.get_mut(*first) {
                cause.because.by = None;
            }
        }
    }
    let mut index = 0;
    survey.causes.retain(|_| {
        index += 1;
        !again.contains(&(index - 1))
    });
}

impl Reader {
    /// What the server says of the file.
    fn survey(&self, tree: Tree<'_>) -> Option<Survey> {
        if self.server == Kind::Apache {
            return Some(self.survey_of_apache(tree));
        }
        let stand_in = StandIn::new(self.server, tree.files, &self.users)?;
        let mut survey = stand_in.open(self.crypt, tree.sources, |server| server.survey()).ok()?;
        if !stand_in.sure {
            survey.causes.iter_mut().for_each(|cause| cause.outcome.status = None);
        }
        Some(survey)
    }

    /// Apache judges a password file without any configuration.
    fn survey_of_apache(&self, tree: Tree<'_>) -> Survey {
        let profile = Profile { platform: self.crypt, ..Profile::default() };
        let root = self.users.parent().unwrap_or(Path::new("/")).to_owned();
        let found = vec![Found { path: self.users.clone(), kind: FileKind::UserFile, named: true }];
        let (configs, files, faults) = (Vec::new(), vec![self.users.clone()], Vec::new());
        let alone = Discovery { root: root.clone(), found, configs, files, faults };
        let paths = PathMap::default();
        let ground = Ground { files: tree.files, paths: &paths, account: None };
        let loaded = load(&ground, &alone, &profile, tree.sources);
        Site::new(tree.sources, loaded, profile, root).survey()
    }

    /// A cause as this reader's: at a place in the tree, with its name.
    fn told(&self, tree: Tree<'_>, cause: Cause) -> Option<Cause> {
        let Cause { because, outcome } = cause;
        let own = |place: &Place| path(tree, place.file).is_some_and(StandIn::is_own);
        let place = because.place.filter(|place| !own(place)).or(self.place)?;
        let mut related: Vec<Label> = because.related.into_iter().filter(|label| !own(&label.place)).collect();
        let message = format!("here {} is told to read the file", self.name());
        related.extend(self.place.filter(|told| *told != place).map(|place| Label { place, message }));
        let (by, assumed) = (Some(self.name()), because.assumed.or_else(|| self.assumed.clone()));
        Some(Cause { because: Because { place: Some(place), related, by, assumed, ..because }, outcome })
    }
}
