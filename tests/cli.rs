//! The program as a shell sees it: exit codes, streams, pipes.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

fn htlint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_htlint"));
    command.args(arguments);
    for variable in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command
}

fn output(arguments: &[&str]) -> Output {
    htlint(arguments).output().unwrap()
}

#[test]
fn an_unknown_option_could_not_run() {
    for arguments in [&["check", "--nonsense"][..], &["--nonsense"], &["nonsense"], &[]] {
        let output = output(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_unknown_rule_could_not_run() {
    for arguments in [&["explain", "nonsense"][..], &["check", "--select", "nonsense"], &["explain", "AH99999"]] {
        let output = output(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.starts_with("error: no rule ") && message.lines().count() == 1, "{message}");
    }
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"], &["explain", "-h"], &["rules", "-h"]] {
        let output = output(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty() && !output.stdout.contains(&0x1b), "{arguments:?}");
    }
}

#[test]
fn colour_can_be_forced_into_a_pipe() {
    let coloured = |name| htlint(&["--help"]).env(name, "1").output().unwrap().stdout.contains(&0x1b);
    assert!(coloured("FORCE_COLOR") && coloured("CLICOLOR_FORCE") && !coloured("NO_COLOR"));
}

#[test]
fn every_rule_is_listed_as_json() {
    let output = output(&["rules", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["rules"].as_array().unwrap().len(), htlint::rules::ALL.len());
}

#[test]
fn a_reader_who_has_gone_is_no_fault() {
    let mut child = htlint(&["--help"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(0), true));
}

/// A run with this on stdin.
fn fed(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = htlint(arguments);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_question_is_answered_before_the_next_one_is_asked() {
    let mut command = htlint(&["hash", "--format", "jsonl"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut asks, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..3 {
        asks.write_all(b"{\"hash\": \"{SHA}x\"}\n").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"scheme\":\"sha\",\"alive\":false,"), "{line}");
    }
    drop(asks);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_password_from_a_pipe_is_verified() {
    let verify = ["verify", "fixtures/hash/entries.htpasswd", "apr", "--password-stdin"];
    assert_eq!(fed(&verify, b"brittle-lantern\n").status.code(), Some(0));
    assert_eq!(fed(&verify, b"brittle-lanterns\n").status.code(), Some(1));
    assert_eq!(fed(&["verify", "fixtures", "apr", "--password-stdin"], b"").status.code(), Some(2));
    let file = "fixtures/hash/entries.htpasswd";
    assert_eq!(fed(&["verify", file, "costly", "--password-stdin"], b"x").status.code(), Some(3));
    assert_eq!(fed(&["verify", file, "apr", "brittle-lantern"], b"").status.code(), Some(2));
}

/// A site with one area that reads the fixture's password file, and a file of logins that only its owner reads.
fn site(logins: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    let access = "AuthType Basic\nAuthName \"Staff\"\nAuthUserFile /srv/site/.htpasswd\nRequire valid-user\n";
    write(".htaccess", access.as_bytes());
    write(".htpasswd", &std::fs::read("fixtures/hash/entries.htpasswd").unwrap());
    write("logins", logins.as_bytes());
    open(&folder, 0o600);
    folder
}

#[cfg(unix)]
fn open(folder: &tempfile::TempDir, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.path().join("logins"), PermissionsExt::from_mode(mode)).unwrap();
}

/// `check` in the site, its exit code, its findings of a rule, and all that it wrote.
fn checked(folder: &tempfile::TempDir, more: &[&str], rule: &str) -> (Option<i32>, Vec<serde_json::Value>, String) {
    let arguments = [&["check", "--map", "/srv/site=.", "--format", "json"], more].concat();
    let output = htlint(&arguments).current_dir(folder.path()).output().unwrap();
    let written = [output.stdout.clone(), output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let found = report.get("diagnostics").and_then(|all| all.as_array()).cloned().unwrap_or_default();
    (
        output.status.code(),
        found.into_iter().filter(|found| found.get("rule").is_some_and(|id| id == rule)).collect(),
        written,
    )
}

#[test]
fn a_given_login_that_works_is_no_finding() {
    let folder = site("apr:brittle-lantern\r\nsha:brittle-lantern\n");
    let (_, found, written) = checked(&folder, &["--credentials", "logins"], "failing-credential");
    assert!(found.is_empty() && !written.contains("brittle-lantern"), "{written}");
}

#[test]
fn a_given_login_that_is_refused_is_an_error_at_its_entry() {
    let folder = site("apr:brittle-lamp\ndead:brittle-lamp\nstranger:brittle-lamp\n");
    let (code, found, written) = checked(&folder, &["--credentials", "logins"], "failing-credential");
    assert_eq!(code, Some(1));
    let lines: Vec<_> = found.iter().map(|found| (&found["file"], &found["line"], &found["severity"])).collect();
    let (file, error) = (&".htpasswd".into(), &"error".into());
    assert_eq!(lines, [(file, &2.into(), error), (file, &7.into(), error)]);
    assert_eq!(found[0]["message"], "the given login of 'apr' is refused with 401 (Unauthorized)");
    assert_eq!(found[0]["outcome"]["status"], 401);
    assert_eq!(found[0]["related"][0]["file"], ".htaccess");
    assert!(written.contains("knows 'stranger'") && !written.contains("brittle-lamp"), "{written}");
}

#[test]
fn logins_that_others_may_read_are_refused() {
    let folder = site("apr:brittle-lantern\n");
    open(&folder, 0o640);
    let (code, _, written) = checked(&folder, &["--credentials", "logins"], "");
    assert_eq!(
        (code, written.as_str()),
        (Some(2), "error: logins: others may read it: `chmod 600` it, or say --force\n")
    );
    assert_ne!(checked(&folder, &["--credentials", "logins", "--force"], "").0, Some(2));
    let folder = site("apr:x\nbrittle-lantern\n");
    let (code, _, written) = checked(&folder, &["--credentials", "logins"], "");
    assert_eq!((code, written.as_str()), (Some(2), "error: logins: line 2: expected user:password\n"));
    assert_eq!(checked(&folder, &["--credentials", "none"], "").0, Some(2));
}

#[test]
fn the_audit_tells_whose_password_is_obvious_and_not_which_it_is() {
    let folder = site("");
    let users = [("alice", "alice"), ("bob", ""), ("carol", "Staff"), ("dave", "letmein"), ("erin", "quiet-heron")];
    let sha = |password: &str| STANDARD.encode(Sha1::digest(password));
    let entries: String = users.iter().map(|(user, password)| format!("{user}:{{SHA}}{}\n", sha(password))).collect();
    std::fs::write(folder.path().join(".htpasswd"), entries).unwrap();
    std::fs::write(folder.path().join("words"), "loud-heron\r\nquiet-heron\r\n").unwrap();
    let lines = |more: &[&str]| {
        let (code, found, written) = checked(&folder, more, "guessable-password");
        let secrets = users.iter().map(|(_, password)| *password).filter(|secret| secret.contains("e"));
        assert!(secrets.skip(1).all(|secret| !written.contains(secret)), "{written}");
        assert_eq!(code, Some(0), "{written}");
        found.iter().filter_map(|found| found.get("line")?.as_u64()).collect::<Vec<_>>()
    };
    assert!(lines(&[]).is_empty());
    assert_eq!(lines(&["--audit"]), [1, 2, 3, 4]);
    assert_eq!(lines(&["--audit", "--wordlist", "words"]), [1, 2, 3, 4, 5]);
    assert_eq!(checked(&folder, &["--wordlist", "words"], "").0, Some(2));
    assert_eq!(checked(&folder, &["--audit", "--wordlist", "none"], "").0, Some(2));
}
