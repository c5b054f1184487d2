//! One case put to the real server and to the engine.

use std::io;

use htlint::answer::{Login, Trace};
use htlint::simulate::{Simulated, Simulator};

use super::support::case::{Request, Scheme};
use super::support::placed::Placed;
use super::support::replay::{self, Driver, Started};
use super::support::served::{Answers, asked, open};
use super::world::World;

/// What both said of one case.
pub(crate) struct Compared {
    pub(crate) real: Answers,
    /// The server's words: what it printed if it refuses to start, then its log.
    pub(crate) words: String,
    pub(crate) startup: &'static str,
    pub(crate) ours: Vec<Simulated>,
    /// What the engine says where a name is sent with its right password, whatever that is.
    pub(crate) holders: Vec<Option<Simulated>>,
    /// Whether the page of a 401 may have another status, so that nothing shows whether a password was refused.
    hides: bool,
}

/// How they differ: enough to know the same difference again in a smaller case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// Whether the server starts: the real one, the engine, and what the real one says.
    Startup { real: String, ours: &'static str, words: String },
    /// The status of a request: the real one, the engine's with the last reason that it gives.
    Status { real: u16, ours: u16, reason: &'static str },
    /// The status of a login whose password was right, and what the engine says of the right password.
    Holder { real: u16, ours: u16, reason: &'static str },
}

/// Lays the case out, starts the real server on it, asks both.
pub(crate) fn compare(driver: &dyn Driver, world: &World) -> io::Result<Compared> {
    let place = || -> io::Result<Placed> {
        let placed = Placed::empty()?;
        for (path, text) in &world.files {
            placed.write(path, text)?;
        }
        placed.set(&world.plan)?;
        Ok(placed)
    };
    let (placed, started) = replay::start(driver, &world.plan.config, place)?;
    let printed = match &started {
        Started::Refused(why) => why.clone(),
        Started::Up(_) => String::new(),
    };
    let real = replay::ask(driver, &placed, &world.plan, started)?;
    let log = std::fs::read(placed.root.join("error.log")).unwrap_or_default();
    let words =
        format!("{printed}{}", String::from_utf8_lossy(&log)).replace(&placed.root.display().to_string(), "@ROOT@");
    let asked = open(driver.name(), &placed, &world.plan, |simulator| {
        let ours = world.plan.requests.iter().map(|request| simulator.ask(&asked(request), &mut Trace::unwanted()));
        let holders = world.plan.requests.iter().map(|request| holder(simulator, request));
        (simulator.startup(), ours.collect(), holders.collect())
    });
    let (startup, ours, holders) = asked.map_err(|stop| io::Error::other(stop.to_string()))?;
    let hides = world.files.values().any(|text| String::from_utf8_lossy(text).contains("ErrorDocument 401"));
    Ok(Compared { real, words, startup, ours, holders, hides })
}

fn holder(simulator: &Simulator<'_>, request: &Request) -> Option<Simulated> {
    let user = request.user.as_ref().filter(|_| request.scheme == Scheme::Basic)?;
    let login = Login::Holder(user.clone().into_bytes());
    Some(simulator.ask(&htlint::answer::Request { login, ..asked(request) }, &mut Trace::unwanted()))
}

impl Compared {
    /// All differences, each with the place of the request.
    pub(crate) fn differences(&self) -> Vec<(usize, Difference)> {
        if self.startup == "unknown" {
            return Vec::new();
        }
        if self.startup != self.real.startup {
            let words = match self.startup {
                "ok" => super::tally::last_words(&self.words),
                _ => self.ours.first().map_or("", last).to_owned(),
            };
            return vec![(0, Difference::Startup { real: self.real.startup.clone(), ours: self.startup, words })];
        }
        let pairs = self.real.statuses.iter().zip(&self.ours).enumerate();
        let decided = pairs.filter_map(|(place, (real, ours))| Some((place, *real, ours.status?, ours)));
        let wrong = decided.filter(|(_, real, status, _)| real != status);
        let wrong = wrong.map(|(place, real, ours, all)| (place, Difference::Status { real, ours, reason: last(all) }));
        wrong.chain(self.holders_differ()).collect()
    }

    /// Where no password was refused, the right one has the same answer.
    fn holders_differ(&self) -> impl Iterator<Item = (usize, Difference)> {
        let pairs = self.real.statuses.iter().zip(&self.holders).enumerate().filter(|_| !self.hides);
        let decided = pairs.filter_map(|(place, (real, holder))| {
            let holder = holder.as_ref()?;
            Some((place, *real, holder.status?, last(holder)))
        });
        let wrong = decided.filter(|(_, real, ours, _)| ![401, 0].contains(real) && real != ours);
        wrong.map(|(place, real, ours, reason)| (place, Difference::Holder { real, ours, reason }))
    }

    /// What was missing wherever the engine could not tell.
    pub(crate) fn undecided(&self) -> Vec<String> {
        let open = self.ours.iter().filter(|ours| ours.status.is_none() && ours.startup != "fail");
        open.map(|ours| ours.reasons.last().map_or(String::new(), |spoken| spoken.message.clone())).collect()
    }
}

fn last(ours: &Simulated) -> &'static str {
    ours.reasons.last().map_or("", |spoken| spoken.id)
}
