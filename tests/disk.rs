//! The program on a real disk: what cannot be read, what must not be read, and what could not run.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const LOGIN: &str = "AuthType Basic\nAuthName a\nAuthUserFile /srv/site/.htpasswd\nRequire valid-user\n";
/// Long for a file that is not read at all.
const QUICK: Duration = Duration::from_secs(10);

fn htlint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_htlint")).current_dir(folder).args(arguments).output().unwrap()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What a run that could not be says, in one line.
fn stopped(output: &Output) -> String {
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true), "{message}");
    assert!(message.starts_with("error: ") && message.lines().count() == 1, "{message}");
    message
}

/// It ran, quickly, whatever it found.
fn runs(folder: &Path, arguments: &[&str]) -> Output {
    let start = Instant::now();
    let output = htlint(folder, arguments);
    assert!(start.elapsed() < QUICK, "{:?}", start.elapsed());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{:?} {message}", output.status);
    assert!(!message.contains("panicked"), "{message}");
    output
}

#[test]
fn a_named_path_that_is_not_there_stops_the_run() {
    let folder = folder(&[]);
    assert!(stopped(&htlint(folder.path(), &["check", "nowhere/.htaccess"])).contains("nowhere/.htaccess"));
}

#[test]
fn a_broken_setting_is_named_by_line_and_column() {
    let broken = folder(&[("htlint.toml", "[apache]\nmodules = = 1\n"), (".htaccess", LOGIN)]);
    assert!(stopped(&htlint(broken.path(), &["check"])).contains("htlint.toml:2:11"));
    let unknown = folder(&[("htlint.toml", "select = [\"nonsense\"]\n"), (".htaccess", LOGIN)]);
    assert!(stopped(&htlint(unknown.path(), &["check"])).contains("htlint.toml:1:"));
    assert!(stopped(&htlint(unknown.path(), &["check", "--select", "nonsense"])).contains("nonsense"));
}

#[test]
fn an_empty_folder_is_no_fault() {
    let folder = folder(&[]);
    let output = runs(folder.path(), &["check"]);
    assert_eq!((output.status.code(), output.stdout.len(), output.stderr.len()), (Some(0), 0, 0));
    let output = runs(folder.path(), &["check", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["summary"]["files"], 0);
    assert_eq!(value["diagnostics"].as_array().unwrap().len(), 0);
}

#[test]
fn a_pipe_is_never_opened() {
    let folder = folder(&[]);
    let made = Command::new("mkfifo").arg(folder.path().join(".htaccess")).status().unwrap();
    assert!(made.success());
    runs(folder.path(), &["check"]);
}

#[test]
fn links_in_a_ring_and_folders_with_the_names_of_files_are_met() {
    let folder = folder(&[]);
    symlink(folder.path().join("b"), folder.path().join("a")).unwrap();
    symlink(folder.path().join("a"), folder.path().join("b")).unwrap();
    symlink(".htpasswd", folder.path().join(".htpasswd")).unwrap();
    symlink(".", folder.path().join("again")).unwrap();
    fs::create_dir(folder.path().join(".htaccess")).unwrap();
    runs(folder.path(), &["check"]);
}

#[test]
fn a_huge_file_is_not_read() {
    let folder = folder(&[(".htaccess", LOGIN)]);
    File::create(folder.path().join(".htpasswd")).unwrap().set_len(2 << 30).unwrap();
    let path = folder.path().join(".htpasswd");
    let map = format!("/srv/site={}", folder.path().display());
    let output = runs(folder.path(), &["check", "--notes", "--map", &map]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(".htpasswd"), "{text}");
    assert!(stopped(&htlint(folder.path(), &["check", path.to_str().unwrap()])).contains(".htpasswd"));
}

#[test]
fn a_reader_who_has_gone_is_no_fault() {
    let text = LOGIN.replace("AuthName a\n", "");
    let folder = folder(&[(".htaccess", &text)]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_htlint"));
    command.current_dir(folder.path()).args(["check", "--notes"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty() && output.status.code().is_some(), "{output:?}");
}
