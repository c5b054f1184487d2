//! A method's name that is none.

use super::rule::{Case, rule};
use super::telling::Words;
use super::words;
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A name in `<Limit>`, `<LimitExcept>` or `Require method` that is no HTTP method, or one that is not in
    /// capitals.
    ///
    /// ## What the server does
    ///
    /// It refuses the whole file: every request that the file holds for gets 500 (Internal Server Error). The error
    /// log says `Could not register method 'get' for <Limit from .htaccess configuration`. Methods are
    /// case-sensitive, and commas do not separate them.
    ///
    /// ## Example
    ///
    /// ```apache
    /// <Limit get,post>
    ///     Require valid-user
    /// </Limit>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Best without any `<Limit>`: then the rule holds for all methods. Else in capitals and with blanks: `<Limit
    /// GET POST>`.
    id: "unknown-method",
    severity: Error,
    title: "an HTTP method that the server does not know",
    explains: [UnknownMethod],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnknownMethod { name, nearest } = &cause.because.reason else { return None };
        Some(Words {
            message: format!("'{name}' is no method that the server knows{}", words::requests(cause.outcome)),
            label: "no such method".to_owned(),
            why: "Methods are written in capitals and separated by blanks; a name that is none makes the \
                 server refuse the whole file."
                .to_owned(),
            help: format!(
                "{} A rule outside of <Limit> holds for every method.",
                words::meant(nearest.as_deref(), "Write the method's name in capitals.")
            ),
        })
    });
}
