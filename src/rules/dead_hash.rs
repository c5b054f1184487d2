//! A damaged or foreign hash.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::answer::Reason;
use crate::finding::Finding;
use crate::hash::Damage;

rule! {
    /// ## What it reports
    ///
    /// A stored password that no password whatsoever fits: a hash that was cut, doubled, escaped or changed on its
    /// way into the file.
    ///
    /// ## What the server does
    ///
    /// It computes the hash of the password that is typed, and compares the texts. A text that this computation
    /// never gives is never equal: this user gets 401 (Unauthorized) for ever, and it looks like a wrong password.
    /// The error log says AH01617: `user alice: authentication failure for "/private/": Password Mismatch`.
    ///
    /// How hashes get damaged:
    ///
    /// - in double quotes a shell takes `$2y`, `$10` and `$apr1` for variables, and removes them;
    /// - `$$` is what Docker Compose wants in its YAML, and never what a password file wants;
    /// - a terminal, a mail program or a table column cuts the line;
    /// - an editor or a template escapes `$` as `\$`, `%24` or `&#36;`.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$$2y$$10$$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    ///
    /// In scripts, single quotes round everything that holds a `$`.
    id: "dead-hash",
    severity: Error,
    title: "a stored password that no password fits",
    explains: [DeadHash],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::DeadHash { scheme, death, damage } = &cause.because.reason else { return None };
        let place = cause.because.place?;
        let origin = damage.map(|damage| format!(" Most likely {damage}.")).unwrap_or_default();
        Some(Words {
            message: format!(
                "no password fits what is stored here: {} {}",
                words::who(case.user_at(place)),
                words::never(cause.outcome)
            ),
            label: format!("{scheme}, damaged"),
            why: format!("What rules it out: {death}.{origin}"),
            help: mend::rewrite(case, place) + &advice(*damage),
        })
    });
}

/// How to save the hash, if there is more to it than to make a new one.
fn advice(damage: Option<Damage>) -> String {
    let advice = damage.map(Damage::advice).filter(|advice| !advice.contains("`htpasswd"));
    advice.map(|advice| format!(" To keep the old one, {advice}.")).unwrap_or_default()
}
