//! A section that takes paths out of the one that asks for a login.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A `location` with a regular expression that takes some of the paths below a protected prefix, and asks for no
    /// login itself.
    ///
    /// ## What the server does
    ///
    /// Regular expressions are tried before the longest prefix is taken, unless that prefix is marked `^~`. One location
    /// gets the request, and the settings of the other do not count: what fits the expression is handed out to everybody.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// location /staff/ {
    ///     auth_basic "Staff";
    ///     auth_basic_user_file /etc/nginx/staff.htpasswd;
    /// }
    /// location ~ \\.(png|jpg)$ {
    ///     expires max;
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// A copy of the other location inside of the protected one, where it inherits the login; or the login in both. Where
    /// there is nothing but files, `location ^~ /staff/` keeps regular expressions out: but it would hand out scripts as
    /// text that another location gives to their interpreter.
    id: "outranked-protection",
    severity: Error,
    title: "paths that another section takes out of a protected one",
    explains: [Outranked],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::Outranked { guarded, path } = &cause.because.reason else { return None };
        Some(Words {
            message: format!(
                "this takes paths like {path} out of `{guarded}`: everybody gets in there without a password"
            ),
            label: "asks for no login".to_owned(),
            why: "A regular expression wins over a plain prefix, and only the settings of the winner count.".to_owned(),
            help: format!(
                "Nest a copy of this in `{guarded}`, where it inherits the login; or write `^~` there, if no program has to \
                 answer below it."
            ),
        })
    });
}
