//! Sections that do not match.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A section that is never closed, a closing tag without its section, or one tag that closes another's section.
    /// A line that begins with `<`, such as `<?php` or `<b>`, opens a section too.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error); in the
    /// main configuration the server does not start (AH00526). The error log says one of
    ///
    /// ```text
    /// Expected </Files> but saw </Limit>
    /// </Files> without matching <Files> section
    /// <Files> was not closed.
    /// ```
    ///
    /// ## Example
    ///
    /// ```apache
    /// <Files "admin.php">
    ///     Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Close each section in the same file, innermost first, with nothing but the tag on its line:
    ///
    /// ```apache
    /// <Files "admin.php">
    ///     Require valid-user
    /// </Files>
    /// ```
    id: "unbalanced-section",
    severity: Error,
    title: "sections that are not closed, or closed wrongly",
    explains: [UnbalancedSection],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnbalancedSection { message } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("the sections do not match{}", words::requests(cause.outcome)),
            label: "does not match".to_owned(),
            why: format!("The server refuses the whole file, in its words: {}.", message.trim_end_matches('.')),
            help: "Close every section in this file, innermost first, with nothing but the closing tag on \
                 its line."
                .to_owned(),
        })
    });
}
