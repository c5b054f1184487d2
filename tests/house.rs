//! The laws of the house: what stands where, who may know whom, and what no report shows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use htlint::finding::Severity;
use htlint::report::{Style, json, terminal};
use htlint::{Checked, Options, check, rules};
use support::case::{self, Case};
use support::memory::{ROOT, configured};
use support::served::{self, Plan};

/// The floors, lowest first: a file imports from its own floor's room or from lower floors.
const FLOORS: [&[&str]; 12] = [
    &["source"],
    &["lines", "finding"],
    &["words", "pattern", "yaml"],
    &["read", "hash", "users", "credentials"],
    &["answer", "compose"],
    &["audit", "gate"],
    &["servers", "rules", "config"],
    &["readers", "stop"],
    &["report"],
    &["lint", "matrix", "verify"],
    &["simulate"],
    &["bin"],
];
/// What a room may not know although it lies lower.
const STRANGERS: [(&str, &[&str]); 2] =
    [("report", &["servers", "rules", "config", "read"]), ("rules", &["servers", "read", "config"])];
/// Files that search bytes outside of nom's parsers, and why they may.
const SEARCHING: [(&str, &str); 15] = [
    ("src/lines.rs", "the first and the last byte that is no blank"),
    ("src/hash/damage.rs", "asks whether a byte is there at all"),
    ("src/hash/format/sha1_crypt.rs", "names the byte that is outside the alphabet"),
    ("src/hash/format/sun_md5.rs", "names the byte that is outside the alphabet"),
    ("src/hash/format/yescrypt_text.rs", "the last separator, as yescrypt's own strrchr finds it"),
    ("src/hash/strength.rs", "compares neighbours"),
    ("src/hash/verifier", "a C string ends at NUL, and musl refuses two bytes"),
    ("src/servers/apache/applications.rs", "our own table"),
    ("src/servers/apache/commands", "the parts of one word, whose own places nobody shows"),
    ("src/servers/apache/directives", "our own tables, and words that are parsed"),
    ("src/servers/apache/expr/function.rs", "cuts a computed value where C would"),
    ("src/servers/apache/expr/scan.rs", "cuts a decoded text where C would"),
    ("src/servers/apache/main", "the parts of one word, and lines of files that are no configuration"),
    ("src/servers/apache/profile.rs", "the version is our own text"),
    ("src/users/contents.rs", "asks whether a byte is there at all"),
];
/// The longest file in lines.
const LONGEST: usize = 400;

#[test]
fn a_rule_is_a_file_and_a_folder_of_cases() {
    let ids: BTreeSet<String> = rules::ALL.iter().map(|rule| rule.id.0.to_owned()).collect();
    assert_eq!(ids.len(), rules::ALL.len());
    for id in &ids {
        let well_formed = id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(well_formed && !id.starts_with("no-") && !id.contains("invalid"), "{id}");
        let file = format!("src/rules/{}.rs", id.replace('-', "_"));
        assert!(root().join(&file).is_file(), "{file}");
    }
    let cases = root().join("fixtures/cases");
    let mut folders: BTreeSet<String> =
        fs::read_dir(cases).unwrap().map(|entry| name(&entry.unwrap().path())).collect();
    assert!(folders.remove("sites"));
    // What is asked on request alone, or of a Compose file, has no place in these cases; tests/cli.rs and tests/readers.rs
    // hold it.
    let asked = ["failing-credential", "guessable-password", "single-dollar"];
    let whole = whole_config_rules();
    let elsewhere = |id: &String| asked.contains(&id.as_str()) || whole.contains(id) && !folders.contains(id);
    let recorded: BTreeSet<String> = ids.iter().filter(|id| !elsewhere(id)).cloned().collect();
    assert_eq!(folders, recorded);
    for id in &recorded {
        let names = fs::read_dir(root().join("fixtures/cases").join(id)).unwrap();
        let names: Vec<String> = names.map(|entry| name(&entry.unwrap().path())).collect();
        let has = |mark: &str| names.iter().any(|name| name.starts_with(mark));
        assert!(has("fires-") && has("quiet-"), "{id}: {names:?}");
    }
}

/// The rules whose cases are whole configurations: some on which they fire, and some on which they are quiet.
fn whole_config_rules() -> BTreeSet<String> {
    let cases = served::all().unwrap();
    let named = |list: fn(&Plan) -> &Vec<String>| -> BTreeSet<String> {
        cases.iter().flat_map(|case| list(&case.plan).clone()).collect()
    };
    let fires = named(|plan| &plan.fires);
    assert_eq!(fires, named(|plan| &plan.quiet));
    fires
}

#[test]
fn imports_go_down_only() {
    let floor = |room: &str| FLOORS.iter().position(|rooms| rooms.contains(&room));
    for file in sources() {
        let room = room(&file);
        let Some(own) = floor(&room) else {
            assert_eq!(room, "lib", "{}: on which floor?", file.display());
            continue;
        };
        let text = read(&file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for named in code.split("crate::").skip(1).chain(code.split("htlint::").skip(1)) {
            let named: String = named.chars().take_while(|found| found.is_ascii_lowercase()).collect();
            let Some(other) = floor(&named).filter(|_| named != room) else { continue };
            let strange = STRANGERS.iter().any(|(of, strangers)| *of == room && strangers.contains(&named.as_str()));
            assert!(other < own && !strange, "{} imports {named}", file.display());
        }
    }
}

#[test]
fn a_tool_is_named_in_one_place() {
    let places: [(&str, &[&str]); 3] = [
        (
            "clap",
            &[
                "src/bin/htlint/args.rs",
                "src/bin/htlint/password_args.rs",
                "src/bin/htlint/simulate_args.rs",
                "src/bin/htlint/main.rs",
                "src/bin/htlint/tests.rs",
                "src/bin/htlint/password_tests.rs",
            ],
        ),
        ("miette", &["src/report/terminal.rs", "src/report/frames.rs"]),
        ("std::process", &["src/bin/htlint/main.rs"]),
    ];
    for file in sources() {
        let text = read(&file);
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code: String = code.flat_map(|line| [line, "\n"]).collect();
        for (tool, allowed) in places {
            let here = allowed.iter().any(|allowed| file.ends_with(allowed));
            assert!(here || !code.contains(&format!("{tool}::")), "{} names {tool}", file.display());
        }
    }
}

#[test]
fn files_are_short_and_named_for_their_job() {
    for file in sources() {
        let lines = read(&file).lines().count();
        assert!(lines <= LONGEST, "{}: {lines} lines", file.display());
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let vague = ["util", "utils", "helper", "helpers", "common", "misc", "manager"];
        assert!(!vague.contains(&stem.as_str()), "{}", file.display());
    }
}

#[test]
fn text_is_parsed_and_not_searched() {
    let marks = [".split(", ".find(b'", "memchr", ".position(|byte", "split_once", "windows("];
    let rooms = ["src/servers/apache", "src/users", "src/hash", "src/lines.rs", "src/words.rs"];
    let mut needed = BTreeSet::new();
    for file in sources().into_iter().filter(|file| rooms.iter().any(|room| file.starts_with(root().join(room)))) {
        let text = read(&file);
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let tests = file.file_stem().is_some_and(|stem| stem == "tests");
        if tests || !marks.iter().any(|mark| code.contains(mark)) {
            continue;
        }
        let allowed = SEARCHING.iter().find(|(allowed, _)| file.starts_with(root().join(allowed)));
        let (allowed, _) = allowed.unwrap_or_else(|| panic!("{} searches bytes", file.display()));
        needed.insert(*allowed);
    }
    assert_eq!(needed, SEARCHING.iter().map(|(file, _)| *file).collect(), "a permission that nobody needs");
}

#[test]
fn every_path_that_the_documents_name_exists() {
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "fixtures/README.md"] {
        let Ok(text) = fs::read_to_string(root().join(document)) else { continue };
        let words = text.split(|found: char| !(found.is_ascii_alphanumeric() || "._-/".contains(found)));
        let top = ["src/", "tests/", "fixtures/", "scripts/", "benches/"];
        for word in words.filter(|word| top.iter().any(|top| word.starts_with(top))) {
            let path = word.trim_end_matches('.');
            // A name in capitals stands for any; `guessable_user` is the invented rule of CONTRIBUTING.md.
            let example = word.contains("guessable_user")
                || path.split('/').any(|part| part.trim_end_matches(".rs").chars().all(|c| c.is_ascii_uppercase()));
            assert!(example || root().join(path).exists(), "{document} names {path}");
        }
    }
}

#[test]
fn an_error_names_a_reason() {
    for (case, checked) in checked() {
        for finding in checked.report.findings.iter().filter(|finding| finding.severity == Severity::Error) {
            let rule = rules::find(finding.rule.0).unwrap();
            let explains = !rule.explains.is_empty() || rule.id.0 == "nobody-can-log-in";
            assert!(explains, "{}: {}", case.title(), rule.id.0);
        }
    }
}

#[test]
fn no_report_shows_a_secret() {
    for (case, checked) in checked() {
        let shown = [machine(&checked), person(&checked)].concat();
        let secrets = secrets(&case);
        let found = secrets.iter().find(|secret| shown.contains(secret.as_str()));
        assert!(found.is_none(), "{}: a report shows {found:?}", case.title());
    }
}

#[test]
fn hashes_of_the_cases_stay_in_their_folder() {
    let Ok(listed) = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output() else { return };
    let hashes: BTreeSet<String> = case::all().unwrap().iter().flat_map(hashes).collect();
    assert!(hashes.len() >= 50, "only {} hashes: is fixtures/cases complete?", hashes.len());
    for path in String::from_utf8(listed.stdout).unwrap().split('\0') {
        if path.is_empty() || path.starts_with("fixtures/") {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(root().join(path)).unwrap_or_default()).into_owned();
        let found = hashes.iter().find(|hash| text.contains(hash.as_str()));
        assert!(found.is_none(), "{path} holds {found:?}");
    }
}

/// What the password files of a case hold behind the colon, if it is long enough to be a hash.
fn hashes(case: &Case) -> Vec<String> {
    let files = case::hidden_files(case).into_iter().filter(|path| path.to_string_lossy().contains("passwd"));
    let texts = files.map(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned());
    let stored = texts.flat_map(|text| text.lines().filter_map(stored).collect::<Vec<_>>());
    stored.filter(|stored| stored.len() >= 20 && !stored.contains(' ')).collect()
}

/// All behind the first colon and before the next; a line without a colon is a secret as a whole.
fn stored(line: &str) -> Option<String> {
    let behind = line.split_once(':').map_or(line, |(_, behind)| behind);
    Some(behind.split(':').next()?.trim().to_owned())
}

/// The hashes of a case and the passwords in its requests; a word that is also a name is none.
fn secrets(case: &Case) -> Vec<String> {
    let passwords = case.setup.requests.iter().filter_map(|request| request.password.clone());
    let users: BTreeSet<&str> = case.setup.requests.iter().filter_map(|request| request.user.as_deref()).collect();
    let telling = |secret: &String| secret.len() >= 5 && !users.contains(secret.as_str());
    passwords.chain(hashes(case)).filter(telling).collect()
}

fn checked() -> impl Iterator<Item = (Case, Checked)> {
    let cases = case::all().unwrap().into_iter().filter(|case| !case.setup.allow_override.contains("Nonfatal"));
    cases.map(|case| {
        let site = Path::new(ROOT).join("site");
        let paths = vec![PathBuf::from(".")];
        let options = Options {
            here: site.clone(),
            paths,
            on_host: !case.setup.checkout,
            docroot: Some(site),
            ..Options::default()
        };
        let checked = check(&configured(&case), &options).unwrap();
        (case, checked)
    })
}

fn machine(checked: &Checked) -> String {
    let mut out = Vec::new();
    json(&checked.report, Path::new(ROOT), false, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn person(checked: &Checked) -> String {
    let folder = Path::new(ROOT);
    let style =
        Style { folder, colour: false, unicode: true, width: 100, notes: true, show_secrets: false, summary: true };
    let mut out = Vec::new();
    terminal(&checked.report, &style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `src`, sorted.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The first folder below `src`, or the file there.
fn room(file: &Path) -> String {
    let below = file.strip_prefix(root().join("src")).unwrap();
    Path::new(below.iter().next().unwrap()).file_stem().unwrap().to_string_lossy().into_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
