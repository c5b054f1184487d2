//! The laws of the house that no lint can hold: who may import whom, and what has one room only.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up; a module imports from floors below its own only.
const FLOORS: [&[&str]; 9] = [
    &["source"],
    &["finding", "lines"],
    &["words", "read", "hash"],
    &["users", "credentials"],
    &["answer"],
    &["servers"],
    &["rules"],
    &["report", "config", "verify"],
    &["lint"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file below a folder of the repository, with its text up to its tests.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut ahead = vec![root().join(folder)];
    while let Some(path) = ahead.pop() {
        if path.is_dir() {
            ahead.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            found.push((path.strip_prefix(root()).unwrap().to_owned(), code));
        }
    }
    assert!(!found.is_empty(), "{folder} holds no source");
    found
}

/// The module of the library that a file belongs to: `src/rules/dead_hash.rs` to `rules`.
fn module(path: &Path) -> String {
    let first = path.components().nth(1).unwrap();
    Path::new(first.as_os_str()).file_stem().unwrap().to_str().unwrap().to_owned()
}

fn floor(module: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&module)).unwrap_or_else(|| panic!("{module} has no floor"))
}

#[test]
fn imports_go_down_only() {
    for (path, code) in sources("src").iter().filter(|(path, _)| !path.starts_with("src/bin") && module(path) != "lib")
    {
        let own = module(path);
        for part in code.split("crate::").skip(1) {
            let name: String =
                part.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
            let down = name == own || floor(&name) < floor(&own);
            assert!(down, "{}: {own} imports {name}", path.display());
        }
    }
}

#[test]
fn a_report_knows_neither_servers_nor_rules() {
    for (path, code) in sources("src/report") {
        assert!(!code.contains("crate::servers") && !code.contains("crate::rules"), "{}", path.display());
    }
}

#[test]
fn servers_know_nothing_of_each_other() {
    for (path, code) in sources("src/servers") {
        let room = path.components().nth(2).unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let foreign = code.split("crate::servers::").skip(1).find(|part| !part.starts_with(&room));
        assert!(foreign.is_none(), "{}", path.display());
    }
}

#[test]
fn rules_know_no_server() {
    for (path, code) in sources("src/rules") {
        assert!(!code.contains("crate::servers"), "{}", path.display());
    }
}

#[test]
fn what_has_one_room_stays_in_it() {
    let rooms =
        [("clap::", "src/bin"), ("miette::", "src/report"), ("std::fs", "src/read"), ("std::process", "src/bin")];
    for (path, code) in sources("src") {
        if path.ends_with("laws.rs") {
            continue; // tests, all of it
        }
        for (what, room) in rooms {
            let terminal = path.ends_with("src/bin/htlint/prompt.rs") && what == "std::fs";
            assert!(path.starts_with(room) || terminal || !code.contains(what), "{}: {what}", path.display());
        }
    }
}

#[test]
fn no_file_is_called_after_nothing() {
    for (path, _) in sources("src").into_iter().chain(sources("tests")) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(!["utils", "helpers", "common", "misc", "manager"].contains(&name), "{}", path.display());
    }
}
