//! A login that the server passes over.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// Directives for a login in a per-directory file that the server does not read, or in which it skips them; and such
    /// directives for a folder where another server answers.
    ///
    /// ## What the server does
    ///
    /// Under `AllowOverride None`, the default, it does not open the file at all; with `Nonfatal=Override` it opens the file
    /// and skips what is not allowed. Where a ProxyPass asks another server, no folder of this one is looked at. Each time
    /// everybody gets in without a password, and nothing in the answer shows it.
    ///
    /// ## Example
    ///
    /// ```apache
    /// # in the server's own configuration
    /// <Directory /var/www>
    ///     AllowOverride None
    /// </Directory>
    ///
    /// # in /var/www/private/.htaccess: never read
    /// AuthType Basic
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// `AllowOverride AuthConfig` for the folder; or, where the server's own configuration can be changed, the same
    /// directives in a `<Directory>` section there, which needs no per-directory file at all.
    id: "ignored-access-file",
    severity: Error,
    title: "a login that the server passes over",
    explains: [AccessFileIgnored],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::AccessFileIgnored { by, proxied } = &cause.because.reason else { return None };
        let message = format!("the login here is not in force under `{}`{}", words::brief(by), words::OPEN);
        let (why, help) = if *proxied {
            (
                "A request that is passed on to another server comes to no folder of this one.",
                "Put the login into a <Location> section in the server's own configuration.",
            )
        } else {
            (
                "Without the right AllowOverride the server does not look at a login in a per-directory file.",
                "Write `AllowOverride AuthConfig` for this folder in the server's own configuration, or put the login \
                 there, into a <Directory> section.",
            )
        };
        let label = "the server passes over this".to_owned();
        Some(Words { message, label, why: why.to_owned(), help: help.to_owned() })
    });
}
