//! Passwords in a dbm file: what it says is not known, but it may be none (modules/aaa/mod_authn_dbm.c,
//! `fetch_dbm_value`).

use super::authn::Said;
use super::policy::{Policy, at, refuse};
use super::spot::absolute;
use crate::answer::{Missing, Reason};
use crate::source::Place;

impl Policy<'_> {
    /// What it says of a login.
    pub(super) fn consult_dbm(&self, place: Option<Place>) -> Said {
        let root = &self.profile.server_root;
        let Some(set) = &self.config.dbm_file else {
            let place = self.config.auth_type.as_ref().map(|set| set.place);
            return Said::Failed(refuse(500, Reason::UserFileUnset, place, "AH10285"));
        };
        let path = absolute(&set.value, root);
        // Some kinds of it write their own endings.
        let ends: [&[u8]; 5] = [b"", b".pag", b".dir", b".db", b".lmdb"];
        if ends.iter().all(|end| self.library.tested(b'e', &[&path, *end].concat()) == Some(false)) {
            let path = String::from_utf8_lossy(&path).into_owned();
            let reason = Reason::UserFileMissing { path };
            return Said::Failed(refuse(500, reason, Some(set.place), "AH10285"));
        }
        let others =
            || ends.iter().skip(1).any(|end| self.library.tested(b'e', &[&path, *end].concat()) != Some(false));
        if self.library.is_text(&path) && !others() {
            let reason = Reason::WrongKindOfUserFile { found: "a text file", wanted: "a dbm file" };
            return Said::Failed(refuse(500, reason, Some(set.place), "AH10285"));
        }
        let missing = Missing::Provider { name: "dbm".to_owned() };
        Said::Unknown(at(Reason::CannotTell { missing }, place))
    }
}
