//! A login that certificate authorities meet.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A host that asks for a login on `/.well-known/acme-challenge/` too, where a certificate authority such as Let's
    /// Encrypt looks for a file.
    ///
    /// ## What the server does
    ///
    /// It answers 401 (Unauthorized) to the authority, which comes without a login: no certificate is issued or renewed by
    /// that way. If certificates come by another (DNS, `tls-alpn-01`, a client that changes the configuration for the
    /// while), all is well.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// server {
    ///     server_name stage.example.org;
    ///     auth_basic "Stage";
    ///     auth_basic_user_file /etc/nginx/stage.htpasswd;
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// ```nginx
    /// location ^~ /.well-known/acme-challenge/ {
    ///     auth_basic off;
    /// }
    /// ```
    id: "challenge-behind-login",
    severity: Note,
    title: "a login that keeps certificate authorities out",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::ChallengeBehindLogin { host } = &noted.remark else { return None };
        let words = Words {
            message: format!("a certificate authority that looks for its challenge on {host} gets 401 (Unauthorized)"),
            label: "holds for /.well-known/acme-challenge/ too".to_owned(),
            why: "The authority comes without a login.".to_owned(),
            help: "Put `location ^~ /.well-known/acme-challenge/ { auth_basic off; }` beside it, if certificates come that way."
                .to_owned(),
        };
        Some((RULE.severity, words))
    });
}
