//! A password file within everybody's reach.

use super::rule::{Case, rule};
use super::telling::Words;
use crate::answer::Remark;
use crate::finding::Finding;

rule! {
    /// ## What it reports
    ///
    /// A password file below the folder that the server serves, under a name that no rule hides: a stranger's GET
    /// obtains it.
    ///
    /// ## What the server does
    ///
    /// It serves every file below its document root that nothing forbids. Apache's stock configuration hides names
    /// that begin with `.ht`, and no others: `htpasswd`, `passwd.txt` and `.htpasswd` in nginx are handed out to
    /// everybody, who then tries passwords at home.
    ///
    /// ## Example
    ///
    /// ```apache
    /// AuthUserFile /var/www/html/passwd
    /// ```
    ///
    /// ## What to write instead
    ///
    /// Outside of what the server serves:
    ///
    /// ```apache
    /// AuthUserFile /etc/apache2/staff.htpasswd
    /// ```
    ///
    /// Then give everybody in it a new password, for the old file may have been taken.
    id: "password-file-downloadable",
    severity: Warning,
    title: "a password file that the web server hands out",
    explains: [],
    check: check,
}

fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    RULE.remark(case, findings, "the password file", |noted| {
        let Remark::PasswordFileServed = noted.remark else { return None };
        let words = Words {
            message: "everybody can download this password file".to_owned(),
            label: "served to strangers".to_owned(),
            why: "It lies below the folder that the server serves, and no rule hides a file of this name.".to_owned(),
            help: "Move it out of the served folder, name its new path, and set new passwords.".to_owned(),
        };
        Some((RULE.severity, words))
    });
}
