//! Generated configurations of nginx: the real server and the engine are asked the same, and must not differ.
//!
//! Nothing here knows what the answers should be. `HTLINT_GENERATED=N` makes so many cases, `HTLINT_SEED=N` begins with
//! another one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod asking;
mod blocks;
mod people;
mod spoil;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::env;
use std::io::{self, Write};
use std::sync::Mutex;

use support::placed::Placed;
use support::replay::{self, Driver, side_by_side};
use support::served::{Answers, Predicted, predict};
use support::servers::DRIVERS;
use world::World;

/// How many cases are made unless somebody wants more or fewer.
const CASES: u64 = 150;
/// The first seed unless somebody wants another.
const SEED: u64 = 1;

#[derive(Default)]
struct Tally {
    cases: usize,
    started: usize,
    answers: usize,
    undecided: Vec<String>,
    wrong: Vec<String>,
}

#[test]
fn nginx_answers_generated_cases_as_the_engine_does() {
    let driver = *DRIVERS.iter().find(|driver| driver.name() == "nginx").unwrap();
    if let Some(why) = driver.missing() {
        let required = env::var("HTLINT_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
        assert!(!required, "the live comparison is required: {why}");
        return say(&format!("generated cases skipped: {why}"));
    }
    let (first, count) = (number("HTLINT_SEED", SEED), number("HTLINT_GENERATED", CASES));
    let seeds: Vec<u64> = (first..first.saturating_add(count)).collect();
    let tally = Mutex::new(Tally::default());
    side_by_side(&seeds, |seed| {
        let world = World::of(*seed);
        if env::var("HTLINT_SHOW").is_ok_and(|what| what == "config") {
            say(&String::from_utf8_lossy(&world.files["etc/nginx.conf"]));
        }
        let (real, words, ours) = compare(driver, &world)
            .map_err(|fault| io::Error::other(format!("HTLINT_SEED={seed} HTLINT_GENERATED=1: {fault}")))?;
        tally.lock().unwrap().add(*seed, &world, &real, &words, &ours);
        Ok(())
    })
    .unwrap();
    let tally = tally.into_inner().unwrap();
    let Tally { cases, started, answers, undecided, wrong } = &tally;
    say(&format!(
        "HTLINT_SEED={first}: {cases} cases, {started} start, {answers} answers, {} undecided, {} wrong",
        undecided.len(),
        wrong.len()
    ));
    if env::var("HTLINT_SHOW").is_ok() {
        undecided.iter().for_each(|line| say(line));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(undecided.len() * 50 <= *answers, "too many undecided: {}", undecided.join("\n"));
    assert!(started * 10 >= cases * 4, "only {started} of {cases} servers start");
}

/// What the real server says, its words if it does not start, and what the engine says.
fn compare(driver: &dyn Driver, world: &World) -> io::Result<(Answers, String, Predicted)> {
    let place = || -> io::Result<Placed> {
        let placed = Placed::empty()?;
        for (path, text) in &world.files {
            placed.write(path, text)?;
        }
        placed.set(&world.plan)?;
        Ok(placed)
    };
    let (placed, started) = replay::start(driver, &world.plan.config, place)?;
    let words = match &started {
        replay::Started::Refused(words) => words.clone(),
        replay::Started::Up(_) => String::new(),
    };
    let ours = predict(driver.name(), &placed, &world.plan);
    let real = replay::ask(driver, &placed, &world.plan, started)?;
    Ok((real, words, ours))
}

impl Tally {
    fn add(&mut self, seed: u64, world: &World, real: &Answers, words: &str, ours: &Predicted) {
        self.cases += 1;
        self.started += usize::from(real.startup == "ok");
        let told = |what: String| format!("HTLINT_SEED={seed} HTLINT_GENERATED=1: {what}");
        let (startup, answers) = match ours {
            Predicted::Stopped(why) => return self.wrong.push(told(why.clone())),
            Predicted::Answers(startup, answers) => (*startup, answers),
        };
        let why = || answers.first().map(|answer| format!("{:?}", answer.reasons)).unwrap_or_default();
        if startup == "unknown" {
            self.answers += 1;
            return self.undecided.push(told(format!("startup {}", why())));
        }
        if startup != real.startup {
            let words = words.lines().last().unwrap_or_default();
            return self.wrong.push(told(format!("server {} ({words}), engine {startup} {}", real.startup, why())));
        }
        for ((request, status), answer) in world.plan.requests.iter().zip(&real.statuses).zip(answers) {
            self.answers += 1;
            let asked = format!("{request:?}: server {status}, engine {:?} {:?}", answer.status, answer.reasons);
            match answer.status {
                None => self.undecided.push(told(asked)),
                Some(ours) if ours != *status => self.wrong.push(told(asked)),
                Some(_) => {}
            }
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Not through println!, which a passing test swallows.
fn say(words: &str) {
    io::stderr().write_all(format!("{words}\n").as_bytes()).unwrap();
}
