//! The login that is put into a request once it is let in (modules/aaa/mod_auth_basic.c, `authenticate_basic_fake`): those
//! that come from it carry that one.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::ask::Ask;
use super::expr::StringExpr;
use super::journey::Ready;
use super::world::World;
use crate::answer::{Because, Login, Missing, Reason};
use crate::credentials::Secret;

/// AuthBasicFake.
#[derive(Debug, Clone)]
pub(super) struct Fake {
    /// The user.
    pub user: StringExpr,
    /// The password.
    pub password: StringExpr,
}

impl Ready<'_> {
    /// The login that a request which comes from this one carries.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub(super) fn login(&self, ask: &Ask, world: &World) -> Result<Login, Because> {
        let set = self.policy.config.basic_fake.as_ref().filter(|_| self.policy.has(b"mod_auth_basic.c"));
        let Some((fake, place)) = set.and_then(|set| Some((set.value.as_ref()?, set.place))) else {
            return Ok(ask.login.clone());
        };
        let unknown = || {
            let missing = Missing::Condition { directive: "AuthBasicFake".to_owned() };
            Because::at(Reason::CannotTell { missing }, place)
        };
        let user = self.user.as_ref().ok_or_else(unknown)?;
        let asker = self.policy.asker(ask, user.as_deref(), world);
        let part = |text: &StringExpr| text.eval(&asker.circumstances()).ok_or_else(unknown);
        let (user, password) = (part(&fake.user)?, part(&fake.password)?);
        if user.is_empty() || password.is_empty() {
            return Ok(Login::Anonymous);
        }
        let text = BASE64_STANDARD.encode([user.as_slice(), b":", &password].concat());
        Ok(Login::Header(Secret::new(format!("Basic {text}").into_bytes())))
    }
}
