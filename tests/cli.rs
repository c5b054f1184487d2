//! The program as a shell sees it: exit codes, streams, pipes.
#![allow(clippy::unwrap_used)]

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
