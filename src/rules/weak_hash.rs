//! A hash that gives its password away quickly.

use super::mend;
use super::rule::{Case, rule};
use super::telling::Words;
use crate::finding::Finding;
use crate::hash::{Grade, Scheme};

rule! {
    /// ## What it reports
    ///
    /// A stored password of a scheme that computes little: DES, `{SHA}`, MD5 crypt and `$apr1$`, or bcrypt with a
    /// cost below 10. It works, hence a note.
    ///
    /// ## What the server does
    ///
    /// It takes the password as ever. Who gets hold of the file, though, tries millions or billions of passwords a
    /// second: {SHA} and DES fall at once, `$apr1$` not much later. `htpasswd` without options writes `$apr1$`, and
    /// `htpasswd -B` bcrypt with cost 5.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:{SHA}…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    ///
    /// The cost is paid on every request, for a browser sends the password each time: 10 takes about 50
    /// milliseconds.
    id: "weak-hash",
    severity: Note,
    title: "a stored password that is easy to guess from its hash",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for (place, entry, facts) in case.hashes(|facts| facts.grade <= Grade::Weak) {
        let why = match facts.grade {
            Grade::Plain => "The password itself is stored.",
            Grade::Broken => "One computer tries billions of passwords a second against it.",
            Grade::Weak => "It takes too little work to compute: one computer tries thousands to millions a second.",
            Grade::Fine | Grade::TooSlow | Grade::Unknown => continue,
        };
        let cost = facts.bcrypt_cost.map(|cost| format!(" with cost {cost}")).unwrap_or_default();
        let words = Words {
            message: format!(
                "the password of '{}' is stored in a weak way: {}{cost}",
                String::from_utf8_lossy(&entry.user),
                Scheme::of(&entry.stored)
            ),
            label: "weak".to_owned(),
            why: why.to_owned(),
            help: mend::rewrite(case, place),
        };
        findings.push(RULE.finding(place, words));
    }
}
