//! Every case through the whole of `check`: a firing case makes its rule speak, a quiet one does not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::path::{Path, PathBuf};

use htlint::answer::Verdict;
use htlint::finding::{Finding, Severity};
use htlint::{Checked, Options, check};
use support::case::{self, Case};
use support::memory::{ROOT, configured};

/// Rules whose quiet cases are of the pattern, and deserve a note at most.
const MAY_NOTE: [&str; 2] = ["mixed-access-control", "short-password-limit"];

#[test]
fn firing_cases_fire_and_quiet_ones_are_quiet() {
    let mut wrong = Vec::new();
    for case in cases() {
        let checked = checked(&case);
        let findings = &checked.report.findings;
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.rule.0 == case.rule).collect();
        let told: Vec<String> =
            findings.iter().map(|found| format!("{} {}", found.severity.word(), found.rule.0)).collect();
        let fires = case.name.starts_with("fires-");
        let quiet = case.name.starts_with("quiet-");
        let least = if MAY_NOTE.contains(&case.rule.as_str()) { Severity::Warning } else { Severity::Note };
        if (fires && own.is_empty()) || (quiet && own.iter().any(|finding| finding.severity >= least)) {
            wrong.push(format!("{}: {told:?}", case.title()));
        }
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_lockout_is_never_silent() {
    for case in cases() {
        let checked = checked(&case);
        let locked = checked.report.areas.iter().any(|area| area.verdict() == Verdict::Lockout);
        let told = checked.report.findings.iter().any(|finding| finding.severity == Severity::Error);
        assert!(!locked || told, "{}: a lockout, and no error", case.title());
    }
}

fn cases() -> Vec<Case> {
    let cases = case::all().unwrap();
    cases.into_iter().filter(|case| !case.setup.allow_override.contains("Nonfatal")).collect()
}

fn checked(case: &Case) -> Checked {
    let site = Path::new(ROOT).join("site");
    let options = Options {
        here: site.clone(),
        paths: vec![PathBuf::from(".")],
        on_host: !case.setup.checkout,
        docroot: Some(site),
        ..Options::default()
    };
    check(&configured(case), &options).unwrap()
}
