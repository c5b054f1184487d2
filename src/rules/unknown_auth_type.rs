//! A way to log in that nobody offers.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An `AuthType` that is misspelt, or whose module is not loaded: `Basic` needs mod_auth_basic, `Digest`
    /// mod_auth_digest, `shibboleth` and the like a module from elsewhere.
    ///
    /// ## What the server does
    ///
    /// The line itself is accepted. Once a request needs a login it gets 500 (Internal Server Error), with and
    /// without a password, and the error log says AH01796: `AuthType X configured without corresponding module`.
    /// AH01614 (`client used wrong authentication scheme`) is no fault of the files: no Basic login was sent.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Digets
    /// ```
    ///
    /// ## What to write instead
    ///
    /// `AuthType Basic`, or the module: on Debian `a2enmod auth_digest` and a restart.
    id: "unknown-auth-type",
    severity: Error,
    title: "an AuthType that no loaded module brings",
    explains: [UnknownAuthType],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnknownAuthType { name, nearest, module } = &cause.because.reason else { return None };
        let other = || words::meant(nearest.as_deref(), "Write `AuthType Basic`, or load the module that brings it.");
        Some(Words {
            message: format!("no loaded module brings the AuthType '{name}'{}", words::requests(cause.outcome)),
            label: "nobody answers to this".to_owned(),
            why: "The server takes any word here, and fails when the first request needs a login.".to_owned(),
            help: module.as_deref().map_or_else(other, words::load),
        })
    });
}
