//! A program that is not told of the header that its application reads.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// An application that reads the `Authorization` header itself (WordPress, Nextcloud, Drupal, Laravel and others,
    /// known by their files), run as a CGI, FastCGI or WSGI program that is not told of it.
    ///
    /// ## What the server does
    ///
    /// It keeps `Authorization` from programs, so that a script cannot collect the passwords of the server's own
    /// logins. Whatever the client sends, the application sees no login and answers 401 (Unauthorized) for ever.
    /// Nothing in the server's log tells of it. A handler inside the server (mod_php) and a proxy over HTTP pass
    /// the header on.
    ///
    /// ## Example
    ///
    /// Beside WordPress, whose application passwords then never arrive:
    ///
    /// ```apache
    /// <FilesMatch "\.php$">
    ///     SetHandler "proxy:unix:/run/php/php8.2-fpm.sock|fcgi://localhost"
    /// </FilesMatch>
    /// ```
    ///
    /// ## What to write instead
    ///
    /// In the same place, for CGI and every kind of FastCGI, since Apache 2.4.13:
    ///
    /// ```apache
    /// CGIPassAuth On
    /// ```
    ///
    /// For mod_wsgi:
    ///
    /// ```apache
    /// WSGIPassAuthorization On
    /// ```
    ///
    /// Where `ProxyPass` or `ProxyPassMatch` goes to FastCGI, neither `<Directory>` nor `.htaccess` is asked, and
    /// `CGIPassAuth` belongs into `<Location>`. Where only FileInfo is allowed:
    ///
    /// ```apache
    /// SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1
    /// ```
    id: "authorization-dropped",
    severity: Warning,
    title: "a program that never sees the header its application reads",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "", |noted| {
        let Remark::AuthorizationDropped { program, application, breaks, cure, assumed } = &noted.remark else {
            return None;
        };
        let unseen =
            if *assumed { " The server's own configuration was not given; it may pass the header on." } else { "" };
        let words = Words {
            message: format!("{application} never sees the Authorization header here, which breaks {breaks}"),
            label: format!("{program} keeps it from the program"),
            why: format!("Programs are not told of Authorization unless the configuration says so.{unseen}"),
            help: format!("Add {cure}."),
        };
        Some((RULE.severity, words))
    });
}
