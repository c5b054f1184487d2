//! The attempts: who is tried with what, on every processor, and how long it will take.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use crate::answer::{Noted, Remark, Survey, UserFileInUse};
use crate::hash::{Life, Limits, Outcome, Scheme, Verifier, judge, strength, verify};
use crate::source::Place;

/// What is tried on everybody.
const OBVIOUS: &str = include_str!("obvious.txt");

/// Guesses that one processor makes before it looks for other work.
const SHARE: usize = 8;

/// What is going to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many entries are tried.
    pub entries: usize,
    /// With how many passwords each, about.
    pub guesses: usize,
    /// How long it will take at the most, told from one comparison of each kind.
    pub time: Duration,
}

/// Somebody who wants to know how far it has come. It is told on the thread that called [`audit`].
pub trait Watch {
    /// Before the first attempt.
    fn begins(&self, plan: Plan);
    /// So many of so many pieces of work are done.
    fn goes(&self, done: usize, all: usize);
    /// After the last attempt.
    fn ends(&self);
}

/// Nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silence;

impl Watch for Silence {
    fn begins(&self, _: Plan) {}
    fn goes(&self, _: usize, _: usize) {}
    fn ends(&self) {}
}

/// An entry that is tried.
struct Suspect<'s> {
    place: Place,
    stored: &'s [u8],
    verifier: Verifier,
    /// Nothing, the user's name, and the realms that the browser shows.
    own: BTreeSet<&'s [u8]>,
    guessed: AtomicBool,
}

/// Tries nothing, the user's name, the realm, obvious passwords and `more` on every entry that decides and is alive.
/// A remark says that one of them fits, not which. Entries beyond [`Limits::DEFAULT`] are left out.
#[must_use]
pub fn audit(survey: &Survey, more: &[Vec<u8>], watch: &dyn Watch) -> Vec<Noted> {
    let suspects: Vec<Suspect<'_>> = survey.user_files.iter().flat_map(|used| suspects(survey, used)).collect();
    let common: Vec<&[u8]> = OBVIOUS.lines().map(str::as_bytes).chain(more.iter().map(Vec::as_slice)).collect();
    let most = suspects.iter().map(|suspect| suspect.own.len()).max().unwrap_or(0) + common.len();
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let time = time(&suspects, most, workers);
    watch.begins(Plan { entries: suspects.len(), guesses: most, time });
    let shares = most.div_ceil(SHARE);
    let all = shares * suspects.len();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (done, told) = channel();
        for _ in 0..workers.min(all) {
            let done = done.clone();
            scope.spawn(|| work(&suspects, &common, shares, &next, done));
        }
        drop(done);
        for (count, ()) in told.iter().enumerate() {
            watch.goes(count + 1, all);
        }
    });
    watch.ends();
    let guessed = suspects.iter().filter(|suspect| suspect.guessed.load(Ordering::Relaxed));
    guessed.map(|suspect| Noted { remark: Remark::PasswordGuessed, place: suspect.place, related: None }).collect()
}

fn suspects<'s>(survey: &'s Survey, used: &'s UserFileInUse) -> Vec<Suspect<'s>> {
    let file = used.file.file;
    let areas = survey.areas.iter().filter(|area| area.decided_by.contains(&file));
    let realms: BTreeSet<&[u8]> = areas.filter_map(|area| area.realm.as_deref()).map(str::as_bytes).collect();
    let alive = used.file.deciding().filter(|entry| judge(&entry.stored, used.verifier) == Life::Alive);
    let suspect = |entry: &'s crate::users::Entry| Suspect {
        place: Place::new(file, entry.user_span),
        stored: &entry.stored,
        verifier: used.verifier,
        own: realms.iter().copied().chain([&b""[..], &entry.user]).collect(),
        guessed: AtomicBool::new(false),
    };
    alive.map(suspect).collect()
}

/// Takes shares of guesses until none is left.
fn work(suspects: &[Suspect<'_>], common: &[&[u8]], shares: usize, next: &AtomicUsize, done: Sender<()>) {
    loop {
        let share = next.fetch_add(1, Ordering::Relaxed);
        let Some(suspect) = share.checked_div(shares).and_then(|index| suspects.get(index)) else { return };
        let guesses = suspect.own.iter().chain(common).skip(share % shares * SHARE).take(SHARE);
        for guess in guesses {
            if suspect.guessed.load(Ordering::Relaxed) {
                break;
            }
            if verify(suspect.stored, guess, suspect.verifier, Limits::DEFAULT) == Outcome::Match {
                suspect.guessed.store(true, Ordering::Relaxed);
            }
        }
        if done.send(()).is_err() {
            return;
        }
    }
}

/// Hashes that cost about the same: of one scheme, with rounds and memory of one order.
type Kind = (Scheme, Option<u8>, Option<u32>, Option<u32>);

/// The time for all, from one comparison of each kind.
fn time(suspects: &[Suspect<'_>], guesses: usize, workers: usize) -> Duration {
    let mut kinds: BTreeMap<Kind, Duration> = BTreeMap::new();
    let mut sum = Duration::ZERO;
    for suspect in suspects {
        let strength = strength(suspect.stored);
        let order = |count: Option<u64>| count.and_then(u64::checked_ilog2);
        let kind = (Scheme::of(suspect.stored), strength.bcrypt_cost, order(strength.rounds), order(strength.memory));
        sum += *kinds.entry(kind).or_insert_with(|| {
            let start = Instant::now();
            let _ = verify(suspect.stored, b"", suspect.verifier, Limits::DEFAULT);
            start.elapsed()
        });
    }
    let guesses = u32::try_from(guesses).unwrap_or(u32::MAX);
    sum.saturating_mul(guesses) / u32::try_from(workers).unwrap_or(u32::MAX)
}
