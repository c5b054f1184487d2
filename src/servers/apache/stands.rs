//! Where a login is written down in a whole configuration: sections of each host, and per-directory files below what it
//! shows, each with a request that stands for all that come there.

use std::path::PathBuf;

use super::areas::{concerns_login, first_place, has_login, login_place};
use super::config::{Asks, DirConfig, Provider};
use super::content::UrlPattern;
use super::files_pattern::FilesPattern;
use super::product::{Dropped, Why};
use super::section::{DirectoryPattern, LocationPattern};
use super::setup::Setup;
use super::site::Site;
use super::spot::{Hosted, Spot, absolute};
use super::world::World;
use crate::read::server_path;
use crate::source::Place;

/// A place to be surveyed.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    /// Which host: none is the main server.
    pub host: Option<usize>,
    /// The URL prefix, with a slash at its end unless it names something without one.
    pub url: Vec<u8>,
    /// Its folder on the server, with a slash at its end.
    pub folder: Vec<u8>,
    /// `<Files>` as written, and a name that fits.
    pub files: Option<(String, Vec<u8>)>,
    /// The directive or section that makes it one.
    pub place: Place,
    /// Whether the text asks for a login.
    pub guarded: bool,
    /// Why the text is not in force.
    pub dropped: Option<Dropped>,
}

impl Setup {
    /// A host by its number; none is the main server.
    #[must_use]
    pub(super) fn hosted(&self, host: Option<usize>) -> &Hosted {
        host.and_then(|index| self.hosts.get(index)).unwrap_or(&self.main)
    }

    /// The hosts that some request comes to: the main server only where an address has no virtual host.
    pub(super) fn reachable(&self) -> Vec<Option<usize>> {
        let taken = |listen: &super::host::Listen| {
            self.hosts.iter().flat_map(|hosted| &hosted.host.addresses).any(|address| {
                (address.port == 0 || address.port == listen.port)
                    && (address.address.is_none() || listen.address.is_none() || address.address == listen.address)
            })
        };
        let all_taken = !self.process.listens.is_empty() && self.process.listens.iter().all(taken);
        let hosts = (0..self.hosts.len()).map(Some);
        if all_taken { hosts.collect() } else { std::iter::once(None).chain(hosts).collect() }
    }
}

impl Site<'_> {
    /// The request that stands for a place, for something called `name` there.
    pub(super) fn spot_of<'p>(&self, setup: &'p Setup, stand: &Stand, name: &[u8]) -> Spot<'p> {
        let host = setup.hosted(stand.host);
        let join = |folder: &[u8]| {
            let slash: &[u8] = if folder.last() == Some(&b'/') { b"" } else { b"/" };
            [folder, slash, name].concat()
        };
        let url = join(&stand.url);
        let path = Some(join(&stand.folder));
        let spot = Spot { url: Some(url), path, ..Spot::of(host) };
        match self.passed_on(&spot) {
            Some((to, _)) => Spot { path: None, proxied: Some(to), ..spot },
            None => spot,
        }
    }

    /// All places of all hosts at which a login is written down, or lifted.
    pub(super) fn stands(&self, setup: &Setup, access: &[(PathBuf, Vec<u8>)]) -> Vec<Stand> {
        let mut stands = Vec::new();
        for host in setup.reachable() {
            let mut found = Finding { host, found: Vec::new() };
            self.server_stands(setup, &mut found);
            self.file_stands(setup, access, &mut found);
            let (logins, others): (Vec<_>, Vec<_>) = found.found.into_iter().partition(|(_, lifts)| !lifts);
            let guarded: Vec<Vec<u8>> = logins
                .iter()
                .filter(|(stand, _)| stand.dropped.is_none())
                .map(|(stand, _)| stand.url.clone())
                .collect();
            let below = |stand: &Stand| guarded.iter().any(|above| stand.url.starts_with(above));
            stands.extend(logins.into_iter().map(|(stand, _)| stand));
            stands.extend(others.into_iter().map(|(stand, _)| stand).filter(below));
        }
        stands
    }

    /// Sections of the main configuration.
    fn server_stands(&self, setup: &Setup, found: &mut Finding) {
        let hosted = setup.hosted(found.host);
        let docroot = with_slash(&hosted.docroot);
        let root = &setup.profile.server_root;
        found.files(b"/", &docroot, &hosted.host.settings);
        for section in &hosted.directories {
            for folder in folders_of(&section.pattern, hosted, root) {
                let Some(url) = hosted.url_of(&folder, root) else {
                    if docroot.starts_with(&folder) {
                        found.add(b"/", &docroot, section.place, &section.config);
                    }
                    continue;
                };
                match (self.passed_on(&hosted.spot_at(&url, &folder)), login_place(&section.config)) {
                    (Some((_, place)), Some(login)) => {
                        let why = Why::Proxied { place };
                        found.not_in_force(&url, &folder, Dropped { place: login, why });
                    }
                    _ => found.add(&url, &folder, section.place, &section.config),
                }
            }
        }
        for section in &hosted.host.locations {
            for url in urls_of(&section.pattern) {
                found.add(&url, &hosted.path_of(&url, root), section.place, &section.config);
            }
        }
    }

    /// Per-directory files, as far as they are read or ought to be.
    fn file_stands(&self, setup: &Setup, access: &[(PathBuf, Vec<u8>)], found: &mut Finding) {
        let host = setup.hosted(found.host);
        for (_, folder) in access {
            let Some(url) = host.url_of(folder, &setup.profile.server_root) else { continue };
            let spot = host.spot_at(&url, folder);
            if let Some((_, place)) = self.passed_on(&spot) {
                let unread = self.passed_over(setup, &spot, folder, Why::Proxied { place }, &World::default());
                unread.into_iter().for_each(|dropped| found.not_in_force(&url, folder, dropped));
                continue;
            }
            let walked = self.walk(setup, &spot, None, &World::default());
            let Some((_, read)) = walked.per_dirs.last().filter(|(directory, _)| directory == folder) else { continue };
            match read.dropped.first().filter(|_| !has_login(&read.config)) {
                Some(dropped) => found.not_in_force(&url, folder, dropped.clone()),
                None => {
                    let place = first_place(&read.config).or(read.config.files.first().map(|files| files.place));
                    if let Some(place) = place {
                        found.add(&url, folder, place, &read.config);
                    }
                }
            }
        }
    }
}

/// Places of one host, each with whether it merely lifts a login that stands further up.
struct Finding {
    host: Option<usize>,
    found: Vec<(Stand, bool)>,
}

impl Finding {
    /// A place with these settings, and the files in it that have their own.
    fn add(&mut self, url: &[u8], folder: &[u8], place: Place, config: &DirConfig) {
        self.files(url, folder, config);
        let login = has_login_anywhere(config);
        if login || lifts(config) {
            let place = first_place(config).unwrap_or(place);
            let stand = Stand {
                host: self.host,
                url: url.to_owned(),
                folder: folder.to_owned(),
                files: None,
                place,
                guarded: login,
                dropped: None,
            };
            self.found.push((stand, !login));
        }
    }

    /// The `<Files>` sections of a place.
    fn files(&mut self, url: &[u8], folder: &[u8], config: &DirConfig) {
        for section in config.files.iter().filter(|section| has_login_anywhere(&section.config)) {
            let Some(name) = section.pattern.examples().into_iter().next() else { continue };
            let files = Some((section.written.clone(), name));
            let (url, folder) = (url.to_owned(), folder.to_owned());
            self.found.push((
                Stand { host: self.host, url, folder, files, place: section.place, guarded: true, dropped: None },
                false,
            ));
        }
    }

    /// A place whose login is written down and not in force.
    fn not_in_force(&mut self, url: &[u8], folder: &[u8], dropped: Dropped) {
        let place = dropped.place;
        let (url, folder) = (url.to_owned(), folder.to_owned());
        self.found.push((
            Stand { host: self.host, url, folder, files: None, place, guarded: true, dropped: Some(dropped) },
            false,
        ));
    }
}

/// Folders that a `<Directory>` is for: of a pattern, the first that is shown and fits.
fn folders_of(pattern: &DirectoryPattern, hosted: &Hosted, root: &str) -> Vec<Vec<u8>> {
    if let DirectoryPattern::Path(path) = pattern {
        return vec![path.clone()];
    }
    let mapped = hosted.host.mappings.iter().map(|mapping| with_slash(&absolute(&mapping.path, root)));
    let shown = std::iter::once(with_slash(&hosted.docroot)).chain(mapped);
    shown.filter(|folder| pattern.fits(folder) == Some(true)).take(1).collect()
}

/// Whether settings let somebody in who would have to log in further up.
fn lifts(config: &DirConfig) -> bool {
    let restricts = config.rules.iter().all(|rule| !matches!(rule.asks, Asks::Provider(Provider::All(true))));
    concerns_login(config, true)
        && !(restricts && config.merging.is_none() && config.auth_type.is_none() && config.access.is_none())
}

fn has_login_anywhere(config: &DirConfig) -> bool {
    has_login(config) || config.conditions.iter().any(|section| has_login_anywhere(&section.config))
}

/// URL paths that a `<Location>` is for.
fn urls_of(pattern: &LocationPattern) -> Vec<Vec<u8>> {
    match pattern {
        LocationPattern::Prefix(prefix) if prefix.is_empty() => vec![b"/".to_vec()],
        LocationPattern::Prefix(prefix) => vec![prefix.clone()],
        LocationPattern::Glob(glob) => FilesPattern::Glob(glob.clone()).examples(),
        LocationPattern::Regex(Some(regex)) => {
            let made = FilesPattern::Regex(regex.clone(), Vec::new()).examples();
            made.into_iter().filter(|url| url.first() == Some(&b'/')).take(1).collect()
        }
        LocationPattern::Regex(None) => Vec::new(),
    }
}

fn with_slash(path: &[u8]) -> Vec<u8> {
    let mut path = path.to_owned();
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path
}

impl Hosted {
    /// The place of a request for a URL prefix that shows a folder.
    #[must_use]
    pub(super) fn spot_at(&self, url: &[u8], folder: &[u8]) -> Spot<'_> {
        let (url, path) = (Some(url.to_owned()), Some(folder.to_owned()));
        Spot { url, path, ..Spot::of(self) }
    }

    /// The URL prefix under which a folder of the server is shown; `None`: under none.
    #[must_use]
    pub(super) fn url_of(&self, folder: &[u8], server_root: &str) -> Option<Vec<u8>> {
        let by_alias = self.host.mappings.iter().find_map(|mapping| {
            let UrlPattern::Prefix(prefix) = &mapping.what else { return None };
            let target = with_slash(&absolute(&mapping.path, server_root));
            let rest = folder.strip_prefix(target.as_slice())?;
            Some([with_slash(prefix).as_slice(), rest].concat())
        });
        by_alias.or_else(|| {
            let rest = folder.strip_prefix(with_slash(&self.docroot).as_slice())?;
            Some([b"/".as_slice(), rest].concat())
        })
    }

    /// The path of the server that a URL prefix is mapped to, with a slash at its end.
    #[must_use]
    pub(super) fn path_of(&self, url: &[u8], server_root: &str) -> Vec<u8> {
        let by_alias = self.host.mappings.iter().find_map(|mapping| {
            let UrlPattern::Prefix(prefix) = &mapping.what else { return None };
            let rest = url.strip_prefix(prefix.as_slice())?;
            Some([absolute(&mapping.path, server_root).as_slice(), rest].concat())
        });
        let path = by_alias.unwrap_or_else(|| {
            let rest = url.strip_prefix(b"/").unwrap_or(url);
            [with_slash(&self.docroot).as_slice(), rest].concat()
        });
        with_slash(&path)
    }
}

/// A path as text for reports.
#[must_use]
pub(super) fn text(bytes: &[u8]) -> String {
    server_path(bytes).display().to_string()
}
