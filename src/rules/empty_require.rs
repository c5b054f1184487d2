//! `<RequireAll>` and its kin with nothing inside.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A `<RequireAll>`, `<RequireAny>` or `<RequireNone>` that holds no rule, perhaps because all of them stand in
    /// an `<IfModule>` that is false.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log says `<RequireAll> directive contains
    /// no authorization directives`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <RequireAll>
    ///     <IfModule mod_auth.c>
    ///         Require valid-user
    ///     </IfModule>
    /// </RequireAll>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// <RequireAll>
    ///     Require valid-user
    /// </RequireAll>
    /// ```
    id: "empty-require",
    severity: Error,
    title: "a section of rules without a rule",
    explains: [EmptyRequire],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::EmptyRequire { section } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("{section} holds no rule{}", words::requests(cause.outcome)),
            label: "no rule inside".to_owned(),
            why: "A section of rules must hold one after its conditional sections are decided: the \
                 directive contains no authorization directives."
                .to_owned(),
            help: format!("Put a rule into {section}, such as `Require valid-user`, or remove the section."),
        })
    });
}
