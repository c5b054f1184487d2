//! Traefik's static configuration, and the files that it leads to (Traefik `cmd/traefik`, `pkg/config/static`).

use std::path::{Path, PathBuf};

use super::answer::Traefik;
use super::decode::decode;
use super::dynamic::{Dynamic, read, secrets};
use super::middleware::{Context, texts};
use super::toml;
use super::validate::validate;
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
    /// Its redirection.
    pub redirection: Option<Redirection>,
    /// Whether its routers speak TLS.
    pub tls: bool,
    /// Whether routers that name no entry point stay away from it.
    pub beside: bool,
}

/// Where an entry point sends its requests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Redirection {
    pub permanent: bool,
    /// Routers of a higher one are asked first.
    pub priority: i64,
}

/// Opens a static configuration.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let parsed = if ends(target.config, &["toml"]) { toml::read(&bytes) } else { yaml::read(&bytes) };
    let file = host.keep(target.config.to_owned(), bytes, Vec::new());
    let mut traefik = Traefik::default();
    let root = match parsed {
        Ok(root) => root,
        Err(bad) => {
            traefik.startup = Some(refuse(file, bad.span, "YAML", &bad.message));
            return Ok(traefik);
        }
    };
    let root = match check(file, &root) {
        Ok(root) => root,
        Err(because) => {
            traefik.startup = Some(Startup::Fails(vec![because]));
            return Ok(traefik);
        }
    };
    traefik.entry_point = entry_point(file, &root);
    let ping = root.get_any_case("ping");
    traefik.ping = ping.is_some();
    let manual = ping.and_then(|ping| ping.get_any_case("manualRouting")).and_then(Node::truth) == Some(true);
    let at = ping.and_then(|ping| ping.get_any_case("entryPoint")).and_then(Node::text);
    traefik.pinged = !manual && at.is_some_and(|at| at == traefik.entry_point.name);
    traefik.api = root.get_any_case("api").is_some();
    dynamic(&host, file, &root, &mut traefik);
    traefik.dynamic.routers.sort_by(|one, other| other.priority.cmp(&one.priority).then(one.name.cmp(&other.name)));
    Ok(traefik)
}

fn refuse(file: FileId, span: Span, name: &str, message: &str) -> Startup {
    let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
    Startup::Fails(vec![Because::at(reason, Place::new(file, span))])
}

/// The configuration as Traefik keeps it, or what it refuses to start on.
fn check(file: FileId, written: &Node) -> Result<Node, Because> {
    let wrong = |node: &Node, name: &str, message: &str| {
        let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
        Because::at(reason, Place::new(file, node.span))
    };
    if let Some(pilot) = written.get_any_case("pilot").filter(|pilot| !pilot.is_null()) {
        return Err(wrong(pilot, "pilot", "this is of an older version"));
    }
    let root = decode(written, "Configuration").map_err(|misfit| misfit.because(file))?;
    if root.pairs().is_empty() && !written.pairs().is_empty() {
        return Err(wrong(written, "YAML", "there is no configuration in it"));
    }
    validate(file, &root)?;
    let points = root.get_any_case("entryPoints");
    let addresses = points.map(Node::pairs).unwrap_or_default().iter();
    let addresses: Vec<&Node> = addresses.filter_map(|(_, point)| point.get_any_case("address")).collect();
    let named = |address: &&Node| address.text().is_some_and(|text| !text.is_empty());
    if let Some(points) = points.filter(|_| !addresses.iter().any(named)) {
        return Err(wrong(points, "entryPoints", "there is no address"));
    }
    let sound = |text: &str| text.rsplit_once(':').is_some_and(|(_, port)| has_port(port));
    if let Some(address) = addresses.iter().find(|address| !address.text().is_some_and(sound)) {
        return Err(wrong(address, "address", "the port is missing"));
    }
    Ok(root)
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
    let to =
        redirection.and_then(|redirection| redirection.get_any_case("to")).and_then(Node::text).unwrap_or_default();
    let known = points.iter().any(|(name, _)| name.text() == Some(to)) || to.strip_prefix(':').is_some_and(has_port);
    let redirection = redirection.filter(|_| known).map(|redirection| Redirection {
        permanent: redirection.get_any_case("permanent").and_then(Node::truth) != Some(false),
        priority: redirection
            .get_any_case("priority")
            .and_then(Node::text)
            .and_then(|text| text.parse().ok())
            .unwrap_or(i64::MAX - 1),
    });
    let default = |point: &Node| point.get_any_case("asDefault").and_then(Node::truth) == Some(true);
    EntryPoint {
        beside: !default(point) && points.iter().any(|(_, point)| default(point)),
        name: name.text().unwrap_or_default().to_owned(),
        middlewares: middlewares.into_iter().map(|(name, span)| (name, Place::new(file, span))).collect(),
        redirection,
        tls: http.and_then(|http| http.get_any_case("tls")).is_some(),
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
        let written = if ends(&path, &["toml"]) { toml::read(&bytes) } else { yaml::read(&bytes) };
        let hidden = secrets(written.as_ref().ok());
        let id = host.keep(local, bytes.clone(), hidden);
        if bytes.windows(2).any(|pair| pair == b"{{") {
            let missing = crate::answer::Missing::Condition { directive: "{{ }}".to_owned() };
            traefik.unknown = Some(Because::at(Reason::CannotTell { missing }, Place::new(id, Span::at(0))));
            return;
        }
        if let Err(because) = read(Context { host, file: id }, written, &mut all) {
            traefik.dropped = Some(because);
            return;
        }
    }
    traefik.dynamic = all;
}

/// Whether a path ends so, in whatever case.
fn ends(path: &Path, ends: &[&str]) -> bool {
    path.extension().is_some_and(|have| ends.iter().any(|end| have.eq_ignore_ascii_case(end)))
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
        let is_config = ends(&path, &["yml", "yaml", "toml"]);
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
