//! A request on its way through a site: what is carried from one phase to the next (include/httpd.h, `request_rec`).

use std::sync::Arc;

use super::ask::Ask;
use super::config::DirConfig;
use super::content::Content;
use super::error_document::ErrorDocument;
use super::ground::{Found, Thing};
use super::policy::Policy;
use super::setup::Setup;
use super::spot::{Hosted, Spot};
use super::target::folder_of;
use super::world::World;
use crate::answer::{Answer, Because};
use crate::source::Place;

/// How often a request may be sent on, and how deep its sub-requests may go (`LimitInternalRecursion`).
pub(super) const DEEPEST: usize = 10;

/// A request, or a sub-request.
#[derive(Clone, Copy)]
pub(super) struct Errand<'e, 'p> {
    /// The server.
    pub setup: &'p Setup,
    /// The request.
    pub ask: &'e Ask,
    /// The unknown facts.
    pub world: &'e World,
    /// How often it was sent on.
    pub redirects: usize,
    /// How many requests it is a sub-request of.
    pub subrequests: usize,
    /// Whether a rule with `END` was met.
    pub ended: bool,
    /// The request that this one comes from.
    pub before: Option<&'e Before>,
}

/// What is known of the request before.
#[derive(Debug, Clone)]
pub(super) struct Before {
    /// The sections behind the directories that its walks met.
    pub met: Vec<Place>,
    /// The folder that it walked to.
    pub folder: Vec<u8>,
    /// The user: `None` if it cannot be told, an inner `None` if nobody was asked.
    pub user: Option<Option<Vec<u8>>>,
    /// The URL path.
    pub url: Vec<u8>,
    /// What held for it.
    pub config: Arc<DirConfig>,
}

/// The end of a request before it is delivered.
pub(super) struct Ended {
    /// The answer.
    pub answer: Answer,
    /// Statuses with an ErrorDocument.
    pub documents: Vec<(u16, ErrorDocument)>,
    /// LimitRequestBody.
    pub body_limit: Option<u64>,
    /// Whether it takes the place of an error that came before: mod_rewrite resets the status of the request
    /// (modules/mappers/mod_rewrite.c, `hook_uri2file`, `hook_fixup`).
    pub anew: bool,
    /// The request, if it came as far as the access decision.
    pub before: Option<Before>,
}

/// A request that passed all that comes before its delivery.
pub(super) struct Ready<'p> {
    /// What holds.
    pub policy: Policy<'p>,
    /// What stands where it leads.
    pub found: Found,
    /// The user: `None` if it cannot be told, an inner `None` if nobody was asked.
    pub user: Option<Option<Vec<u8>>>,
    /// What stands behind the `?`.
    pub query: Option<Vec<u8>>,
    /// `r->handler`.
    pub handler: Option<Vec<u8>>,
    /// A handler that a rule forces.
    pub forced: Option<Vec<u8>>,
    /// Whether it lies where all are programs (`ScriptAlias`).
    pub program: bool,
    /// Where a rule sends it on to, as a request target.
    pub onward: Option<Vec<u8>>,
    /// Variables that rules set.
    pub variables: Vec<(String, Option<Vec<u8>>)>,
    /// Whether a rule with `END` was met.
    pub ended: bool,
    /// Why it was let in.
    pub because: Vec<Because>,
}

/// Where a URL path was mapped to.
pub(super) struct Arrived<'p> {
    /// The place.
    pub spot: Spot<'p>,
    /// What stands behind the `?`.
    pub query: Option<Vec<u8>>,
    /// A handler that was set on the way.
    pub handler: Option<Vec<u8>>,
    /// Whether it lies where all are programs.
    pub program: bool,
    /// Variables that rules set.
    pub variables: Vec<(String, Option<Vec<u8>>)>,
    /// A handler that a rule forces.
    pub forced: Option<Vec<u8>>,
    /// Whether a rule with `END` was met.
    pub ended: bool,
}

impl Ready<'_> {
    /// What a request that comes from this one knows of it.
    #[must_use]
    pub(super) fn before(&self) -> Before {
        self.policy.before(&self.found, self.user.clone())
    }
}

impl Ready<'_> {
    /// Whether somebody has logged in.
    #[must_use]
    pub(super) fn has_user(&self) -> bool {
        matches!(&self.user, Some(Some(_)))
    }
}

impl Policy<'_> {
    /// What a request that comes from this one knows of it.
    #[must_use]
    pub(super) fn before(&self, found: &Found, user: Option<Option<Vec<u8>>>) -> Before {
        Before {
            met: self.met.clone(),
            folder: match found.thing {
                // An Alias may lead to a folder without a slash behind it; the server puts one there (`ap_directory_walk`).
                Thing::Folder if found.filename.last() != Some(&b'/') => [found.filename.as_slice(), b"/"].concat(),
                Thing::Folder | Thing::File | Thing::Missing | Thing::Odd | Thing::Unknown => {
                    folder_of(&found.filename).to_owned()
                }
            },
            user,
            url: self.spot.url.clone().unwrap_or_default(),
            config: self.config.clone(),
        }
    }
}

impl Ended {
    /// An end under some settings.
    #[must_use]
    pub(super) fn under(content: &Content, answer: Answer) -> Box<Self> {
        let (documents, body_limit) = (content.error_documents.clone(), content.body_limit);
        Box::new(Self { answer, documents, body_limit, anew: false, before: None })
    }

    /// An end under the settings of a host.
    #[must_use]
    pub(super) fn at(host: &Hosted, answer: Answer) -> Box<Self> {
        Self::under(&host.host.settings.content, answer)
    }

    /// The same with the request that ended there known.
    #[must_use]
    pub(super) fn after(mut self: Box<Self>, before: Before) -> Box<Self> {
        self.before = Some(before);
        self
    }

    /// The same as what a rule comes to: only a redirect has forgotten what came before.
    #[must_use]
    pub(super) fn rewritten(mut self: Box<Self>) -> Box<Self> {
        self.anew = self.answer.status.is_none_or(|status| status < 400);
        self
    }

    /// The same as the word of a rule that has forgotten what came before.
    #[must_use]
    pub(super) fn anew(mut self: Box<Self>) -> Box<Self> {
        self.anew = true;
        self
    }
}

/// An answer for no reason worth telling.
#[must_use]
pub(super) fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}
