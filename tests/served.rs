//! The whole-config cases: the engine against the recorded answers, and the recordings against the real servers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::env;
use std::io::{self, Write};

use htlint::finding::Severity;
use support::placed::{Placed, is_root};
use support::replay;
use support::served::{self, Answers, Predicted, Served};
use support::servers::DRIVERS;

/// Servers whose engine is not there yet.
const PENDING: [&str; 0] = [];

#[test]
fn every_whole_config_case_is_recorded() {
    let blessing = is_blessing();
    for case in served::all().unwrap() {
        assert!(DRIVERS.iter().any(|driver| driver.name() == case.server), "{}: no driver", case.title());
        let written = case.plan.texts.contains_key(&case.plan.config);
        assert!(written || case.files().join(&case.plan.config).is_file(), "{}: no config", case.title());
        let complete = case.answers.as_ref().is_some_and(|answers| match answers.startup.as_str() {
            "ok" => answers.statuses.len() == case.plan.requests.len(),
            _ => answers.statuses.is_empty(),
        });
        assert!(complete || blessing, "{}: HTLINT_BLESS=answers cargo test --test served", case.title());
    }
}

#[test]
fn the_engine_answers_whole_configs_as_the_servers_did() {
    if is_blessing() {
        return;
    }
    let mut wrong = Vec::new();
    let mut skipped = 0;
    for case in served::all().unwrap().iter().filter(|case| !PENDING.contains(&case.server.as_str())) {
        if case.needs_root() && !is_root() {
            skipped += 1;
            continue;
        }
        let placed = Placed::new(&case.files(), &case.plan).unwrap();
        let predicted = served::predict(&case.server, &placed, &case.plan);
        wrong.extend(differences(case, case.answers.as_ref().unwrap(), &predicted));
    }
    if skipped > 0 {
        say(&format!("{skipped} whole-config cases skipped: their owners and modes need root"));
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_real_servers_answer_whole_configs_as_recorded() {
    let cases = served::all().unwrap();
    let mut wrong = Vec::new();
    for driver in DRIVERS {
        let own: Vec<&Served> = cases.iter().filter(|case| case.server == driver.name()).collect();
        if let Some(why) = driver.missing() {
            let required = env::var("HTLINT_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
            assert!(!required, "the live comparison is required: {why}");
            say(&format!("live comparison skipped: {why}"));
            continue;
        }
        let live = replay::answers(*driver, &own).unwrap();
        for (case, live) in own.iter().zip(&live) {
            if is_blessing() {
                case.keep(live);
                continue;
            }
            let same = |live: &Answers| {
                let recorded = case.answers.as_ref();
                recorded.is_some_and(|old| (&old.startup, &old.statuses) == (&live.startup, &live.statuses))
            };
            // On a busy machine a server may be too slow for once; a difference that is one shows again.
            if !same(live) && !replay::answers(*driver, &[*case]).unwrap().iter().all(same) {
                wrong.push(format!("{}: recorded {:?}, now {live:?}", case.title(), case.answers));
            }
        }
    }
    assert!(wrong.is_empty(), "the real servers answer otherwise:\n{}", wrong.join("\n"));
}

#[test]
fn a_check_speaks_of_whole_configs_where_their_cases_say() {
    let mut wrong = Vec::new();
    for case in served::all().unwrap() {
        let (fires, quiet) = (&case.plan.fires, &case.plan.quiet);
        let starts = case.answers.as_ref().is_none_or(|answers| answers.startup == "ok");
        if fires.is_empty() && quiet.is_empty() && starts || case.needs_root() && !is_root() {
            continue;
        }
        let placed = Placed::new(&case.files(), &case.plan).unwrap();
        let spoken = served::spoken(&case.server, &placed, &case.plan);
        if !starts && !spoken.values().any(|severity| *severity == Severity::Error) {
            wrong.push(format!("{}: it does not start, and no error tells of it: {spoken:?}", case.title()));
        }
        let missed = fires.iter().filter(|rule| !spoken.contains_key(*rule));
        let alarms = quiet.iter().filter(|rule| spoken.contains_key(*rule));
        wrong.extend(missed.map(|rule| format!("{}: {rule} is silent", case.title())));
        wrong.extend(alarms.map(|rule| format!("{}: {rule} speaks", case.title())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(case: &Served, recorded: &Answers, predicted: &Predicted) -> Vec<String> {
    let title = case.title();
    let (startup, answers) = match predicted {
        Predicted::Stopped(why) => return vec![format!("{title}: {why}")],
        Predicted::Answers(startup, answers) => (startup, answers),
    };
    let untold = |number: usize| case.plan.untold.contains(&number);
    if *startup == "unknown" && !answers.is_empty() && (0..answers.len()).all(untold) {
        return Vec::new();
    }
    if *startup != recorded.startup {
        let why = answers.first().map(|answer| &answer.reasons);
        return vec![format!("{title}: startup {}, engine {startup} {why:?}", recorded.startup)];
    }
    let asked = case.plan.requests.iter().zip(&recorded.statuses).zip(answers).enumerate();
    let wanted = |number: usize, status: u16| Some(status).filter(|_| !untold(number));
    let wrong = asked.filter(|(number, ((_, status), answer))| answer.status != wanted(*number, **status));
    let told = wrong.map(|(_, ((request, status), answer))| {
        let (method, path, user) = (&request.method, &request.path, &request.user);
        format!("{title} {method} {path} {user:?}: server {status}, engine {:?} {:?}", answer.status, answer.reasons)
    });
    told.collect()
}

fn is_blessing() -> bool {
    env::var("HTLINT_BLESS").is_ok_and(|what| what == "answers")
}

/// Not through println!, which a passing test swallows.
fn say(words: &str) {
    io::stderr().write_all(format!("{words}\n").as_bytes()).unwrap();
}
