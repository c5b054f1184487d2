//! A `$` that is taken for the beginning of a variable before the server sees the hash.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A stored password in a Compose file whose `$` are not doubled, so that the server gets only a part of it.
    ///
    /// ## What the server does
    ///
    /// Docker Compose replaces `$NAME` and `${NAME}` in every value of the file by the variable of that name, and by
    /// nothing where there is none; `$$` becomes `$`. Of `$apr1$…` or `$2y$10$…` a rest comes out that no password fits:
    /// the user gets 401 (Unauthorized) for ever. If nothing is left but a name without a hash, Traefik may refuse the
    /// middleware, and every request gets 404 (Not Found).
    ///
    /// A `$` that no letter follows stays: a hash may survive by luck, until its password is changed.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// labels:
    ///   - "traefik.http.middlewares.members.basicauth.users=alice:$apr1$…"
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```yaml
    /// labels:
    ///   - "traefik.http.middlewares.members.basicauth.users=alice:$$apr1$$…"
    /// ```
    ///
    /// In a `.env` file single quotes do the same: `MEMBERS='alice:$apr1$…'`. In a file of users, and in Traefik's own configuration, each `$` stands once: nobody replaces variables there.
    id: "single-dollar",
    severity: Error,
    title: "a `$` of a hash that is taken for a variable",
    explains: [SingleDollar],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::SingleDollar { by } = &cause.because.reason else { return None };
        let place = cause.because.place?;
        let who = words::who(case.user_at(place));
        Some(Words {
            message: format!("{by} takes a part of the hash for a variable: {who} {}", words::never(cause.outcome)),
            label: "each `$` must be doubled".to_owned(),
            why: format!("{by} replaces `$` and the letters behind it by the variable of that name; nothing sets one."),
            help: format!("Double each `$` of the hash. Or: {}", mend::rewrite(case, place)),
        })
    });
}
