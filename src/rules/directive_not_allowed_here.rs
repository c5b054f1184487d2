//! A directive that exists and may not stand where it stands.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A directive in a place where the server does not take it: one that `AllowOverride` does not grant to
    /// `.htaccess` files, or one that belongs in the main configuration or outside of the section around it.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error). The error
    /// log says `AuthType not allowed here` or, inside a section, `AuthType not allowed in <Files> context`.
    ///
    /// What a `.htaccess` may hold is decided by `AllowOverride` in the server's configuration. With `AllowOverride
    /// None`, the default, the file is not even opened, and nothing in it protects anything.
    ///
    /// ## Example
    ///
    /// A `.htaccess` with
    ///
    /// ```apache
    /// <Directory /var/www/private>
    ///     Require valid-user
    /// </Directory>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// In a `.htaccess` the folder is the file's own: write the directives without `<Directory>` around them. If
    /// the server's configuration forbids them, grant them there: `AllowOverride AuthConfig` in the `<Directory>`
    /// of that folder.
    id: "directive-not-allowed-here",
    severity: Error,
    title: "a directive where the server does not allow it",
    explains: [DirectiveNotAllowed],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::DirectiveNotAllowed { name, context, needs } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("'{name}' is not allowed in {context}{}", words::requests(cause.outcome)),
            label: "not allowed here".to_owned(),
            why: "The server refuses the whole file for one directive that may not stand in it: not \
                 allowed here."
                .to_owned(),
            help: help(name, needs.as_deref()),
        })
    });
}

fn help(name: &str, needs: Option<&str>) -> String {
    match needs {
        Some(needs) => {
            format!(
                "Let the server's config grant it to this folder (`AllowOverride` with {needs}), or \
                 move it there."
            )
        }
        None if name.starts_with('<') => {
            format!(
                "Remove the {name} section, or move it into the server's config; what stands inside may \
                 stay."
            )
        }
        None => format!("Move '{name}' out of here: into the server's config, or out of the section around it."),
    }
}
