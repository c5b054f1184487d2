//! What htlint would have to know.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::{Missing, Reason};
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A place where the answer hangs on something that the files given do not tell. It is a note and no fault:
    /// htlint does not guess.
    ///
    /// ## What the server does
    ///
    /// It knows what htlint cannot see here: its own disk, its environment, its modules, its directory service.
    /// What the note names decides whether logins get in.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthUserFile /srv/secrets/staff.htpasswd
    /// ```
    ///
    /// in a checkout that has no such file.
    ///
    /// ## What to write instead
    ///
    /// Nothing in the files. Tell htlint more: `--map /srv/secrets=deploy/secrets` for a path, `--env NAME=VALUE`
    /// for a variable, `--on-host` on the server itself.
    id: "cannot-tell",
    severity: Note,
    title: "something decides that the files do not tell",
    explains: [CannotTell],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::CannotTell { missing } = &cause.because.reason else { return None };
        let (what, help) = told(missing);
        Some(Words {
            message: format!("can't tell who gets in: it depends on {what}"),
            label: "decides here".to_owned(),
            why: String::new(),
            help: help.to_owned(),
        })
    });
}

/// What is missing, and what would tell.
fn told(missing: &Missing) -> (String, &'static str) {
    match missing {
        Missing::Path { path } => (
            format!("{path}, a path of the server"),
            "`--map SERVER_PATH=LOCAL_PATH` tells where it lies in this checkout; `--on-host` looks \
                 on this machine.",
        ),
        Missing::Content { path } => {
            (format!("{path}, which cannot be read here"), "Run htlint as a user who may read it, as the server may.")
        }
        Missing::Variable { name } => {
            (format!("the variable {name}, which nothing here sets"), "`--env NAME=VALUE` tells its value.")
        }
        Missing::Module { name, directive } => (
            format!("{name}, a module from elsewhere, which '{directive}' needs"),
            "Where the module is missing, such a line is an error; a section that asks for it (`<IfModule>`) keeps it harmless.",
        ),
        Missing::Provider { name } => {
            (format!("what the provider '{name}' says"), "Only the server can ask it: try a login there.")
        }
        Missing::Upstream { name } => (
            format!("what '{name}' answers, to which the request is handed on"),
            "The login is decided before that; ask the server behind for the rest.",
        ),
        Missing::Condition { directive } => (
            format!("a condition of '{directive}' that a request decides"),
            "Rules that do not look at the request can be judged.",
        ),
        Missing::Dns => ("what DNS says of the client".to_owned(), "Rules by address (`Require ip`) do not need DNS."),
        Missing::Pattern { directive } => (
            format!("a pattern of '{directive}' that htlint cannot read"),
            "A simpler pattern, or a plain name, can be judged.",
        ),
        Missing::TooMany => {
            ("too many unknown things at once".to_owned(), "Tell htlint of some: `--map`, `--env`, `--define`.")
        }
        Missing::Cost => {
            ("a hash that is too costly to compute here".to_owned(), "`htlint hash` tells its cost; lower it.")
        }
    }
}
