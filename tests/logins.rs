//! `htlint logins` through the binary: the table of areas and people, and the same areas as `check` tells them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::process::Command;

use serde_json::Value;

fn run(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_htlint"));
    let output = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_area_has_its_strangers_and_its_users() {
    let table = run(&["logins", "--color", "never", "fixtures/demo"]);
    let block = table.split("\n\n").find(|block| block.starts_with("fixtures/demo/staff")).unwrap();
    assert!(block.lines().next().unwrap().contains("lockout: nobody gets in  fixtures/demo/staff/.htaccess:1"));
    assert!(block.contains("(a stranger)  gets 500, auth-name-missing"));
    assert!(block.lines().any(|line| line.starts_with("  yuki  ") && line.contains("never: 500")));
    let open = table.split("\n\n").find(|block| block.contains("open: anybody gets in")).unwrap();
    assert!(open.starts_with("fixtures/demo/plans [PUT, DELETE, CONNECT, OPTIONS, ...]"));
}

#[test]
fn the_areas_are_those_of_check() {
    let logins: Value = serde_json::from_str(&run(&["logins", "--format", "json", "fixtures/demo"])).unwrap();
    let check: Value = serde_json::from_str(&run(&["check", "--format", "json", "fixtures/demo"])).unwrap();
    assert_eq!(logins["version"], 1);
    assert_eq!(logins["areas"], check["areas"]);
    assert!(logins["areas"].as_array().unwrap().len() > 3);
}

#[test]
fn a_folder_without_areas_is_silent() {
    assert_eq!(run(&["logins", "scripts"]), "");
}
