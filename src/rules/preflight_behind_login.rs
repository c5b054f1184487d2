//! A login that preflight requests meet.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// Headers that welcome pages of other origins (`Access-Control-Allow-...`) where a login is asked for with OPTIONS too.
    ///
    /// ## What the server does
    ///
    /// Before such a page may send more than plain requests its browser asks with OPTIONS, always without a login. The
    /// server answers 401 (Unauthorized), and the browser goes no further. `add_header` says nothing on a 401 besides,
    /// unless it ends in `always`.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// location /api/ {
    ///     auth_basic "API";
    ///     auth_basic_user_file /etc/nginx/api.htpasswd;
    ///     add_header Access-Control-Allow-Origin https://app.example.org;
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// An answer that comes before the login:
    ///
    /// ```nginx
    /// if ($request_method = OPTIONS) {
    ///     add_header Access-Control-Allow-Origin https://app.example.org;
    ///     add_header Access-Control-Allow-Headers Authorization;
    ///     return 204;
    /// }
    /// ```
    id: "preflight-behind-login",
    severity: Note,
    title: "a login that keeps pages of other origins out",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "this welcomes pages of other origins", |noted| {
        let Remark::PreflightBehindLogin = &noted.remark else { return None };
        let words = Words {
            message: "preflight requests (OPTIONS) get 401 (Unauthorized): browsers of other origins stop there"
                .to_owned(),
            label: "asks for a login with OPTIONS too".to_owned(),
            why: "A preflight request never comes with a login.".to_owned(),
            help: "Answer it before: `if ($request_method = OPTIONS) { return 204; }`, with the headers in it."
                .to_owned(),
        };
        Some((RULE.severity, words))
    });
}
