//! The way to an answer: what the server did with a request, step by step.

use crate::source::Place;

/// One thing that a server does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does, as a clause without a full stop: `the virtual host shop.example takes it`. Text of the files may be
    /// quoted in it, but nothing secret.
    pub what: String,
    /// The directive that makes it; `None` if no file says it.
    pub place: Option<Place>,
}

/// Takes down the steps if somebody wants them; else it costs nothing.
#[derive(Debug, Default)]
pub struct Trace(Option<Vec<Step>>);

impl Trace {
    /// One that takes the steps down.
    #[must_use]
    pub fn wanted() -> Self {
        Self(Some(Vec::new()))
    }

    /// One that lets them go by.
    #[must_use]
    pub fn unwanted() -> Self {
        Self(None)
    }

    /// An empty one that takes steps down if this one does.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self(self.0.as_ref().map(|_| Vec::new()))
    }

    /// Takes one step down; its words are made only if they are wanted.
    pub fn step(&mut self, place: Option<Place>, what: impl FnOnce() -> String) {
        if let Some(steps) = &mut self.0 {
            steps.push(Step { what: what(), place });
        }
    }

    /// Takes over the steps of a part of the way, but for those that it repeats.
    pub fn take(&mut self, part: Self) {
        if let Some(steps) = &mut self.0 {
            for step in part.into_steps() {
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        }
    }

    /// The steps in their order.
    #[must_use]
    pub fn into_steps(self) -> Vec<Step> {
        self.0.unwrap_or_default()
    }
}
