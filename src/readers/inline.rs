//! Accounts that stand in a configuration or a label themselves.

use super::evidence::{Evidence, Stack};
use super::judged::Judged;
use super::tree::Tree;
use crate::answer::{Because, Cause, Reason, UserFileInUse, Written};
use crate::compose::Value;
use crate::hash::judge;
use crate::read::Memory;
use crate::servers::{Kind, Label, StandIn};
use crate::source::{FileId, Place, Sources, Span, Spanned};
use crate::users::{Entry, UserFile, Winner};

/// Where a list lies in the memory that a server reads it from.
const USERS: &str = "/users";

/// A list of accounts.
struct List {
    server: Kind,
    file: FileId,
    written: Written,
    named: bool,
    entries: Vec<Spanned<String>>,
    /// Those that a `$` too few spoils.
    spoiled: Vec<Span>,
    /// Whether something asks for a login by it; else no request shows its faults.
    asked: bool,
}

impl Evidence {
    /// Judges every list as its server reads it.
    pub(super) fn judge_lists(&self, tree: Tree<'_>, judged: &mut Judged) {
        let mut lists: Vec<List> = Vec::new();
        for config in &self.configs {
            lists.extend(config.settings.lists.iter().map(|entries| List {
                server: config.server,
                file: config.file,
                written: Written::Config,
                named: config.named,
                entries: entries.clone(),
                spoiled: Vec::new(),
                asked: true,
            }));
        }
        lists.extend(self.stacks.iter().flat_map(|stack| stack.lists(tree)));
        let mut kept: Vec<(FileId, Written, Kind, Vec<Entry>)> = Vec::new();
        for list in &lists {
            let entries = list.judge(tree, judged);
            match kept.iter_mut().find(|(file, ..)| *file == list.file) {
                Some((.., known)) => known.extend(entries),
                None => kept.push((list.file, list.written, list.server, entries)),
            }
        }
        for (file, written, server, mut entries) in kept {
            let Some(profile) = server.profile(tree.crypt) else { continue };
            entries.sort_by_key(|entry| entry.span);
            let file = UserFile::of_entries(file, b"", entries, Vec::new(), Winner::Any).into();
            let (verifier, others, readers) = (profile.verifier, Vec::new(), Vec::new());
            judged.user_files.push(UserFileInUse { file, written, verifier, others, readers });
        }
    }
}

impl Stack {
    /// The accounts in the labels.
    fn lists(&self, tree: Tree<'_>) -> Vec<List> {
        let labels = || self.services.iter().flat_map(|(service, _)| &service.labels);
        let asks = |name: &str| {
            let routers = labels().filter(|(label, _)| Label::of(label) == Some(Label::Middlewares));
            routers.flat_map(|(_, value)| value.text.split(',')).any(|asked| {
                let asked = asked.trim();
                asked.split_once('@').map_or(asked, |(asked, _)| asked).eq_ignore_ascii_case(name)
            })
        };
        let mut lists = Vec::new();
        for (label, value) in labels() {
            let Some(Label::Users(name)) = Label::of(label) else { continue };
            let Some((entries, spoiled)) = accounts(tree, self.file, value) else { continue };
            let (server, written) = (Kind::Traefik, Written::Compose);
            let (file, named, asked) = (self.file, self.named, asks(name));
            lists.push(List { server, file, written, named, entries, spoiled, asked });
        }
        lists
    }
}

/// The accounts of a label, and the places of those that would be fine if no `$` of theirs began a variable; `None`: they
/// hang on variables that nobody knows here.
fn accounts(tree: Tree<'_>, file: FileId, value: &Value) -> Option<(Vec<Spanned<String>>, Vec<Span>)> {
    if value.refused.is_some() || value.text.contains('\n') || value.text.is_empty() {
        return None;
    }
    let (texts, meant): (Vec<&str>, Vec<&str>) = (value.text.split(',').collect(), value.meant.split(',').collect());
    let spans = spans(tree, file, value.span, texts.len());
    let sound = |entry: &str| {
        let stored = entry.split_once(':').map(|(_, stored)| stored.trim());
        let verifier = Kind::Traefik.profile(tree.crypt).map(|profile| profile.verifier);
        stored
            .zip(verifier)
            .is_some_and(|(stored, verifier)| judge(stored.as_bytes(), verifier).is_alive() == Some(true))
    };
    if value.open && !meant.iter().any(|entry| sound(entry)) {
        return None;
    }
    let differ = spans
        .iter()
        .zip(texts.iter().zip(&meant))
        .filter(|(_, (text, meant))| value.open && text != meant && sound(meant));
    let spoiled = differ.map(|(span, _)| *span).collect();
    let entries = texts.iter().zip(&spans).map(|(text, span)| Spanned::new(text.trim().to_owned(), *span)).collect();
    Some((entries, spoiled))
}

/// The places of the parts of a text between commas, if it is written as it is; else that of the whole for each.
fn spans(tree: Tree<'_>, file: FileId, whole: Span, count: usize) -> Vec<Span> {
    let bytes = tree.sources.get(file).map(|source| source.slice(whole)).unwrap_or_default();
    let mut start = whole.start;
    let parts = bytes.split(|byte| *byte == b',').map(|part| {
        let span = Span::new(start, start + part.len());
        start = span.end + 1;
        span
    });
    let parts: Vec<Span> = parts.collect();
    if parts.len() == count { parts } else { vec![whole; count] }
}

impl List {
    /// Lets the server read the list; gives its entries at their places.
    fn judge(&self, tree: Tree<'_>, judged: &mut Judged) -> Vec<Entry> {
        // Nothing between two commas is an entry, and no empty line.
        let line = |entry: &'_ Spanned<String>| {
            if entry.value.is_empty() { "-\n".to_owned() } else { format!("{}\n", entry.value) }
        };
        let text: String = self.entries.iter().map(line).collect();
        let files = Memory::new().file(USERS, text);
        let sources = Sources::default();
        let stand_in = StandIn::new(self.server, &files, USERS.as_ref());
        let Some(Ok(survey)) = stand_in.map(|server| server.open(tree.crypt, &sources, |server| server.survey()))
        else {
            return Vec::new();
        };
        let place = |place: Option<Place>| {
            let source = place.and_then(|place| Some((sources.get(place.file)?, place.span)));
            let line = source.map(|(source, span)| source.position(span.start).line);
            self.entries.get(line.unwrap_or(1).saturating_sub(1)).map(|entry| entry.span)
        };
        if self.named {
            judged.asked.push(self.file);
        }
        for Cause { because, mut outcome } in survey.causes {
            let Some(span) = place(because.place) else { continue };
            if !self.asked {
                outcome.status = None;
            }
            let spoiled = self.spoiled.contains(&span);
            let reason = if spoiled { Reason::SingleDollar { by: "Docker Compose" } } else { because.reason };
            let by = Some(self.server.name());
            let because = Because { by, ..Because::at(reason, Place::new(self.file, span)) };
            judged.causes.push(Cause { because, outcome });
        }
        let entries = self.entries.iter().map(|entry| {
            let (user, stored) = entry.value.split_once(':').unwrap_or((&entry.value, ""));
            let (user, stored) = (user.as_bytes().into(), stored.as_bytes().into());
            Entry { user, stored, rest: Box::default(), user_span: entry.span, span: entry.span }
        });
        entries.collect()
    }
}
