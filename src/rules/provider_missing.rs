//! The module that checks passwords is not loaded.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::{Finding, Outcome};

rule! {
    /// ## What it reports
    ///
    /// A login that is asked for while the module that reads passwords from a file, mod_authn_file, is not loaded.
    ///
    /// ## What the server does
    ///
    /// It shows the prompt (401) and fails on the answer: every login gets 500 (Internal Server Error). The error
    /// log says AH01616: `No Authn provider configured`. Where `AuthUserFile` is written, the line itself is an
    /// unknown directive. Without mod_authn_core and mod_auth_basic every request gets 500, with AH00025:
    /// `configuration error: couldn't check user`.
    ///
    /// ## Example
    ///
    /// A list of `LoadModule` lines with mod_auth_basic and without mod_authn_file.
    ///
    /// ## What to write instead
    ///
    /// ```apache
    /// LoadModule authn_file_module modules/mod_authn_file.so
    /// ```
    ///
    /// On Debian: `a2enmod authn_file` and a restart.
    id: "provider-missing",
    severity: Error,
    title: "nothing is loaded that could check a password",
    explains: [ProviderMissing, ProviderUnset],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        if let Reason::ProviderUnset { directive } = &cause.because.reason {
            return Some(unset(directive, cause.outcome));
        }
        let Reason::ProviderMissing { module } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("no loaded module can check a password here{}", words::logins(cause.outcome)),
            label: "nobody checks this".to_owned(),
            why: format!(
                "It takes {module} to check a password, and it is not loaded. The prompt appears all \
                 the same."
            ),
            help: words::load(module),
        })
    });
}

fn unset(directive: &str, outcome: Outcome) -> Words {
    Words {
        message: format!("nothing says how a password is checked here{}", words::logins(outcome)),
        label: "checked by nobody".to_owned(),
        why: format!("A login is asked for, and no {directive} is in force that could check it."),
        help: format!("Set {directive} where the rule stands, or in the part of the configuration around it."),
    }
}
