//! A directive that a fresh Debian does not know.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A directive of a module that Debian's apache2 ships, and does not switch on by itself. htlint takes all
    /// shipped modules for loaded unless it is told.
    ///
    /// ## What the server does
    ///
    /// If the module is not loaded, the directive is unknown: every request gets 500 (Internal Server Error), and
    /// the error log says `Invalid command 'AuthGroupFile', perhaps misspelled or defined by a module not included
    /// in the server configuration`.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthGroupFile /dev/null
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Remove the line if nothing needs it, or see to the module: `a2enmod authz_groupfile` and a restart. Then
    /// tell htlint with `modules` in `htlint.toml`.
    id: "module-not-default",
    severity: Note,
    title: "a directive of a module that is not on by default",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::ModuleNotDefault { directive, module } = &noted.remark else { return None };
        let words = Words {
            message: format!("'{directive}' works only where the module {module} was switched on"),
            label: "not known by default".to_owned(),
            why: format!(
                "Debian ships {module} and does not load it by itself; without it every request here \
                 gets 500."
            ),
            help: format!("See that it is loaded (`a2enmod {module}`), or remove the line."),
        };
        Some((RULE.severity, words))
    });
}
