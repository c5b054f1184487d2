//! Facts that no file gives: a world is one way they could be, and an answer is certain only if it is the same in all.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::answer::{Answer, Because, Missing, Reason};
use crate::source::Place;

/// A yes-or-no question on a fact that no file gives; equal questions have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// Whether a module from elsewhere is loaded.
    Module(&'static str),
    /// Whether a file of the server exists.
    File(Vec<u8>),
    /// Whether the condition, rule or pattern of this directive holds.
    Holds(Place),
    /// Whether an environment variable is set for the request.
    Env(String),
}

/// One way the unknown facts could be.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    known: BTreeMap<Question, bool>,
    open: RefCell<Option<(Question, Because)>>,
    consulted: Cell<bool>,
}

/// The most worlds that are worked through before htlint says that it can't tell.
const MOST: usize = 64;

impl World {
    /// The answer to a question in this world. If this world leaves it open, the question is noted, so that both
    /// answers are tried, and the answer is "no".
    pub(super) fn ask(&self, question: Question, missing: Missing, place: Place) -> bool {
        self.consulted.set(true);
        if let Some(answer) = self.known.get(&question) {
            return *answer;
        }
        let mut open = self.open.borrow_mut();
        if open.is_none() {
            *open = Some((question, Because::at(Reason::CannotTell { missing }, place)));
        }
        false
    }

    /// Runs `work` and tells whether it asked anything at all.
    pub(super) fn watch<T>(&self, work: impl FnOnce() -> T) -> (T, bool) {
        let before = self.consulted.replace(false);
        let result = work();
        let asked = self.consulted.get();
        self.consulted.set(before || asked);
        (result, asked)
    }

    /// What this world takes for given.
    #[must_use]
    pub(super) fn given(&self) -> &BTreeMap<Question, bool> {
        &self.known
    }

    /// Whether a question was left open by now.
    #[must_use]
    pub(super) fn is_open(&self) -> bool {
        self.open.borrow().is_some()
    }

    /// Notes that something was asked whose answer is given.
    pub(super) fn touch(&self) {
        self.consulted.set(true);
    }

    fn assuming(&self, question: Question, answer: bool) -> Self {
        let mut known = self.known.clone();
        known.insert(question, answer);
        Self { known, ..Self::default() }
    }
}

/// What came out in each world, and the questions on which the worlds differ.
#[derive(Debug, Clone)]
pub(super) struct Explored<T> {
    /// Each world that no question is left open in, and what came out there; never empty.
    pub outcomes: Vec<(World, T)>,
    /// Why one does not know which of them holds; empty if there is one only.
    pub missing: Vec<Because>,
}

/// Tries `work` in every world that extends `start`.
pub(super) fn explore<T>(start: &World, work: impl Fn(&World) -> T) -> Explored<T> {
    let mut explored = Explored { outcomes: Vec::new(), missing: Vec::new() };
    let mut pending = vec![World { known: start.known.clone(), ..World::default() }];
    while let Some(world) = pending.pop() {
        let outcome = work(&world);
        let open = world.open.borrow_mut().take();
        let full = explored.outcomes.len() + pending.len() >= MOST;
        match open {
            Some((question, because)) if !full => {
                pending.push(world.assuming(question.clone(), true));
                pending.push(world.assuming(question, false));
                if !explored.missing.contains(&because) {
                    explored.missing.push(because);
                }
            }
            Some((_, because)) => {
                let missing = Because { reason: Reason::CannotTell { missing: Missing::TooMany }, ..because };
                explored.missing.insert(0, missing);
                explored.outcomes.push((world, outcome));
                return explored;
            }
            None => explored.outcomes.push((world, outcome)),
        }
    }
    explored
}

impl Explored<Answer> {
    /// The answer that all worlds share; else "can't tell" with what is missing.
    #[must_use]
    pub(super) fn agreed(self) -> Answer {
        let too_many = self
            .missing
            .first()
            .is_some_and(|because| matches!(because.reason, Reason::CannotTell { missing: Missing::TooMany }));
        let mut answers: Vec<Answer> = self.outcomes.into_iter().map(|(_, answer)| answer).collect();
        // The world that comes last is the one in which all that is asked for is there: its reasons are the plainest.
        let Some(last) = answers.pop().filter(|_| !too_many) else {
            return Answer { status: None, because: self.missing };
        };
        if answers.iter().all(|answer| answer.status == last.status) {
            return last;
        }
        Answer { status: None, because: self.missing }
    }
}
