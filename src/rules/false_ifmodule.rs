//! A login that the server never reads.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::{Finding, Outcome};

rule! {
    /// ## What it reports
    ///
    /// The directives of a login inside `<IfModule>`, `<IfDefine>`, `<IfVersion>` or their kin, where the condition
    /// is false. Frequent: `mod_auth.c` (a name of Apache 2.0), and names without `.c` or `_module`.
    ///
    /// ## What the server does
    ///
    /// It skips the section without a word, and the folder has no protection at all: everybody gets in without a
    /// password. `<IfModule>` knows a module as `mod_auth_basic.c` or `auth_basic_module`, and by no other name.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <IfModule mod_auth.c>
    ///     AuthType Basic
    ///     AuthName "Staff"
    ///     AuthUserFile /etc/apache2/staff.htpasswd
    ///     Require valid-user
    /// </IfModule>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// The same lines without the `<IfModule>` around them: a missing module is then an error that everybody sees,
    /// and no open door.
    id: "false-ifmodule",
    severity: Error,
    title: "protection in a conditional section that is false",
    explains: [ProtectionDropped, PathNeverMatches],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        if let Reason::PathNeverMatches { path } = &cause.because.reason {
            return Some(unmatched(path, cause.outcome));
        }
        let Reason::ProtectionDropped { section, meant } = &cause.because.reason else { return None };
        let or = match meant.as_slice() {
            [] => String::new(),
            meant => format!(" Or name what was meant: {}.", meant.join(", ")),
        };
        let open = cause.outcome.status.is_none_or(|status| status < 400);
        let then = if open { words::OPEN } else { "" };
        Some(Words {
            message: format!("`{}` is false, and the login inside it is never read{then}", words::brief(section)),
            label: "false, so never read".to_owned(),
            why: "The server skips a conditional section that is false, without a word in the log.".to_owned(),
            help: format!("Remove the conditional section around the login, so that it always holds.{or}"),
        })
    });
}

fn unmatched(path: &str, outcome: Outcome) -> Words {
    let open = outcome.status.is_none_or(|status| status < 400);
    let then = if open { words::OPEN } else { "" };
    Words {
        message: format!("no path begins with `{}`, so the login is never asked for{then}", words::brief(path)),
        label: "the beginning of no path".to_owned(),
        why: "It is compared as plain text with the beginning of the path, which is a slash; it is no pattern."
            .to_owned(),
        help: "Write what the path begins with, as `/private/`; a pattern belongs in a condition around the rule."
            .to_owned(),
    }
}
