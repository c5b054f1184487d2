//! Stored hashes against the answers that the real verifiers gave.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot read its fixtures has failed")]

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use htlint::hash::{Limits, Outcome, Verifier, judge, verify};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    hash: String,
    password_b64: String,
    verifier: String,
    result: String,
    note: String,
}

#[derive(Deserialize)]
struct Known {
    hash: String,
    verifier: String,
    alive: bool,
}

fn lines<T: for<'d> Deserialize<'d>>(name: &str) -> Vec<T> {
    let path = format!("{}/fixtures/hash/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn verifier(name: &str) -> Verifier {
    Verifier::named(name).unwrap_or_else(|| panic!("no verifier {name}"))
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "match",
        Outcome::Mismatch => "mismatch",
        Outcome::Error => "error",
        Outcome::Unknown => "unknown",
    }
}

/// What is said wrongly about a vector: another answer, or a hash called dead that has matched.
fn fault(vector: &Vector) -> Option<String> {
    let password = STANDARD.decode(&vector.password_b64).unwrap();
    let verifier = verifier(&vector.verifier);
    let said = word(verify(vector.hash.as_bytes(), &password, verifier, Limits::DEFAULT));
    let alive = judge(vector.hash.as_bytes(), verifier).is_alive();
    let dead = vector.result == "match" && alive != Some(true);
    let same = said == vector.result || (said != "match" && said != "unknown" && vector.result != "match");
    (dead || !same).then(|| {
        format!("{} said {said}, {alive:?}, is {}: {}: {}", vector.verifier, vector.result, vector.note, vector.hash)
    })
}

fn check_vectors(vectors: &[Vector]) {
    let wrong: Vec<String> = vectors.iter().filter_map(fault).collect();
    assert!(!vectors.is_empty());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

#[test]
fn every_vector_is_answered_as_the_real_verifier_did() {
    check_vectors(&lines("vectors.jsonl"));
}

#[test]
fn dead_hashes_are_told_from_live_ones() {
    for known in lines::<Known>("lives.jsonl") {
        let life = judge(known.hash.as_bytes(), verifier(&known.verifier));
        assert_eq!(life.is_alive(), Some(known.alive), "{} {} {life:?}", known.verifier, known.hash);
    }
}

/// Reads a recorder's output: the first line names the versions and holds no vector.
fn recorded<T: for<'d> Deserialize<'d>>(text: &str) -> Vec<T> {
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
#[ignore = "asks the real verifiers through fixtures/hash/record.py; HTLINT_RECORDED names its output"]
fn live() {
    let text = fs::read_to_string(std::env::var("HTLINT_RECORDED").unwrap()).unwrap();
    check_vectors(&recorded(&text));
}
