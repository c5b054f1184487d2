//! What the registry reads from its YAML, and what it refuses (distribution `configuration/configuration.go`,
//! `registry/handlers/app.go`).

use std::path::Path;

use super::server::{Access, PROFILE};
use crate::answer::{Because, Reason};
use crate::gate::{Host, Opened};
use crate::source::{FileId, Place, Span};
use crate::yaml::{self, Node};

/// The storage drivers that Debian's build has (`registry/storage/driver`).
const DRIVERS: [&str; 8] = ["filesystem", "inmemory", "s3", "s3aws", "gcs", "azure", "oss", "swift"];
/// Keys of `storage` that are no drivers (`configuration.Storage.Type`).
const BESIDE_DRIVERS: [&str; 4] = ["maintenance", "cache", "delete", "redirect"];
/// The levels of `log.level` (`configuration.Loglevel`).
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// A refusal with the server's words.
pub(super) fn wrong(file: FileId, span: Span, name: &str, message: impl Into<String>) -> Because {
    Because::at(Reason::WrongArguments { name: name.to_owned(), message: message.into() }, Place::new(file, span))
}

/// What the rest of the file must have (`configuration.Parse`).
pub(super) fn check_rest(file: FileId, root: &Node) -> Result<(), Because> {
    if !root.is_map() {
        return Err(wrong(file, root.span, "version", "the file is no map"));
    }
    let version = root.last("version").map(|(_, version)| version);
    let version = version.ok_or_else(|| wrong(file, Span::at(0), "version", "there is no version"))?;
    if version.text() != Some("0.1") {
        return Err(wrong(file, version.span, "version", "only version 0.1 is known"));
    }
    for key in ["http", "log", "health", "redis", "notifications", "proxy", "validation", "policy"] {
        if let Some((_, value)) = root.last(key).filter(|(_, value)| !value.is_map() && !value.is_null()) {
            return Err(wrong(file, value.span, key, "this must be a map"));
        }
    }
    if let Some(hooks) = root.at(&["log", "hooks"]).filter(|hooks| !hooks.is_list() && !hooks.is_null()) {
        return Err(wrong(file, hooks.span, "log.hooks", "this must be a list"));
    }
    for keys in [&["log", "level"][..], &["loglevel"]] {
        let level = root.at(keys);
        if let Some(level) = level.filter(|level| !level.is_null())
            && !level.text().is_some_and(|text| LEVELS.contains(&text.to_lowercase().as_str()))
        {
            return Err(wrong(file, level.span, "level", "no such log level"));
        }
    }
    check_storage(file, root)
}

fn check_storage(file: FileId, root: &Node) -> Result<(), Because> {
    let Some((key, storage)) = root.last("storage") else {
        return Err(wrong(file, Span::at(0), "storage", "no storage is configured"));
    };
    let drivers: Vec<&str> = match storage.text() {
        Some(name) => vec![name],
        None => {
            let names = storage.pairs().iter().filter_map(|(name, _)| name.text());
            names.filter(|name| !BESIDE_DRIVERS.contains(name)).collect()
        }
    };
    match drivers[..] {
        [] | [""] => Err(wrong(file, key.span, "storage", "no storage is configured")),
        [driver] if DRIVERS.contains(&driver) => Ok(()),
        [driver] => Err(wrong(file, storage.span, "storage", format!("there is no storage driver `{driver}`"))),
        _ => Err(wrong(file, storage.span, "storage", "there must be one storage driver only")),
    }
}

/// `auth` under another key, where nobody reads it.
pub(super) fn misplaced(root: &Node) -> Option<Span> {
    let inner = root.pairs().iter().filter(|(name, _)| name.text() != Some("auth"));
    inner.filter_map(|(_, value)| value.pair("auth")).map(|(key, _)| key.span).next()
}

/// Which access controller is configured (`registry/handlers/app.go`, `NewApp`; `configuration.Auth`).
pub(super) fn access(host: &Host<'_>, file: FileId, root: &Node) -> Result<Access, Because> {
    let Some((key, auth)) = root.last("auth").filter(|(_, auth)| !auth.is_null()) else { return Ok(Access::Open) };
    if auth.is_list() {
        return Err(wrong(file, auth.span, "auth", "this must be a map"));
    }
    let named = |name: &str, options| kind(host, file, key, name, options);
    // Of a kind that stands there twice the last one counts.
    let kinds = auth.pairs();
    let kinds = kinds
        .last()
        .filter(|(last, _)| kinds.iter().all(|(name, _)| name.text() == last.text()))
        .map_or(kinds, std::slice::from_ref);
    match (auth.text(), kinds) {
        (Some(name), _) => named(name, None),
        (None, []) => Ok(Access::Open),
        (None, [(name, options)]) => {
            if !options.is_map() && !options.is_null() {
                return Err(wrong(file, options.span, "auth", "the options must be a map"));
            }
            named(name.text().unwrap_or_default(), Some(options))
        }
        (None, _) => Err(wrong(file, auth.span, "auth", "there must be exactly one kind")),
    }
}

fn kind(host: &Host<'_>, file: FileId, key: &Node, name: &str, options: Option<&Node>) -> Result<Access, Because> {
    let place = Place::new(file, key.span);
    let option = |option: &str| {
        let found = options.and_then(|options| options.last(option)).map(|(_, value)| value);
        found.filter(|value| is_text(value)).and_then(|value| Some((value.text()?, value.span))).ok_or_else(|| {
            let name = format!("auth.{name}.{option}");
            wrong(file, key.span, &name, "this must be set to a text")
        })
    };
    match name {
        "htpasswd" => {
            let (realm, _) = option("realm")?;
            let (path, span) = option("path")?;
            Ok(Access::Htpasswd {
                opened: Box::new(htpasswd(host, path, Place::new(file, span))?),
                realm: realm.to_owned(),
            })
        }
        "silly" => {
            let (_, _) = (option("realm")?, option("service")?);
            Ok(Access::Silly)
        }
        "token" => {
            for name in ["realm", "issuer", "service", "rootcertbundle"] {
                let _ = option(name)?;
            }
            Ok(Access::Token(place))
        }
        "" => Ok(Access::Open),
        _ if name.eq_ignore_ascii_case("none") => Ok(Access::Open),
        _ => Err(Because::at(
            Reason::UnknownAuthType { name: name.to_owned(), nearest: Some("htpasswd".to_owned()), module: None },
            place,
        )),
    }
}

/// Whether a value is text to Go's YAML library: no number, no truth value, nothing.
fn is_text(value: &Node) -> bool {
    let number = |text: &str| text.parse::<f64>().is_ok();
    match &value.content {
        yaml::Content::Scalar { plain: true, text } => {
            let letter = matches!(text.as_str(), "y" | "Y" | "n" | "N");
            !value.is_null() && value.truth().is_none() && !letter && !number(text)
        }
        yaml::Content::Scalar { plain: false, .. } => true,
        yaml::Content::List(_) | yaml::Content::Map(_) => false,
    }
}

/// Opens the file, or makes one (`registry/auth/htpasswd/access.go`, `createHtpasswdFile`); a directory can be opened, and
/// fails only when it is read.
fn htpasswd(host: &Host<'_>, path: &str, reader: Place) -> Result<Opened, Because> {
    if path.is_empty() {
        return Err(Because::at(Reason::UserFileUnset, reader));
    }
    let server = Host::path(Path::new("/"), path);
    let opened = host.book(PROFILE, &server, reader);
    let Opened::Fault(because) = opened else { return Ok(opened) };
    if matches!(because.reason, Reason::UserFileNotRegular { .. }) {
        return Ok(Opened::Fault(because));
    }
    let folder = existing_folder(host, &server);
    let closed = folder.and_then(|folder| host.may_write(folder)) == Some(false);
    let missing = matches!(because.reason, Reason::UserFileMissing { .. });
    if !missing || closed || leads_nowhere(host, &server) { Err(because) } else { Ok(Opened::Fault(because)) }
}

/// The nearest folder above a file that is there: those between are made.
fn existing_folder<'p>(host: &Host<'_>, file: &'p Path) -> Option<&'p Path> {
    let there = |folder: &&Path| host.locate(folder).is_some_and(|(local, _)| host.target.files.stat(&local).is_ok());
    file.ancestors().skip(1).find(there)
}

/// Whether a link of that name leads into a folder that is not there: none is made for it.
fn leads_nowhere(host: &Host<'_>, server: &Path) -> bool {
    let link = host.locate(server).and_then(|(local, _)| host.target.files.link(&local).ok().flatten());
    link.is_some_and(|target| {
        let target = server.parent().unwrap_or(server).join(target);
        let folder = target.parent().and_then(|folder| host.locate(folder));
        folder.is_some_and(|(folder, _)| host.target.files.stat(&folder).is_err())
    })
}
