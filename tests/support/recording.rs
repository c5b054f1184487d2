//! Asks the real server what a case asks, and keeps what it said.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::apache::{self, Apache, Start};
use super::case::{Answers, Case};
use super::{client, layout};

const THREADS: usize = 2;

/// The answers of the real server to every case, in the order given; a fault is one of this host, not an answer.
pub(crate) fn answers(cases: &[Case]) -> io::Result<Vec<Answers>> {
    let version = apache::version()?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((place, case)) = pick(cases, &next) {
            let answers =
                answer(case, &version).map_err(|fault| io::Error::other(format!("{}: {fault}", case.title())));
            done.push((place, answers?));
        }
        Ok::<_, io::Error>(done)
    };
    let mut all = Vec::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            all.extend(worker.join().map_err(|_| io::Error::other("a worker stopped"))??);
        }
        Ok::<_, io::Error>(())
    })?;
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, answers)| answers).collect())
}

/// Writes `answers.toml`, the expectation of every later run.
pub(crate) fn keep(case: &Case, answers: &Answers) -> io::Result<()> {
    fs::write(case.answers_file(), toml::to_string(answers).map_err(io::Error::other)?)
}

fn pick<'c>(cases: &'c [Case], next: &AtomicUsize) -> Option<(usize, &'c Case)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    cases.get(place).map(|case| (place, case))
}

fn answer(case: &Case, version: &str) -> io::Result<Answers> {
    let laid = layout::lay_out(case)?;
    let site = laid.site().display().to_string();
    let root = laid.root.display().to_string();
    let mut answers = Answers { server: version.to_owned(), startup: "ok".to_owned(), statuses: vec![], logs: vec![] };
    match Apache::start(&laid, &case.setup)? {
        Start::Refused(why) => {
            answers.startup = "fail".to_owned();
            answers.logs.push(vec![why.replace(&site, "@SITE@").replace(&root, "@ROOT@").trim().to_owned()]);
        }
        Start::Up(mut apache) => {
            for request in &case.setup.requests {
                answers.statuses.push(client::ask(apache.port, request)?);
                let said = apache.new_log();
                answers.logs.push(said.iter().map(|line| reason(line).replace(&site, "@SITE@")).collect());
            }
        }
    }
    Ok(answers)
}

/// The first AH code of a log line; the text where Apache gives none, as for an error in a `.htaccess`.
fn reason(line: &str) -> String {
    let mut text = line;
    while let Some((_, rest)) = text.split_once("] ").filter(|_| text.starts_with('[')) {
        text = rest;
    }
    let mut words = text.split(' ').filter_map(|word| word.strip_suffix(':'));
    let code = words.find(|word| word.strip_prefix("AH").is_some_and(|number| number.parse::<u32>().is_ok()));
    code.unwrap_or(text).to_owned()
}
