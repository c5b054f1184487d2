//! Explains digest files that have no entry of the realm that is asked for.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A realm of which the digest file has no entry, although it has entries of others.
    ///
    /// ## What the server does
    ///
    /// It looks for the user and the realm together, byte for byte, and finds nobody: every login gets 401
    /// (Unauthorized). The error log says AH01790: ``user `alice' in realm `Staff' not found``.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Digest
    /// # the file was made with: htdigest -c staff.htdigest Team alice
    /// AuthName "Staff"
    /// ```
    ///
    /// ## What to write instead
    ///
    /// The realm with which the entries were made, or entries of this realm:
    ///
    /// ```text
    /// htdigest /etc/apache2/staff.htdigest Staff alice
    /// ```
    id: "realm-missing",
    severity: Error,
    title: "a digest file without an entry of the realm",
    explains: [RealmMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::RealmMissing { realm } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the digest file has no entry of the realm '{realm}'{}", words::logins(cause.outcome)),
            label: "no entry of this realm".to_owned(),
            why: "User and realm are looked up together, byte for byte.".to_owned(),
            help: format!("Write the realm of the entries here, or add entries with `htdigest FILE '{realm}' USER`."),
        })
    });
}
