//! A login with the wrong password.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A login whose password is not the one behind the stored hash, where htlint was given one to try.
    ///
    /// ## What the server does
    ///
    /// It answers 401 (Unauthorized), and the browser asks again. The error log says AH01617: `user alice:
    /// authentication failure for "/private/": Password Mismatch`. A stored hash that no password fits gives the
    /// very same line: see dead-hash. AH01614 (`client used wrong authentication scheme`) means that no Basic login
    /// was sent at all.
    ///
    /// ## Example
    ///
    /// `htlint simulate` with a request for alice and a password that is not hers.
    ///
    /// ## What to write instead
    ///
    /// The right password, or a new one:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "wrong-password",
    severity: Note,
    title: "a password that is not this entry's",
    explains: [WrongPassword],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let place = cause.because.place?;
        Some(Words {
            message: format!(
                "the password is not that of {}{}",
                words::who(case.user_at(place)),
                words::logins(cause.outcome)
            ),
            label: "another password's hash".to_owned(),
            why: "The hash of the password given differs from the stored one.".to_owned(),
            help: mend::rewrite(case, place),
        })
    });
}
