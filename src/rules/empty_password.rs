//! Nothing behind the colon.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An entry with nothing behind its colon.
    ///
    /// ## What the server does
    ///
    /// Nothing fits: not even the empty password does. This user gets 401 (Unauthorized) for ever, and the error
    /// log says AH01617: `Password Mismatch`.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    ///
    /// To keep a user out for good, remove the line.
    id: "empty-password",
    severity: Error,
    title: "an entry without a stored password",
    explains: [EmptyPassword],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let place = cause.because.place?;
        Some(Words {
            message: format!(
                "nothing is stored behind the colon: {} {}",
                words::who(case.user_at(place)),
                words::never(cause.outcome)
            ),
            label: "no password".to_owned(),
            why: "No password fits an empty entry, not even the empty one.".to_owned(),
            help: format!("{} Or remove the line.", mend::rewrite(case, place)),
        })
    });
}
