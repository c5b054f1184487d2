//! A word behind Require that nothing answers to.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A word behind `Require` that is no kind of rule in this server: a spelling mistake, capitals, or a rule of a
    /// module that is not loaded.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log says `Unknown Authz provider:
    /// Valid-User`. These names are case-sensitive, although directive names are not.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require Valid-User
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// Require valid-user
    /// ```
    ///
    /// A user is named by `Require user alice`, a group (with mod_authz_groupfile) by `Require group staff`.
    id: "unknown-authz-provider",
    severity: Error,
    title: "a kind of Require that no loaded module brings",
    explains: [UnknownAuthzProvider],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnknownAuthzProvider { name, nearest, module } = &cause.because.reason else { return None };
        let other = || words::meant(nearest.as_deref(), "Write `Require valid-user`, or `Require user` and the names.");
        Some(Words {
            message: format!(
                "the server has no {}{}",
                words::named("rule", name, nearest.as_deref()),
                words::requests(cause.outcome)
            ),
            label: "no such rule".to_owned(),
            why: "The server refuses the whole file: Unknown Authz provider. These names are case-sensitive."
                .to_owned(),
            help: module.as_deref().map_or_else(other, words::load),
        })
    });
}
