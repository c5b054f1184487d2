//! Rules that every login fails.

use std::collections::HashSet;

use super::rule::{Case, rule};
use super::telling::Words;
use super::{telling, words};
use crate::answer::{Answer, Reason};
use crate::finding::{Finding, Logins, Outcome};

rule! {
    /// ## What it reports
    ///
    /// Rules on who may come in which none of the users in the password file satisfies: `Require user` with other
    /// names, `Require group` with a group that none of them is in.
    ///
    /// ## What the server does
    ///
    /// The login is right, the rules refuse it, and the answer is 401 (Unauthorized) all the same: it looks like a
    /// wrong password (403 with `AuthzSendForbiddenOnFailure On`). The error log says AH01631: `user alice:
    /// authorization failure for "/private/":`; AH01629 where a `Require expr` on the user's name is false.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require user admin
    /// ```
    ///
    /// with `alice` and `bob` in the password file.
    ///
    /// ## What to write instead
    ///
    /// `Require valid-user` for all users of the file, or the names as the file spells them: `Require user alice
    /// bob`.
    id: "nobody-satisfies-require",
    severity: Error,
    title: "rules that no user in the password file satisfies",
    explains: [NotAuthorized],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut told = HashSet::new();
    for area in case.lockouts() {
        let deciding: Vec<_> = telling::answers(area).map(Answer::reason).collect();
        let refused = deciding.iter().all(|last| last.is_some_and(|last| last.reason == Reason::NotAuthorized));
        let Some(because) = deciding.into_iter().flatten().last().filter(|_| refused) else { continue };
        let place = because.place.unwrap_or(area.place);
        if !told.insert(place) {
            continue;
        }
        let status = telling::answers(area).find_map(|answer| answer.status);
        let outcome = Outcome { logins: Some(Logins::None), status };
        let words = Words {
            message: format!("no user of the password file satisfies these rules{}", words::logins(outcome)),
            label: "lets in none of them".to_owned(),
            why: telling::reasoned("The password is right, and the rules refuse the user.".to_owned(), because),
            help: "Name users that the password file holds, or write `Require valid-user` for all of them.".to_owned(),
        };
        findings.push(Finding { related: because.related.clone(), outcome, ..RULE.finding(place, words) });
    }
}
