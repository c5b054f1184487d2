//! A configuration file that the server cannot open.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A `.htaccess` that the account of the server's workers may not read, one that is a folder, or one in a
    /// folder that this account may not enter.
    ///
    /// ## What the server does
    ///
    /// It cannot know what the file forbids, so it lets nobody in: every request gets 403 (Forbidden), before any
    /// login is asked. The error log says AH00529: `pcfg_openfile: unable to check htaccess file, ensure it is
    /// readable and that '...' is executable`, or AH00035: `access denied because search permissions are missing on
    /// a component of the path`.
    ///
    /// ## Example
    ///
    /// ```text
    /// -rw------- 1 root root 120 .htaccess
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```text
    /// chmod 644 .htaccess
    /// chmod 755 private
    /// ```
    id: "unreadable-config",
    severity: Error,
    title: "a configuration file that the server may not read",
    explains: [UnreadableConfig],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnreadableConfig { fault } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the server cannot read this configuration file{}", words::requests(cause.outcome)),
            label: "not readable".to_owned(),
            why: format!(
                "What stands in the way: {}. The server does not guess at what it cannot read.",
                fault.trim_end_matches('.')
            ),
            help: "Let the account of the server's workers read the file (`chmod 644`) and enter every \
                 folder above it (`chmod 755`)."
                .to_owned(),
        })
    });
}
