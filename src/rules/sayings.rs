//! Every rule's words on every reason that it explains: there are some, in good form, and without a secret.

use super::{Case, run};
use crate::answer::{Because, Cause, Missing, Reason, ReasonKind};
use crate::finding::{Finding, Logins, Outcome};
use crate::hash::{Damage, Death, Part, Scheme};
use crate::source::{Place, Source, Sources, Span};

const LOGGED: &str =
    "The error log says AH01620: Could not open password file. Taken for granted: it is Debian's apache2.";

fn reasons() -> Vec<Reason> {
    [of_the_config(), of_the_login(), of_an_entry(), of_the_rules()].concat()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn of_the_config() -> Vec<Reason> {
    vec![
        Reason::UnknownDirective { name: text("AuthTyp"), nearest: some("AuthType") },
        Reason::DirectiveNotAllowed { name: text("AuthType"), context: text(".htaccess"), needs: some("AuthConfig") },
        Reason::ModuleNotLoaded { name: text("AuthGroupFile"), module: text("mod_authz_groupfile.c") },
        Reason::WrongArguments { name: text("AuthName"), message: text("AuthName takes one argument") },
        Reason::TrailingComment { name: text("AuthType"), message: text("AuthType takes one argument") },
        Reason::UnbalancedSection { message: text("<Files> was not closed.") },
        Reason::UnreadableEncoding { what: "a UTF-8 byte order mark" },
        Reason::LineTooLong { limit: 8191 },
        Reason::BadExpression { name: text("<If>"), message: text("a variable has no end") },
        Reason::UnknownMethod { name: text("get"), nearest: some("GET") },
        Reason::UnknownAuthnProvider { name: text("ldap"), nearest: None, module: some("mod_authnz_ldap.c") },
        Reason::UnknownAuthzProvider { name: text("Valid-User"), nearest: some("valid-user"), module: None },
        Reason::NegativeRequire { section: text("<RequireAny>") },
        Reason::EmptyRequire { section: text("<RequireAll>") },
        Reason::IncludeMissing { path: text("/etc/apache2/conf/auth.conf") },
        Reason::StartupRefused { message: text("bad user name www-dat") },
        Reason::UnreadableConfig { fault: text("mode 0600, owned by root") },
    ]
}

fn of_the_login() -> Vec<Reason> {
    vec![
        Reason::AuthTypeMissing,
        Reason::UnknownAuthType { name: text("Digets"), nearest: some("Digest"), module: None },
        Reason::AuthNameMissing,
        Reason::RequireMissing,
        Reason::UserFileUnset,
        Reason::ProviderMissing { module: text("mod_authn_file.c") },
        Reason::ProviderUnset { directive: text("auth.backend") },
        Reason::ProviderUnfit { name: text("anon") },
        Reason::UserFileMissing { path: text("/etc/apache2/staf htpasswd") },
        Reason::UserFileRelative { written: text(".htpasswd"), path: text("/etc/apache2/.htpasswd"), beside: true },
        Reason::UserFilePlaceholder { written: text("/path/to/.htpasswd") },
        Reason::UserFileForeign { written: text("https://alice:secret@example.org/"), form: "a URL" },
        Reason::UserFileNotRegular { path: text("/etc/apache2"), what: text("a directory") },
        Reason::UserFileUnreadable { path: text("/etc/x"), fault: text("mode 0600, owned by root") },
        Reason::WrongKindOfUserFile { found: "an htdigest file", wanted: "an htpasswd file" },
    ]
}

fn of_an_entry() -> Vec<Reason> {
    vec![
        Reason::UserMissing { name: text("carol"), nearest: some("Carol") },
        Reason::RealmMissing { realm: text("Staff") },
        Reason::CommaInName { name: text("alice,bob") },
        Reason::DeadHash {
            scheme: Scheme::Bcrypt2y,
            death: Death::TooShort { part: Part::Digest, have: 30, want: 31 },
            damage: Some(Damage::Truncated),
        },
        Reason::UnsupportedHash { scheme: Scheme::Argon2 },
        Reason::SingleDollar { by: "Docker Compose" },
        Reason::PlainTextPassword,
        Reason::EmptyPassword,
        Reason::RefusedEntry { why: "a second entry of the same user" },
        Reason::EntryWithoutColon,
        Reason::GluedEntries { lost: some("bob") },
        Reason::UserFileEncoding { what: "a UTF-8 byte order mark" },
        Reason::UserLineTooLong { limit: 8190, lost: 1 },
        Reason::CommentedUser { name: text("bob") },
        Reason::SwallowedEntry { lost: some("bob") },
        Reason::BlankInEntry { part: "the stored password" },
    ]
}

fn of_the_rules() -> Vec<Reason> {
    vec![
        Reason::DeniedByRule,
        Reason::ContradictoryRules,
        Reason::DeniedByAddress,
        Reason::GroupFileMissing { path: None },
        Reason::GroupEmpty { name: text("staff"), nearest: some("staf") },
        Reason::GrantedByRule { rule: text("Require all granted") },
        Reason::SatisfiedByAddress,
        Reason::MethodNotCovered,
        Reason::ProtectionDropped { section: text("<IfModule mod_auth.c>"), meant: vec!["mod_auth_basic.c"] },
        Reason::AccessFileIgnored { by: text("AllowOverride None"), proxied: false },
        Reason::PathNeverMatches { path: text("^/private") },
        Reason::HalfLogin { present: text("auth_basic"), missing: "auth_basic_user_file" },
        Reason::Outranked { guarded: text("location /staff/"), path: text("/staff/x.png") },
        Reason::AnsweredBeforeLogin { directive: text("return 200") },
        Reason::NothingRequired,
        Reason::CannotTell { missing: Missing::Path { path: text("/etc/apache2/staff.htpasswd") } },
    ]
}

fn said(reason: Reason, outcome: Outcome) -> Vec<Finding> {
    let sources = Sources::default();
    let file = sources.add(Source::new("site/.htpasswd".into(), b"alice:secret".to_vec()));
    let because = Because::at(reason, Place::new(file, Span::new(0, 5)));
    let because = because.logged("AH01620").assuming(Some("it is Debian's apache2".to_owned()));
    let causes = [Cause { because, outcome }];
    run(&Case {
        causes: &causes,
        areas: &[],
        remarks: &[],
        user_files: &[],
        sources: &sources,
        folder: std::path::Path::new("/"),
    })
}

#[test]
fn every_reason_gets_a_finding_in_good_form() {
    let outcome = Outcome { logins: Some(Logins::None), status: Some(500) };
    for reason in reasons() {
        let kind = reason.kind();
        let findings = said(reason, outcome);
        assert_eq!(findings.len(), 1, "{}", kind.id());
        let Finding { message, label, why, help, .. } = &findings[0];
        assert!(!message.is_empty() && !message.ends_with('.') && !message.contains('\n'), "{message}");
        assert!(!label.is_empty() && label.len() <= 50 && !label.ends_with('.'), "{label}");
        assert!(why.ends_with(LOGGED), "{why}");
        assert!(help.ends_with('.'), "{help}");
        assert!([message, label, why, help].into_iter().all(|text| !text.contains("secret") && !text.contains("  ")));
    }
}

#[test]
fn the_list_above_holds_every_reason_but_those_that_no_file_tells() {
    let others = [ReasonKind::NotAuthorized, ReasonKind::WrongPassword];
    let mut kinds: Vec<_> = reasons().iter().map(Reason::kind).chain(others).collect();
    kinds.sort_unstable();
    let mut all = ReasonKind::ALL.to_vec();
    all.sort_unstable();
    assert_eq!(kinds, all);
}

#[test]
fn an_unknown_outcome_makes_no_claim() {
    for reason in reasons() {
        let kind = reason.kind();
        for finding in said(reason, Outcome::default()) {
            assert!(
                !finding.message.contains("500") && !finding.message.ends_with(':'),
                "{}: {}",
                kind.id(),
                finding.message
            );
        }
    }
}

#[test]
fn what_may_be_a_pasted_secret_is_not_repeated() {
    for name in ["alice:$2y$10$abc", "5f4dcc3b5aa765d61d8327deb882cf99", "Sommer-2024!"] {
        let reason = Reason::UnknownDirective { name: name.to_owned(), nearest: None };
        let finding = said(reason, Outcome::default()).remove(0);
        assert_eq!(finding.message, "the server has no such directive");
    }
}
