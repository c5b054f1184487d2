//! A backend that is told of the server's own login.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A place with a login whose requests are handed on to a backend with the `Authorization` header in them.
    ///
    /// ## What the server does
    ///
    /// The backend gets name and password of the login with every request. One that reads the header itself (for tokens,
    /// or for a login of its own) finds the server's login there, and its clients cannot send both: a request has one
    /// such header.
    ///
    /// ## Example
    ///
    /// ```nginx
    /// location /app/ {
    ///     auth_basic "App";
    ///     auth_basic_user_file /etc/nginx/app.htpasswd;
    ///     proxy_pass http://127.0.0.1:3000;
    /// }
    /// ```
    ///
    /// ## What to write instead
    ///
    /// If the backend has no use for it:
    ///
    /// ```nginx
    /// proxy_set_header Authorization "";
    /// ```
    ///
    /// (`fastcgi_param HTTP_AUTHORIZATION "";` for FastCGI.) If it has an API with tokens, leave that out of the login:
    /// `location /app/api/ { auth_basic off; ... }`.
    id: "authorization-forwarded",
    severity: Note,
    title: "a backend that gets the password of the login",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "this login", |noted| {
        let Remark::AuthorizationForwarded { directive } = &noted.remark else { return None };
        let cure = match directive.as_str() {
            "proxy_pass" => "proxy_set_header Authorization \"\";",
            "grpc_pass" => "grpc_set_header Authorization \"\";",
            "fastcgi_pass" => "fastcgi_param HTTP_AUTHORIZATION \"\";",
            "uwsgi_pass" => "uwsgi_param HTTP_AUTHORIZATION \"\";",
            _ => "scgi_param HTTP_AUTHORIZATION \"\";",
        };
        let words = Words {
            message: format!("`{directive}` hands name and password of the login on to the backend"),
            label: "gets the Authorization header".to_owned(),
            why: "A backend that reads that header itself finds this login there, and tokens of its own cannot come along."
                .to_owned(),
            help: format!("If the backend has no use for it, write `{cure}`."),
        };
        Some((RULE.severity, words))
    });
}
