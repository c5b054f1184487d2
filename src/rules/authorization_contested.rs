//! One header for two logins: the server's and the application's.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A Basic or Digest login over an application (known by its files) whose API expects its own tokens or logins in
    /// the `Authorization` header.
    ///
    /// ## What the server does
    ///
    /// A request has one `Authorization` header. With the application's token in it the server answers 401
    /// (Unauthorized) before the application is asked; with the server's login in it the application sees a foreign
    /// one. Pages with a session cookie work, the API does not.
    ///
    /// ## Example
    ///
    /// In the folder of WordPress, whose REST API takes application passwords:
    ///
    /// ```apache
    /// AuthType Basic
    /// AuthName "Preview"
    /// AuthUserFile /etc/apache2/preview.htpasswd
    /// Require valid-user
    /// ```
    ///
    /// ## What to write instead
    ///
    /// If the API shall be reached, leave it out of the server's login; the application guards it by its own:
    ///
    /// ```apache
    /// SetEnvIf Request_URI ^/wp-json/ api
    /// Require env api
    /// Require valid-user
    /// ```
    ///
    /// An API that is a script of its own needs only `<Files "remote.php">` with `Require all granted`. `<Location>` and
    /// `<If>` are not enough where the path is rewritten to `index.php`: that request is judged as well. If nobody uses
    /// the API, all is well.
    id: "authorization-contested",
    severity: Note,
    title: "a login over an API that wants the same header",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::AuthorizationContested { application, breaks, exempt } = &noted.remark else { return None };
        let words = Words {
            message: format!("{application} and this login want the same header, which breaks {breaks}"),
            label: "asks for Authorization".to_owned(),
            why: "A request has one Authorization header, and the server reads it first.".to_owned(),
            help: format!("To let the API's own clients in, leave it out of this login: {exempt}."),
        };
        Some((RULE.severity, words))
    });
}
