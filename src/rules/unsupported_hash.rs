//! A whole hash that this server cannot check.

use super::rule::{Case, rule};
use super::telling::Words;
use super::{mend, words};
use crate::answer::Reason;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A stored password of a scheme that exists, and that this server (or the C library behind it) does not know:
    /// Argon2, a hash of WordPress or Django, an LDAP label such as `{SSHA}`, yescrypt on Alpine.
    ///
    /// ## What the server does
    ///
    /// It computes something else or nothing, and the texts differ: this user gets 401 (Unauthorized) for ever, and
    /// it looks like a wrong password. The error log says AH01617: `Password Mismatch`. nginx over an old C library
    /// answers 500 (Internal Server Error) with `crypt_r() failed (22: Invalid argument)`.
    ///
    /// ## Example
    ///
    /// ```text
    /// alice:$argon2id$v=19$m=19456,t=2,p=1$…
    /// ```
    ///
    /// ## What to write instead
    ///
    /// A scheme that the server checks. bcrypt suits Apache everywhere:
    ///
    /// ```text
    /// htpasswd -B -C 10 /etc/apache2/staff.htpasswd alice
    /// ```
    id: "unsupported-hash",
    severity: Error,
    title: "a hash of a scheme that this server does not check",
    explains: [UnsupportedHash],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.explain(case, findings, |cause| {
        let Reason::UnsupportedHash { scheme } = &cause.because.reason else { return None };
        let place = cause.because.place?;
        let server = cause.because.by.unwrap_or("the server");
        let fault = match case.user_file(place.file).and_then(|used| used.verifier.only()) {
            Some(schemes) => format!("{server} takes only {schemes}"),
            None => format!("{server} does not check this scheme"),
        };
        Some(Words {
            message: format!("{fault}: {} {}", words::who(case.user_at(place)), words::never(cause.outcome)),
            label: scheme.to_string(),
            why: "Nothing on this server computes hashes of this scheme, so that no password is ever right.".to_owned(),
            help: mend::rewrite(case, place),
        })
    });
}
