//! DES crypt, which cuts passwords.

use super::mend;
use super::rule::{Case, rule};
use super::telling::Words;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A stored password of a scheme that drops what is behind the first few bytes of a password: DES crypt looks
    /// at 8. bcrypt's limit of 72 is told once for each file.
    ///
    /// ## What the server does
    ///
    /// It cuts what is typed in the same way: `correct horse` and `correct hat` are one password, without a word
    /// anywhere.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:ab…
    /// ```
    ///
    /// thirteen letters and digits without a `$`.
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "short-password-limit",
    severity: Note,
    title: "a scheme that looks at the first bytes of a password only",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    /// So many bytes that one word for each file is enough.
    const MANY: u8 = 72;
    let mut told = Vec::new();
    for (place, entry, facts) in case.hashes(|facts| facts.truncates_at.is_some()) {
        let Some(bytes) = facts.truncates_at else { continue };
        if bytes >= MANY && std::mem::replace(&mut told, vec![place.file]).contains(&place.file) {
            continue;
        }
        let user = String::from_utf8_lossy(&entry.user);
        let words = Words {
            message: format!("only the first {bytes} bytes of the password of '{user}' count"),
            label: format!("cut at {bytes} bytes"),
            why: "This scheme drops the rest of a password, when it is set and when it is checked.".to_owned(),
            help: if bytes >= MANY { String::new() } else { mend::rewrite(case, place) },
        };
        findings.push(RULE.finding(place, words));
    }
}
