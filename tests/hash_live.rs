//! Stored passwords against the real verifiers of this machine: libxcrypt through perl's `crypt`, apr through
//! `htpasswd -v`. Where one is missing the comparison is skipped, plainly; the recorded answers stand for it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use htlint::hash::{Limits, Outcome, Verifier, verify};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    hash: String,
    password_b64: String,
    verifier: String,
}

impl Vector {
    fn password(&self) -> Vec<u8> {
        BASE64_STANDARD.decode(&self.password_b64).unwrap()
    }

    /// Whether we say that the password is right.
    fn matches(&self) -> bool {
        let verifier = Verifier::named(&self.verifier).unwrap();
        verify(self.hash.as_bytes(), &self.password(), verifier, Limits::DEFAULT) == Outcome::Match
    }
}

/// Prints 1 or 0 for each line of a hash and a password, both in base64.
const PERL: &str = r#"use MIME::Base64; while (<STDIN>) { my ($h, $p) = map { decode_base64($_) } split / /, $_, 2;
    my $c = crypt($p, $h); print defined $c && $c eq $h ? "1\n" : "0\n"; }"#;

#[test]
fn libxcrypt_agrees() {
    if !is_there("perl", &["-e", "exit 0"]) {
        return;
    }
    let vectors = vectors("libxcrypt");
    let lines: Vec<String> = vectors
        .iter()
        .map(|vector| format!("{} {}\n", BASE64_STANDARD.encode(&vector.hash), vector.password_b64))
        .collect();
    let mut perl = Command::new("perl");
    let mut perl = perl.args(["-e", PERL]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = perl.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.concat().as_bytes()).unwrap());
    let output = perl.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), vectors.len());
    for (vector, answer) in vectors.iter().zip(answers.lines()) {
        assert_eq!(vector.matches(), answer == "1", "{}", vector.hash);
    }
}

#[test]
fn apr_agrees() {
    if !is_there("htpasswd", &["-nb", "user", "password"]) {
        return;
    }
    let file = env::temp_dir().join(format!("htlint-apr-{}", std::process::id()));
    let typed =
        |password: &[u8]| password.len() < 250 && !password.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
    let stored = |hash: &str| !hash.is_empty() && !hash.contains([':', '\r', '\n', '\\']) && hash.trim() == hash;
    let mut asked = 0;
    for vector in vectors("apr").iter().filter(|vector| typed(&vector.password()) && stored(&vector.hash)) {
        fs::write(&file, format!("user:{}\n", vector.hash)).unwrap();
        asked += 1;
        assert_eq!(vector.matches(), htpasswd_accepts(&file, &vector.password()), "{}", vector.hash);
    }
    fs::remove_file(&file).unwrap();
    assert!(asked >= 300, "only {asked} asked: is fixtures/hash complete?");
}

fn htpasswd_accepts(file: &Path, password: &[u8]) -> bool {
    let mut command = Command::new("htpasswd");
    let command = command.arg("-vi").arg(file).arg("user").stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(password).unwrap();
    child.wait().unwrap().success()
}

fn is_there(program: &str, arguments: &[&str]) -> bool {
    let there = Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success());
    let required = env::var("HTLINT_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(there || !required, "the live comparison is required, and there is no {program}");
    if !there {
        // Not through println!, which a passing test swallows.
        let mut err = io::stderr();
        writeln!(err, "live comparison skipped: there is no {program}").unwrap();
    }
    there
}

/// The recorded vectors of a verifier; the first line names the recorder.
fn vectors(verifier: &str) -> Vec<Vector> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hash/recorded.jsonl");
    let text = fs::read_to_string(file).unwrap();
    let vectors = text.lines().skip(1).map(|line| serde_json::from_str::<Vector>(line).unwrap());
    let vectors: Vec<Vector> = vectors.filter(|vector| vector.verifier == verifier).collect();
    assert!(vectors.len() >= 300, "only {} vectors of {verifier}", vectors.len());
    vectors
}
