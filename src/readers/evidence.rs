//! The files of a tree that say who reads what: configurations of servers, and Compose files.

use std::path::{Path, PathBuf};

use super::image::Image;
use super::tree::Tree;
use crate::answer::UserFileSettings;
use crate::compose::{Compose, Service, Variables};
use crate::read::{ConfigKind, FoundConfig};
use crate::servers::{Kind, settings};
use crate::source::{FileId, Source, Span};

/// A configuration that names password files or accounts.
#[derive(Debug)]
pub(super) struct Config {
    pub path: PathBuf,
    pub file: FileId,
    pub server: Kind,
    pub settings: UserFileSettings,
    pub named: bool,
}

/// A Compose file.
#[derive(Debug)]
pub(super) struct Stack {
    pub file: FileId,
    pub services: Vec<(Service, Option<Image>)>,
    pub named: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub configs: Vec<Config>,
    pub stacks: Vec<Stack>,
}

impl Evidence {
    /// Reads every file whose name says that it may tell something.
    pub(super) fn of(tree: Tree<'_>) -> Self {
        let mut evidence = Self::default();
        for found in &tree.discovery.configs {
            let Ok(bytes) = tree.files.read(&found.path) else { continue };
            match found.kind {
                ConfigKind::Compose => evidence.stacks.extend(stack(tree, found, bytes)),
                ConfigKind::Yaml | ConfigKind::Directives => evidence.configs.extend(config(tree, found, bytes)),
            }
        }
        evidence
    }
}

fn config(tree: Tree<'_>, found: &FoundConfig, bytes: Vec<u8>) -> Option<Config> {
    let (server, settings) = settings(found.kind, &bytes)?;
    let mut secrets = settings.secrets.clone();
    secrets.extend(settings.files.iter().filter_map(|file| comment(&bytes, file.span)));
    let file = kept(tree, &found.path, bytes, secrets);
    Some(Config { path: found.path.clone(), file, server, settings, named: found.named })
}

fn stack(tree: Tree<'_>, found: &FoundConfig, bytes: Vec<u8>) -> Option<Stack> {
    let folder = found.path.parent().unwrap_or(Path::new("/"));
    let Compose { services, mut secrets } = Compose::read(&bytes, folder, &beside(tree, folder))?;
    let written = services.iter().flat_map(|service| {
        let values = service.environment.iter().chain(&service.labels).map(|(_, value)| value);
        values.chain(&service.image).map(|value| value.span).chain(service.mounts.iter().map(|mount| mount.span))
    });
    secrets.extend(written.filter_map(|span| comment(&bytes, span)));
    let file = kept(tree, &found.path, bytes, secrets);
    let image = |service: &Service| service.image.as_ref().and_then(|image| Image::named(&image.text));
    let services = services.into_iter().map(|service| (image(&service), service));
    Some(Stack { file, services: services.map(|(image, service)| (service, image)).collect(), named: found.named })
}

/// The variables of the `.env` beside a Compose file.
fn beside(tree: Tree<'_>, folder: &Path) -> Variables {
    let bytes = tree.files.read(&folder.join(".env")).unwrap_or_default();
    str::from_utf8(&bytes).map(Variables::read).unwrap_or_default()
}

/// A comment behind something in its line, which may hold anything.
fn comment(bytes: &[u8], span: Span) -> Option<Span> {
    let behind = bytes.get(span.end..)?;
    let length = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    let start = memchr::memchr(b'#', behind.get(..length)?)?;
    Some(Span::new(span.end + start + 1, span.end + length))
}

fn kept(tree: Tree<'_>, path: &Path, bytes: Vec<u8>, secrets: Vec<Span>) -> FileId {
    let mut source = Source::new(path.to_owned(), bytes);
    source.set_secrets(secrets);
    tree.sources.add(source)
}
