//! What holds for every rule.

use std::collections::BTreeSet;
use std::path::Path;

use super::{ALL, log_lines};
use crate::answer::ReasonKind;
use crate::finding::Severity;

/// Files of this folder that are no rules.
const OTHERS: [&str; 9] = ["mod", "rule", "telling", "words", "mend", "log_lines", "laws", "sayings", "cases"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules")
}

#[test]
fn every_reason_is_explained_by_exactly_one_rule() {
    // A wrong password is no fault of any file, and `check` is given none.
    for kind in ReasonKind::ALL.iter().filter(|kind| **kind != ReasonKind::WrongPassword) {
        let rules: Vec<_> = ALL.iter().filter(|rule| rule.explains.contains(kind)).map(|rule| rule.id.0).collect();
        assert_eq!(rules.len(), 1, "{} is explained by {rules:?}", kind.id());
    }
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let ids: BTreeSet<_> = ALL.iter().map(|rule| rule.id.0).collect();
    assert_eq!(ids.len(), ALL.len());
    for id in ids {
        let kebab = id.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(kebab && !id.starts_with("no-"), "{id}");
    }
}

#[test]
fn every_rule_has_a_file_of_its_name_and_every_file_a_rule() {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let stems: BTreeSet<_> = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let rules = ALL.iter().map(|rule| rule.id.0.replace('-', "_"));
    assert_eq!(stems, rules.chain(OTHERS.map(str::to_owned)).collect());
}

#[test]
fn a_rule_is_short() {
    for rule in ALL {
        let text = std::fs::read_to_string(folder().join(rule.id.0.replace('-', "_") + ".rs")).unwrap();
        assert!(text.lines().count() <= 150, "{}", rule.id.0);
    }
}

#[test]
fn every_page_has_its_four_sections() {
    let sections = ["What it reports", "What the server does", "Example", "What to write instead"];
    for rule in ALL {
        let page = rule.page();
        let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, sections, "{}", rule.id.0);
        let bodies = page.split("## ").skip(1).map(|part| part.split_once('\n').unwrap().1.trim());
        assert!(bodies.clone().count() == 4 && bodies.clone().all(|body| !body.is_empty()), "{}", rule.id.0);
        assert!(!rule.title.ends_with('.') && !rule.title.is_empty());
        assert_eq!(page.matches("```").count() % 2, 0, "{}", rule.id.0);
    }
}

#[test]
fn a_page_shows_no_hash() {
    for rule in ALL {
        let page = rule.page();
        let marks = ["$2y$10$", "$apr1$", "{SHA}"];
        for mark in marks {
            for (at, _) in page.match_indices(mark) {
                let behind: String = page[at + mark.len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
                assert!(behind.len() < 4, "{}", rule.id.0);
            }
        }
    }
}

#[test]
fn a_smell_is_never_an_error() {
    let no_smells = ["nobody-can-log-in", "failing-credential"];
    for rule in ALL.iter().filter(|rule| rule.explains.is_empty() && !no_smells.contains(&rule.id.0)) {
        assert!(rule.severity < Severity::Error, "{}", rule.id.0);
    }
}

#[test]
fn the_last_net_is_the_last() {
    assert_eq!(ALL.last().unwrap().id.0, "nobody-can-log-in");
}

#[test]
fn every_line_of_the_error_log_leads_to_a_page() {
    let lost: Vec<_> = log_lines::codes().filter(|code| !ALL.iter().any(|rule| rule.page().contains(code))).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn the_page_that_helps_most_comes_first() {
    let best = [
        ("AH00027", "auth-type-missing"),
        ("AH00526", "unknown-directive"),
        ("AH01615", "auth-name-missing"),
        ("AH01617", "dead-hash"),
        ("AH01618", "required-user-missing"),
        ("AH01619", "user-file-unset"),
        ("AH01620", "missing-user-file"),
        ("AH01627", "require-missing"),
        ("AH01630", "denied-by-rule"),
        ("AH01631", "nobody-satisfies-require"),
        ("AH01790", "wrong-kind-of-user-file"),
        ("AH01796", "unknown-auth-type"),
        ("AH01797", "denied-by-address"),
    ];
    for (code, id) in best {
        assert_eq!(ALL.iter().find(|rule| rule.page().contains(code)).unwrap().id.0, id, "{code}");
    }
}
