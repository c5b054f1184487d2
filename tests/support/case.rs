//! The recorded cases: `fixtures/cases/RULE/CASE/` with `site/`, `server/`, `case.toml` and `answers.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One case folder, read.
pub(crate) struct Case {
    /// The rule it belongs to: the name of the folder above.
    pub(crate) rule: String,
    /// Its own folder's name, `fires-...` or `quiet-...` (free below `sites`).
    pub(crate) name: String,
    /// The case folder itself.
    pub(crate) folder: PathBuf,
    /// `case.toml`.
    pub(crate) setup: Setup,
    /// `answers.toml`, if it has been recorded.
    pub(crate) answers: Option<Answers>,
}

/// `case.toml`: how the server is set up and what it is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    /// What the case pins, in one line.
    pub(crate) note: String,
    /// The modules that are loaded.
    #[serde(default)]
    pub(crate) modules: Modules,
    /// `AllowOverride` of the document root.
    #[serde(default = "all_overrides")]
    pub(crate) allow_override: String,
    /// `-D` names of the server's command line.
    #[serde(default)]
    pub(crate) defines: Vec<String>,
    /// File modes in octal, by path below the case root (`site/.htpasswd`); else 0644, folders 0755.
    #[serde(default)]
    pub(crate) modes: BTreeMap<String, String>,
    /// `root` or `www-data` by path below the case root; else `www-data`.
    #[serde(default)]
    pub(crate) owners: BTreeMap<String, String>,
    /// Whether htlint sees the site as a checkout, on another machine than the server's.
    #[serde(default)]
    pub(crate) checkout: bool,
    /// What is asked, in order; requests do not depend on each other.
    pub(crate) requests: Vec<Request>,
}

/// Debian's module sets by name, or single modules (`rewrite`, among them also a set's name).
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(untagged)]
pub(crate) enum Modules {
    /// `all` (what Debian's apache2 package ships) or `debian-default` (what it switches on by itself).
    Set(String),
    /// Modules by Debian's names, and sets.
    List(Vec<String>),
}

impl Default for Modules {
    fn default() -> Self {
        Modules::Set("all".to_owned())
    }
}

/// One request. `user` or `password` given: a login; both absent: a stranger.
#[derive(Deserialize, Serialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// The raw request target.
    pub(crate) path: String,
    /// The method as sent.
    #[serde(default = "get", skip_serializing_if = "is_get")]
    pub(crate) method: String,
    /// The user's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// The password in clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<String>,
    /// How user and password are sent.
    #[serde(default, skip_serializing_if = "is_basic")]
    pub(crate) scheme: Scheme,
    /// Whether it goes over TLS.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) https: bool,
    /// Further headers; they win over our own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
}

/// The scheme a client answers with.
#[derive(Deserialize, Serialize, Default, PartialEq, Eq, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scheme {
    /// Credentials are sent at once.
    #[default]
    Basic,
    /// Asks bare first and answers one challenge.
    Digest,
}

/// `answers.toml`: what the real server said. Written by it only, never by hand.
#[derive(Deserialize, Serialize, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    /// The server's version line.
    pub(crate) server: String,
    /// `ok`, or `fail` when the server refuses to start.
    pub(crate) startup: String,
    /// The status of each request in order; 0 = closed without an answer; empty when startup fails.
    pub(crate) statuses: Vec<u16>,
    /// What the error log got for each request: AH codes, and the text where there is no code.
    pub(crate) logs: Vec<Vec<String>>,
}

impl Case {
    /// `RULE/CASE`.
    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.rule, self.name)
    }

    /// The checkout: what lies below the document root.
    pub(crate) fn site(&self) -> PathBuf {
        self.folder.join("site")
    }

    /// The folder outside the document root which is the ServerRoot; absent in most cases.
    pub(crate) fn server(&self) -> Option<PathBuf> {
        Some(self.folder.join("server")).filter(|folder| folder.is_dir())
    }

    /// Where the recorded answers lie.
    pub(crate) fn answers_file(&self) -> PathBuf {
        self.folder.join("answers.toml")
    }
}

/// Every recorded case, sorted by rule and name. Fails on a case folder that cannot be read as one.
pub(crate) fn all() -> Result<Vec<Case>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let mut cases = Vec::new();
    for rule in folders(&root)? {
        for folder in folders(&rule)? {
            cases.push(read(&rule, folder)?);
        }
    }
    Ok(cases)
}

fn read(rule: &Path, folder: PathBuf) -> Result<Case, String> {
    let setup = parse(&folder.join("case.toml"))?;
    let recorded = folder.join("answers.toml");
    let answers = if recorded.is_file() { Some(parse(&recorded)?) } else { None };
    Ok(Case { rule: file_name(rule), name: file_name(&folder), folder, setup, answers })
}

/// Reads a TOML file.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T, String> {
    let text = fs::read_to_string(file).map_err(|fault| format!("{}: {fault}", file.display()))?;
    toml::from_str(&text).map_err(|fault| format!("{}: {fault}", file.display()))
}

/// The folders in a folder, sorted.
pub(crate) fn folders(root: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(root).map_err(|fault| format!("{}: {fault}", root.display()))?;
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}

/// The last part of a path.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn all_overrides() -> String {
    "All".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

fn is_get(method: &str) -> bool {
    method == "GET"
}

fn is_basic(scheme: &Scheme) -> bool {
    *scheme == Scheme::Basic
}

/// The files of a case whose names begin with `.ht`, sorted.
pub(crate) fn hidden_files(case: &Case) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![case.site(), case.folder.join("server")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let kind = entry.file_type().ok();
            if kind.is_some_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            } else if kind.is_some_and(|kind| kind.is_file()) && entry.file_name().to_string_lossy().starts_with(".ht")
            {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}
