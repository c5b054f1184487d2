//! The recorded answers stand for the real server: complete always, and the same again where apache2 is installed.

mod support;

use std::collections::BTreeSet;
use std::env;
use std::io::{self, Write};

use support::case::{self, Answers, Case};
use support::{apache, recording};

#[test]
fn every_case_has_a_recorded_answer_to_every_request() {
    let cases = case::all().unwrap();
    assert!(cases.len() >= 170, "only {} cases: is fixtures/cases complete?", cases.len());
    let blessing = env::var("HTLINT_BLESS").is_ok_and(|what| what == "answers");
    let lacking: Vec<String> = cases.iter().filter(|case| !blessing && !complete(case)).map(Case::title).collect();
    assert!(lacking.is_empty(), "not recorded (HTLINT_BLESS=answers cargo test --test conformance): {lacking:#?}");
}

#[test]
fn every_rule_has_a_firing_and_a_quiet_case() {
    let cases = case::all().unwrap();
    let rules: BTreeSet<&str> = cases.iter().map(|case| case.rule.as_str()).filter(|rule| *rule != "sites").collect();
    let has = |rule: &str, mark: &str| cases.iter().any(|case| case.rule == rule && case.name.starts_with(mark));
    let lacking: Vec<_> = rules.iter().filter(|rule| !has(rule, "fires-") || !has(rule, "quiet-")).collect();
    assert!(lacking.is_empty(), "lacks a fires- or a quiet- case: {lacking:?}");
}

#[test]
fn the_real_apache_answers_as_recorded() {
    if let Some(why) = apache::missing() {
        let required = env::var("HTLINT_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
        assert!(!required, "the live comparison is required: {why}");
        // Not through println!, which a passing test swallows.
        writeln!(io::stderr(), "live comparison skipped: {why}").unwrap();
        return;
    }
    let cases = case::all().unwrap();
    let live = recording::answers(&cases).unwrap();
    if env::var("HTLINT_BLESS").is_ok_and(|what| what == "answers") {
        cases.iter().zip(&live).try_for_each(|(case, answers)| recording::keep(case, answers)).unwrap();
        return;
    }
    let differing: Vec<String> = cases.iter().zip(&live).filter_map(|(case, live)| difference(case, live)).collect();
    assert!(differing.is_empty(), "the real server answers otherwise:\n{}", differing.join("\n"));
}

fn complete(case: &Case) -> bool {
    case.answers.as_ref().is_some_and(|answers| match answers.startup.as_str() {
        "ok" => answers.statuses.len() == case.setup.requests.len(),
        _ => answers.statuses.is_empty(),
    })
}

fn difference(case: &Case, live: &Answers) -> Option<String> {
    let recorded = case.answers.as_ref()?;
    let same = recorded.startup == live.startup && recorded.statuses == live.statuses;
    let told = || format!("{}: recorded {:?}, now {:?}", case.title(), recorded.statuses, live.statuses);
    (!same).then(told)
}
