//! How a rule tells: from its words for a cause or a remark to a finding at the right place.

use super::rule::{Case, Rule};
use crate::answer::{Answer, Area, Because, Cause, Noted, UserFileInUse, Verdict};
use crate::finding::{Finding, Label, Outcome, Severity};
use crate::hash::{Strength, judge, strength, without_strays};
use crate::source::{FileId, Place};
use crate::users::Entry;

/// What a rule says of one thing, in the form that [`Finding`] asks for.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// What is wrong and what the server does about it, without a full stop.
    pub(super) message: String,
    /// The short phrase under the mark.
    pub(super) label: String,
    /// The server fact; the log line and the assumption are added to it.
    pub(super) why: String,
    /// What to write instead.
    pub(super) help: String,
}

impl Rule {
    /// Adds a finding of the rule's own severity for each cause that it explains and has words for.
    pub(super) fn explain(
        &self,
        case: &Case<'_>,
        findings: &mut Vec<Finding>,
        words: impl Fn(&Cause) -> Option<Words>,
    ) {
        self.explain_as(case, findings, |cause| Some((self.severity, words(cause)?)));
    }

    /// The same where the severity depends on the cause. A cause without a place is left to `nobody-can-log-in`.
    pub(super) fn explain_as(
        &self,
        case: &Case<'_>,
        findings: &mut Vec<Finding>,
        words: impl Fn(&Cause) -> Option<(Severity, Words)>,
    ) {
        for cause in case.causes.iter().filter(|cause| self.explains.contains(&cause.because.reason.kind())) {
            let Some(place) = cause.because.place else { continue };
            let Some((severity, words)) = words(cause) else { continue };
            let why = reasoned(words.why, &cause.because);
            let message = spoken(words.message, cause.because.by);
            let related = cause.because.related.clone();
            let finding = self.finding(place, Words { message, why, ..words });
            findings.push(Finding { severity, related, outcome: cause.outcome, ..finding });
        }
    }

    /// Adds a finding for each remark that the rule has words for; `part` is the related place's part in the story.
    pub(super) fn remark(
        &self,
        case: &Case<'_>,
        findings: &mut Vec<Finding>,
        part: &str,
        words: impl Fn(&Noted) -> Option<(Severity, Words)>,
    ) {
        for noted in case.remarks {
            let Some((severity, words)) = words(noted) else { continue };
            let label = |place| Label { place, message: part.to_owned() };
            let related = noted.related.map(label).into_iter().collect();
            findings.push(Finding { severity, related, ..self.finding(noted.place, words) });
        }
    }

    /// A finding of the rule's own severity, with no other places and no outcome.
    pub(super) fn finding(&self, place: Place, words: Words) -> Finding {
        // A reason repeats what a configuration says, and that may be a hash in a wrong place.
        let Words { message, label, why, help } = words;
        let [message, label, why, help] = [message, label, why, help].map(|text| without_strays(&text));
        let (rule, severity, related, outcome) = (self.id, self.severity, Vec::new(), Outcome::default());
        Finding { rule, severity, message, label, why, help, place, related, outcome }
    }
}

impl Case<'_> {
    /// The user whose entry stands at this place.
    pub(super) fn user_at(&self, place: Place) -> Option<String> {
        let entries = &self.user_file(place.file)?.file.entries;
        let entry = entries.get(entries.partition_point(|entry| entry.span.end < place.span.start))?;
        (entry.span.start <= place.span.start).then(|| String::from_utf8_lossy(&entry.user).into_owned())
    }

    /// The password file of that name; `None` if it is none, or was not read as one.
    pub(super) fn user_file(&self, file: FileId) -> Option<&UserFileInUse> {
        self.user_files.get(self.user_files.binary_search_by_key(&file, |used| used.file.file).ok()?)
    }

    /// The path of the file that holds this place, as one types it in the current folder.
    pub(super) fn path(&self, place: Place) -> String {
        let Some(source) = self.sources.get(place.file) else { return String::new() };
        let path = source.path();
        path.strip_prefix(self.folder).unwrap_or(path).display().to_string()
    }

    /// Every entry that decides, may let its user in and has a hash of such strength, with its place.
    pub(super) fn hashes(&self, wanted: fn(&Strength) -> bool) -> impl Iterator<Item = (Place, &Entry, Strength)> {
        self.user_files.iter().flat_map(move |used| {
            let alive = |entry: &Entry| judge(&entry.stored, used.verifier).is_alive() != Some(false);
            let hashes = used.file.deciding().map(|entry| (entry, strength(&entry.stored)));
            hashes
                .filter(move |(entry, facts)| wanted(facts) && alive(entry))
                .map(|(entry, facts)| (Place::new(used.file.file, entry.user_span), entry, facts))
        })
    }

    /// The areas in which nobody gets in.
    pub(super) fn lockouts(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(|area| area.verdict() == Verdict::Lockout)
    }

    /// Whether this reason keeps everybody out of some area.
    pub(super) fn locks_out(&self, because: &Because) -> bool {
        let same = |other: &Because| other.reason == because.reason && other.place == because.place;
        let near = |area: &&Area| because.place.is_none_or(|place| area.decided_by.contains(&place.file));
        self.areas.iter().filter(near).any(|area| area.verdict() == Verdict::Lockout && reasons(area).any(same))
    }
}

/// The message with the server in front that it holds for, unless it begins with it.
fn spoken(message: String, by: Option<&'static str>) -> String {
    match by {
        Some(by) if !message.starts_with(by) => format!("{by}: {message}"),
        Some(_) | None => message,
    }
}

/// An area's answers to logins; of an area without people that to a stranger.
pub(super) fn answers(area: &Area) -> impl Iterator<Item = &Answer> {
    let holders = area.people.iter().map(|person| &person.answer).chain(area.unseen.as_ref());
    let strangers = Some(&area.anonymous).filter(|_| area.people.is_empty() && area.unseen.is_none());
    holders.chain(strangers)
}

/// Every reason that these answers give, in their order.
pub(super) fn reasons(area: &Area) -> impl Iterator<Item = &Because> {
    answers(area).flat_map(|answer| &answer.because)
}

/// The server fact with the log line and the assumption it rests on.
pub(super) fn reasoned(why: String, because: &Because) -> String {
    let logged = because.log.map(super::log_lines::sentence);
    let assumed =
        because.assumed.as_ref().map(|assumed| format!("Taken for granted: {}.", assumed.trim_end_matches('.')));
    let parts = [Some(why).filter(|why| !why.is_empty()), logged, assumed];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
