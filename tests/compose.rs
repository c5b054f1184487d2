//! Variables of Compose and `.env` files, as compose-go replaces them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use htlint::compose::{substitute, variables};
use serde::Deserialize;

/// What compose-go made of texts.
#[derive(Deserialize)]
struct Recorded<T> {
    env: BTreeMap<String, String>,
    cases: Vec<(String, Option<T>)>,
}

#[test]
fn variables_of_values_are_replaced_as_compose_go_does() {
    let recorded: Recorded<String> = serde_json::from_str(include_str!("../fixtures/compose/template.json")).unwrap();
    let variable = |name: &str| recorded.env.get(name).cloned();
    for (text, result) in &recorded.cases {
        assert_eq!(substitute(text, &variable).ok(), *result, "{text:?}");
    }
}

#[test]
fn env_files_are_read_as_compose_go_does() {
    type Values = BTreeMap<String, String>;
    let recorded: Recorded<Values> = serde_json::from_str(include_str!("../fixtures/compose/env-files.json")).unwrap();
    let outer = |name: &str| recorded.env.get(name).cloned();
    for (text, result) in &recorded.cases {
        assert_eq!(variables(text, &outer), *result, "{text:?}");
    }
}

#[test]
fn defaults_in_one_another_end_somewhere() {
    let deep = "${A:-".repeat(100_000) + &"}".repeat(100_000);
    assert!(substitute(&deep, &|_| None).is_err());
    assert!(substitute(&"${A:-x}".repeat(2_000), &|_| None).is_ok());
}
