//! A name in AuthBasicProvider that nothing answers to.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A provider of passwords (`AuthBasicProvider`, `AuthDigestProvider`) that no loaded module brings.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log says `Unknown Authn provider: ldap`.
    /// Names are case-sensitive: `File` is not `file`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthBasicProvider ldap
    /// ```
    ///
    /// ## What to write instead
    ///
    /// `AuthBasicProvider file`, or no such line at all, for a password file. For another provider load its module,
    /// such as mod_authnz_ldap.
    id: "unknown-authn-provider",
    severity: Error,
    title: "a password provider that no loaded module brings",
    explains: [UnknownAuthnProvider],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnknownAuthnProvider { name, nearest, module } = &cause.because.reason else { return None };
        let other = || words::meant(nearest.as_deref(), "For a password file write 'file'.");
        Some(Words {
            message: format!("no loaded module checks passwords as '{name}'{}", words::requests(cause.outcome)),
            label: "no such provider".to_owned(),
            why: format!("The server refuses the whole file: Unknown Authn provider: {name}."),
            help: module.as_deref().map_or_else(other, words::load),
        })
    });
}
