//! Stored hashes against the answers that the real verifiers gave.

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

fn check_vectors(name: &str) {
    let mut wrong = Vec::new();
    let vectors = lines::<Vector>(name);
    for vector in &vectors {
        let password = STANDARD.decode(&vector.password_b64).unwrap();
        let verifier = verifier(&vector.verifier);
        let said = word(verify(vector.hash.as_bytes(), &password, verifier, Limits::DEFAULT));
        if said != vector.result {
            wrong.push(format!("{} said {said}, is {}: {}", vector.verifier, vector.result, vector.note));
        }
        let life = judge(vector.hash.as_bytes(), verifier);
        if vector.result == "match" && life.is_alive() != Some(true) {
            wrong.push(format!("{} called dead, {life:?}: {}", vector.verifier, vector.note));
        }
    }
    assert!(!vectors.is_empty());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

#[test]
fn every_vector_is_answered_as_the_real_verifier_did() {
    check_vectors("vectors.jsonl");
}

#[test]
fn dead_hashes_are_told_from_live_ones() {
    for known in lines::<Known>("lives.jsonl") {
        let life = judge(known.hash.as_bytes(), verifier(&known.verifier));
        assert_eq!(life.is_alive(), Some(known.alive), "{} {} {life:?}", known.verifier, known.hash);
    }
}
