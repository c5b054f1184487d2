//! The whole-config cases: `fixtures/servers/SERVER/CASE/` with `case.toml`, `files/` and `answers.toml`, or
//! `fixtures/servers/SERVER/SITE/` with `cases/SUBJECT.toml` for many that share their `files/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use htlint::answer::Trace;
use htlint::finding::Severity;
use htlint::read::Disk;
use htlint::servers::Kind;
use htlint::simulate::{Asked, Simulated, Simulator, simulate};
use htlint::{Options, check};
use serde::{Deserialize, Serialize};

use super::case::{Request, file_name, folders, parse};
use super::placed::Placed;

/// One case folder, read.
pub(crate) struct Served {
    /// The server it is for: the name of the folder above, which is also its name in `htlint simulate --server`.
    pub(crate) server: String,
    /// Its own folder's name.
    pub(crate) name: String,
    /// The case folder itself, or that of its site.
    pub(crate) folder: PathBuf,
    /// Where its answers are recorded.
    recorded: PathBuf,
    /// `case.toml`.
    pub(crate) plan: Plan,
    /// `answers.toml`, if it has been recorded.
    pub(crate) answers: Option<Answers>,
}

/// `case.toml`: what lies on the server's machine beside the text in `files/`, and what the server is asked.
#[derive(Deserialize, Serialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    /// Of one case among many: its name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// What the case pins, in one line; of one among many the name may say it all.
    #[serde(default)]
    pub(crate) note: String,
    /// The main config, below `files/`; of one among many that of its subject.
    #[serde(default)]
    pub(crate) config: String,
    /// Of one among many: what stands inside of the frame; without it, `texts` has the main config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) inside: Option<String>,
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
    /// Files beside those in `files/`: path -> text, in which the marks are filled in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) texts: BTreeMap<String, String>,
    /// The rules that speak of it among those that a main configuration is needed for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fires: Vec<String>,
    /// The rules that do not, though it is near what they are for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) quiet: Vec<String>,
    /// The requests, counted from 0, whose answers hang on something that htlint is not given: it must not tell them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) untold: Vec<usize>,
    /// What is asked, in order; requests do not depend on each other.
    #[serde(default)]
    pub(crate) requests: Vec<Request>,
}

/// `cases/SUBJECT.toml`: cases that share `files/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// The main config of all of them.
    config: String,
    /// The text of the main config around what a case says `inside`; `@CASE@` stands for that.
    frame: String,
    /// In order.
    cases: Vec<Plan>,
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
        let file = &self.recorded;
        if self.plan.name.is_empty() {
            fs::write(file, toml::to_string(answers).unwrap()).unwrap();
            return;
        }
        let mut all: BTreeMap<String, Answers> = if file.is_file() { parse(file).unwrap() } else { BTreeMap::new() };
        all.insert(self.plan.name.clone(), answers.clone());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, toml::to_string(&all).unwrap()).unwrap();
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
            let recorded = folder.join("answers.toml");
            if folder.join("cases").is_dir() {
                cases.extend(of_one_site(&server, &folder)?);
                continue;
            }
            let plan = parse(&folder.join("case.toml"))?;
            let answers = if recorded.is_file() { Some(parse(&recorded)?) } else { None };
            let (server, name) = (file_name(&server), file_name(&folder));
            cases.push(Served { server, name, folder, recorded, plan, answers });
        }
    }
    cases.retain(|case| case.title().contains(&wanted));
    Ok(cases)
}

fn of_one_site(server: &Path, folder: &Path) -> Result<Vec<Served>, String> {
    let mut all = Vec::new();
    let mut subjects: Vec<PathBuf> =
        fs::read_dir(folder.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    subjects.sort();
    for subject in subjects {
        let Subject { config, frame, cases } = parse(&subject)?;
        let recorded = folder.join("answers").join(file_name(&subject));
        let mut answers: BTreeMap<String, Answers> =
            if recorded.is_file() { parse(&recorded)? } else { BTreeMap::new() };
        for mut plan in cases {
            if let Some(inside) = &plan.inside {
                plan.texts.insert(config.clone(), frame.replace("@CASE@", inside));
            }
            plan.config.clone_from(&config);
            all.push(Served {
                server: file_name(server),
                name: format!("{}/{}", subject.file_stem().unwrap().to_string_lossy(), plan.name),
                folder: folder.to_owned(),
                recorded: recorded.clone(),
                answers: answers.remove(&plan.name),
                plan,
            });
        }
        let left: Vec<&String> = answers.keys().collect();
        assert!(left.is_empty(), "{}: no cases for {left:?}", recorded.display());
    }
    Ok(all)
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

/// The rules that `htlint check --config` has something to say by, each with the worst that it says.
pub(crate) fn spoken(server: &str, placed: &Placed, plan: &Plan) -> BTreeMap<String, Severity> {
    let server = Kind::ALL.into_iter().find(|kind| kind.name() == server);
    let (here, config) = (placed.root.clone(), Some(PathBuf::from(&plan.config)));
    let options = Options { here, server, config, on_host: true, ..Options::default() };
    let checked = check(&Disk::default(), &options).unwrap();
    let mut spoken = BTreeMap::new();
    for finding in &checked.report.findings {
        let worst = spoken.entry(finding.rule.0.to_owned()).or_insert(finding.severity);
        *worst = finding.severity.max(*worst);
    }
    spoken
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
