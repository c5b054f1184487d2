//! What a policy adds to the trace of an answer: the steps that led to its settings.

use super::policy::Policy;
use crate::answer::Trace;

impl Policy<'_> {
    /// The steps that led to the settings.
    pub(super) fn note(&self, trace: &mut Trace) {
        let config = &self.config;
        if let Some(set) = &config.auth_type {
            trace.step(Some(set.place), || "a login is set up here".to_owned());
        }
        if let Some(set) = &config.user_file {
            trace.step(Some(set.place), || format!("passwords are in {}", String::from_utf8_lossy(&set.value.written)));
        }
        for rule in &config.rules {
            let place = Some(rule.place).filter(|_| !rule.written.is_empty());
            trace.step(place, || rule.written.clone());
        }
    }
}
