//! What the documents say is true: the report they show, the settings, the rules and the paths they name.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use htlint::config::Config;
use htlint::rules;

const DOCUMENTS: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// The first fenced block of that language.
fn block(text: &str, language: &str) -> String {
    text.split_once(&format!("```{language}\n")).unwrap().1.split_once("```").unwrap().0.to_owned()
}

/// The words of a text, whatever lines they were folded into.
fn words(text: &str) -> String {
    text.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_shows_what_the_demo_reports() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_htlint"));
    command.current_dir(root()).args(["check", "fixtures/demo", "--color", "never"]).env("LC_ALL", "C.UTF-8");
    let output = command.env("COLUMNS", "100").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let reported = String::from_utf8(output.stdout).unwrap();
    let (reported, shown) = (words(&reported), block(&read("README.md"), "text"));
    for finding in shown.split("\n\n") {
        assert!(reported.contains(&words(finding)), "not reported (any more):\n{finding}");
    }
}

#[test]
fn the_settings_in_the_readme_are_settings() {
    let text = block(&read("README.md"), "toml");
    let config = Config::parse(Path::new("/site/htlint.toml"), text.into_bytes()).unwrap();
    let named = config.select.iter().flatten().chain(&config.ignore);
    assert!(named.into_iter().all(|rule| rules::find(&rule.name).is_some()));
}

#[test]
fn every_path_in_the_documents_exists() {
    let mut named = 0;
    for document in DOCUMENTS {
        let prose: String = read(document).split("```").step_by(2).collect();
        for word in prose.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "tests/", "fixtures/", "scripts/", ".ci/"].iter().any(|top| word.starts_with(top));
            let is_plain = !word.contains([' ', '*']) && !word.contains("NAME");
            if is_path && is_plain {
                named += 1;
                assert!(root().join(word).exists(), "{document}: there is no {word}");
            }
        }
    }
    assert!(named > 20, "only {named} paths are named");
}
