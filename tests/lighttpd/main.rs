//! Generated lighttpd configurations: the real server and the engine are asked the same, and must not differ.
//!
//! Nothing here knows what the answers should be. `HTLINT_GENERATED=N` makes so many cases, `HTLINT_SEED=N` begins with
//! another one (a case's own seed replays it alone with `HTLINT_GENERATED=1`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod config;
mod people;
mod questions;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use support::case::Request;
use support::chance::Chance;
use support::placed::Placed;
use support::replay::{Driver, Started, start};
use support::served::{Plan, Predicted, predict};
use support::servers::DRIVERS;
use support::{client, placed};

/// How many cases are made unless somebody wants more or fewer.
const CASES: u64 = 120;
/// The first seed unless somebody wants another.
const SEED: u64 = 1;
/// The server holds each wrong login for a second, so many cases wait side by side.
const LANES: usize = 12;

/// A case: what lies on the disk, and what is asked.
struct World {
    files: Vec<(String, Vec<u8>)>,
    plan: Plan,
}

/// What came of a case.
#[derive(Default)]
struct Tally {
    started: usize,
    agreed: usize,
    undecided: usize,
    wrong: Vec<String>,
}

#[test]
fn the_engine_answers_generated_configurations_as_lighttpd_does() {
    let driver = *DRIVERS.iter().find(|driver| driver.name() == "lighttpd").unwrap();
    let required = env::var("HTLINT_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    if let Some(why) = driver.missing().or((!placed::is_root()).then_some("its workers' account needs root")) {
        assert!(!required, "the live comparison is required: {why}");
        return say(&format!("generated lighttpd cases skipped: {why}"));
    }
    let (first, count) = (number("HTLINT_SEED", SEED), number("HTLINT_GENERATED", CASES));
    let next = AtomicU64::new(first);
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    compare(driver, seed, &tally).unwrap();
                    if count == 1 {
                        show(&world(seed));
                    }
                }
            });
        }
    });
    let Tally { started, agreed, undecided, wrong } = tally.into_inner().unwrap();
    say(&format!(
        "HTLINT_SEED={first}: {count} cases, {started} start, {agreed} answers agree, {undecided} undecided, {} wrong",
        wrong.len()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(undecided * 50 <= agreed.max(50), "{undecided} undecided of {agreed}");
    assert!(count < CASES || u64::try_from(started).unwrap() * 2 >= count, "only {started} of {count} servers start");
}

/// Prints a case that is looked at alone.
fn show(world: &World) {
    for (path, text) in world.files.iter().filter(|(path, _)| !path.starts_with("www/")) {
        say(&format!("--- {path}\n{}", String::from_utf8_lossy(text)));
    }
    say(&format!("--- modes {:?}", world.plan.modes));
}

/// Puts one case to both.
fn compare(driver: &dyn Driver, seed: u64, tally: &Mutex<Tally>) -> io::Result<()> {
    let world = world(seed);
    let place = || {
        let placed = Placed::empty()?;
        world.files.iter().try_for_each(|(path, text)| placed.write(path, text))?;
        placed.set(&world.plan)?;
        Ok(placed)
    };
    let (placed, running) = start(driver, &world.plan.config, place)?;
    let (startup, statuses) = match &running {
        Started::Refused(_) => ("fail", Vec::new()),
        Started::Up(server) => ("ok", ask(server.port(false), &world.plan.requests)?),
    };
    let predicted = predict(driver.name(), &placed, &world.plan);
    let mut tally = tally.lock().unwrap();
    let Predicted::Answers(told, answers) = predicted else {
        tally.wrong.push(format!("HTLINT_SEED={seed} HTLINT_GENERATED=1: the engine stops"));
        return Ok(());
    };
    if told == "unknown" {
        tally.undecided += 1;
        return Ok(());
    }
    if told != startup {
        let why = answers.first().map(|answer| &answer.reasons);
        tally.wrong.push(format!("HTLINT_SEED={seed} HTLINT_GENERATED=1: startup {startup}, engine {told} {why:?}"));
        return Ok(());
    }
    tally.started += usize::from(startup == "ok");
    for ((request, status), answer) in world.plan.requests.iter().zip(&statuses).zip(&answers) {
        match answer.status {
            Some(engine) if engine == *status => tally.agreed += 1,
            Some(engine) => tally.wrong.push(format!(
                "HTLINT_SEED={seed} HTLINT_GENERATED=1: {request:?}: server {status}, engine {engine} {:?}",
                answer.reasons
            )),
            None => tally.undecided += 1,
        }
    }
    Ok(())
}

/// The statuses of all requests, asked at once.
fn ask(port: u16, requests: &[Request]) -> io::Result<Vec<u16>> {
    thread::scope(|scope| {
        let asked: Vec<_> = requests.iter().map(|request| scope.spawn(move || client::ask(port, request))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    })
}

/// The case of a seed.
fn world(seed: u64) -> World {
    let mut chance = Chance::of(seed);
    let mut files = people::files(&mut chance);
    files.extend(config::files(&mut chance));
    let plan = Plan {
        note: format!("seed {seed}"),
        config: "lighttpd.conf".to_owned(),
        requests: (0..8).map(|_| questions::question(&mut chance)).collect(),
        modes: people::modes(&mut chance),
        ..Plan::default()
    };
    World { files, plan }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Not through println!, which a passing test swallows.
fn say(words: &str) {
    io::stderr().write_all(format!("{words}\n").as_bytes()).unwrap();
}
