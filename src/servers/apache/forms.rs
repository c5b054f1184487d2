//! Logins by a form (modules/aaa/mod_auth_form.c).

use super::ask::Ask;

use super::policy::{Policy, at, refuse};
use crate::answer::{Answer, Missing, Reason};

impl Policy<'_> {
    /// A client without a session that posts no form is shown to one (modules/aaa/mod_auth_form.c,
    /// `authenticate_form_authn`).
    pub(super) fn form(&self, ask: &Ask) -> Answer {
        let place = self.config.auth_type.as_ref().map(|set| set.place);
        if self.config.auth_name.is_none() {
            return refuse(500, Reason::AuthNameMissing, place, "AH01808");
        }
        let session =
            |headers: &Vec<(String, Vec<u8>)>| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        // Where a place to log in is named, the client is sent there.
        if self.config.form_location.is_some() || ask.headers.as_ref().is_none_or(session) || ask.announced() > 0 {
            let missing = Missing::Provider { name: "AuthType form".to_owned() };
            return Answer::unknown(at(Reason::CannotTell { missing }, place));
        }
        Answer { status: Some(401), because: Vec::new() }
    }
}
