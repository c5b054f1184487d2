//! The whole-config cases: `fixtures/servers/SERVER/CASE/` with `case.toml`, `files/` and `answers.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use htlint::Options;
use htlint::answer::Trace;
use htlint::read::Disk;
use htlint::servers::Kind;
use htlint::simulate::{Asked, Simulated, Simulator, simulate};
use serde::{Deserialize, Serialize};

use super::case::{Request, file_name, folders, parse};
use super::placed::Placed;

/// One case folder, read.
pub(crate) struct Served {
    /// The server it is for: the name of the folder above, which is also its name in `htlint simulate --server`.
    pub(crate) server: String,
    /// Its own folder's name.
    pub(crate) name: String,
    /// The case folder itself.
    pub(crate) folder: PathBuf,
    /// `case.toml`.
    pub(crate) plan: Plan,
    /// `answers.toml`, if it has been recorded.
    pub(crate) answers: Option<Answers>,
}

/// `case.toml`: what lies on the server's machine beside the text in `files/`, and what the server is asked.
#[derive(Deserialize, Serialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// What the case pins, in one line.
    pub(crate) note: String,
    /// The main config, below `files/`.
    pub(crate) config: String,
    /// Empty folders, which git does not keep.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) folders: Vec<String>,
    /// File modes in octal by path below `files/`; else 0644, folders 0755.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) modes: BTreeMap<String, String>,
    /// `root` or `www-data` by path below `files/`; else `www-data`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) owners: BTreeMap<String, String>,
    /// Symbolic links: path below `files/` -> target, in which `@ROOT@` is filled in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) links: BTreeMap<String, String>,
    /// What is asked, in order; requests do not depend on each other.
    pub(crate) requests: Vec<Request>,
}

/// `answers.toml`: what the real server said. Written by it only, never by hand.
#[derive(Deserialize, Serialize, PartialEq, Eq, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    /// The server's version line.
    pub(crate) server: String,
    /// `ok`, or `fail` when the server refuses to start.
    pub(crate) startup: String,
    /// The status of each request in order; 0 = closed without an answer; empty when startup fails.
    pub(crate) statuses: Vec<u16>,
}

impl Served {
    /// `SERVER/CASE`.
    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    /// What is laid out on disk.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.join("files")
    }

    /// Whether only root can lay it out: files of others, or files closed to the reader.
    pub(crate) fn needs_root(&self) -> bool {
        !self.plan.modes.is_empty() || !self.plan.owners.is_empty()
    }

    /// Writes `answers.toml`, the expectation of every later run.
    pub(crate) fn keep(&self, answers: &Answers) {
        fs::write(self.folder.join("answers.toml"), toml::to_string(answers).unwrap()).unwrap();
    }
}

/// Every whole-config case whose title holds the environment's `HTLINT_SERVED` (all without it), sorted by server and
/// name. Fails on a case folder that cannot be read as one.
pub(crate) fn all() -> Result<Vec<Served>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/servers");
    let wanted = std::env::var("HTLINT_SERVED").unwrap_or_default();
    let mut cases = Vec::new();
    for server in folders(&root)? {
        for folder in folders(&server)? {
            let plan = parse(&folder.join("case.toml"))?;
            let recorded = folder.join("answers.toml");
            let answers = if recorded.is_file() { Some(parse(&recorded)?) } else { None };
            cases.push(Served { server: file_name(&server), name: file_name(&folder), folder, plan, answers });
        }
    }
    cases.retain(|case| case.title().contains(&wanted));
    Ok(cases)
}

/// What the engine says of a case that is laid out.
pub(crate) enum Predicted {
    /// `ok`, `fail` or `unknown`, and an answer to each request.
    Answers(&'static str, Vec<Simulated>),
    /// The main config cannot be read.
    Stopped(String),
}

/// Opens the engine on a case that is laid out, as `htlint simulate --on-host` would.
pub(crate) fn open<R>(
    server: &str,
    placed: &Placed,
    plan: &Plan,
    work: impl FnOnce(&Simulator<'_>) -> R,
) -> Result<R, htlint::Stop> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == server);
    let options = Options { here: placed.root.clone(), on_host: true, ..Options::default() };
    simulate(&Disk::default(), &options, Path::new(&plan.config), kind, work)
}

/// The request as `htlint simulate --requests` reads it: the keys of `case.toml` are its keys.
pub(crate) fn asked(request: &Request) -> htlint::answer::Request {
    Asked::read(&serde_json::to_vec(request).unwrap()).and_then(Asked::request).unwrap()
}

/// Asks the engine what a case asks.
pub(crate) fn predict(server: &str, placed: &Placed, plan: &Plan) -> Predicted {
    let opened = open(server, placed, plan, |simulator| {
        let answers = plan.requests.iter().map(|request| simulator.ask(&asked(request), &mut Trace::unwanted()));
        Predicted::Answers(simulator.startup(), answers.collect())
    });
    opened.unwrap_or_else(|stop| Predicted::Stopped(stop.to_string()))
}
