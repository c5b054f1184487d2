//! How far the audit has come, on stderr: a line before a long one, and on a terminal a line that changes.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use htlint::audit::{Plan, Watch};

/// What takes longer is told of before it begins.
const LONG: Duration = Duration::from_secs(2);
/// How often the line changes.
const BEAT: Duration = Duration::from_millis(200);

/// The line.
pub(crate) struct Progress {
    terminal: bool,
    drawn: Cell<Option<Instant>>,
}

impl Progress {
    /// None drawn yet.
    pub(crate) fn new() -> Self {
        Self { terminal: io::stderr().is_terminal(), drawn: Cell::new(None) }
    }
}

impl Watch for Progress {
    fn begins(&self, plan: Plan) {
        let Plan { entries, guesses, time } = plan;
        if time >= LONG {
            // Who cannot be told is not kept waiting for it.
            let _ = writeln!(io::stderr(), "audit: {entries} entries, {guesses} guesses each: about {}", told(time));
        }
        self.drawn.set(Some(Instant::now()));
    }

    fn goes(&self, done: usize, all: usize) {
        if self.terminal && self.drawn.get().is_none_or(|drawn| drawn.elapsed() >= BEAT) {
            let percent = (100 * done).checked_div(all).unwrap_or(100);
            let _ = write!(io::stderr(), "\raudit: {percent} %");
            self.drawn.set(Some(Instant::now()));
        }
    }

    fn ends(&self) {
        if self.terminal {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

/// A time as people say it.
fn told(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds @ 100..=5999 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_its_own_unit() {
        let told = |seconds| told(Duration::from_secs(seconds));
        assert_eq!([told(3), told(99), told(150), told(7200)], ["3 s", "99 s", "2 min", "2 h"]);
    }
}
