//! What keeps a server from starting although each line of its configuration is fine.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// What the server finds only when it puts its configuration together: nothing to listen on, no or several modules of a
    /// kind of which it needs one, an account that does not exist, a log in a folder that is not there, a section whose rules
    /// all forbid.
    ///
    /// ## What the server does
    ///
    /// It does not start; a running one keeps its former configuration on a reload.
    ///
    /// ## Example
    ///
    /// ```apache
    /// User www-dat
    /// ```
    ///
    /// ## What to write instead
    ///
    /// What the message asks for. `apache2ctl -t` on the server shows many of these before a reload, but not all.
    id: "startup-refused",
    severity: Error,
    title: "a configuration that the server does not start on",
    explains: [StartupRefused],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::StartupRefused { message } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the server does not start: {}", words::brief(message)),
            label: "refused at the start".to_owned(),
            why: "This is checked when the whole configuration has been read.".to_owned(),
            help: "Mend what the message names, and try the start before it counts.".to_owned(),
        })
    });
}
