//! A server that is started on its main configuration.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::conditions::Existence;
use super::directives::ModuleSet;
use super::library::{Library, config_source};
use super::main::{MainFiles, Reading, environment, startup_faults};
use super::product::{Main, Process};
use super::profile::Profile;
use super::reader::read_main;
use super::setup::Setup;
use super::site::{Site, Started};
use super::syntax::parse;
use super::world::World;
use crate::answer::Target;
use crate::lines::LineLimit;
use crate::read::{Account, Fault, Mapping, PathMap, Stat, merge, server_path};
use crate::source::{Source, Sources};

/// Reads the main configuration and all that it leads to.
///
/// # Errors
/// The main configuration cannot be read.
pub fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<Site<'a>, Fault> {
    let library = Library::new(target.files, target.folder(), sources);
    let bytes = target.files.read(target.config)?;
    let config = config_source(sources, target.config, bytes);
    let mut profile = Profile {
        modules: ModuleSet::compiled_in(),
        modules_told: true,
        foreign: Some(Default::default()),
        platform: target.crypt,
        defines: target.defines.clone(),
        ..Profile::default()
    };
    if let Ok(script) = target.files.read(&target.folder().join("envvars")) {
        profile.env = environment(&String::from_utf8_lossy(&script));
    }
    profile.env.extend(target.env.clone());
    let mut site = Site::new(sources, library, profile, target.folder()).trying(target.credentials.clone());
    site.started = Some(Started { target, config, files: OnceCell::new() });
    Ok(site)
}

/// The server as it is set up in a world.
pub(super) fn set_up<'s>(site: &Site<'s>, started: &Started<'s>, profile: &Profile, world: &World) -> Setup {
    let Started { target, config, .. } = started;
    let paths = with_root(target, &profile.server_root);
    let files = started
        .files
        .get_or_init(|| MainFiles::new(target.files, paths, site.sources).making(made_before_the_start(profile)));
    let bytes = site.sources.get(*config).map(Source::bytes).unwrap_or_default();
    let mut reading = Reading::new(profile.clone(), files, site.sources, world);
    let tree = parse(*config, bytes, LineLimit::LARGE, &mut reading);
    let profile = reading.profile;
    let ground = files.below(&profile.server_root);
    let mut main: Main = read_main(&tree, profile.clone(), world, &ground);
    site.library.settle(with_root(target, &main.profile.server_root), account(target, &main.process));
    main.faults.extend(startup_faults(&main, *config, files, target));
    Setup::told(main)
}

/// The folders in `/run`, which is empty after a boot, that Debian's `apache2ctl` makes.
fn made_before_the_start(profile: &Profile) -> Vec<PathBuf> {
    let named = ["APACHE_RUN_DIR", "APACHE_LOCK_DIR"].iter().filter_map(|name| profile.env.get(*name));
    let volatile = |path: &PathBuf| ["/run", "/var/run", "/var/lock"].iter().any(|root| path.starts_with(root));
    named.map(PathBuf::from).filter(volatile).collect()
}

/// Where the server's paths lie: a configuration that is not on its server lies where its own root says.
fn with_root(target: &Target<'_>, server_root: &str) -> PathMap {
    let paths = target.paths.clone();
    if paths.is_host() {
        return paths;
    }
    let root = Path::new(server_root);
    let folder = target.folder();
    let inside = folder.ancestors().find(|ancestor| ancestor.ends_with(root.strip_prefix("/").unwrap_or(root)));
    let local = match inside {
        Some(ancestor) => ancestor.to_owned(),
        None if folder.file_name().is_some_and(|name| name == "conf") => {
            folder.parent().map(Path::to_owned).unwrap_or(folder)
        }
        None => folder,
    };
    match Mapping::new(server_root, &local.to_string_lossy(), &local) {
        Ok(mapping) => paths.standing_in(mapping),
        Err(_) => paths,
    }
}

/// As whom the workers run (modules/arch/unix/mod_unixd.c, `unixd_set_user`, `unixd_set_group`).
fn account(target: &Target<'_>, process: &Process) -> Option<Account> {
    let text = |set: &super::config::Set<Vec<u8>>| String::from_utf8_lossy(&set.value).into_owned();
    let user = process.users.last().map(text).filter(|name| !name.contains('$'));
    let user = user.or_else(|| target.run_as.map(str::to_owned)).unwrap_or_else(|| "www-data".to_owned());
    let account = Account::named(&user, target.files)?;
    let group = process.groups.last().map(text);
    let group = group.and_then(|name| crate::read::group_number(&name, target.files));
    Some(match group {
        Some(group) => account.with_group(group),
        None => account,
    })
}

/// Whether files exist, as a per-directory file's `<IfFile>` asks.
pub(super) struct Existing<'a, 's> {
    /// The site.
    pub site: &'a Site<'s>,
    /// The server's own root.
    pub server_root: &'a str,
}

impl Existence for Existing<'_, '_> {
    fn stands(&self, path: &[u8]) -> Option<Option<Stat>> {
        let path: PathBuf = merge(Path::new(self.server_root), &server_path(path))?;
        let library = &self.site.library;
        let local = library.local(&path)?;
        // A worker reads the file, and asks with its own rights.
        let closed =
            |account: &Account| local.parent().is_some_and(|folder| account.may_search(library.files, folder).is_err());
        if library.account().is_some_and(closed) {
            return Some(None);
        }
        Some(library.files.stat(&local).ok())
    }
}
