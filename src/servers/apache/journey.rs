//! A request on its way through a site: what is carried from one phase to the next (include/httpd.h, `request_rec`).

use super::content::Content;
use super::ground::Found;
use super::policy::{Ask, Policy};
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
}

/// The end of a request before it is delivered.
pub(super) struct Ended {
    /// The answer.
    pub answer: Answer,
    /// Statuses with an ErrorDocument, and whether that is a full URL.
    pub documents: Vec<(u16, bool)>,
    /// LimitRequestBody.
    pub body_limit: Option<u64>,
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
        Before {
            met: self.policy.met.clone(),
            folder: folder_of(&self.found.filename).to_owned(),
            user: self.user.clone(),
            url: self.policy.spot.url.clone().unwrap_or_default(),
        }
    }
}

impl Ended {
    /// An end under some settings.
    #[must_use]
    pub(super) fn under(content: &Content, answer: Answer) -> Box<Self> {
        Box::new(Self { answer, documents: content.error_urls.clone(), body_limit: content.body_limit })
    }

    /// An end under the settings of a host.
    #[must_use]
    pub(super) fn at(host: &Hosted, answer: Answer) -> Box<Self> {
        Self::under(&host.host.settings.content, answer)
    }

    /// What the client gets: an ErrorDocument with a full URL makes a redirect of an error, and a body that is announced as
    /// too long is refused whatever the answer were, for it is read before the answer is sent
    /// (modules/http/http_request.c, `ap_die_r`; http_filters.c, `ap_http_filter`).
    #[must_use]
    pub(super) fn answer(self, ask: &Ask) -> Answer {
        let closes = [400, 408, 411, 413, 414, 500, 501, 503];
        let reads = self.answer.status.is_some_and(|status| !closes.contains(&status));
        if reads && self.body_limit.is_some_and(|limit| limit > 0 && ask.announced() > limit) {
            return plain(413);
        }
        let Some(status) = self.answer.status.filter(|status| *status >= 400) else { return self.answer };
        let document = self.documents.iter().rev().find(|(code, _)| *code == status);
        match document {
            Some((_, true)) => Answer { status: Some(302), ..self.answer },
            _ => self.answer,
        }
    }
}

/// An answer for no reason worth telling.
#[must_use]
pub(super) fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}
