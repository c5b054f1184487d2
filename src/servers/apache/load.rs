//! Reads what a site of per-directory files leads to, before anything is asked.

use std::path::{Path, PathBuf};

use super::conditions::Surroundings;
use super::config::DirConfig;
use super::library::Library;
use super::profile::Profile;
use super::reader::read;
use super::scope::Permit;
use super::world::{World, explore};
use crate::read::{Account, Discovery, Files, Kind, PathMap};
use crate::source::{FileId, Source, Sources};

/// Where the site lies and how its server's paths map to it.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The world outside.
    pub files: &'a dyn Files,
    /// Where the server's paths lie here.
    pub paths: &'a PathMap,
    /// The account of the server's workers, where this machine is the server.
    pub account: Option<&'a Account>,
}

/// Loads the files of a project and those that its configurations lead to.
pub fn load<'a>(ground: &Ground<'a>, discovery: &Discovery, profile: &Profile, sources: &'a Sources) -> Library<'a> {
    let library = Library::new(ground.files, discovery.root.clone(), sources);
    library.settle(ground.paths.clone(), ground.account.cloned());
    let mut access: Vec<(PathBuf, FileId)> = Vec::new();
    for found in &discovery.found {
        let id = match found.kind {
            Kind::AccessFile => {
                let folder = found.path.parent().unwrap_or(Path::new("/")).to_owned();
                let (id, readable) = library.access_file(&folder, &found.path);
                access.extend(readable.then_some((folder, id)));
                Some(id)
            }
            Kind::UserFile => library.passwords_at(&found.path).ok().map(|passwords| passwords.basic.file),
            Kind::GroupFile | Kind::DigestFile => library.secret_at(&found.path).ok(),
        };
        if let (true, Some(id)) = (found.named, id) {
            library.ask(id);
        }
    }
    for (_, id) in access {
        follow(&library, id, profile);
    }
    library
}

/// Reads the password and group files that a per-directory file names, in whatever world.
fn follow(library: &Library<'_>, id: FileId, profile: &Profile) {
    let bytes = library.sources.get(id).map(Source::bytes).unwrap_or_default();
    let worlds = explore(&World::default(), |world| {
        read(id, bytes, Surroundings { profile, world, existence: None }, Permit::of(profile))
    });
    for (_, per_dir) in worlds.outcomes {
        per_dir.config.each(&mut |config: &DirConfig| {
            if let Some(set) = &config.user_file {
                library.user_file(&set.value, set.place.file, &profile.server_root);
            }
            if let Some(set) = &config.group_file {
                library.groups(&set.value, set.place.file, &profile.server_root);
            }
        });
    }
}
