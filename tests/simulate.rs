//! `htlint simulate`, and what `check` and `logins` make of a main configuration, as a shell sees them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const CONFIG: &str = "\
Listen 127.0.0.1:8080
ServerName localhost
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authn_core_module /usr/lib/apache2/modules/mod_authn_core.so
LoadModule authn_file_module /usr/lib/apache2/modules/mod_authn_file.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule authz_user_module /usr/lib/apache2/modules/mod_authz_user.so
LoadModule auth_basic_module /usr/lib/apache2/modules/mod_auth_basic.so
DocumentRoot /srv/inn
<Directory /srv/inn>
    AllowOverride None
    Require all granted
</Directory>
<Location /private>
    AuthType Basic
    AuthName Guests
    AuthUserFile guests
    Require valid-user
</Location>
";

/// A checkout of a server: its configuration and its document root; `moss-and-fern` is the password.
fn site(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("etc/apache2.conf", config);
    write("etc/guests", "ida:{SHA}hPFY71xFEXVXttGD7hXv+8m7CIc=\nole:plain-words\n");
    write("www/index.html", "welcome\n");
    write("www/private/index.html", "rooms\n");
    write("www/old/.htaccess", "AuthType Basic\nAuthName Old\nAuthUserFile guests\nRequire valid-user\n");
    folder
}

fn htlint(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_htlint"));
    command.args(arguments).args(["--config", "etc/apache2.conf", "--map", "/srv/inn=www"]).current_dir(folder);
    command.env_remove("FORCE_COLOR").env_remove("CLICOLOR_FORCE");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that stops before it reads is none of our business here.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn answers(folder: &Path, requests: &str) -> Vec<Value> {
    let output = htlint(folder, &["simulate", "--requests", "-"], requests);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_line_gets_its_answer_in_order() {
    let site = site(CONFIG);
    let requests = r#"{"path": "/private/"}
{"path": "/private/", "user": "ida", "password": "moss-and-fern"}
{"path": "/private/index.html", "user": "ida", "password": "wrong"}
this is no request
{"path": "/nothing-here"}
{"path": "/private/index.html", "headers": {"authorization": "Basic aWRhOm1vc3MtYW5kLWZlcm4="}}
{"path": 7}
"#;
    let answers = answers(site.path(), requests);
    let statuses: Vec<Option<u64>> = answers.iter().map(|answer| answer["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(401), Some(404), Some(401), None, Some(404), Some(200), None]);
    let certain: Vec<bool> = answers.iter().map(|answer| answer["certain"].as_bool().unwrap()).collect();
    assert_eq!(certain, [true, true, true, false, true, true, false]);
    assert!(answers.iter().all(|answer| answer["startup"] == "ok"));
    let reason = &answers[2]["reasons"][0];
    assert_eq!((reason["reason"].as_str(), reason["line"].as_u64()), (Some("wrong-password"), Some(1)));
    assert!(reason["file"].as_str().unwrap().ends_with("etc/guests"));
}

#[test]
fn a_configuration_that_the_server_refuses_is_an_answer() {
    let site = site(&CONFIG.replace("Require valid-user", "Require valid-users"));
    let answers = answers(site.path(), "{\"path\": \"/\"}\n");
    assert_eq!(answers[0]["startup"], "fail");
    assert_eq!(answers[0]["status"], Value::Null);
    let reason = &answers[0]["reasons"][0];
    assert_eq!((reason["reason"].as_str(), reason["line"].as_u64()), (Some("unknown-authz-provider"), Some(18)));
    let checked = htlint(site.path(), &["check"], "");
    assert_eq!(checked.status.code(), Some(1));
    assert!(text(&checked).contains("etc/apache2.conf:18"), "{}", text(&checked));
}

#[test]
fn where_the_server_does_not_start_each_place_is_shut_and_one_finding_says_why() {
    let site = site(&format!("{CONFIG}KeepAlive Maybe\n"));
    let shown = text(&htlint(site.path(), &["logins"], ""));
    assert!(shown.starts_with("nobody gets in anywhere: ") && shown.contains("etc/apache2.conf:20\n"), "{shown}");
    assert!(shown.contains("/private \"Guests\"  lockout") && !shown.contains("ida"), "{shown}");
    let checked = htlint(site.path(), &["check", "--format", "json"], "");
    let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let shut = |one: &&Value| one["outcome"]["logins"] == "none" && one["file"] == "etc/apache2.conf";
    let told: Vec<&Value> = report["diagnostics"].as_array().unwrap().iter().filter(shut).collect();
    assert_eq!(told.iter().map(|one| one["rule"].as_str().unwrap()).collect::<Vec<_>>(), ["wrong-arguments"]);
    let area = report["areas"].as_array().unwrap().iter().find(|area| area["path"] == "/private").unwrap();
    assert_eq!((&area["verdict"], &area["anonymous"]), (&Value::from("lockout"), &Value::Null));
    assert_eq!((&area["users"][0]["can_log_in"], &area["users"][0]["status"]), (&Value::from(false), &Value::Null));
}

#[test]
fn folders_that_each_boot_makes_anew_need_not_be_there() {
    let starts = |folder: &str| {
        let site = site(&format!("{CONFIG}DefaultRuntimeDir ${{APACHE_RUN_DIR}}\n"));
        fs::write(site.path().join("etc/envvars"), format!("export APACHE_RUN_DIR={folder}\n")).unwrap();
        fs::create_dir_all(site.path().join("root/usr/lib/apache2")).unwrap();
        let output = htlint(site.path(), &["check", "--root", "root"], "");
        !text(&output).contains("DefaultRuntimeDir")
    };
    assert!(starts("/var/run/apache2"));
    assert!(!starts("/opt/apache2/run"));
}

#[test]
fn a_password_file_that_a_checkout_lacks_may_lie_on_the_server() {
    let site = site(&CONFIG.replace("AuthUserFile guests", "AuthUserFile /etc/apache2/secret/guests"));
    let answers = answers(site.path(), r#"{"path": "/private/", "user": "ida", "password": "moss-and-fern"}"#);
    assert_eq!((&answers[0]["startup"], &answers[0]["certain"]), (&Value::from("ok"), &Value::from(false)));
    let checked = htlint(site.path(), &["check", "--format", "json", "--select", "missing-user-file"], "");
    assert!(text(&checked).contains(r#""diagnostics": []"#), "{}", text(&checked));
}

#[test]
fn what_cannot_run_says_so_in_one_line() {
    let site = site(CONFIG);
    for arguments in [
        &["simulate"][..],
        &["simulate", "--requests", "nowhere.jsonl"],
        &["simulate", "/", "--user", "a", "--as-holder", "b"],
    ] {
        let output = htlint(site.path(), arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    let missing = Command::new(env!("CARGO_BIN_EXE_htlint"))
        .args(["simulate", "/", "--config", "nowhere/httpd.conf"])
        .current_dir(site.path())
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("No such file"));
}

#[test]
fn a_trace_tells_the_steps_and_the_log_line_and_no_secret() {
    let site = site(CONFIG);
    let output = htlint(site.path(), &["simulate", "/private/index.html", "--as-holder", "ole"], "");
    let trace = text(&output);
    for wanted in ["GET /private/index.html", "etc/apache2.conf:17", "apache answers 401", "AH01617", "etc/guests:2"] {
        assert!(trace.contains(wanted), "{wanted}: {trace}");
    }
    let typed = htlint(
        site.path(),
        &["simulate", "/private/index.html", "--user", "ida", "--password-stdin"],
        "moss-and-fern\n",
    );
    assert!(text(&typed).contains("apache answers 200"), "{}", text(&typed));
    for shown in [trace, text(&typed)] {
        assert!(!shown.contains("plain-words") && !shown.contains("hPFY71x") && !shown.contains("moss-and"), "{shown}");
    }
}

#[test]
fn a_whole_configuration_is_checked_and_its_logins_are_told() {
    let site = site(CONFIG);
    let logins = htlint(site.path(), &["logins"], "");
    assert_eq!(logins.status.code(), Some(0));
    let shown = text(&logins);
    for wanted in ["/private \"Guests\"", "ida", "gets in", "ole", "never: 401", "/old/", "open: anybody gets in"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let checked = htlint(site.path(), &["check", "--format", "json"], "");
    assert_eq!(checked.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let rules: Vec<&str> =
        report["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"ignored-access-file") && rules.contains(&"plain-text-password"), "{rules:?}");
    let paths: Vec<&str> =
        report["areas"].as_array().unwrap().iter().map(|area| area["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/old/", "/private"]);
}

#[test]
fn a_login_where_another_server_answers_is_told() {
    let modules = ["proxy", "proxy_http"]
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
    let config = CONFIG.replace("AllowOverride None", "AllowOverride All") + &modules.concat();
    let told = |config: &str| {
        let output = htlint(site(config).path(), &["check", "--format", "json"], "");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let found = report["diagnostics"].as_array().unwrap().clone();
        found.into_iter().find(|one| one["rule"] == "ignored-access-file")
    };
    assert_eq!(told(&config), None);
    let passed = told(&format!("{config}ProxyPass /old/ http://127.0.0.1:9000/\n")).unwrap();
    assert!(passed["message"].as_str().unwrap().contains("ProxyPass"), "{passed}");
}
