//! Groups without a group file.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// `Require group` where no `AuthGroupFile` is in force, or where the file that it names cannot be read.
    ///
    /// ## What the server does
    ///
    /// Nobody is in a group that it cannot look up: a good login gets 401 (Unauthorized) all the same. The error
    /// log says AH01664 (`No group file was specified in the configuration`) or AH01665 (`Could not open group
    /// file`), and AH01631. In `Require not group` nobody is in it either, and the rule lets everybody pass.
    ///
    /// ## Example
    ///
    /// ```apache
    /// Require group staff
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// AuthGroupFile /etc/apache2/groups
    /// Require group staff
    /// ```
    ///
    /// with a line `staff: alice bob` in that file. Debian needs `a2enmod authz_groupfile`.
    id: "group-file-missing",
    severity: Error,
    title: "a group is asked for, and no group file can be read",
    explains: [GroupFileMissing],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::GroupFileMissing { path } = &cause.because.reason else { return None };
        let what = if path.is_some() { "the group file cannot be read" } else { "no group file is named" };
        let opened = path.as_ref().map(|path| format!(" It looks for {path}.")).unwrap_or_default();
        Some(Words {
            message: format!("a group is asked for, and {what}{}", words::logins(cause.outcome)),
            label: "nobody is in this group".to_owned(),
            why: format!("Nobody is in a group that the server cannot look up.{opened}"),
            help: "Name a group file that the server can read with `AuthGroupFile`, or ask for users instead."
                .to_owned(),
        })
    });
}
