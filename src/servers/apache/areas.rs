//! Where the areas of a site lie: which folders, files and methods share their fate.

use std::path::{Path, PathBuf};

use super::ask::Ask;
use super::config::{Asks, DirConfig, FilesSection, Provider, Rule};
use super::files::{GroupState, UserFileState};
use super::methods::Methods;
use super::people::Known;
use super::policy::Policy;
use super::product::PerDir;
use super::site::Site;
use super::world::{Explored, World, explore};
use crate::answer::{Answer, Because};
use crate::source::{FileId, Place};

/// An area before its answers are worked out.
pub(super) struct Sketch<'a> {
    /// Its folder on this machine.
    pub(super) folder: Option<PathBuf>,
    /// The host, where there is a choice.
    pub(super) host: Option<String>,
    /// The URL prefix, where that is known.
    pub(super) path: Option<String>,
    /// The `<Files>` section it is for.
    pub(super) files: Option<String>,
    /// The directive or section that makes it an area.
    pub(super) place: Place,
    /// Whether the text asks for a login here.
    pub(super) guarded: bool,
    /// What holds, in every world.
    pub(super) policies: Explored<Policy<'a>>,
    /// Methods that share their fate.
    pub(super) classes: Vec<Methods>,
    /// Everybody who is known.
    pub(super) people: Vec<Known>,
    /// Whether these are all.
    pub(super) complete: bool,
    /// The realm.
    pub(super) realm: Option<String>,
    /// The files that decide.
    pub(super) decided_by: Vec<FileId>,
}

impl Sketch<'_> {
    /// Protection that is in force in no world: it stands in a section that is false in all of them.
    pub(super) fn dropped(&self) -> Option<Because> {
        let policies = || self.policies.outcomes.iter().map(|(_, policy)| policy);
        let dropped = policies().next()?.dropped.iter().find(|dropped| dropped.place == self.place)?;
        let everywhere = policies().all(|policy| policy.dropped.contains(dropped) && policy.config.auth_type.is_none());
        everywhere.then(|| dropped.because())
    }

    /// What the server answers here.
    pub(super) fn answer(&self, ask: &Ask) -> Answer {
        if let [(world, policy)] = self.policies.outcomes.as_slice() {
            return explore(world, |world| policy.answer(ask, world)).agreed();
        }
        let outcomes = self.policies.outcomes.iter().map(|(world, policy)| {
            let answer = explore(world, |world| policy.answer(ask, world)).agreed();
            (world.clone(), answer)
        });
        Explored { outcomes: outcomes.collect(), missing: self.policies.missing.clone() }.agreed()
    }
}

/// The areas that a folder's per-directory file makes.
pub(super) fn sketches<'a>(site: &'a Site<'_>, folder: &Path) -> Vec<Sketch<'a>> {
    let read = explore(&World::default(), |world| site.per_dir(folder, world));
    let mut sketches: Vec<Sketch<'a>> = Vec::new();
    let above = is_guarded_above(site, folder);
    for (_, per_dir) in &read.outcomes {
        let Ok(per_dir) = per_dir else { continue };
        let own_place = place_of(per_dir, above);
        if let Some(place) = own_place {
            let name = ordinary_name(site, folder, per_dir);
            if let Some(name) = name.filter(|_| !sketches.iter().any(|sketch| sketch.files.is_none())) {
                let guarded = asks_for_login(site, folder, &per_dir.config, above) || !per_dir.dropped.is_empty();
                sketches.push(sketch(site, folder, &name, None, place, guarded));
            }
        }
        for section in &per_dir.config.files {
            if !concerns_login(&section.config, above || own_place.is_some()) {
                continue;
            }
            let guarded = section.config.rules.iter().any(Rule::needs_user) || has_login(&section.config);
            if let Some(name) = name_for(site, folder, section) {
                sketches.push(sketch(site, folder, &name, Some(section.written.clone()), section.place, guarded));
            }
        }
    }
    let mut seen: Vec<(Option<String>, Place)> = Vec::new();
    sketches.retain(|sketch| {
        let key = (sketch.files.clone(), sketch.place);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    sketches
}

fn sketch<'a>(
    site: &'a Site<'_>,
    folder: &Path,
    name: &[u8],
    files: Option<String>,
    place: Place,
    guarded: bool,
) -> Sketch<'a> {
    let policies = explore(&World::default(), |world| site.policy(folder, name, world));
    let decided_by = site.chain(folder).into_iter().filter_map(|folder| site.source_of(folder)).collect();
    let drawn = drawn(policies, decided_by, place, guarded);
    Sketch { folder: Some(folder.to_owned()), files, ..drawn }
}

/// An area of requests for which these policies hold.
pub(super) fn drawn<'a>(
    policies: Explored<Policy<'a>>,
    mut decided_by: Vec<FileId>,
    place: Place,
    guarded: bool,
) -> Sketch<'a> {
    let mut marks = vec![Methods::of("TRACE")];
    let mut people: Vec<Known> = Vec::new();
    let mut complete = true;
    let mut realm = None;
    for (_, policy) in &policies.outcomes {
        marks.extend(method_marks(&policy.config));
        let (known, all) = policy.people();
        complete &= all;
        people.extend(known);
        realm = realm.or_else(|| policy.config.auth_name.as_ref().and_then(|set| set.value.constant()));
        if let Some(UserFileState::Read { passwords, .. }) = policy.user_file {
            decided_by.push(passwords.basic.file);
        }
        if let GroupState::Read { file } = policy.groups {
            decided_by.push(file.file);
        }
    }
    if policies.outcomes.len() > 1 {
        let mut seen = std::collections::HashSet::new();
        people.retain(|(name, _)| seen.insert(name.clone()));
    }
    let trace = Methods::of("TRACE");
    let mut classes = Methods::classes(&marks);
    // TRACE is answered before any access check, and methods without a name are nothing to tell.
    classes.retain(|class| *class != trace && !class.names().is_empty());
    let realm = realm.map(|realm| String::from_utf8_lossy(&realm).into_owned());
    let (folder, host, path, files) = Default::default();
    Sketch { folder, host, path, files, place, guarded, policies, classes, people, complete, realm, decided_by }
}

/// The sets of methods by which settings differ.
fn method_marks(config: &DirConfig) -> Vec<Methods> {
    fn of_rules(rules: &[Rule], marks: &mut Vec<Methods>) {
        for rule in rules {
            marks.push(rule.methods);
            match &rule.asks {
                Asks::Section(_, rules) => of_rules(rules, marks),
                Asks::Provider(Provider::Method(methods)) => marks.push(*methods),
                Asks::Provider(_) => {}
            }
        }
    }
    let mut marks = Vec::new();
    of_rules(&config.rules, &mut marks);
    if let Some(access) = &config.access {
        marks.extend(access.orders.iter().map(|(methods, _)| *methods));
        marks.extend(access.allows.iter().chain(&access.denies).map(|(methods, _)| *methods));
        marks.extend(access.satisfies.iter().map(|(methods, _)| *methods));
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// The directive that makes a folder an area, if its file says anything about a login outside of `<Files>`.
fn place_of(per_dir: &PerDir, above: bool) -> Option<Place> {
    let config = &per_dir.config;
    if let Some(dropped) = per_dir.dropped.first().filter(|_| !has_login(config)) {
        return Some(dropped.place);
    }
    if !concerns_login(config, above) {
        return None;
    }
    let conditions = config.conditions.iter().find(|section| has_login(&section.config)).map(|section| section.place);
    first_place(config).or(conditions)
}

/// Where settings, or those of a `<Files>` section among them, name a way to log in.
pub(super) fn login_place(config: &DirConfig) -> Option<Place> {
    let mut inside = std::iter::once(config).chain(config.files.iter().map(|files| &files.config));
    inside.find(|config| has_login(config)).and_then(first_place)
}

pub(super) fn first_place(config: &DirConfig) -> Option<Place> {
    let set = [
        config.auth_type.as_ref().map(|set| set.place),
        config.auth_name.as_ref().map(|set| set.place),
        config.user_file.as_ref().map(|set| set.place),
        config.group_file.as_ref().map(|set| set.place),
        config.basic_providers.first().map(|set| set.place),
        config.rules.first().map(|rule| rule.place),
        config.merging.as_ref().map(|set| set.place),
        config.access.as_ref().and_then(|access| access.places.first().copied()),
    ];
    set.into_iter().flatten().min()
}

/// Whether settings are about a login, or change one that stands above.
pub(super) fn concerns_login(config: &DirConfig, above: bool) -> bool {
    let grants = config.rules.iter().any(|rule| !matches!(rule.asks, Asks::Provider(Provider::All(false))));
    let satisfies = config.access.as_ref().is_some_and(|access| !access.satisfies.is_empty());
    has_login(config)
        || (above && (grants || satisfies || config.merging.is_some() || config.auth_type.is_some()))
        || config.conditions.iter().any(|section| concerns_login(&section.config, above))
}

/// Whether settings name a way to log in, or ask for a user.
pub(super) fn has_login(config: &DirConfig) -> bool {
    has_pieces(config) || config.rules.iter().any(Rule::needs_user)
}

fn has_pieces(config: &DirConfig) -> bool {
    let none = |set: &super::config::Set<super::expr::StringExpr>| {
        set.value.constant().is_some_and(|value| value.eq_ignore_ascii_case(b"none"))
    };
    config.auth_type.as_ref().is_some_and(|set| !none(set))
        || config.user_file.is_some()
        || !config.basic_providers.is_empty()
        || config.auth_name.is_some()
}

/// Whether the text asks for a login: a rule that needs a user, or the pieces of a login that serve nobody else.
fn asks_for_login(site: &Site<'_>, folder: &Path, config: &DirConfig, above: bool) -> bool {
    let asks = |config: &DirConfig| config.rules.iter().any(Rule::needs_user);
    if asks(config) || config.conditions.iter().any(|section| asks(&section.config)) {
        return true;
    }
    let used_below = || {
        site.folders_below(folder).any(|below| {
            let read = site.per_dir(below, &World::default());
            read.is_ok_and(|per_dir| asks(&per_dir.config))
        })
    };
    let used_inside = config.files.iter().any(|section| asks(&section.config));
    let granted = config.rules.iter().any(|rule| matches!(rule.asks, Asks::Provider(Provider::All(true))));
    let deliberate = (above && granted) || used_inside || used_below();
    has_pieces(config) && !deliberate
}

/// Whether a folder further up asks for a login.
fn is_guarded_above(site: &Site<'_>, folder: &Path) -> bool {
    let above = site.chain(folder);
    above
        .into_iter()
        .filter(|above| *above != folder)
        .any(|above| site.per_dir(above, &World::default()).is_ok_and(|per_dir| has_login(&per_dir.config)))
}

/// A file name that no `<Files>` section around is for.
fn ordinary_name(site: &Site<'_>, folder: &Path, own: &PerDir) -> Option<Vec<u8>> {
    const NAMES: [&str; 6] = ["index.html", "page.html", "readme.txt", "q", "x.y", "0"];
    let chain: Vec<_> =
        site.chain(folder).into_iter().filter_map(|folder| site.per_dir(folder, &World::default()).ok()).collect();
    let fits = |name: &[u8]| {
        let sections = chain.iter().flat_map(|per_dir| &per_dir.config.files).chain(&own.config.files);
        sections.into_iter().any(|section| section.pattern.fits(name) != Some(false))
    };
    NAMES.into_iter().map(|name| name.as_bytes().to_vec()).find(|name| !fits(name))
}

/// A name that stands for the files of a section: one that this section alone is for, if there is one.
fn name_for(site: &Site<'_>, folder: &Path, section: &FilesSection) -> Option<Vec<u8>> {
    let others: Vec<_> =
        site.chain(folder).into_iter().filter_map(|folder| site.per_dir(folder, &World::default()).ok()).collect();
    let also = |name: &[u8]| {
        let sections = others.iter().flat_map(|per_dir| &per_dir.config.files);
        sections.filter(|other| other.place != section.place && other.pattern.fits(name) == Some(true)).count()
    };
    let hidden = |name: &[u8]| name.starts_with(b".ht");
    section.pattern.examples().into_iter().min_by_key(|name| (hidden(name), also(name)))
}
