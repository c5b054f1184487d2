//! A rule: its name, its page, the reasons it explains, and what it may see of a case.

use std::path::Path;

use crate::answer::{Area, Cause, Noted, ReasonKind, UserFileInUse};
use crate::finding::{Finding, RuleId, Severity};
use crate::source::Sources;

/// One thing that htlint has words for.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// The severity its findings usually have.
    pub severity: Severity,
    /// What it reports, in one line without a full stop.
    pub title: &'static str,
    /// Its page in Markdown as the doc comment has it; [`Rule::page`] is the one to show.
    pub doc: &'static str,
    /// The reasons it has words for; empty for a rule on what changes no answer.
    pub explains: &'static [ReasonKind],
    /// Adds its findings to those of the rules before it.
    pub check: fn(&Case<'_>, &mut Vec<Finding>),
}

impl Rule {
    /// Its page in Markdown: what it reports, what the server does, an example, what to write instead.
    #[must_use]
    pub fn page(&self) -> String {
        self.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).flat_map(|line| [line, "\n"]).collect()
    }
}

/// What a rule may see: what the servers said, and no raw text to judge by itself.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What is wrong, with the answers it leads to.
    pub causes: &'a [Cause],
    /// Where authentication stands, and what becomes of it.
    pub areas: &'a [Area],
    /// What changes no answer.
    pub remarks: &'a [Noted],
    /// The password files that were read, in the order of their ids.
    pub user_files: &'a [UserFileInUse],
    /// The files, for the places of findings.
    pub sources: &'a Sources,
    /// The folder that commands in a help text are typed in.
    pub folder: &'a Path,
}

/// The rule of that name; `None` if there is none.
#[must_use]
pub(super) fn find(rules: &[&'static Rule], id: &str) -> Option<&'static Rule> {
    rules.iter().copied().find(|rule| rule.id.0 == id)
}

/// Asks these rules in their order; each sees the findings of those before it.
#[must_use]
pub(super) fn run(rules: &[&Rule], case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in rules {
        (rule.check)(case, &mut findings);
    }
    findings
}

/// Declares the module's `RULE`; the doc comment is the rule's page, so that it stands in one place only:
///
/// ```ignore
/// rule! {
///     /// ## What it reports
///     /// ...
///     id: "dead-hash",
///     severity: Error,
///     title: "a stored password that no password fits",
///     explains: [DeadHash],
///     check: check,
/// }
/// ```
macro_rules! rule {
    (
        $(#[doc = $page:literal])+
        id: $id:literal,
        severity: $severity:ident,
        title: $title:literal,
        explains: [$($kind:ident),* $(,)?],
        check: $check:path $(,)?
    ) => {
        $(#[doc = $page])+
        pub(super) static RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $crate::finding::RuleId($id),
            severity: $crate::finding::Severity::$severity,
            title: $title,
            doc: concat!($($page, "\n"),+),
            explains: &[$($crate::answer::ReasonKind::$kind),*],
            check: $check,
        };
    };
}

pub(crate) use rule;

#[cfg(test)]
mod tests {
    mod lonely {
        use crate::finding::Finding;
        use crate::rules::Case;

        super::super::rule! {
            /// ## What it reports
            ///
            /// A `lonely` "thing":
            ///
            ///     indented
            id: "lonely-thing",
            severity: Warning,
            title: "a lonely thing",
            explains: [UserMissing, DeadHash],
            check: check,
        }

        fn check(_: &Case<'_>, _: &mut Vec<Finding>) {}

        pub(super) fn rule() -> &'static crate::rules::Rule {
            &RULE
        }
    }

    use super::*;

    #[test]
    fn the_page_is_the_doc_comment() {
        let rule = lonely::rule();
        assert_eq!(rule.page(), "## What it reports\n\nA `lonely` \"thing\":\n\n    indented\n");
        assert_eq!(rule.explains, [ReasonKind::UserMissing, ReasonKind::DeadHash]);
    }

    #[test]
    fn a_rule_is_found_by_its_whole_name() {
        let rules = [lonely::rule()];
        assert!(find(&rules, "lonely-thing").is_some());
        assert!(find(&rules, "lonely").is_none());
    }

    #[test]
    fn a_later_rule_sees_what_earlier_ones_found() {
        fn counts(_: &Case<'_>, found: &mut Vec<Finding>) {
            let sources = Sources::default();
            let file = sources.add(crate::source::Source::new("f".into(), Vec::new()));
            found.push(Finding {
                rule: RuleId("counts"),
                severity: Severity::Note,
                message: found.len().to_string(),
                label: String::new(),
                why: String::new(),
                help: String::new(),
                place: crate::source::Place::new(file, crate::source::Span::at(0)),
                related: Vec::new(),
                outcome: crate::finding::Outcome::default(),
            });
        }
        static COUNTS: Rule =
            Rule { id: RuleId("counts"), severity: Severity::Note, title: "", doc: "", explains: &[], check: counts };
        let sources = Sources::default();
        let case =
            Case { causes: &[], areas: &[], remarks: &[], user_files: &[], sources: &sources, folder: Path::new("/") };
        let found = run(&[&COUNTS, &COUNTS], &case);
        let messages: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["0", "1"]);
    }
}
