//! `htlint hash` and `htlint verify`, run in-process.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use zeroize::Zeroizing;

use crate::args::{Arguments, Command};
use crate::console::{Console, Exit, Surroundings};
use crate::hash::hash;
use crate::password_args::{Hash, Verify};
use crate::verify::verify;

/// The bcrypt, apr1, {SHA} and DES hashes of `brittle-lantern`, made by htpasswd.
const PASSWORD: &str = "brittle-lantern";
const FILE: &str = include_str!("../../../fixtures/hash/entries.htpasswd");

fn around(folder: &str) -> Surroundings {
    Surroundings { folder: PathBuf::from(folder), terminal: false, columns: None, variable: |_| None }
}

/// Exit code, stdout and stderr of a command.
type Ran = (u8, String, String);

fn ran(command: impl FnOnce(&mut Console<'_>) -> io::Result<Exit>) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console { out: &mut out, err: &mut err, around: around(env!("CARGO_MANIFEST_DIR")) };
    let exit = command(&mut console).unwrap().code();
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn hash_arguments(words: &str) -> Result<Hash, clap::Error> {
    let words = ["htlint", "hash"].into_iter().chain(words.split_whitespace());
    let arguments = Arguments::try_parse_from(words)?;
    let Command::Hash(hash) = arguments.command else { panic!("not a hash") };
    Ok(hash)
}

fn hashed(words: &str, input: &[u8]) -> Ran {
    ran(|console| hash(&hash_arguments(words).unwrap(), input, console))
}

/// The answers to questions in JSON.
fn answers(input: &str) -> Vec<serde_json::Value> {
    let (exit, out, err) = hashed("--format jsonl", input.as_bytes());
    assert_eq!((exit, err.as_str()), (0, ""));
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The stored passwords of the file, by user.
fn stored(user: &str) -> &'static str {
    FILE.lines().find_map(|line| line.strip_prefix(user)?.strip_prefix(':')).unwrap()
}

fn verify_arguments(words: &[&str]) -> Verify {
    let words = ["htlint", "verify", "fixtures/hash/entries.htpasswd"].iter().chain(words);
    let arguments = Arguments::try_parse_from(words).unwrap();
    let Command::Verify(verify) = arguments.command else { panic!("not a verify") };
    verify
}

/// A run with this password on stdin.
fn verified(words: &[&str], password: &[u8]) -> Ran {
    let arguments = verify_arguments(&[words, &["--password-stdin"]].concat());
    ran(|console| verify(&arguments, |_| panic!("no prompt"), password, console))
}

#[test]
fn every_line_gets_its_answer_in_order() {
    let nothing = serde_json::json!({"scheme": null, "alive": null, "result": null});
    let questions = ["", "nonsense", "[]", "{}", r#"{"hash": 1}"#, r#"{"hash": "x", "verifier": 3}"#];
    for mut answer in answers(&(questions.join("\n") + "\n")) {
        assert!(answer["why"].take().is_string());
        answer.as_object_mut().unwrap().remove("why");
        assert_eq!(answer, nothing);
    }
    assert_eq!(answers(&(questions.join("\n") + "\n")).len(), questions.len());
    let known = answers(&format!("nonsense\n{{\"hash\": \"{}\"}}", stored("apr")));
    assert_eq!((known.len(), &known[1]["scheme"], &known[1]["alive"]), (2, &"apr1".into(), &true.into()));
    assert!(known[1]["why"].is_null() && known[1]["result"].is_null());
}

#[test]
fn an_unknown_verifier_and_a_broken_password_are_told() {
    let lines = r#"{"hash": "{SHA}x", "verifier": "md4"}
{"hash": "{SHA}x", "password_b64": "%%"}
{"hash": "{SHA}x", "password_b64": null, "verifier": null}"#;
    let answers = answers(lines);
    assert!(answers[0]["alive"].is_null() && answers[0]["why"] == "there is no such verifier");
    assert!(answers[1]["result"].is_null() && answers[1]["alive"] == false && answers[1]["why"].is_string());
    assert!(answers[2]["result"].is_null() && answers[2]["alive"] == false);
}

#[test]
fn a_password_is_compared_as_the_verifier_does() {
    let ask = |hash: &str, verifier: &str, password: &str| {
        let line = serde_json::json!({"hash": hash, "verifier": verifier, "password_b64": password}).to_string();
        let answer = answers(&line).remove(0);
        (answer["result"].as_str().unwrap().to_owned(), answer["alive"].as_bool())
    };
    let right = "YnJpdHRsZS1sYW50ZXJu";
    assert_eq!(ask(stored("bcrypt"), "go-bcrypt", right), ("match".to_owned(), Some(true)));
    assert_eq!(ask(stored("bcrypt"), "apr", "eA=="), ("mismatch".to_owned(), Some(true)));
    assert_eq!(ask(stored("apr"), "go-bcrypt", right), ("error".to_owned(), Some(false)));
    let costly = stored("bcrypt").replacen("$05$", "$17$", 1);
    assert_eq!(ask(&costly, "apr", right), ("unknown".to_owned(), Some(true)));
}

#[test]
fn people_read_what_it_is_and_who_takes_it() {
    let (_, out, _) = hashed("", format!("{}\n{}\nsecret\n", stored("bcrypt"), &stored("apr")[..20]).as_bytes());
    let head = "1: bcrypt ($2y$), cost 5\n   strength: weak";
    assert!(out.starts_with(head), "{out}");
    assert!(out.contains("   taken by: apache, nginx, lighttpd, docker-registry, caddy\n"), "{out}");
    assert!(out.contains("2: Apache MD5 ($apr1$)\n   not by: apache"), "{out}");
    assert!(out.contains("   no password fits: ") && out.contains("   likely: the hash is cut\n"), "{out}");
    let (_, out, _) = hashed("--server caddy", stored("apr").as_bytes());
    assert!(out.contains("not by: docker-registry, caddy\n   no password fits: "), "{out}");
    let (_, out, _) = hashed("--platform windows", b"$2y$x\nsecret");
    assert!(out.contains("strength: none: the password itself is stored\n   taken by: apache\n"), "{out}");
    assert!(out.contains("can't tell for: nginx, lighttpd"), "{out}");
}

#[test]
fn a_verifier_is_named_in_one_way_only() {
    for words in ["--verifier nonsense", "--verifier apr --server nginx", "--verifier apr --platform alpine"] {
        assert_eq!(hash_arguments(words).unwrap_err().exit_code(), 2, "{words}");
    }
    assert_eq!(hashed("--server nginx --platform windows", b"").0, 2);
    let (_, out, _) = hashed("--verifier go-bcrypt --format jsonl", br#"{"hash": "{SHA}x"}"#);
    assert!(out.contains("verifier knows"), "{out}");
}

#[test]
fn no_line_shows_what_was_asked() {
    let lines: Vec<&str> = FILE.lines().filter_map(|line| line.split_once(':')).map(|(_, stored)| stored).collect();
    for stored in &lines {
        let question = serde_json::json!({"hash": stored, "password_b64": "YnJpdHRsZS1sYW50ZXJu"}).to_string();
        for (words, input) in [("", *stored), ("--format jsonl", &question), ("--format jsonl", *stored)] {
            let (_, out, err) = hashed(words, input.as_bytes());
            let tail = &stored[stored.len().saturating_sub(12)..];
            assert!(!out.contains(tail) && !err.contains(tail) && !out.contains("YnJp"), "{out}");
        }
    }
}

/// A pipe whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_who_has_gone_ends_it_quietly() {
    let mut err = Vec::new();
    let mut console = Console { out: &mut Closed, err: &mut err, around: around("/") };
    let exit = hash(&hash_arguments("").unwrap(), io::repeat(b'\n'), &mut console).unwrap();
    assert_eq!((exit, err.is_empty()), (Exit::Fine, true));
}

#[test]
fn a_password_matches_its_entry_and_no_other() {
    for user in ["bcrypt", "apr", "sha", "des"] {
        assert_eq!(verified(&[user], PASSWORD.as_bytes()).0, 0, "{user}");
        assert_eq!(verified(&[user], b"brittle").0, 1, "{user}");
    }
    for end in ["", "\n", "\r\n"] {
        assert_eq!(verified(&["apr"], format!("{PASSWORD}{end}").as_bytes()).0, 0, "{end:?}");
    }
    for wrong in ["\n\n", "\r", " ", "\n "] {
        assert_eq!(verified(&["apr"], format!("{PASSWORD}{wrong}").as_bytes()).0, 1, "{wrong:?}");
    }
}

#[test]
fn the_first_entry_decides_and_the_others_are_named() {
    let (exit, out, _) = verified(&["twice"], PASSWORD.as_bytes());
    assert_eq!(exit, 0);
    assert!(out.contains("fixtures/hash/entries.htpasswd:5: match\n"), "{out}");
    assert!(out.contains("never read: line 6: the first entry of a user decides\n"), "{out}");
}

#[test]
fn a_login_that_no_password_passes_asks_for_none() {
    for user in ["dead", "nobody", "APR", "hidden", "lost", "blank"] {
        let arguments = verify_arguments(&[user]);
        let (exit, out, _) = ran(|console| verify(&arguments, |_| panic!("no prompt"), &b""[..], console));
        assert_eq!(exit, 1, "{user}");
        assert!(out.contains(": mismatch: "), "{out}");
    }
}

#[test]
fn machines_get_the_keys_of_the_contract() {
    let json = |words: &[&str]| {
        let (exit, out, _) = verified(&[words, &["--format", "json"]].concat(), PASSWORD.as_bytes());
        (exit, serde_json::from_str::<serde_json::Value>(&out).unwrap())
    };
    let file = "fixtures/hash/entries.htpasswd";
    let right = serde_json::json!({"result": "match", "scheme": "apr1", "why": null, "file": file, "line": 2});
    assert_eq!(json(&["apr"]), (0, right));
    let (exit, absent) = json(&["nobody"]);
    assert_eq!((exit, &absent["result"], absent["line"].is_null()), (1, &"mismatch".into(), true));
    let (exit, costly) = json(&["costly"]);
    assert_eq!((exit, &costly["result"]), (3, &"unknown".into()));
    assert_eq!(json(&["yescrypt", "--platform", "alpine"]).0, 1);
    assert_eq!(json(&["yescrypt"]).0, 0);
    assert_eq!(json(&["dead", "--platform", "windows"]).0, 1);
}

#[test]
fn what_cannot_be_read_could_not_run() {
    let arguments = Verify { file: PathBuf::from("fixtures/none"), ..verify_arguments(&["apr"]) };
    let (exit, out, err) = ran(|console| verify(&arguments, |_| panic!("no prompt"), &b""[..], console));
    assert_eq!((exit, out.as_str(), err.as_str()), (2, "", "error: fixtures/none: (2)No such file or directory\n"));
    assert_eq!(verified(&["apr"], &[b'x'; 1 << 17]).0, 2);
    let refused = |_: &str| Err("there is no terminal".to_owned());
    assert_eq!(ran(|console| verify(&verify_arguments(&["apr"]), refused, &b""[..], console)).0, 2);
}

#[test]
fn the_prompt_names_the_user_and_nothing_else_shows_the_password() {
    let arguments = verify_arguments(&["apr"]);
    let ask = |words: &str| {
        assert_eq!(words, "Password of apr: ");
        Ok(Zeroizing::new(PASSWORD.as_bytes().to_vec()))
    };
    let (exit, out, err) = ran(|console| verify(&arguments, ask, &b""[..], console));
    assert_eq!(exit, 0);
    assert!(!out.contains(PASSWORD) && !out.contains("$apr1$abc") && err.is_empty());
}
