//! The program as a shell sees it: exit codes, streams, pipes.
#![allow(clippy::unwrap_used)]

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
