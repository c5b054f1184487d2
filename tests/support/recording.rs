//! Asks the real server what a case asks, and keeps what it said.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::apache::{self, Apache, Site, Start};
use super::case::{Answers, Case};
use super::{client, layout};

const THREADS: usize = 2;
/// How many cases share a server: its start costs far more than a case's requests.
const SHARED: usize = 24;

/// A case and its place among all.
type Placed<'c> = (usize, &'c Case);

/// The answers of the real server to every case, in the order given; a fault is one of this host, not an answer.
pub(crate) fn answers(cases: &[Case]) -> io::Result<Vec<Answers>> {
    let version = apache::version()?;
    let batches = batches(cases);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.extend(answer(batch, &version)?);
        }
        Ok::<_, io::Error>(done)
    };
    let mut all = Vec::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            all.extend(worker.join().map_err(|_| io::Error::other("a worker stopped"))??);
        }
        Ok::<_, io::Error>(())
    })?;
    all.sort_by_key(|(place, _)| *place);
    Ok(all.into_iter().map(|(_, answers)| answers).collect())
}

/// Writes `answers.toml`, the expectation of every later run.
pub(crate) fn keep(case: &Case, answers: &Answers) -> io::Result<()> {
    fs::write(case.answers_file(), toml::to_string(answers).map_err(io::Error::other)?)
}

/// Cases that one server can serve together: the same modules and `-D` names, and no ServerRoot of their own.
fn batches(cases: &[Case]) -> Vec<Vec<Placed<'_>>> {
    let mut alike: BTreeMap<_, Vec<Placed<'_>>> = BTreeMap::new();
    for (place, case) in cases.iter().enumerate() {
        let own_root = case.server().map(|_| place);
        alike.entry((&case.setup.modules, &case.setup.defines, own_root)).or_default().push((place, case));
    }
    alike.values().flat_map(|group| group.chunks(SHARED).map(<[_]>::to_vec)).collect()
}

/// A batch that does not start is tried case by case, to see which one the server refuses.
fn answer(batch: &[Placed<'_>], version: &str) -> io::Result<Vec<(usize, Answers)>> {
    let sites: Vec<Site<'_>> = batch.iter().map(|(_, case)| site(case)).collect::<io::Result<_>>()?;
    match Apache::start(&sites)? {
        Start::Up(mut apache) => {
            let ports = apache.ports.clone();
            let served = batch.iter().zip(&sites).zip(ports);
            let asked = served.map(|(((place, case), site), port)| {
                let answers = ask_all(&mut apache, port, site, version);
                Ok((*place, answers.map_err(|fault| io::Error::other(format!("{}: {fault}", case.title())))?))
            });
            asked.collect()
        }
        Start::Refused(why) => match batch {
            [(place, _)] => Ok(vec![(*place, refusal(&why, &sites, version))]),
            several => several.iter().map(|alone| answer(&[*alone], version)).collect::<io::Result<Vec<_>>>().map(flat),
        },
    }
}

fn site(case: &Case) -> io::Result<Site<'_>> {
    Ok(Site { laid: layout::lay_out(case)?, setup: &case.setup })
}

fn flat<T>(lists: Vec<Vec<T>>) -> Vec<T> {
    lists.into_iter().flatten().collect()
}

fn refusal(why: &str, sites: &[Site<'_>], version: &str) -> Answers {
    let root = sites.first().map(|site| site.laid.root.display().to_string()).unwrap_or_default();
    let logs = vec![vec![why.replace(&root, "@ROOT@").trim().to_owned()]];
    Answers { server: version.to_owned(), startup: "fail".to_owned(), statuses: vec![], logs }
}

fn ask_all(apache: &mut Apache, port: u16, site: &Site<'_>, version: &str) -> io::Result<Answers> {
    let folder = site.laid.site().display().to_string();
    let mut answers = Answers { server: version.to_owned(), startup: "ok".to_owned(), statuses: vec![], logs: vec![] };
    for request in &site.setup.requests {
        answers.statuses.push(client::ask(port, request)?);
        let said = apache.new_log();
        answers.logs.push(said.iter().map(|line| reason(line).replace(&folder, "@SITE@")).collect());
    }
    Ok(answers)
}

/// The first AH code of a log line; the text where Apache gives none, as for an error in a `.htaccess`.
fn reason(line: &str) -> String {
    let mut text = line;
    while let Some((_, rest)) = text.split_once("] ").filter(|_| text.starts_with('[')) {
        text = rest;
    }
    let mut words = text.split(' ').filter_map(|word| word.strip_suffix(':'));
    let code = words.find(|word| word.strip_prefix("AH").is_some_and(|number| number.parse::<u32>().is_ok()));
    code.unwrap_or(text).to_owned()
}
