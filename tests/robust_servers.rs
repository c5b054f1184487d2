//! Whatever bytes come in a main configuration or in what it names, a server's room ends without a panic, and in time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use htlint::answer::Trace;
use htlint::read::Memory;
use htlint::servers::Kind;
use htlint::simulate::simulate;
use htlint::{Options, check};
use support::chance::{Chance, bent};
use support::layout::replaced;
use support::served::{self, Served};

/// How many files are bent.
const ROUNDS: usize = 500;
/// Longer than any file may take, in a build without optimizing on a busy machine.
const LONGEST: Duration = Duration::from_secs(60);
const ROOT: &str = "/site";
/// The servers whose files are put to it.
const SERVERS: [&str; 10] =
    ["docker-registry", "caddy", "traefik", "squid", "envoy", "radicale", "verdaccio", "rclone", "h2o", "haproxy"];

/// A configuration in memory: its name, its server, its main file, and all files.
struct World {
    name: String,
    server: &'static str,
    config: PathBuf,
    files: Memory,
}

#[test]
fn bent_configurations_are_read_like_any_other() {
    let cases = served::all().unwrap();
    let cases: Vec<(&'static str, Served)> = cases
        .into_iter()
        .filter_map(|case| Some((SERVERS.into_iter().find(|server| *server == case.server)?, case)))
        .collect();
    assert!(cases.len() >= 200, "only {} cases: is fixtures/servers complete?", cases.len());
    let pieces: Vec<Vec<u8>> = cases.iter().flat_map(|(_, case)| laid(case)).map(|(_, text)| text).collect();
    let mut chance = Chance::of(26);
    let worlds = (0..ROUNDS).map(move |round| {
        let (server, case) = chance.one_of(&cases);
        let mut texts = laid(case);
        let at = chance.below(texts.len());
        texts[at].1 = bent(&texts[at].1, &pieces, &mut chance);
        let name = format!("round {round}: {} {}", case.title(), texts[at].0.display());
        world(name, server, Path::new(ROOT).join(&case.plan.config), texts)
    });
    each(worlds);
}

/// A hash in place of a word is a mistake that people make; whatever becomes of it, no report shows it.
#[test]
fn no_report_shows_a_hash_wherever_it_stands() {
    const HASH: &str = "$apr1$Qw3rTy12$Zk9mNq4vXb7cLs2dHf8gJ1";
    let mut chance = Chance::of(27);
    let cases: Vec<Served> = served::all().unwrap().into_iter().filter(|case| case.plan.texts.is_empty()).collect();
    let mut told = 0;
    for _ in 0..ROUNDS {
        let case = chance.one_of(&cases);
        let mut texts = laid(case);
        let Some(main) = texts.iter_mut().find(|(path, _)| *path == Path::new(&case.plan.config)) else { continue };
        main.1 = with_a_word(&main.1, HASH, &mut chance);
        let Some(server) = SERVERS.into_iter().find(|server| *server == case.server) else { continue };
        let world = world(case.title(), server, Path::new(ROOT).join(&case.plan.config), texts);
        let reports = reports(&world);
        told += usize::from(reports.len() > 200);
        for part in ["Qw3rTy12", "Zk9mNq4vXb7c"] {
            assert!(!reports.contains(part), "{}: {reports}", world.name);
        }
    }
    assert!(told > ROUNDS / 4, "only {told} reports say anything");
}

/// The text with one of its words, from quote to quote or from blank to blank, replaced.
fn with_a_word(text: &[u8], word: &str, chance: &mut Chance) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).into_owned();
    let ends = |found: char| found.is_whitespace() || "\"'[]{},".contains(found);
    let words: Vec<&str> = text.split(ends).filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return word.into();
    }
    let at = chance.one_of(&words).as_ptr().addr() - text.as_ptr().addr();
    let end = text[at..].find(ends).map_or(text.len(), |length| at + length);
    [&text[..at], word, &text[end..]].concat().into_bytes()
}

/// What `check` and `simulate` say of it, for people and for machines.
fn reports(world: &World) -> String {
    let options = options(world);
    let report = check(&world.files, &options).unwrap().report;
    let style = htlint::report::Style {
        folder: Path::new(ROOT),
        colour: false,
        unicode: true,
        width: 400,
        notes: true,
        show_secrets: false,
        summary: true,
    };
    let mut said = Vec::new();
    htlint::report::terminal(&report, &style, &mut said).unwrap();
    htlint::report::json(&report, Path::new(ROOT), false, &mut said).unwrap();
    let spoken = simulate(&world.files, &options, &world.config, options.server, |simulator| {
        let asked = htlint::simulate::Asked::read(br#"{"path": "/", "user": "alice", "password": "x"}"#).unwrap();
        let answer = simulator.ask(&asked.request().unwrap(), &mut Trace::unwanted());
        answer.reasons.iter().map(|reason| reason.message.clone()).collect::<String>()
    });
    String::from_utf8(said).unwrap() + &spoken.unwrap()
}

#[test]
fn deep_and_great_configurations_are_read_in_time() {
    let many = |text: &str| text.repeat(10_000);
    let shapes = [
        many("["),
        many("{"),
        many("{\n"),
        many("a {\n"),
        many("route {\n"),
        many("a: "),
        many("- "),
        (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
        many("&a [*a, "),
        many("\"\\"),
        many("acl a all-of a\n"),
        many("include /site/config\n"),
        many("import /site/config\n"),
        many("http-request deny if { path /a } or !{ path /b }\n"),
        format!("http-request deny if {}", many("a or ")),
        many("[auth]\n"),
        format!("[auth]\n{}", many(" = \n")),
        many("--htpasswd\n"),
        "a".repeat(1 << 17),
        "\0".repeat(1 << 17),
        "\r".repeat(1 << 17),
        "\n".repeat(1 << 17),
    ];
    let worlds: Vec<World> = SERVERS
        .into_iter()
        .flat_map(|server| shapes.iter().enumerate().map(move |(number, shape)| (server, number, shape)))
        .map(|(server, number, shape)| {
            let config = Path::new(ROOT).join("config");
            let texts = vec![(PathBuf::from("config"), shape.clone().into_bytes())];
            world(format!("{server}, shape {number}"), server, config, texts)
        })
        .collect();
    each(worlds.into_iter());
}

fn world(name: String, server: &'static str, config: PathBuf, texts: Vec<(PathBuf, Vec<u8>)>) -> World {
    let fold = |files: Memory, (path, text): (PathBuf, Vec<u8>)| {
        let text = replaced(&replaced(&text, b"@ROOT@", ROOT.as_bytes()), b"@PORT@", b"8080");
        files.file(Path::new(ROOT).join(path), text)
    };
    World { name, server, config, files: texts.into_iter().fold(Memory::new(), fold) }
}

/// The files of a case, those that it shares with others and its own.
fn laid(case: &Served) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: BTreeMap<PathBuf, Vec<u8>> = texts(&case.files()).into_iter().collect();
    all.extend(case.plan.texts.iter().map(|(path, text)| (path.into(), text.clone().into_bytes())));
    all.into_iter().collect()
}

/// All files below a folder, by their paths below it.
fn texts(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Looks at each world, on a thread with the stack that a thread gets by default.
fn each(worlds: impl Iterator<Item = World> + Send + 'static) {
    let (sender, done) = channel();
    let worker = thread::spawn(move || {
        for world in worlds {
            sender.send(world.name.clone()).unwrap();
            holds(&world);
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

fn options(world: &World) -> Options {
    Options {
        here: ROOT.into(),
        on_host: true,
        server: Kind::named(world.server),
        config: Some(world.config.clone()),
        ..Options::default()
    }
}

fn holds(world: &World) {
    let options = options(world);
    let asked =
        [("/", None), ("/private/x?a=b", Some("alice")), ("/v2/", Some("")), ("*", None)].map(|(path, user)| {
            let login = user.map(|user| format!(r#", "user": "{user}", "password": "x""#)).unwrap_or_default();
            let line = format!(r#"{{"path": "{path}"{login}}}"#);
            htlint::simulate::Asked::read(line.as_bytes()).and_then(htlint::simulate::Asked::request).unwrap()
        });
    let told = || {
        simulate(&world.files, &options, &world.config, options.server, |simulator| {
            let answers = asked.iter().map(|request| simulator.ask(request, &mut Trace::unwanted()));
            answers.map(|answer| (answer.startup, answer.status, answer.certain)).collect::<Vec<_>>()
        })
        .unwrap()
    };
    assert_eq!(told(), told(), "{}", world.name);
    for finding in &check(&world.files, &options).unwrap().report.findings {
        let source = finding.place;
        assert!(source.span.start <= source.span.end, "{}", world.name);
    }
}
