//! Generated cases: the real server and the engine are asked the same, and must not differ.
//!
//! Nothing here knows what the answers should be. `HTLINT_GENERATED=N` makes so many cases, `HTLINT_SEED=N` begins with
//! another one (a case's own seed replays it alone with `HTLINT_GENERATED=1`), `HTLINT_SHRINK=N` shrinks so many
//! differences to ready fixture folders.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod asking;
mod compared;
mod host;
mod listed;
mod login;
mod node;
mod people;
mod reduce;
mod rules;
mod sections;
mod spoil;
#[path = "../support/mod.rs"]
mod support;
mod tables;
mod tally;
mod world;

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use htlint::answer::ReasonKind;
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use support::replay::{Driver, side_by_side};
use support::servers::DRIVERS;
use tally::Tally;
use world::World;

/// How many cases are made unless somebody wants more or fewer.
const CASES: u64 = 400;
/// The first seed unless somebody wants another.
const SEED: u64 = 1;
/// From this many cases on, most servers must have started and answered.
const MANY: usize = 100;
/// From this many cases on, every directive and every reason must have been met so often.
const LONG: usize = 10_000;
const OFTEN: usize = 20;

/// Reasons that answer no request: only a survey of the files tells them, or hardly any server starts with them.
const ELSEWHERE: [&str; 7] = [
    "entry-without-colon",
    "user-file-encoding",
    "user-line-too-long",
    "commented-user",
    "swallowed-entry",
    "access-file-ignored",
    "provider-missing",
];

/// Reasons that other servers than Apache give.
const OF_OTHERS: [&str; 7] = [
    "provider-unset",
    "single-dollar",
    "refused-entry",
    "path-never-matches",
    "half-login",
    "outranked",
    "answered-before-login",
];

#[test]
fn apache_answers_generated_cases_as_the_engine_does() {
    let driver = *DRIVERS.iter().find(|driver| driver.name() == "apache").unwrap();
    if let Some(why) = driver.missing() {
        let required = env::var("HTLINT_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
        assert!(!required, "the live comparison is required: {why}");
        return say(&format!("generated cases skipped: {why}"));
    }
    let (first, count) = (number("HTLINT_SEED", SEED), number("HTLINT_GENERATED", CASES));
    let seeds: Vec<u64> = (first..first.saturating_add(count)).collect();
    let tally = Mutex::new(Tally::default());
    let compare = |seed: &u64| {
        let world = tree(*seed).current();
        let compared = compared::compare(driver, &world)
            .map_err(|fault| io::Error::other(format!("HTLINT_SEED={seed} HTLINT_GENERATED=1: {fault}")))?;
        tally.lock().unwrap().add(*seed, &world, &compared);
        Ok(())
    };
    side_by_side(&seeds, compare).unwrap();
    let tally = tally.into_inner().unwrap();
    say(&format!("HTLINT_SEED={first}: {}", tally.report(seeds.len() >= LONG)));
    shrink(driver, &tally);
    assert!(tally.wrong.is_empty(), "{} kinds of difference", tally.wrong.len());
    let Tally { cases, started, compared, .. } = tally;
    if cases >= MANY {
        assert!(started * 10 >= cases * 8, "only {started} of {cases} servers start");
        assert!(compared >= cases * 4, "only {compared} answers to {cases} cases");
    }
    if cases >= LONG {
        let listed = listed::directives().unwrap();
        assert!(listed.len() >= 80, "only {} directives", listed.len());
        let seldom = |name: &&String| tally.directives.get(*name).is_none_or(|count| *count < OFTEN);
        let seldom: Vec<&String> = listed.iter().filter(seldom).collect();
        assert!(seldom.is_empty(), "met in fewer than {OFTEN} cases: {seldom:?}");
        let count = |reason: &ReasonKind| tally.reasons.get(reason.id()).copied().unwrap_or(0);
        let theirs = |reason: &ReasonKind| ELSEWHERE.contains(&reason.id()) || OF_OTHERS.contains(&reason.id());
        let given = ReasonKind::ALL.iter().filter(|reason| !theirs(reason));
        let seldom: Vec<_> = given.filter(|reason| count(reason) < OFTEN).collect();
        assert!(seldom.is_empty(), "given in fewer than {OFTEN} cases: {seldom:?}");
    }
}

/// The case of a seed.
fn tree(seed: u64) -> impl ValueTree<Value = World> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let chance = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    // Built once: it is far bigger than what it makes.
    thread_local!(static WORLDS: BoxedStrategy<World> = world::world().boxed());
    WORLDS.with(|worlds| worlds.new_tree(&mut runner).unwrap())
}

/// Makes the first differences small, side by side with the answers of the real server.
fn shrink(driver: &dyn Driver, tally: &Tally) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("found");
    let many = usize::try_from(number("HTLINT_SHRINK", 4)).unwrap();
    let found: Vec<_> = tally.wrong.iter().take(many).collect();
    let work = |(difference, seeds): &(&compared::Difference, &Vec<u64>)| {
        let small = reduce::reduce(driver, tree(seeds[0]), difference);
        let case = reduce::write(&folder, &format!("{}-{}", driver.name(), seeds[0]), &small)?;
        let compared = compared::compare(driver, &small)?;
        let mut real = compared.real.clone();
        real.server = driver.version()?;
        std::fs::write(case.join("answers.toml"), toml::to_string(&real).unwrap())?;
        let ours: Vec<_> = compared.ours.iter().map(|ours| (ours.status, &ours.reasons)).collect();
        let both = format!("server {:?}\n  engine {} {ours:?}", compared.real, compared.startup);
        say(&format!("{difference:?}\n  {}\n  {both}\n{}", case.display(), compared.words));
        Ok(())
    };
    side_by_side(&found, work).unwrap();
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// The digest that stands in an htdigest file.
fn realm_hash(name: &str, realm: &str, password: &str) -> String {
    support::client::md5_hex(&format!("{name}:{realm}:{password}"))
}

/// Not through println!, which a passing test swallows.
fn say(words: &str) {
    io::stderr().write_all(format!("{words}\n").as_bytes()).unwrap();
}
