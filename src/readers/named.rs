//! From what configurations and Compose files say to the files of the tree that are meant.

use std::path::{Path, PathBuf};

use super::evidence::{Config, Evidence, Stack};
use super::image::Image;
use super::tree::{Reader, Tree, uses_crypt};
use crate::answer::Survey;
use crate::compose::{Mount, Mounted, Service};
use crate::hash::Crypt;
use crate::read::{How, Kind as FileKind, Located, server_path};
use crate::servers::{Kind, Label};
use crate::source::{Place, Source};

/// Where a path leads, and what was taken for granted.
type Found = (PathBuf, Option<String>);

impl Evidence {
    /// Every reader of a file that is there, each once.
    pub(super) fn readers(&self, tree: Tree<'_>) -> Vec<Reader> {
        let mut readers: Vec<Reader> = Vec::new();
        let mut add = |reader: Reader| {
            let crypt = if uses_crypt(reader.server) { reader.crypt } else { tree.crypt };
            let reader = Reader { crypt, ..reader };
            let same = |known: &Reader| {
                (known.server, known.crypt, &known.users) == (reader.server, reader.crypt, &reader.users)
            };
            match readers.iter_mut().find(|known| same(known)) {
                Some(known) => known.named |= reader.named,
                None if tree.is_file(&reader.users) => readers.push(reader),
                None => {}
            }
        };
        self.configs.iter().flat_map(|config| self.of_config(tree, config)).for_each(&mut add);
        for stack in &self.stacks {
            stack.of_variables(tree).into_iter().for_each(&mut add);
            stack.of_labels(tree).into_iter().for_each(&mut add);
        }
        for stack in &self.stacks {
            stack.of_volumes(tree).into_iter().for_each(&mut add);
        }
        readers
    }

    /// Apache on the platform of a container in which the files lie that its per-directory configurations name.
    pub(super) fn of_containers(&self, tree: Tree<'_>, survey: &Survey) -> Vec<Reader> {
        let mut readers = Vec::new();
        for used in survey.user_files.iter().filter(|used| !used.readers.is_empty()) {
            let Some(users) = tree.sources.get(used.file.file).map(Source::path) else { continue };
            let services = self.stacks.iter().flat_map(|stack| &stack.services);
            let around = services.filter(|(service, _)| inside(service, users).is_some());
            let apache = around.filter_map(|(_, image)| image.filter(|image| image.server == Kind::Apache)?.crypt);
            readers.extend(apache.filter(|crypt| *crypt != tree.crypt).map(|crypt| Reader {
                server: Kind::Apache,
                crypt,
                users: users.to_owned(),
                place: used.readers.first().copied(),
                named: false,
                assumed: None,
            }));
        }
        readers
    }

    /// The files that a configuration names: as each container sees them in which it lies, else as the tree tells.
    fn of_config(&self, tree: Tree<'_>, config: &Config) -> Vec<Reader> {
        let services = self.stacks.iter().flat_map(|stack| &stack.services);
        let around: Vec<(&Service, Option<Image>, PathBuf)> = services
            .filter(|(_, image)| image.is_none_or(|image| image.server == config.server))
            .filter_map(|(service, image)| Some((service, *image, inside(service, &config.path)?)))
            .collect();
        let mut readers = Vec::new();
        for setting in &config.settings.files {
            let path = server_path(&setting.path);
            let reader = |(users, assumed): Found, crypt: Option<Crypt>| Reader {
                server: config.server,
                crypt: crypt.unwrap_or(tree.crypt),
                users,
                place: Some(Place::new(config.file, setting.span)),
                named: config.named,
                assumed,
            };
            for (service, image, own) in &around {
                let crypt = image.and_then(|image| image.crypt);
                readers.extend(in_container(tree, service, own, &path).map(|found| reader(found, crypt)));
            }
            if around.is_empty() {
                // A tree that is laid out as the server's own has the whole path below some folder around.
                let below = path.strip_prefix("/").unwrap_or(&path);
                let found = relative(tree, &config.path, below);
                let found = found.or_else(|| inferred(tree, &path));
                readers.extend(found.map(|found| reader(found, None)));
            }
        }
        readers
    }
}

/// The path of a file of this machine in a container.
fn inside(service: &Service, local: &Path) -> Option<PathBuf> {
    service.mounts.iter().find_map(|mount| {
        let below = local.strip_prefix(mount.source.as_ref()?).ok()?;
        Some(mount.target.join(below).components().collect())
    })
}

/// What a path leads to in a container, named in a configuration that lies there at `own`.
fn in_container(tree: Tree<'_>, service: &Service, own: &Path, path: &Path) -> Option<Found> {
    let folders = own.ancestors().skip(1);
    let candidates: Vec<PathBuf> =
        if path.has_root() { vec![path.to_owned()] } else { folders.map(|folder| folder.join(path)).collect() };
    let mut here = candidates.iter().filter_map(|path| match Mount::of(&service.mounts, path) {
        Mounted::Here(local) => Some(local).filter(|local| tree.is_file(local)),
        Mounted::Elsewhere | Mounted::Image => None,
    });
    if let Some(found) = here.next() {
        return here.next().is_none().then_some((found, None));
    }
    let of_image = |path: &PathBuf| Mount::of(&service.mounts, path) == Mounted::Image;
    path.has_root()
        .then(|| candidates.iter().find(|path| of_image(path)))
        .flatten()
        .and_then(|path| inferred(tree, path))
}

/// What an absolute path of a server leads to, as far as somebody said so or one file of the tree alone ends like it.
fn inferred(tree: Tree<'_>, path: &Path) -> Option<Found> {
    match tree.paths.locate(tree.files, path) {
        Located::Local { path: local, how: How::Inferred { .. } } => {
            let assumed = format!("{} of the server is {}", path.display(), name(&local));
            Some((local, Some(assumed)))
        }
        Located::Local { path: local, .. } => Some((local, None)),
        Located::Unmapped => None,
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What a relative path leads to: below the folder of the configuration, or of one around it, if only one has it.
fn relative(tree: Tree<'_>, config: &Path, path: &Path) -> Option<Found> {
    let folders = config.ancestors().skip(1).take_while(|folder| folder.starts_with(&tree.discovery.root));
    let mut there =
        folders.map(|folder| folder.join(path).components().collect()).filter(|path: &PathBuf| tree.is_file(path));
    let found = there.next()?;
    there.next().is_none().then_some((found, None))
}

impl Stack {
    fn reader(&self, tree: Tree<'_>, image: Image, users: PathBuf, span: crate::source::Span) -> Reader {
        Reader {
            server: image.server,
            crypt: image.crypt.unwrap_or(tree.crypt),
            users,
            place: Some(Place::new(self.file, span)),
            named: self.named,
            assumed: None,
        }
    }

    /// The files that environment variables name.
    fn of_variables(&self, tree: Tree<'_>) -> Vec<Reader> {
        let mut readers = Vec::new();
        for (service, image) in &self.services {
            for (name, value) in service.environment.iter().filter(|(_, value)| value.is_sure()) {
                let server = Kind::ALL.into_iter().find(|kind| kind.variable() == Some(name.as_str()));
                let Some(server) = server.filter(|kind| image.is_none_or(|image| image.server == *kind)) else {
                    continue;
                };
                if let Mounted::Here(users) = Mount::of(&service.mounts, Path::new(&value.text)) {
                    let crypt = image.and_then(|image| image.crypt);
                    readers.push(self.reader(tree, Image { server, crypt }, users, value.span));
                }
            }
        }
        readers
    }

    /// The files that labels name for the one Traefik of the stack.
    fn of_labels(&self, tree: Tree<'_>) -> Vec<Reader> {
        let runs = |image: &Option<Image>| image.is_some_and(|image| image.server == Kind::Traefik);
        let mut traefiks = self.services.iter().filter(|(_, image)| runs(image));
        let (Some((traefik, Some(image))), None) = (traefiks.next(), traefiks.next()) else { return Vec::new() };
        let labels = self.services.iter().flat_map(|(service, _)| &service.labels);
        let paths =
            labels.filter(|(name, value)| matches!(Label::of(name), Some(Label::UsersFile(_))) && value.is_sure());
        let here = paths.filter_map(|(_, value)| match Mount::of(&traefik.mounts, Path::new(&value.text)) {
            Mounted::Here(users) => Some(self.reader(tree, *image, users, value.span)),
            Mounted::Elsewhere | Mounted::Image => None,
        });
        here.collect()
    }

    /// The password files that are laid into a container one by one: what runs there reads them.
    fn of_volumes(&self, tree: Tree<'_>) -> Vec<Reader> {
        let mut readers = Vec::new();
        for (service, image) in &self.services {
            let Some(image) = *image else { continue };
            for mount in &service.mounts {
                let users = mount.source.as_ref().filter(|path| FileKind::of(path, &[]) == Some(FileKind::UserFile));
                readers.extend(users.map(|users| self.reader(tree, image, users.clone(), mount.span)));
            }
        }
        readers
    }
}
