//! `htlint.toml`: what a project says once instead of on every command line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::finding::Severity;
use crate::read::{BadGlob, Excludes, Fault, Files, Mapping};
use crate::source::{Position, Source};

/// The name of the file.
pub const NAME: &str = "htlint.toml";

/// A rule id as written; whether such a rule exists is for the rules to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// As written.
    pub name: String,
    /// Where it stands in the file.
    pub at: Position,
}

/// From which severity on findings fail a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// From errors on.
    Error,
    /// From warnings on.
    Warning,
    /// From notes on.
    Note,
    /// They never do.
    Never,
}

impl FailOn {
    /// The least severity that fails a run; `None`: none does.
    #[must_use]
    pub fn least(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

/// Which modules httpd is taken to have where no config says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Modules {
    /// Every module that Debian's package ships.
    #[default]
    All,
    /// Those that Debian switches on by itself.
    DebianDefault,
    /// These.
    These(Vec<String>),
}

/// What is said of httpd where no main config is given; `None`: nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Apache {
    /// The loaded modules.
    pub modules: Option<Modules>,
    /// The words behind `AllowOverride`.
    pub allow_override: Option<Vec<String>>,
    /// The words behind `AccessFileName`.
    pub access_file_names: Option<Vec<String>>,
    /// Names that `-D` and `Define` would define, with their values if they have one.
    pub define: BTreeMap<String, Option<String>>,
    /// The server's environment.
    pub env: BTreeMap<String, String>,
    /// The account its workers run as.
    pub run_as: Option<String>,
    /// `ServerRoot`, from which the server takes relative paths.
    pub server_root: Option<String>,
}

/// What a `htlint.toml` says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file; empty if there is none.
    pub path: PathBuf,
    /// Globs of what is not to be read, taken from the file's folder.
    pub exclude: Vec<String>,
    /// The rules that are asked; `None`: all.
    pub select: Option<Vec<RuleName>>,
    /// The rules that are not asked.
    pub ignore: Vec<RuleName>,
    /// From which severity on findings fail a run.
    pub fail_on: Option<FailOn>,
    /// Where paths of the server lie; local ones are taken from the file's folder.
    pub paths: Vec<Mapping>,
    /// What is said of httpd.
    pub apache: Apache,
}

/// A `htlint.toml` that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadConfig {
    /// The file.
    pub path: PathBuf,
    /// The place in it; `None`: it could not be read at all.
    pub at: Option<Position>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for BadConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:", self.path.display())?;
        if let Some(at) = self.at {
            write!(out, "{}:{}:", at.line, at.column)?;
        }
        write!(out, " {}", self.message)
    }
}

impl std::error::Error for BadConfig {}

/// The file as it is written.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Written {
    exclude: Vec<Spanned<String>>,
    select: Option<Vec<Spanned<String>>>,
    ignore: Vec<Spanned<String>>,
    fail_on: Option<FailOn>,
    paths: BTreeMap<Spanned<String>, String>,
    apache: WrittenApache,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct WrittenApache {
    modules: Option<Spanned<OneOrMore>>,
    allow_override: Option<Vec<String>>,
    access_file_names: Option<Vec<String>>,
    define: Defines,
    env: BTreeMap<String, String>,
    run_as: Option<String>,
    server_root: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected \"all\", \"debian-default\" or a list of module names")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a list of names, or a table of names and strings")]
enum Defines {
    Names(Vec<String>),
    Values(BTreeMap<String, String>),
}

impl Default for Defines {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

impl Config {
    /// The nearest `htlint.toml` upwards from the path (its own folder first, itself if it is one); `None`: there is
    /// none. Fails if the nearest cannot be read or is broken.
    pub fn seek(files: &dyn Files, from: &Path) -> Result<Option<Self>, BadConfig> {
        for folder in from.ancestors() {
            let path = folder.join(NAME);
            match files.read(&path) {
                Ok(bytes) => return Self::parse(&path, bytes).map(Some),
                Err(Fault::Missing | Fault::NotADirectory) => {}
                Err(fault) => return Err(BadConfig { path, at: None, message: fault.to_string() }),
            }
        }
        Ok(None)
    }

    /// Reads the bytes of the file at `path`; fails with the first thing that is wrong and its place.
    pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<Self, BadConfig> {
        let source = Source::new(path.to_owned(), bytes);
        let bad = |offset: usize, message: String| BadConfig {
            path: path.to_owned(),
            at: Some(source.position(offset)),
            message,
        };
        let text = std::str::from_utf8(source.bytes())
            .map_err(|error| bad(error.valid_up_to(), "bytes that are not UTF-8".to_owned()))?;
        let written: Written = toml::from_str(text).map_err(|error| {
            bad(error.span().map_or(0, |span| span.start), error.message().lines().collect::<Vec<_>>().join(", "))
        })?;
        let names = |list: Vec<Spanned<String>>| -> Vec<RuleName> {
            let name =
                |name: Spanned<String>| RuleName { at: source.position(name.span().start), name: name.into_inner() };
            list.into_iter().map(name).collect()
        };
        let config = Self {
            exclude: globs(written.exclude, &bad)?,
            select: written.select.map(names),
            ignore: names(written.ignore),
            fail_on: written.fail_on,
            paths: mappings(written.paths, path, &bad)?,
            apache: apache(written.apache, &bad)?,
            path: path.to_owned(),
        };
        Ok(config)
    }

    /// The folder that relative paths in the file are taken from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }
}

type Bad<'a> = dyn Fn(usize, String) -> BadConfig + 'a;

fn globs(written: Vec<Spanned<String>>, bad: &Bad<'_>) -> Result<Vec<String>, BadConfig> {
    let judge = |glob: Spanned<String>| {
        let one = std::slice::from_ref(glob.get_ref());
        match Excludes::default().add(Path::new("/"), one) {
            Ok(()) => Ok(glob.into_inner()),
            Err(BadGlob { message, .. }) => Err(bad(glob.span().start, message)),
        }
    };
    written.into_iter().map(judge).collect()
}

fn mappings(written: BTreeMap<Spanned<String>, String>, path: &Path, bad: &Bad<'_>) -> Result<Vec<Mapping>, BadConfig> {
    let folder = path.parent().unwrap_or(path);
    let join = |(server, local): (Spanned<String>, String)| {
        Mapping::new(server.get_ref(), &local, folder).map_err(|error| bad(server.span().start, error.to_string()))
    };
    written.into_iter().map(join).collect()
}

fn apache(written: WrittenApache, bad: &Bad<'_>) -> Result<Apache, BadConfig> {
    let WrittenApache { modules, allow_override, access_file_names, define, env, run_as, server_root } = written;
    let define = match define {
        Defines::Names(names) => names.into_iter().map(|name| (name, None)).collect(),
        Defines::Values(values) => values.into_iter().map(|(name, value)| (name, Some(value))).collect(),
    };
    let modules = modules.map(|modules| loaded(modules, bad)).transpose()?;
    Ok(Apache { modules, allow_override, access_file_names, define, env, run_as, server_root })
}

fn loaded(written: Spanned<OneOrMore>, bad: &Bad<'_>) -> Result<Modules, BadConfig> {
    let start = written.span().start;
    match written.into_inner() {
        OneOrMore::More(names) => Ok(Modules::These(names)),
        OneOrMore::One(word) => match word.as_str() {
            "all" => Ok(Modules::All),
            "debian-default" => Ok(Modules::DebianDefault),
            _ => {
                Err(bad(start, format!("unknown set of modules `{word}`: `all`, `debian-default` or a list of names")))
            }
        },
    }
}
