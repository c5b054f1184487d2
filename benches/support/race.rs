//! A race: each program runs in turn, round by round, so that a busy machine slows all of them alike.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

/// A program in the race.
pub(crate) struct Runner<'a> {
    /// The program.
    pub(crate) program: &'a str,
    /// Its arguments.
    pub(crate) arguments: &'a [&'a str],
}

/// Runs `htlint` and the others in `folder` and prints a line for each: median, fastest, slowest, and how many times as
/// long as `htlint` took. A program that is not installed is named and left out.
pub(crate) fn race(folder: &Path, htlint: &Runner<'_>, others: &[Runner<'_>]) {
    let (here, missing): (Vec<_>, Vec<_>) = others.iter().partition(|runner| starts(runner));
    for runner in missing {
        println!("{} is not installed: left out", runner.program);
    }
    let runners: Vec<_> = std::iter::once(htlint).chain(here).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); runners.len()];
    for _ in 0..ROUNDS {
        for (runner, times) in runners.iter().zip(&mut times) {
            times.push(run(runner, folder));
        }
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    let first = times[0][ROUNDS / 2];
    println!("{:>10} {:>10} {:>10} {:>13}", "median", "min", "max", "htlint/this");
    for (runner, times) in runners.iter().zip(&times) {
        let median = times[ROUNDS / 2];
        let shown = [median, times[0], times[ROUNDS - 1]].map(|time| format!("{:.1} ms", time.as_secs_f64() * 1e3));
        let ratio = first.as_secs_f64() / median.as_secs_f64();
        let name = Path::new(runner.program).file_name().unwrap_or_default().to_string_lossy();
        let [median, min, max] = shown;
        println!("{median:>10} {min:>10} {max:>10} {ratio:>13.2}   {name} {}", runner.arguments.join(" "));
    }
}

fn starts(runner: &Runner<'_>) -> bool {
    Command::new(runner.program).arg("--version").output().is_ok()
}

fn run(runner: &Runner<'_>, folder: &Path) -> Duration {
    let started = Instant::now();
    let mut command = Command::new(runner.program);
    let ran = command.args(runner.arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let time = started.elapsed();
    let ran = ran.unwrap_or_else(|fault| panic!("{}: {fault}", runner.program));
    let code = ran.code();
    assert!(matches!(code, Some(0 | 1)), "{} {:?}: {code:?}", runner.program, runner.arguments);
    time
}
