//! The cache of logins (modules/aaa/mod_authn_socache.c): empty at first, and without a lock where nothing of the main
//! configuration sets it up, so that the worker that uses it goes away.

use super::authn::Said;
use super::policy::{Policy, at};
use crate::answer::{Answer, Because, Missing, Reason};
use crate::source::Place;

impl Policy<'_> {
    /// The provider `socache`, which a first login is not in (`check_password`).
    pub(super) fn consult_cache(&self, place: Option<Place>, user: &[u8]) -> Said {
        match self.config.cached.first() {
            Some(set) if !self.profile.caches && !self.profile.modules_told => {
                let missing = Missing::Provider { name: "socache".to_owned() };
                Said::Unknown(at(Reason::CannotTell { missing }, place.or(Some(set.place))))
            }
            Some(set) if !self.profile.caches => Said::Denied(gone(set.place)),
            _ => Said::NotFound(Because::nowhere(self.absent(user))),
        }
    }

    /// The answer, if the worker goes away as it keeps what a provider has found (`ap_authn_cache_store`).
    pub(super) fn unable_to_cache(&self, provider: &[u8]) -> Option<Answer> {
        let wanted = self.config.cached.iter().find(|set| set.value == provider)?;
        let unset = !self.profile.caches && self.profile.modules_told && self.has(b"mod_authn_socache.c");
        unset.then(|| gone(wanted.place))
    }
}

fn gone(place: Place) -> Answer {
    Answer::of(0, Because::at(Reason::ProviderUnfit { name: "socache".to_owned() }, place))
}
