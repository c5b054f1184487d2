//! A hash that gives its password away quickly.

use super::mend;
use super::rule::{Case, rule};
use super::telling::Words;
use crate::finding::Finding;
use crate::hash::{Grade, Scheme, Strength};
use crate::source::{FileId, Place};
use crate::users::Entry;

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

/// So many entries of a file are told one by one; the others are counted.
const MOST: usize = 100;

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut more: Vec<(Place, usize)> = Vec::new();
    let mut told: (Option<FileId>, usize) = (None, 0);
    for (place, entry, facts) in case.hashes(|facts| facts.grade <= Grade::Weak) {
        told = if told.0 == Some(place.file) { (told.0, told.1 + 1) } else { (Some(place.file), 1) };
        match more.last_mut().filter(|(first, _)| first.file == place.file) {
            Some((_, count)) => *count += 1,
            None if told.1 > MOST => more.push((place, 1)),
            None => findings.extend(words(case, place, entry, &facts).map(|words| RULE.finding(place, words))),
        }
    }
    for (place, count) in more {
        let words = Words {
            message: format!("{count} more passwords of this file are stored in a weak way"),
            label: "from here on".to_owned(),
            why: format!("The first {MOST} are told one by one."),
            help: "Set them anew, each with `htpasswd -B -C 10 FILE USER`.".to_owned(),
        };
        findings.push(RULE.finding(place, words));
    }
}

fn words(case: &Case<'_>, place: Place, entry: &Entry, facts: &Strength) -> Option<Words> {
    let why = match facts.grade {
        Grade::Plain => "The password itself is stored.",
        Grade::Broken => "One computer tries billions of passwords a second against it.",
        Grade::Weak => "It takes too little work to compute: one computer tries thousands to millions a second.",
        Grade::Fine | Grade::TooSlow | Grade::Unknown => return None,
    };
    let cost = facts.bcrypt_cost.map(|cost| format!(" with cost {cost}")).unwrap_or_default();
    Some(Words {
        message: format!(
            "the password of '{}' is stored in a weak way: {}{cost}",
            String::from_utf8_lossy(&entry.user),
            Scheme::of(&entry.stored)
        ),
        label: "weak".to_owned(),
        why: why.to_owned(),
        help: mend::rewrite(case, place),
    })
}
