//! `Require not` with nothing to take away from.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// `Require not ...` or `<RequireNone>` outside of `<RequireAll>`. Rules beside each other are alternatives,
    /// and "not alice" is no way in by itself.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526, or AH01624 where all rules are negated). The error
    /// log says `negative Require directive has no effect in <RequireAny> directive`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require valid-user
    /// Require not user bob
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// <RequireAll>
    ///     Require valid-user
    ///     Require not user bob
    /// </RequireAll>
    /// ```
    id: "negative-require",
    severity: Error,
    title: "a negated Require where the server refuses it",
    explains: [NegativeRequire],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::NegativeRequire { section } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "a negated rule in {section} says nothing, and the server refuses it{}",
                words::requests(cause.outcome)
            ),
            label: "negated".to_owned(),
            why: format!(
                "The rules in {section} are alternatives, and a negated one is no way in: negative \
                 Require directive has no effect in {section} directive."
            ),
            help: "Put it into <RequireAll>, together with a rule that lets somebody in, such as `Require \
                 valid-user`."
                .to_owned(),
        })
    });
}
