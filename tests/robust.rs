//! Whatever bytes come, `check` ends without a panic and tells the same twice, in reports that hold together.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use htlint::read::Memory;
use htlint::report::{Style, json, terminal};
use htlint::source::Place;
use htlint::{Checked, Options, check};
use support::case;
use support::chance::{Chance, bent};
use support::memory::{ROOT, configured, filled};

/// How many files are bent.
const ROUNDS: usize = 1_200;
/// How many files are of random bytes only.
const NOISE: usize = 150;
/// Longer than any file may take, in a build without optimizing on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);

type World = (String, Memory);

#[test]
fn bent_files_are_read_like_any_other() {
    let cases: Vec<_> = case::all().unwrap().into_iter().filter(|case| !case::hidden_files(case).is_empty()).collect();
    let pieces: Vec<Vec<u8>> =
        cases.iter().flat_map(case::hidden_files).map(|path| filled(&std::fs::read(path).unwrap())).collect();
    assert!(pieces.len() >= 500, "only {} files: is fixtures/cases complete?", pieces.len());
    let mut chance = Chance::of(20_260);
    let worlds = (0..ROUNDS).map(move |round| {
        let case = chance.one_of(&cases);
        let files = case::hidden_files(case);
        let path = chance.one_of(&files);
        let text = bent(&filled(&std::fs::read(path).unwrap()), &pieces, &mut chance);
        let to = Path::new(ROOT).join(path.strip_prefix(&case.folder).unwrap());
        (format!("round {round}: {} {}", case.title(), path.display()), configured(case).file(to, text))
    });
    each(worlds);
}

#[test]
fn noise_is_read_like_any_other() {
    let mut chance = Chance::of(7);
    let worlds = (0..NOISE).map(move |round| {
        let [access, users, groups, config] = [0; 4].map(|_: u8| chance.bytes(600));
        let access = if round % 2 == 0 { access } else { [&lead()[..], &access].concat() };
        let toml = if round % 10 == 0 { config } else { Vec::new() };
        (format!("noise {round}"), site(access, users).file(at(".htgroup"), groups).file(at("htlint.toml"), toml))
    });
    each(worlds);
}

#[test]
fn great_files_are_read_in_time() {
    let many = |text: &str| text.repeat(100_000).into_bytes();
    let guarded = |text: Vec<u8>| [&lead()[..], &text].concat();
    let entry = |number: usize| format!("user{number}:$apr1$saltsalt$0123456789012345678901\n");
    let entries: String = (0..20_000).map(entry).collect();
    let named: String = (0..1_000).map(|number| format!("Require user nobody{number}\n")).collect();
    let foreign: String = (0..2_000).map(|number| format!("<IfModule mod_of_{number}.c>\n</IfModule>\n")).collect();
    let line = |byte: u8| vec![byte; 1 << 20];
    let users = |text: Vec<u8>| site(lead(), text);
    let access = |text: Vec<u8>| site(guarded(text), Vec::new());
    let worlds: Vec<(&str, Memory)> = vec![
        ("a line of 1 MB", access(line(b'a'))),
        ("a quoted line of 1 MB", access(line(b'"'))),
        ("1 MB of backslashes", access(line(b'\\'))),
        ("1 MB of NUL", access(line(0))),
        ("1 MB of CR", access(line(b'\r'))),
        ("1 MB of LF", access(line(b'\n'))),
        ("1 MB of <", access(line(b'<'))),
        ("deep <Files>", access(many("<Files a>\n"))),
        ("deep <IfModule>", access(many("<IfModule mod_auth_basic.c>\n"))),
        ("deep <IfModule> and closed", access([many("<IfModule !x>\n"), many("</IfModule>\n")].concat())),
        ("deep false <IfModule>", access(many("<IfModule x>\n"))),
        ("deep <RequireAll>", access(many("<RequireAll>\n"))),
        ("deep <If>", access(many("<If \"true\">\n"))),
        ("two kinds in turn", access(many("<IfModule !x>\n<Files a>\n"))),
        ("many false <IfModule>", access(many("<IfModule x>\n</IfModule>\n"))),
        ("many <IfModule> of others", access(foreign.into_bytes())),
        ("many <Files>", access("<Files a>\nRequire all denied\n</Files>\n".repeat(3_000).into_bytes())),
        ("many closing tags", access("</Files>\n".repeat(10_000).into_bytes())),
        ("many unknown directives", access("Nonsense\n".repeat(5_000).into_bytes())),
        ("many comments that go on", access(many("# \\\n"))),
        ("many continuation lines", access(many("\\\n"))),
        ("many variables", access("Header set A ${B}\n".repeat(10_000).into_bytes())),
        ("an expression of brackets", access(format!("Require expr {}\n", "(".repeat(8_000)).into_bytes())),
        ("an expression of negations", access(format!("Require expr {} true\n", "!".repeat(8_000)).into_bytes())),
        ("a pattern of brackets", access(format!("<FilesMatch {}>\n</FilesMatch>\n", "(".repeat(8_000)).into_bytes())),
        ("a pattern of repeats", access(b"<FilesMatch \"((a{900}){900}){900}\">\n</FilesMatch>\n".to_vec())),
        ("many rules", access(named.into_bytes())),
        ("an entry of 1 MB", users(line(b'a'))),
        ("1 MB of colons", users(line(b':'))),
        ("entries that swallow", users(many("a:b\\\n"))),
        ("entries without colon", users("nonsense\n".repeat(20_000).into_bytes())),
        ("one user many times", users("a:b\n".repeat(20_000).into_bytes())),
        ("many users", users(entries.into_bytes())),
        ("many empty lines", users(many("\n"))),
    ];
    each(worlds.into_iter().map(|(name, files)| (name.to_owned(), files)));
}

/// Looks at each world, on a thread with the stack that a thread gets by default.
fn each(worlds: impl Iterator<Item = World> + Send + 'static) {
    let (sender, done) = channel();
    let worker = thread::spawn(move || {
        for (name, files) in worlds {
            sender.send(name.clone()).unwrap();
            holds(&name, &files);
        }
    });
    let mut last = String::new();
    loop {
        match done.recv_timeout(LONGEST) {
            Ok(name) => last = name,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("{last}: takes longer than {LONGEST:?}"),
        }
    }
    assert!(worker.join().is_ok(), "{last}");
}

fn holds(name: &str, files: &Memory) {
    let site = Path::new(ROOT).join("site");
    let options = Options {
        here: site.clone(),
        paths: vec![PathBuf::from(".")],
        on_host: true,
        docroot: Some(site),
        ..Options::default()
    };
    let (one, other) = (check(files, &options), check(files, &options));
    let (one, other) = match (one, other) {
        (Ok(one), Ok(other)) => (one, other),
        (Err(one), Err(other)) => return assert_eq!(one.to_string(), other.to_string(), "{name}"),
        _ => panic!("{name}: runs only once"),
    };
    assert_eq!(one.report.findings, other.report.findings, "{name}");
    for finding in &one.report.findings {
        let places = finding.related.iter().map(|label| label.place).chain([finding.place]);
        assert!(places.into_iter().all(|place| lies_inside(&one, place)), "{name}: {finding:?}");
    }
    let (shown, again) = (machine(&one), machine(&other));
    assert!(shown == again, "{name}: the reports differ");
    let value: serde_json::Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(value["diagnostics"].as_array().unwrap().len(), one.report.findings.len(), "{name}");
    let text = String::from_utf8(person(&one)).unwrap();
    assert!(text.chars().all(|found| found == '\n' || !found.is_control()), "{name}: a control character is shown");
}

fn lies_inside(checked: &Checked, place: Place) -> bool {
    let source = checked.report.sources.get(place.file);
    source.is_some_and(|source| place.span.start <= place.span.end && place.span.end <= source.bytes().len())
}

fn machine(checked: &Checked) -> Vec<u8> {
    let mut out = Vec::new();
    json(&checked.report, Path::new(ROOT), false, &mut out).unwrap();
    out
}

fn person(checked: &Checked) -> Vec<u8> {
    let mut out = Vec::new();
    let folder = Path::new(ROOT);
    let style =
        Style { folder, colour: false, unicode: true, width: 100, notes: true, show_secrets: false, summary: true };
    terminal(&checked.report, &style, &mut out).unwrap();
    out
}

fn at(name: &str) -> PathBuf {
    Path::new(ROOT).join("site").join(name)
}

fn lead() -> Vec<u8> {
    let place = at(".htpasswd");
    format!("AuthType Basic\nAuthName a\nAuthUserFile {}\nRequire valid-user\n", place.display()).into_bytes()
}

fn site(access: Vec<u8>, users: Vec<u8>) -> Memory {
    Memory::new().file(at(".htaccess"), access).file(at(".htpasswd"), users)
}
