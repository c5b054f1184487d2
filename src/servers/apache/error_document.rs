//! ErrorDocument: what takes the place of an error (modules/http/http_request.c, `ap_die_r`; server/core.c,
//! `set_error_document`).

use super::ask::Ask;
use super::expr::StringExpr;
use super::facts::Circumstances;
use super::journey::{DEEPEST, Ended, Errand, plain};
use super::site::Site;
use super::spot::Hosted;
use super::target::halves;
use crate::answer::{Answer, Because, Missing, Reason, Trace};
use crate::source::Place;

/// What an ErrorDocument names.
#[derive(Debug, Clone)]
pub(super) enum ErrorDocument {
    /// A text of the server's or the administrator's own.
    Text,
    /// A path of the site or a full URL.
    Elsewhere(StringExpr, Place),
}

impl ErrorDocument {
    /// Whether the second argument stands for itself (`set_error_document`).
    #[must_use]
    pub(super) fn is_text(target: &[u8]) -> bool {
        target.contains(&b' ') || !(target.first() == Some(&b'/') || is_url(target))
    }
}

/// Whether a text begins with a scheme (server/util.c, `ap_is_url`).
#[must_use]
pub(super) fn is_url(text: &[u8]) -> bool {
    let scheme = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
    scheme > 0 && text.get(scheme) == Some(&b':')
}

impl Site<'_> {
    /// What the client gets: an ErrorDocument with a full URL makes a redirect of an error, a page of the site leaves the
    /// status as it is unless a rule of mod_rewrite answers for that page, and a body that is announced as too long is
    /// refused whatever the answer were, for it is read before the answer is sent (modules/http/http_filters.c,
    /// `ap_http_filter`).
    pub(super) fn sent<'p>(
        &'p self,
        errand: &Errand<'_, 'p>,
        host: &'p Hosted,
        ended: Ended,
        trace: &mut Trace,
    ) -> Answer {
        let closes = [400, 408, 411, 413, 414, 500, 501, 503];
        let reads = ended.answer.status.is_some_and(|status| !closes.contains(&status));
        if reads && ended.body_limit.is_some_and(|limit| limit > 0 && errand.ask.announced() > limit) {
            return plain(413);
        }
        let Some(status) = ended.answer.status.filter(|status| *status >= 400) else { return ended.answer };
        let document = ended.documents.iter().rev().find(|(code, _)| *code == status);
        let Some((_, ErrorDocument::Elsewhere(target, place))) = document else { return ended.answer };
        let facts =
            Circumstances { ask: Some(errand.ask), spot: None, user: None, env: &[], library: None, early: false };
        let Some(target) = target.eval(&facts) else {
            let missing = Missing::Condition { directive: "ErrorDocument".to_owned() };
            return Answer::unknown(Because::at(Reason::CannotTell { missing }, *place));
        };
        if is_url(&target) {
            return Answer { status: Some(302), ..ended.answer };
        }
        if target.first() != Some(&b'/') || errand.redirects >= DEEPEST {
            return ended.answer;
        }
        let (path, query) = halves(&target);
        let query = Some(query.map(<[u8]>::to_vec).unwrap_or_default());
        let ask = Ask { method: "GET".to_owned(), query, ..errand.ask.clone() };
        let before = ended.before.as_ref();
        let further = Errand { ask: &ask, redirects: errand.redirects + 1, subrequests: 0, before, ..*errand };
        let page = self.journey(&further, host, path, &mut Trace::unwanted());
        if !page.anew {
            return ended.answer;
        }
        trace.step(Some(*place), || "a RewriteRule answers for the ErrorDocument".to_owned());
        self.sent(&further, host, *page, trace)
    }
}
