//! Whole cases made by hand: what the rules make of them together.

use std::sync::Arc;

use super::{Case, run};
use crate::answer::{Answer, Area, Because, Cause, Person, Reason, UserFileInUse, Written};
use crate::finding::{Finding, Logins, Outcome, Severity};
use crate::hash::{Crypt, Death, Scheme, Verifier};
use crate::source::{FileId, Place, Source, Sources, Span};
use crate::users::UserFile;

const CONFIG: &str = "AuthType Basic\nRequire valid-user\n";
const BCRYPT: &str = "$2y$10$.....................................................";

struct Site {
    sources: Sources,
    config: FileId,
    passwords: FileId,
    causes: Vec<Cause>,
    areas: Vec<Area>,
    user_files: Vec<UserFileInUse>,
}

impl Site {
    fn new(passwords: &str) -> Self {
        let sources = Sources::default();
        let config = sources.add(Source::new("site/.htaccess".into(), CONFIG.into()));
        let file = sources.add(Source::new("site/staff passwords".into(), passwords.into()));
        let read = Arc::new(UserFile::read(file, passwords.as_bytes()));
        let used = UserFileInUse {
            file: read,
            written: Written::File,
            verifier: Verifier::Apr(Crypt::Libxcrypt),
            others: Vec::new(),
            readers: Vec::new(),
        };
        Self { sources, config, passwords: file, causes: Vec::new(), areas: Vec::new(), user_files: vec![used] }
    }

    fn line(&self, file: FileId, line: usize) -> Place {
        Place::new(file, self.sources.get(file).unwrap().line_span(line))
    }

    fn area(&mut self, people: &[(&str, Answer)]) {
        let person = |(name, answer): &(&str, Answer)| Person {
            name: name.as_bytes().to_vec(),
            place: None,
            answer: answer.clone(),
            given: None,
        };
        self.areas.push(Area {
            server: "apache",
            host: None,
            starts: true,
            directory: None,
            path: None,
            files: None,
            place: self.line(self.config, 1),
            methods: None,
            realm: None,
            guarded: true,
            decided_by: vec![self.config, self.passwords],
            anonymous: Answer { status: Some(401), because: Vec::new() },
            people: people.iter().map(person).collect(),
            unseen: None,
        });
    }

    fn cause(&mut self, because: Because, status: u16) {
        let outcome = Outcome { logins: Some(Logins::Some), status: Some(status) };
        self.causes.push(Cause { because, outcome });
    }

    fn findings(&self) -> Vec<Finding> {
        run(&Case {
            causes: &self.causes,
            areas: &self.areas,
            remarks: &[],
            user_files: &self.user_files,
            sources: &self.sources,
            folder: std::path::Path::new("/"),
        })
    }

    fn rules(&self) -> Vec<&'static str> {
        self.findings().iter().map(|finding| finding.rule.0).collect()
    }
}

fn dead() -> Reason {
    Reason::DeadHash { scheme: Scheme::Plain, death: Death::PlainText, damage: None }
}

#[test]
fn a_lockout_that_no_rule_explains_is_told_with_its_trace() {
    let mut site = Site::new("");
    let because = Because::at(Reason::WrongPassword, site.line(site.config, 2)).logged("AH01617");
    site.area(&[("alice", Answer::of(401, because))]);
    let findings = site.findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].message,
        "nobody can log in here: every login gets 401 (Unauthorized), even with the right password"
    );
    assert_eq!(
        findings[0].why,
        "What led there: wrong-password. The error log says AH01617: authentication failure: Password Mismatch."
    );
    assert_eq!((findings[0].place.span.start, findings[0].related.len()), (0, 1));
}

#[test]
fn an_area_without_users_is_told() {
    let mut site = Site::new("# nobody yet\n");
    site.area(&[]);
    assert_eq!(site.rules(), ["nobody-can-log-in"]);
    assert_eq!(site.findings()[0].message, "nobody can log in here: there is no user");
}

#[test]
fn a_file_of_broken_lines_is_told_once() {
    let mut site = Site::new("alice\n");
    site.area(&[]);
    site.cause(Because::at(Reason::EntryWithoutColon, site.line(site.passwords, 1)), 401);
    assert_eq!(site.rules(), ["entry-without-colon"]);
}

#[test]
fn each_of_two_areas_without_users_is_told() {
    let mut site = Site::new("");
    site.area(&[]);
    site.area(&[]);
    site.areas[1].place = site.line(site.config, 2);
    assert_eq!(site.rules(), ["nobody-can-log-in", "nobody-can-log-in"]);
}

#[test]
fn a_lockout_that_an_error_explains_is_not_told_twice() {
    let mut site = Site::new("alice:secret\n");
    let because = Because::at(dead(), site.line(site.passwords, 1));
    site.area(&[("alice", Answer::of(401, because.clone()))]);
    site.cause(because, 401);
    assert_eq!(site.rules(), ["dead-hash"]);
}

#[test]
fn an_error_elsewhere_in_the_file_does_not_hush_a_lockout() {
    let mut site = Site::new("");
    let because = Because::at(Reason::WrongPassword, site.line(site.config, 2));
    site.area(&[("alice", Answer::of(401, because))]);
    let place = site.line(site.config, 1);
    site.cause(Because::at(Reason::AuthNameMissing, place), 500);
    assert_eq!(site.rules(), ["auth-name-missing", "nobody-can-log-in"]);
}

#[test]
fn rules_that_nobody_satisfies_are_a_fault_only_where_they_lock_all_out() {
    let mut site = Site::new("");
    let refused = Answer::of(401, Because::at(Reason::NotAuthorized, site.line(site.config, 2)));
    site.area(&[("alice", refused.clone()), ("bob", Answer::pass())]);
    assert!(site.rules().is_empty());
    site.area(&[("alice", refused)]);
    assert_eq!(site.rules(), ["nobody-satisfies-require"]);
}

#[test]
fn a_refusal_by_address_is_an_error_where_it_locks_all_out() {
    let mut site = Site::new("");
    let because = Because::at(Reason::DeniedByAddress, site.line(site.config, 2));
    site.cause(because.clone(), 403);
    assert_eq!(site.findings()[0].severity, Severity::Warning);
    site.area(&[("alice", Answer::of(403, because))]);
    assert_eq!(site.rules(), ["denied-by-address"]);
    assert_eq!(site.findings()[0].severity, Severity::Error);
}

#[test]
fn a_dead_hash_names_its_owner_and_the_command_that_mends_it() {
    let mut site = Site::new("bob:x\nalice smith:secret\n");
    let line = site.line(site.passwords, 2);
    site.cause(Because::at(dead(), Place::new(line.file, Span::new(line.span.start + 12, line.span.end))), 401);
    let finding = site.findings().remove(0);
    let message = "no password fits what is stored here: alice smith can never log in: always 401 (Unauthorized)";
    assert_eq!(finding.message, message);
    assert_eq!(finding.help, "Set the password anew: `htpasswd -B -C 10 'site/staff passwords' 'alice smith'`.");
}

#[test]
fn a_scheme_is_recommended_that_the_verifier_takes() {
    let mut site = Site::new("alice:$argon2id$\n");
    let because = Because::at(Reason::UnsupportedHash { scheme: Scheme::Argon2 }, site.line(site.passwords, 1));
    site.cause(because, 500);
    site.user_files[0].verifier = Verifier::Nginx(Crypt::OldGlibc);
    assert!(site.findings()[0].help.contains("htpasswd -m "));
    site.user_files[0].verifier = Verifier::Crypt(Crypt::OldGlibc);
    assert!(site.findings()[0].help.contains("`openssl passwd -6`"));
}

#[test]
fn a_sound_file_gets_a_note_at_most() {
    let site = Site::new(&format!("alice:{BCRYPT}\nbob:{}\n", BCRYPT.replace("....", "../.")));
    assert_eq!(site.rules(), ["short-password-limit"]);
    assert!(site.findings().iter().all(|finding| finding.severity == Severity::Note));
}

#[test]
fn smells_of_a_password_file_are_told_without_its_secrets() {
    let (slow, des) = (BCRYPT.replace("$10$", "$17$"), "abJnggxhB/yWI");
    let text = format!("a:{BCRYPT}\nb:{BCRYPT}\na:{des}\nc:{slow}\nd:{des}\ne:dead");
    let site = Site::new(&text);
    let rules =
        ["duplicate-user", "missing-final-newline", "weak-hash", "slow-hash", "short-password-limit", "copied-hash"];
    let mut told = site.rules();
    told.dedup();
    assert_eq!(told, rules);
    for finding in site.findings() {
        assert!(finding.severity < Severity::Error);
        let said = [finding.message, finding.label, finding.why, finding.help].concat();
        assert!(!said.contains(des) && !said.contains("....") && !said.contains("dead"), "{said}");
    }
}

#[test]
fn weak_entries_beyond_a_hundred_are_counted() {
    let lines: String = (0..150).map(|user| format!("u{user}:{{SHA}}{user:026}0=\n")).collect();
    let site = Site::new(&lines);
    let weak: Vec<Finding> = site.findings().into_iter().filter(|found| found.rule.0 == "weak-hash").collect();
    let alive = site.user_files[0].file.deciding().count();
    assert!(weak.len() == 101 && alive == 150, "{} of {alive}", weak.len());
    assert!(weak[100].message.contains("more passwords of this file"));
}
