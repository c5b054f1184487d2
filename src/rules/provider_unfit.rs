//! A provider that keeps no digests.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A provider that cannot serve the way to log in: `Digest`, or `AuthBasicUseDigestAlgorithm`, with one that
    /// knows no realms, such as `anon`.
    ///
    /// ## What the server does
    ///
    /// In `AuthDigestProvider` such a name makes the server refuse the whole file: every request gets 500 (Internal
    /// Server Error). With `AuthBasicUseDigestAlgorithm` it is noticed at a login, which gets 500 with AH02493:
    /// `Authn provider does not support AuthBasicUseDigestAlgorithm`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Digest
    /// AuthDigestProvider anon
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthType Digest
    /// AuthDigestProvider file
    /// ```
    id: "provider-unfit",
    severity: Error,
    title: "a password provider that cannot do what the AuthType asks",
    explains: [ProviderUnfit],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::ProviderUnfit { name } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the provider '{name}' cannot check this kind of login{}", words::logins(cause.outcome)),
            label: "keeps no digests".to_owned(),
            why: "A login by digest is checked for a realm, and this provider knows of none.".to_owned(),
            help: "Write `file`, with a password file that `htdigest` made.".to_owned(),
        })
    });
}
