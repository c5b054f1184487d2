//! Which settings hold for a request: the sections and per-directory files that it meets, in the server's order
//! (server/request.c, `ap_directory_walk`, `ap_file_walk`, `ap_location_walk`, `ap_if_walk`).
//!
//! Each walk first merges what it meets, and then merges the whole onto what held before: with `AuthMerging` that is not
//! the same as one after the other.

use std::sync::Arc;

use nom::bytes::complete::take_till1;
use nom::{IResult, Parser};

use super::areas::login_place;
use super::ask::Ask;
use super::config::{DirConfig, IfSection};
use super::expr::Facts;
use super::facts::Circumstances;
use super::ground::{Found, Thing, remember};
use super::merge::merge;
use super::options::{OptionSet, Options};
use super::product::{Dropped, Fault, PerDir, Why};
use super::scope::Permit;
use super::section::LocationPattern;
use super::setup::Setup;
use super::site::Site;
use super::spot::Spot;
use super::world::{Question, World};
use crate::answer::{Because, Missing, Reason};
use crate::source::Place;

/// What the walks came to.
#[derive(Debug, Clone)]
pub(super) struct Walked {
    /// The settings.
    pub config: Arc<DirConfig>,
    /// What ends the request before anybody is asked who he is.
    pub fault: Option<Fault>,
    /// False conditional sections around directives for a login.
    pub dropped: Vec<Dropped>,
    /// What stands at the end of the path.
    pub found: Found,
    /// The per-directory files on the way, by their directories.
    pub per_dirs: Vec<(Vec<u8>, Arc<PerDir>)>,
    /// The sections behind the directories that were merged, in their order.
    pub met: Vec<Place>,
}

/// What one walk has merged so far.
#[derive(Default)]
struct Merged(Option<DirConfig>);

impl Merged {
    fn add(&mut self, inner: &DirConfig) {
        self.0 = Some(match self.0.take() {
            Some(outer) => merge(&outer, inner),
            None => inner.clone(),
        });
    }

    fn onto(self, base: DirConfig) -> DirConfig {
        match self.0 {
            Some(inner) => merge(&base, &inner),
            None => base,
        }
    }
}

/// What the directory walk keeps by the way: what per-directory files may say, and the options.
struct Way {
    permit: Permit,
    said: Option<Place>,
    options: Options,
}

/// Which requests share a walk: the host by its address, the path, the URL path, the URL of another server, whether files count, whether it is an
/// index that is looked up.
pub(super) type WalkKey = (usize, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, bool, bool);

impl Way {
    fn key(spot: &Spot<'_>) -> WalkKey {
        let Spot { path, url, proxied, .. } = spot.clone();
        (std::ptr::from_ref(spot.host).addr(), path, url, proxied, spot.look, spot.walked)
    }

    fn take(&mut self, config: &DirConfig) {
        if let Some(allowed) = &config.allow_override {
            self.said = Some(allowed.place);
            self.permit.allowed = allowed.value.clone();
        }
        if let Some(list) = &config.override_list {
            self.permit.list.clone_from(&list.value);
        }
        self.options = self.options.with(config.content.options);
    }

    /// Whether links are followed whoever owns them.
    fn follows(&self) -> bool {
        self.options.in_force().has(OptionSet::LINKS)
    }
}

impl Site<'_> {
    /// The settings for a request at a place. Where no condition looks at the request, they are the same for all that
    /// come there, and are worked out once.
    pub(super) fn walk(&self, setup: &Setup, spot: &Spot<'_>, ask: Option<&Ask>, world: &World) -> Arc<Walked> {
        let key = Way::key(spot);
        if let Some(known) = self.walks.borrow().get(&key) {
            return known.clone();
        }
        let (walked, asked) = world.watch(|| Arc::new(self.walk_anew(setup, spot, ask, world)));
        if !asked && walked.config.conditions.is_empty() {
            remember(&self.walks, key, walked.clone());
        }
        walked
    }

    fn walk_anew(&self, setup: &Setup, spot: &Spot<'_>, ask: Option<&Ask>, world: &World) -> Walked {
        let settings = spot.host.host.settings.clone();
        let walked = match &spot.path {
            Some(path) => self.walk_directories(setup, spot, path, settings, world),
            None => {
                let config = Arc::new(proxied(spot, settings));
                let (dropped, per_dirs) = Default::default();
                Walked { config, fault: None, dropped, found: Found::elsewhere(), per_dirs, met: Vec::new() }
            }
        };
        if walked.fault.is_some() {
            return walked;
        }
        let mut met = Vec::new();
        let mut config = DirConfig::clone(&walked.config);
        if spot.path.is_some() {
            config = with_files(config, walked.found.name(), world, &mut met);
        }
        let env = spot.host.host.settings.env_set.clone();
        let reached = walked.found.reached(spot.clone());
        let (user, library) = (None, Some(&self.library));
        let facts = Circumstances { ask, spot: Some(&reached), user, env: &env, library, early: true };
        config = located(spot, config, world, &mut met);
        config = with_conditions(config, &facts, world, &mut met);
        Walked { config: Arc::new(config), met, ..walked }
    }

    fn walk_directories(
        &self,
        setup: &Setup,
        spot: &Spot<'_>,
        path: &[u8],
        settings: DirConfig,
        world: &World,
    ) -> Walked {
        let mut way = Way { permit: Permit::nothing(), said: None, options: Options::default() };
        way.take(&settings);
        let mut merged = Merged::default();
        let (mut dropped, mut per_dirs) = (Vec::new(), Vec::new());
        let mut sections = spot.host.directories.iter().peekable();
        let whole = self.thing(path, spot.look);
        let mut at = 1;
        let mut slashes = 1;
        let (fault, found) = loop {
            let directory = with_slash(path.get(..at).unwrap_or(path));
            while let Some(section) =
                sections.next_if(|section| section.pattern.components().is_some_and(|own| own <= slashes))
            {
                let components = section.pattern.components().unwrap_or_default();
                if components == 0 || (components == slashes && section.pattern.fits(&directory) == Some(true)) {
                    way.take(&section.config);
                    merged.add(&section.config);
                }
            }
            match self.per_directory(setup, spot, &directory, &way, world) {
                Err(fault) => break (Some(*fault), Found::at(path, at, whole)),
                Ok(None) => {}
                Ok(Some(per_dir)) => {
                    dropped.extend(per_dir.dropped.iter().cloned());
                    per_dirs.push((directory, per_dir.clone()));
                    if let Some(fault) = per_dir.faults.first() {
                        break (Some(fault.clone()), Found::at(path, at, whole));
                    }
                    way.take(&per_dir.config);
                    merged.add(&per_dir.config);
                }
            }
            let Some((end, is_last)) = next_name(path, at) else { break (None, Found::at(path, path.len(), whole)) };
            if spot.walked && whole == Thing::File && is_last {
                break (None, Found::at(path, path.len(), whole));
            }
            match self.step(path.get(..end).unwrap_or(path), whole, &way, spot.look) {
                Step::On => {
                    at = end;
                    slashes += 1;
                }
                Step::Ends => break (None, Found::at(path, end, Thing::Missing).unless(whole)),
                Step::File => break (None, Found::at(path, end, Thing::File)),
                Step::Refused(fault) => break (Some(fault), Found::at(path, end, whole)),
            }
        };
        let config = if fault.is_none() {
            let name = if spot.walked && whole == Thing::File { found.name().len() } else { 0 };
            let tried = found.filename.get(..found.filename.len() - name).unwrap_or_default();
            sections
                .filter(|section| fits(section.pattern.fits(tried), &section.written, section.place, world))
                .for_each(|section| merged.add(&section.config));
            merged.onto(settings)
        } else {
            settings
        };
        Walked { config: Arc::new(config), fault, dropped, found, per_dirs, met: Vec::new() }
    }

    /// The per-directory file of a directory, if one is read there.
    fn per_directory(
        &self,
        setup: &Setup,
        spot: &Spot<'_>,
        directory: &[u8],
        way: &Way,
        world: &World,
    ) -> Result<Option<Arc<PerDir>>, Box<Fault>> {
        // Before any AllowOverride nothing is granted, and the file is read all the same: OR_UNSET is not OR_NONE
        // (server/core.c, `create_core_dir_config`; server/request.c, `ap_directory_walk`).
        if way.permit.reads() || way.said.is_none() {
            return self.per_dir_at(setup, spot.host, directory, &way.permit, world);
        }
        let why = Why::allow_override(way.said.filter(|_| self.started.is_some()));
        let unread = (!spot.look).then(|| self.passed_over(setup, spot, directory, why, world));
        Ok(unread.flatten().map(PerDir::unread))
    }

    /// The per-directory file that is not read although a login stands in it.
    pub(super) fn passed_over(
        &self,
        setup: &Setup,
        spot: &Spot<'_>,
        directory: &[u8],
        why: Why,
        world: &World,
    ) -> Option<Dropped> {
        let unread = self.per_dir_at(setup, spot.host, directory, &Permit::everything(), world).ok()??;
        Some(Dropped { place: login_place(&unread.config)?, why })
    }

    /// The next name on the way.
    fn step(&self, path: &[u8], whole: Thing, way: &Way, look: bool) -> Step {
        if !look || whole == Thing::Unknown {
            return Step::On;
        }
        if whole != Thing::Missing && way.follows() {
            return Step::On;
        }
        if is_too_long(path) {
            return Step::Refused(refused("AH00036", "a name that is longer than those of files may be"));
        }
        if self.is_shut(path) {
            return Step::Refused(refused("AH00035", "a folder on the way is closed to the server's workers"));
        }
        if self.is_link(path) && !way.follows() {
            let owned = way.options.in_force().has(OptionSet::OWNED_LINKS);
            if !(owned && self.same_owner(path)) {
                return Step::Refused(refused(
                    "AH00037",
                    "a symbolic link, which Options does not let the server follow",
                ));
            }
        }
        match self.thing(path, true) {
            Thing::Folder | Thing::Unknown => Step::On,
            Thing::File => Step::File,
            Thing::Odd => Step::Refused(refused("AH00038", "neither a file nor a folder")),
            Thing::Missing if self.is_link(path) => Step::Refused(refused("AH00037", "a symbolic link to nothing")),
            Thing::Missing => Step::Ends,
        }
    }
}

/// What becomes of the walk at the next name.
enum Step {
    /// It goes on.
    On,
    /// Nothing is there.
    Ends,
    /// It is a file.
    File,
    /// The request ends here.
    Refused(Fault),
}

fn refused(log: &'static str, fault: &str) -> Fault {
    let because = Because::nowhere(Reason::UnreadableConfig { fault: fault.to_owned() }).logged(log);
    Fault { status: 403, because }
}

/// Whether the last name of a path is longer than 255 bytes, the most on Linux.
fn is_too_long(path: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'/').next().is_some_and(|name| name.len() > 255)
}

/// Where the name behind `at` ends, and whether it is the last one; `None` if there is none.
fn next_name(path: &[u8], at: usize) -> Option<(usize, bool)> {
    let rest = path.get(at..)?;
    let rest = rest.strip_prefix(b"/").unwrap_or(rest);
    let name: IResult<&[u8], &[u8]> = take_till1(|byte| byte == b'/').parse(rest);
    let (behind, _) = name.ok()?;
    Some((path.len() - behind.len(), behind.is_empty()))
}

fn with_slash(path: &[u8]) -> Vec<u8> {
    let mut path = path.to_owned();
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path
}

/// Whether a pattern fits; one that only the server can compile may.
fn fits(known: Option<bool>, written: &str, place: Place, world: &World) -> bool {
    known.unwrap_or_else(|| {
        let missing = Missing::Pattern { directive: written.to_owned() };
        world.ask(Question::Holds(place), missing, place)
    })
}

/// Merges the `<Proxy>` sections for the URL that another server is asked for (modules/proxy/mod_proxy.c, `proxy_walk`).
fn proxied(spot: &Spot<'_>, settings: DirConfig) -> DirConfig {
    let url = spot.proxied.as_deref().unwrap_or_default();
    let mut merged = Merged::default();
    for section in &spot.host.host.proxies {
        let fits = match &section.pattern {
            LocationPattern::Prefix(text) | LocationPattern::Glob(text) => text == b"*" || url.starts_with(text),
            LocationPattern::Regex(pattern) => pattern.as_ref().and_then(|pattern| pattern.is_match(url)) == Some(true),
        };
        if fits {
            merged.add(&section.config);
        }
    }
    merged.onto(settings)
}

/// Merges the `<Files>` sections that fit, in their order.
fn with_files(config: DirConfig, name: &[u8], world: &World, met: &mut Vec<Place>) -> DirConfig {
    let mut merged = Merged::default();
    for section in &config.files {
        if fits(section.pattern.fits(name), &section.written, section.place, world) {
            met.push(section.place);
            merged.add(&section.config);
        }
    }
    merged.onto(config)
}

/// Merges the `<Location>` sections that fit, in their order; for them slashes in a row are one.
pub(super) fn located(spot: &Spot<'_>, config: DirConfig, world: &World, met: &mut Vec<Place>) -> DirConfig {
    let Some(url) = &spot.url else { return config };
    let mut url = url.clone();
    url.dedup_by(|next, before| *next == b'/' && *before == b'/');
    let mut merged = Merged::default();
    for section in &spot.host.host.locations {
        if fits(section.pattern.fits(&url), &section.written, section.place, world) {
            met.push(section.place);
            merged.add(&section.config);
        }
    }
    merged.onto(config)
}

/// Merges the `<If>` sections that hold, in their order, and then those inside of them.
pub(super) fn with_conditions(config: DirConfig, facts: &dyn Facts, world: &World, met: &mut Vec<Place>) -> DirConfig {
    let mut config = config;
    let mut sections = config.conditions.clone();
    while !sections.is_empty() {
        let mut merged = Merged::default();
        let mut satisfied = false;
        for section in &sections {
            if section.otherwise && satisfied {
                continue;
            }
            satisfied = holds(section, facts, world);
            if satisfied {
                met.push(section.place);
                merged.add(&section.config);
            }
        }
        sections = merged.0.as_ref().map(|merged| merged.conditions.clone()).unwrap_or_default();
        config = merged.onto(config);
    }
    config
}

/// Whether an `<If>` applies; conditions are evaluated before any login.
fn holds(section: &IfSection, facts: &dyn Facts, world: &World) -> bool {
    let Some(condition) = &section.condition else { return true };
    condition.eval(facts).unwrap_or_else(|| {
        let missing = Missing::Condition { directive: "<If>".to_owned() };
        world.ask(Question::Holds(section.place), missing, section.place)
    })
}
