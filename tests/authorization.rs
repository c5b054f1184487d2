//! The findings on a lost Authorization header against what the real server did (`scripts/record-apache-authorization`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;

use htlint::finding::Severity;
use htlint::read::Memory;
use htlint::{Options, check};
use serde::Deserialize;

/// One virtual host, and what a program answered that says 200 if it saw the header and 401 if not.
#[derive(Deserialize)]
struct Row {
    title: String,
    script: String,
    #[serde(default)]
    server: String,
    #[serde(default)]
    directory: String,
    #[serde(default)]
    htaccess: String,
    status: u16,
    /// Whether htlint says nothing although the header is lost.
    #[serde(default)]
    unseen: bool,
}

#[test]
fn a_lost_header_is_told_where_the_real_server_loses_it() {
    let text = include_str!("../fixtures/apache/authorization.jsonl");
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let row: Row = serde_json::from_str(line).unwrap();
        let told = told(&row);
        if told != (row.status == 401 && !row.unseen) {
            wrong.push(format!("{}: the server answers {}, told: {told}", row.title, row.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(text.lines().count() > 70);
}

fn told(row: &Row) -> bool {
    let fill = |text: &str| text.replace("@SITE@", "/srv/site").replace("@FCGI@", "127.0.0.1:9000");
    let modules = "mpm_event authn_core authn_file authz_core authz_host authz_user auth_basic alias mime dir \
                   setenvif env rewrite headers actions cgi proxy proxy_fcgi fcgid wsgi";
    let load = |name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let loads: String = modules.split_whitespace().map(load).collect();
    let config = format!(
        "ServerRoot /etc/apache2\nErrorLog /var/log/error.log\nPidFile /var/log/pid\nServerName site\n\
         Listen 127.0.0.1:8080\n{loads}TypesConfig /etc/mime.types\n\
         <Directory />\nRequire all denied\n</Directory>\n\
         <VirtualHost *:8080>\nServerName site\nDocumentRoot /srv/site\n{}\n<Directory /srv/site>\n\
         Require all granted\nAllowOverride All\n{}\n</Directory>\n</VirtualHost>\n",
        fill(&row.server),
        fill(&row.directory)
    );
    let marks: &[&str] = match row.script.as_str() {
        "wsgi" => &["radicale.wsgi"],
        _ => &["wp-login.php", "wp-includes/rest-api.php", "index.php"],
    };
    let mut files = Memory::new().file("/etc/apache2/apache2.conf", config);
    files = files.file("/etc/passwd", "www-data:x:33:33::/:\n").file("/etc/group", "www-data:x:33:\n");
    files = files.directory("/var/log").file("/etc/mime.types", "");
    for name in modules.split_whitespace() {
        files = files.file(format!("/usr/lib/apache2/modules/mod_{name}.so"), "\x7fELF");
    }
    for name in marks {
        files = files.file(format!("/srv/site/{name}"), "");
    }
    if !row.htaccess.is_empty() {
        files = files.file("/srv/site/.htaccess", fill(&row.htaccess));
    }
    let options = Options {
        here: PathBuf::from("/"),
        config: Some(PathBuf::from("/etc/apache2/apache2.conf")),
        on_host: true,
        ..Options::default()
    };
    let checked = check(&files, &options).unwrap();
    let errors = checked.report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(|finding| finding.message.as_str()).collect();
    assert!(errors.is_empty(), "{}: {errors:?}", row.title);
    checked.report.findings.iter().any(|finding| finding.rule.0 == "authorization-dropped")
}
