//! A password that was not hashed.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A stored password that looks like no hash at all: the password itself.
    ///
    /// ## What the server does
    ///
    /// It never compares plain text (only Apache on Windows does): it computes a hash of what is typed and finds a
    /// difference. This user gets 401 (Unauthorized) for ever, and everybody who sees the file knows the password.
    /// The error log says AH01617: `Password Mismatch`.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:Sommer-2024
    /// ```
    ///
    /// ## What to write instead
    ///
    /// A hash, and of another password if the file was ever in a repository or on a server:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "plain-text-password",
    severity: Error,
    title: "a plain text where a hash must stand",
    explains: [PlainTextPassword],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let place = cause.because.place?;
        Some(Words {
            message: format!(
                "a plain text stands where a hash must: {} {}",
                words::who(case.user_at(place)),
                words::never(cause.outcome)
            ),
            label: "not hashed".to_owned(),
            why: "The server hashes what is typed and compares that with the stored text; no hash looks \
                 like this."
                .to_owned(),
            help: format!("{} Whoever saw this file knows the old one: take another.", mend::rewrite(case, place)),
        })
    });
}
