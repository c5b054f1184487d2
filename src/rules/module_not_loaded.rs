//! A directive whose module is not there.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A directive that belongs to a module which the server does not load.
    ///
    /// ## What the server does
    ///
    /// To it the directive is as unknown as a spelling mistake, and it refuses the whole file: every request gets
    /// 500 (Internal Server Error), in the main configuration it does not start (AH00526). The error log says
    ///
    /// ```text
    /// Invalid command 'AuthGroupFile', perhaps misspelled or defined by a module
    /// not included in the server configuration
    /// ```
    ///
    /// The frequent case: Debian does not switch on mod_authz_groupfile, so that `AuthGroupFile` breaks the folder
    /// even where no group is ever asked for.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Staff"
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// AuthGroupFile /dev/null
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Remove the line if nothing needs it, as `AuthGroupFile /dev/null`. Else load the module: on Debian `a2enmod
    /// authz_groupfile` and a restart.
    id: "module-not-loaded",
    severity: Error,
    title: "a directive of a module that is not loaded",
    explains: [ModuleNotLoaded],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::ModuleNotLoaded { name, module } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("'{name}' needs {module}, which is not loaded{}", words::requests(cause.outcome)),
            label: format!("a directive of {module}"),
            why: words::unknown_line(cause.outcome),
            help: format!("{} Or remove the line, if nothing needs it.", words::load(module)),
        })
    });
}
