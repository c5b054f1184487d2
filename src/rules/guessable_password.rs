//! A password that anybody would try first.

use super::mend;
use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// With `htlint check --audit`: an entry whose password is empty, the user's name, the realm that the browser
    /// shows, one of about 150 that everybody tries first, or a line of the file behind `--wordlist`. Which of them it
    /// is, is not said.
    ///
    /// ## What the server does
    ///
    /// It lets in whoever types it. Apache neither slows down nor stops somebody who tries one password after the
    /// other.
    ///
    /// ## Example
    ///
    /// ```text
    /// htpasswd -B -b staff.htpasswd admin admin
    /// ```
    ///
    /// ## What to write instead
    ///
    /// A password that `htpasswd` asks for, long and used nowhere else:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd admin
    /// ```
    id: "guessable-password",
    severity: Warning,
    title: "a password that anybody would try first",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "the entry", |noted| {
        let Remark::PasswordGuessed = noted.remark else { return None };
        let words = Words {
            message: format!("the password of {} is easily guessed", words::who(case.user_at(noted.place))),
            label: "a password that anybody would try".to_owned(),
            why: "It is among the first that are tried on any login, and the server does not count attempts."
                .to_owned(),
            help: mend::rewrite(case, noted.place),
        };
        Some((RULE.severity, words))
    });
}
