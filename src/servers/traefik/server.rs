//! Traefik's static configuration, and the files that it leads to (Traefik `cmd/traefik`, `pkg/config/static`).

use std::path::{Path, PathBuf};

use super::answer::Traefik;
use super::dynamic::{Dynamic, read, secrets};
use super::keys::STATIC;
use super::middleware::{Context, texts};
use crate::answer::{Because, Reason, Server, Startup, Target};
use crate::gate::{Content, Host, Profile};
use crate::hash::Verifier;
use crate::read::Fault;
use crate::source::{FileId, Place, Sources, Span};
use crate::users::Reading;
use crate::yaml::{self, Node};

/// What Traefik makes of a password file.
pub(in crate::servers) const PROFILE: Profile = Profile { reading: Reading::Traefik, verifier: Verifier::GoAuth };

/// An entry point: the one that requests come to.
#[derive(Debug, Default)]
pub(super) struct EntryPoint {
    pub name: String,
    pub middlewares: Vec<(String, Place)>,
    /// The status of its redirection.
    pub redirection: Option<u16>,
}

/// Opens a static configuration.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let parsed = yaml::read(&bytes);
    let file = host.keep(target.config.to_owned(), bytes, Vec::new());
    let mut traefik = Traefik::default();
    let root = match parsed {
        Ok(root) => root,
        Err(bad) => {
            traefik.startup = Some(refuse(file, bad.span, "YAML", &bad.message));
            return Ok(traefik);
        }
    };
    if let Err(because) = check(file, &root) {
        traefik.startup = Some(Startup::Fails(vec![because]));
        return Ok(traefik);
    }
    traefik.entry_point = entry_point(file, &root);
    traefik.ping = root.get_any_case("ping").is_some();
    traefik.api = root.get_any_case("api").is_some();
    dynamic(&host, file, &root, &mut traefik);
    traefik.dynamic.routers.sort_by(|one, other| other.priority.cmp(&one.priority).then(one.name.cmp(&other.name)));
    Ok(traefik)
}

fn refuse(file: FileId, span: Span, name: &str, message: &str) -> Startup {
    let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
    Startup::Fails(vec![Because::at(reason, Place::new(file, span))])
}

/// What Traefik refuses to start on.
fn check(file: FileId, root: &Node) -> Result<(), Because> {
    let wrong = |node: &Node, name: &str, message: &str| {
        let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
        Because::at(reason, Place::new(file, node.span))
    };
    if let Some(key) = yaml::duplicate(root) {
        return Err(wrong(key, key.text().unwrap_or_default(), "this key stands there twice"));
    }
    if let Some(key) = yaml::unknown(root, STATIC) {
        let name = key.text().unwrap_or_default().to_owned();
        return Err(Because::at(Reason::UnknownDirective { name, nearest: None }, Place::new(file, key.span)));
    }
    for path in [
        &["ping", "manualRouting"][..],
        &["global", "checkNewVersion"],
        &["api", "insecure"],
        &["providers", "file", "watch"],
    ] {
        let value = path.iter().try_fold(root, |node, key| node.get_any_case(key));
        if let Some(value) = value.filter(|value| value.truth().is_none() && !value.is_null()) {
            return Err(wrong(value, path.last().copied().unwrap_or_default(), "this must be true or false"));
        }
    }
    for (_, point) in root.get_any_case("entryPoints").map(Node::pairs).unwrap_or_default() {
        if let Some(address) = point.get_any_case("address")
            && !address.text().is_some_and(|text| text.rsplit_once(':').is_some_and(|(_, port)| has_port(port)))
        {
            return Err(wrong(address, "address", "the port is missing"));
        }
    }
    Ok(())
}

/// A port, perhaps with its protocol.
fn has_port(text: &str) -> bool {
    let number = text.split_once('/').map_or(text, |(number, _)| number);
    number.parse::<u16>().is_ok()
}

fn entry_point(file: FileId, root: &Node) -> EntryPoint {
    let points = root.get_any_case("entryPoints").map(Node::pairs).unwrap_or_default();
    let Some((name, point)) = points.first() else {
        return EntryPoint { name: "http".to_owned(), ..EntryPoint::default() };
    };
    let http = point.get_any_case("http");
    let middlewares = http.and_then(|http| http.get_any_case("middlewares")).map(texts).unwrap_or_default();
    let redirection =
        http.and_then(|http| http.get_any_case("redirections")).and_then(|all| all.get_any_case("entryPoint"));
    let redirection = redirection.map(|redirection| {
        if redirection.get_any_case("permanent").and_then(Node::truth) == Some(false) { 302 } else { 301 }
    });
    EntryPoint {
        name: name.text().unwrap_or_default().to_owned(),
        middlewares: middlewares.into_iter().map(|(name, span)| (name, Place::new(file, span))).collect(),
        redirection,
    }
}

/// The files of the file provider (`pkg/provider/file/file.go`).
fn dynamic(host: &Host<'_>, file: FileId, root: &Node, traefik: &mut Traefik) {
    let Some(provider) = root.get_any_case("providers").and_then(|all| all.get_any_case("file")) else { return };
    let path = |key: &str| {
        let node = provider.get_any_case(key)?;
        Some((Host::path(Path::new("/"), node.text().filter(|text| !text.is_empty())?), Place::new(file, node.span)))
    };
    let (paths, place) = match (path("directory"), path("filename")) {
        (Some((directory, place)), _) => match in_directory(host, &directory, 0) {
            Some(paths) => (paths, place),
            None => {
                traefik.dropped =
                    Some(Because::at(Reason::UserFileMissing { path: directory.display().to_string() }, place));
                return;
            }
        },
        (None, Some((filename, place))) => (vec![filename], place),
        (None, None) => return,
    };
    let mut all = Dynamic::default();
    for path in paths {
        let (local, bytes) = match host.read(&path) {
            Content::Read(local, bytes) => (local, bytes),
            Content::Fault(reason) => {
                traefik.dropped = Some(Because::at(reason, place));
                return;
            }
            Content::Unknown(reason) => {
                traefik.unknown = Some(Because::at(reason, place));
                return;
            }
        };
        if path.extension().is_some_and(|end| end == "toml") {
            let missing = crate::answer::Missing::Content { path: path.display().to_string() };
            traefik.unknown = Some(Because::at(Reason::CannotTell { missing }, place));
            return;
        }
        let hidden = secrets(&bytes);
        let id = host.keep(local, bytes.clone(), hidden);
        if bytes.windows(2).any(|pair| pair == b"{{") {
            let missing = crate::answer::Missing::Condition { directive: "{{ }}".to_owned() };
            traefik.unknown = Some(Because::at(Reason::CannotTell { missing }, Place::new(id, Span::at(0))));
            return;
        }
        if let Err(because) = read(Context { host, file: id }, &bytes, &mut all) {
            traefik.dropped = Some(because);
            return;
        }
    }
    traefik.dynamic = all;
}

/// The files of a folder and those below it.
fn in_directory(host: &Host<'_>, directory: &Path, depth: usize) -> Option<Vec<PathBuf>> {
    const DEEPEST: usize = 20;
    let (local, _) = host.locate(directory)?;
    let names = host.target.files.entries(&local).ok()?;
    let mut found = Vec::new();
    for entry in names {
        let Some(name) = entry.path.file_name() else { continue };
        let path = directory.join(name);
        let is_config = path.extension().is_some_and(|end| end == "yml" || end == "yaml" || end == "toml");
        if host.target.files.stat(&entry.path).is_ok_and(|stat| stat.kind == crate::read::FileType::Directory) {
            if depth < DEEPEST {
                found.extend(in_directory(host, &path, depth + 1).unwrap_or_default());
            }
        } else if is_config {
            found.push(path);
        }
    }
    Some(found)
}
