//! A group that nobody is in.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A group that `Require group` names and the group file does not hold, or holds without members.
    ///
    /// ## What the server does
    ///
    /// Nobody is in it: a good login gets 401 (Unauthorized) all the same, and the error log says AH01631:
    /// `authorization failure`. Letter case is no matter in a group's name; it is in its members' names. Members
    /// are separated by blanks, not by commas.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require group staff
    /// ```
    ///
    /// with a group file that holds `staf: alice bob`.
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// staff: alice bob
    /// ```
    id: "group-empty",
    severity: Error,
    title: "a group is asked for that has no members",
    explains: [GroupEmpty],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::GroupEmpty { name, nearest } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the group '{name}' has no members{}", words::logins(cause.outcome)),
            label: "nobody is in this group".to_owned(),
            why: "The group file holds no member of a group of this name.".to_owned(),
            help: words::meant(nearest.as_deref(), &format!("Add a line `{name}: alice bob` to the group file.")),
        })
    });
}
