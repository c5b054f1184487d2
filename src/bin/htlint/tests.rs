//! Whole commands, run in-process on hand-made rules and reports.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Parser;
use htlint::Checked;
use htlint::finding::{Finding, Outcome, RuleId, Severity};
use htlint::report::Report;
use htlint::rules::{Case, Rule};
use htlint::source::{Place, Source, Span};

use crate::args::{Arguments, Check, Command, Format};
use crate::console::{Console, Exit, Surroundings};
use crate::{check, explain, rules, run};

static DEAD_HASH: Rule = Rule {
    id: RuleId("dead-hash"),
    severity: Severity::Error,
    title: "a stored password that no password fits",
    doc: " ## What it reports\n\n A hash without an end.\n\n ```\n # no heading\n ```\n",
    explains: &[htlint::answer::ReasonKind::DeadHash],
    check: silent,
};

static USER_FILE_MISSING: Rule = Rule {
    id: RuleId("user-file-missing"),
    severity: Severity::Error,
    title: "a password file that is not there",
    doc: " ## What the server does\n\n 500 and `AH01620: Could not open password file`.\n",
    explains: &[],
    check: silent,
};

static RULES: &[&Rule] = &[&DEAD_HASH, &USER_FILE_MISSING];

fn silent(_: &Case<'_>, _: &mut Vec<Finding>) {}

/// What a command answered.
#[derive(Debug, PartialEq)]
struct Ran {
    exit: Exit,
    out: String,
    err: String,
}

fn around() -> Surroundings {
    Surroundings { folder: PathBuf::from("/srv/site"), terminal: false, columns: None, variable: |_| None }
}

fn capture(command: impl FnOnce(&mut Console<'_>) -> io::Result<Exit>) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = command(&mut Console { out: &mut out, err: &mut err, around: around() }).unwrap();
    Ran { exit, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

fn arguments(words: &str) -> Check {
    let words = ["htlint", "check"].into_iter().chain(words.split_whitespace());
    let Command::Check(check) = Arguments::try_parse_from(words).unwrap().command else { panic!("not a check") };
    *check
}

/// A report with one finding of each of these severities.
fn looked(severities: &[Severity]) -> Checked {
    Checked { report: report(severities), fail_on: None, strangers: Vec::new() }
}

fn report(severities: &[Severity]) -> Report {
    let mut report = Report { files: 1, ..Report::default() };
    let file = report.sources.add(Source::new("/srv/site/.htpasswd".into(), b"alice:x\n".to_vec()));
    report.findings = severities
        .iter()
        .map(|severity| Finding {
            rule: if *severity == Severity::Error { DEAD_HASH.id } else { USER_FILE_MISSING.id },
            severity: *severity,
            message: "something".to_owned(),
            label: String::new(),
            why: String::new(),
            help: String::new(),
            place: Place::new(file, Span::new(0, 5)),
            related: Vec::new(),
            outcome: Outcome::default(),
        })
        .collect();
    report
}

fn checked(words: &str, severities: &[Severity]) -> Ran {
    let lint = |_: &Check, _: &Path| Ok::<_, String>(looked(severities));
    capture(|console| check::check(&arguments(words), lint, RULES, false, console))
}

#[test]
fn the_threshold_decides_the_exit_code() {
    use Severity::{Error, Note, Warning};
    let exit = |words: &str, severities: &[Severity]| checked(words, severities).exit;
    assert_eq!(exit("", &[Error, Note]), Exit::Found);
    assert_eq!(exit("", &[Warning, Note]), Exit::Fine);
    assert_eq!(exit("--fail-on warning", &[Warning]), Exit::Found);
    assert_eq!(exit("--fail-on note", &[Note]), Exit::Found);
    assert_eq!(exit("--fail-on never", &[Error]), Exit::Fine);
    assert_eq!(exit("--format json", &[Error]), Exit::Found);
    assert_eq!(exit("--ignore dead-hash", &[Error, Warning]), Exit::Fine);
    assert_eq!(exit("--select user-file-missing --fail-on warning", &[Error, Warning]), Exit::Found);
    assert_eq!([Exit::Fine.code(), Exit::Found.code(), Exit::Stopped.code()], [0, 1, 2]);
}

#[test]
fn all_well_is_silence() {
    let silence = Ran { exit: Exit::Fine, out: String::new(), err: String::new() };
    assert_eq!(checked("", &[]), silence);
    assert_eq!(checked("--notes", &[]), silence);
    assert_eq!(checked("", &[Severity::Note]), silence);
}

#[test]
fn a_note_that_fails_the_run_is_seen() {
    assert!(checked("--fail-on note", &[Severity::Note]).out.contains("note[user-file-missing]: something"));
}

#[test]
fn quiet_leaves_the_summary_out_and_nothing_else() {
    let (loud, quiet) = (checked("", &[Severity::Error]).out, checked("--quiet", &[Severity::Error]).out);
    assert_eq!(loud, format!("{quiet}1 error in 1 file\n"));
}

#[test]
fn what_is_not_reported_is_not_counted() {
    let ran = checked("--format json --ignore dead-hash", &[Severity::Error, Severity::Warning]);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&value["summary"]["errors"], &value["summary"]["warnings"]), (&0.into(), &1.into()));
}

#[test]
fn an_unknown_rule_stops_with_the_nearest_name() {
    let ran = checked("--ignore dead-hashes", &[]);
    assert_eq!(ran.exit, Exit::Stopped);
    assert_eq!(ran.err, "error: no rule is called 'dead-hashes'; did you mean dead-hash?\n");
}

#[test]
fn stdin_needs_a_name_and_a_name_needs_stdin() {
    assert_eq!(checked("-", &[]).exit, Exit::Stopped);
    assert_eq!(checked("--stdin-filename .htaccess", &[]).exit, Exit::Stopped);
    assert_eq!(checked("- --stdin-filename .htaccess", &[]).exit, Exit::Fine);
}

#[test]
fn what_stops_the_check_is_one_harmless_line() {
    let lint = |_: &Check, _: &Path| Err::<Checked, _>("cannot read \u{1b}[2Jx");
    let ran = capture(|console| check::check(&arguments(""), lint, RULES, false, console));
    assert_eq!(ran, Ran { exit: Exit::Stopped, out: String::new(), err: "error: cannot read ?[2Jx\n".to_owned() });
}

#[test]
fn a_page_is_found_by_name_and_by_log_line() {
    let page = |name: &str, colour| capture(|console| explain::explain(name, RULES, colour, console));
    let ran = page("dead-hash", false);
    assert!(ran.out.starts_with("# dead-hash\n\nerror: a stored password that no password fits\n\n## What"), "{ran:?}");
    for name in ["AH01620", "ah01620", "[auth:error] AH01620: Could not open", "Could not open password file"] {
        let ran = page(name, false);
        assert!(ran.out.starts_with("See: user-file-missing\n\n# user-file-missing\n"), "{name}: {ran:?}");
    }
    assert!(page("dead-hash", true).out.contains("\u{1b}[1mWhat it reports\u{1b}[0m\n"));
    assert!(page("dead-hash", true).out.contains("\n# no heading\n"));
}

#[test]
fn a_page_that_is_not_there_stops() {
    let err = |name: &str| {
        let ran = capture(|console| explain::explain(name, RULES, false, console));
        assert_eq!((ran.exit, ran.out.as_str()), (Exit::Stopped, ""));
        ran.err
    };
    assert_eq!(err("dead-has"), "error: no rule is called 'dead-has'; did you mean dead-hash?\n");
    assert_eq!(err("zzz"), "error: no rule is called 'zzz'; htlint rules lists them all\n");
    assert_eq!(err("AH99999"), "error: no rule speaks of AH99999\n");
}

#[test]
fn the_rules_are_listed_for_people_and_machines() {
    let text = capture(|console| rules::rules(Format::Text, RULES, console)).out;
    assert_eq!(text.lines().next().unwrap(), "dead-hash          error    a stored password that no password fits");
    let json = capture(|console| rules::rules(Format::Json, RULES, console)).out;
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["rules"][0]["explains"][0], "dead-hash");
    assert_eq!(value["rules"][1]["id"], "user-file-missing");
}

#[test]
fn a_wrong_usage_is_told_on_stderr_and_help_on_stdout() {
    let ran = |words: &[&str]| {
        let words = std::iter::once(&"htlint").chain(words).map(std::ffi::OsString::from);
        capture(|console| run(words, console))
    };
    for words in [&["--nonsense"][..], &["check", "--nonsense"], &["nonsense"], &[]] {
        let ran = ran(words);
        assert_eq!((ran.exit, ran.out.as_str(), ran.err.is_empty()), (Exit::Stopped, "", false), "{words:?}");
    }
    let help = ran(&["check", "--help"]);
    assert_eq!((help.exit, help.err.as_str()), (Exit::Fine, ""));
    assert!(help.out.contains("--stdin-filename") && help.out.contains("Exit codes:"), "{}", help.out);
}

/// A pipe whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_reader_who_has_gone_changes_no_exit_code() {
    for format in ["text", "json"] {
        let mut err = Vec::new();
        let mut console = Console { out: &mut Closed, err: &mut err, around: around() };
        let lint = |_: &Check, _: &Path| Ok::<_, String>(looked(&[Severity::Error]));
        let arguments = arguments(&format!("--format {format}"));
        let exit = check::check(&arguments, lint, RULES, false, &mut console).unwrap();
        assert_eq!((exit, err.is_empty()), (Exit::Found, true));
    }
}
