//! A login for some methods only.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Area;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// Rules inside `<Limit>`, so that requests with other methods need no login. Old tutorials teach `<Limit GET
    /// POST>`.
    ///
    /// ## What the server does
    ///
    /// A rule in `<Limit GET POST>` holds for GET (and HEAD) and POST only. Every other method passes without a
    /// password: `OPTIONS`, `PUT`, `DELETE`, `PATCH`, and methods of one's own invention, which a script may well
    /// answer like a GET. Nothing is logged.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <Limit GET POST>
    ///     Require valid-user
    /// </Limit>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// Require valid-user
    /// ```
    ///
    /// Where some methods are to be free, name those: `<LimitExcept OPTIONS>`.
    id: "limit-holes",
    severity: Warning,
    title: "rules for some methods that leave the others open",
    explains: [MethodNotCovered],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let here = |area: &&Area| area.anonymous.because.iter().any(|because| because.place == cause.because.place);
        let open = case.areas.iter().find(here).and_then(|area| area.methods.as_ref());
        let which = open.map(|methods| format!(" ({})", few(methods))).unwrap_or_default();
        Some(Words {
            message: format!(
                "the rules hold for some methods only: with the others{which} everybody gets in without \
                 a password"
            ),
            label: "other methods are open".to_owned(),
            why: "A method that no rule covers passes without a login.".to_owned(),
            help: "Remove the <Limit> around the rules; to free some methods name them in <LimitExcept>.".to_owned(),
        })
    });
}

/// Three of them, and how many more there are.
fn few(methods: &[&str]) -> String {
    let shown: Vec<&str> = methods.iter().copied().take(3).collect();
    match methods.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
