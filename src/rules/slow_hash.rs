//! A hash so costly that logins hurt the server.

use super::mend;
use super::rule::{Case, rule};
use super::telling::Words;
use crate::finding::Finding;
use crate::hash::Grade;

rule! {
    /// ## What it reports
    ///
    /// A hash whose check takes seconds or gigabytes: bcrypt from cost 16 up, more than five million rounds, more
    /// than 1 GiB of memory.
    ///
    /// ## What the server does
    ///
    /// It computes the hash anew for every single request, as a browser sends the password each time, images and
    /// scripts included. A handful of requests, also by strangers who know the user's name, keep all its processors
    /// busy.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$2y$17$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "slow-hash",
    severity: Note,
    title: "a stored password that costs the server too much to check",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    for (place, entry, facts) in case.hashes(|facts| facts.grade == Grade::TooSlow) {
        let cost = match (facts.bcrypt_cost, facts.rounds, facts.memory) {
            (Some(cost), _, _) => format!(" (cost {cost})"),
            (None, Some(rounds), _) => format!(" ({rounds} rounds)"),
            (None, None, Some(memory)) => format!(" ({} MiB of memory)", memory >> 20),
            (None, None, None) => String::new(),
        };
        let user = String::from_utf8_lossy(&entry.user);
        let words = Words {
            message: format!("checking the password of '{user}' is a burden on the server{cost}"),
            label: "slow".to_owned(),
            why: "The hash is computed anew for every request, images and scripts included.".to_owned(),
            help: mend::rewrite(case, place),
        };
        findings.push(RULE.finding(place, words));
    }
}
