//! What a run has covered, counted by cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::compared::{Compared, Difference};
use super::world::World;

/// How often each thing was met.
type Counts<K> = BTreeMap<K, usize>;

/// All that a run counts.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    pub(crate) started: usize,
    pub(crate) compared: usize,
    pub(crate) directives: Counts<String>,
    pub(crate) reasons: Counts<&'static str>,
    statuses: Counts<u16>,
    undecided: BTreeMap<String, Vec<u64>>,
    refusals: Counts<String>,
    said: Counts<String>,
    /// Each difference with the seeds of its cases.
    pub(crate) wrong: BTreeMap<Difference, Vec<u64>>,
}

impl Tally {
    pub(crate) fn add(&mut self, seed: u64, world: &World, compared: &Compared) {
        self.cases += 1;
        self.started += usize::from(compared.real.startup == "ok");
        self.compared += compared.real.statuses.len();
        for name in directives(world) {
            *self.directives.entry(name).or_default() += 1;
        }
        let reasons: BTreeSet<&'static str> = compared
            .ours
            .iter()
            .chain(compared.holders.iter().flatten())
            .flat_map(|ours| ours.reasons.iter().map(|spoken| spoken.id))
            .collect();
        for reason in reasons {
            *self.reasons.entry(reason).or_default() += 1;
        }
        for status in &compared.real.statuses {
            *self.statuses.entry(*status).or_default() += 1;
        }
        if compared.real.startup != "ok" {
            *self.refusals.entry(last_words(&compared.words)).or_default() += 1;
        }
        for said in compared.words.lines().filter_map(said).collect::<BTreeSet<_>>() {
            *self.said.entry(said).or_default() += 1;
        }
        for missing in compared.undecided() {
            self.undecided.entry(missing).or_default().push(seed);
        }
        let differences: BTreeSet<Difference> = compared.differences().into_iter().map(|(_, found)| found).collect();
        for difference in differences {
            self.wrong.entry(difference).or_default().push(seed);
        }
    }

    /// The run in words, with the tables of what was met if it was `long`.
    pub(crate) fn report(&self, long: bool) -> String {
        let mut out = String::new();
        let Self { cases, started, compared, .. } = self;
        writeln!(out, "{cases} cases, {started} servers that started, {compared} answers compared").unwrap();
        writeln!(out, "statuses: {:?}", self.statuses).unwrap();
        if long {
            table(&mut out, "directive", &self.directives);
            table(&mut out, "reason", &self.reasons);
            writeln!(out, "the server's words:").unwrap();
            most(&mut out, &self.said, 60);
        }
        writeln!(out, "refused to start: {}", cases - started).unwrap();
        most(&mut out, &self.refusals, 25);
        let open: usize = self.undecided.values().map(Vec::len).sum();
        writeln!(out, "undecided: {open} answers").unwrap();
        let told = |(words, seeds): (&String, &Vec<u64>)| (format!("{words}, HTLINT_SEED={}", seeds[0]), seeds.len());
        most(&mut out, &self.undecided.iter().map(told).collect(), 25);
        writeln!(out, "wrong: {} kinds", self.wrong.len()).unwrap();
        for (difference, seeds) in &self.wrong {
            writeln!(out, "  {:5} {difference:?}, HTLINT_SEED={}", seeds.len(), seeds[0]).unwrap();
        }
        out
    }
}

/// The last line that says more than that it all failed, without time and process.
pub(crate) fn last_words(why: &str) -> String {
    let telling = why.lines().rev().find(|line| !line.contains("AH00016") && !line.contains("AH00558"));
    telling.unwrap_or_default().rsplit("] ").next().unwrap_or_default().to_owned()
}

/// What a line of the log says of a request: its code, else its first words (a per-dir file's error has no code).
fn said(line: &str) -> Option<String> {
    let text = line.split_once("[client ")?.1.split_once("] ")?.1;
    let first = text.split_whitespace().next()?;
    let code = text
        .split_whitespace()
        .map(|word| word.trim_end_matches(':'))
        .find(|word| word.starts_with("AH") && word.len() == 7);
    let shown =
        || text.split_whitespace().filter(|word| !word.contains("/.htaccess:")).take(5).collect::<Vec<_>>().join(" ");
    Some(code.map_or_else(|| if first.is_empty() { String::new() } else { shown() }, str::to_owned))
}

/// The words that came up most.
fn most(out: &mut String, counts: &Counts<String>, count: usize) {
    let mut all: Vec<_> = counts.iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (words, count) in all.into_iter().take(count) {
        writeln!(out, "  {count:5} {words}").unwrap();
    }
}

fn table<K: std::fmt::Display>(out: &mut String, what: &str, counts: &Counts<K>) {
    writeln!(out, "cases by {what}:").unwrap();
    for (name, count) in counts {
        writeln!(out, "  {count:5} {name}").unwrap();
    }
}

/// The directives and sections of all configuration texts of a case, in lower case.
fn directives(world: &World) -> BTreeSet<String> {
    let configs = world.files.iter().filter(|(path, _)| path.ends_with(".conf") || path.ends_with(".htaccess"));
    let texts = configs.map(|(_, text)| String::from_utf8_lossy(text).to_lowercase());
    let words = texts.flat_map(|text| {
        let first = text.lines().filter_map(|line| line.split_whitespace().next().map(str::to_owned));
        first.collect::<Vec<_>>()
    });
    words.map(|word| word.trim_end_matches('>').to_owned()).filter(|word| is_name(word)).collect()
}

/// Whether a word looks like a directive's name; a spoilt file holds others.
fn is_name(word: &str) -> bool {
    let name = word.strip_prefix('<').unwrap_or(word);
    (2..40).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
