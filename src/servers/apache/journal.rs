//! What a policy adds to an answer: the steps that led to the settings, and the ErrorDocument that stands for an error.

use super::policy::Policy;
use crate::answer::{Answer, Trace};

impl Policy<'_> {
    /// An ErrorDocument with a full URL makes a redirect of an error.
    pub(super) fn sent_elsewhere(&self, answer: Answer) -> Answer {
        let Some(status) = answer.status.filter(|status| *status >= 400) else { return answer };
        let document = self.config.content.error_urls.iter().rev().find(|(code, _)| *code == status);
        if document.is_some_and(|(_, elsewhere)| *elsewhere) {
            return Answer { status: Some(302), because: answer.because };
        }
        answer
    }

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
