//! A case made as small as it can be while the server and the engine still differ in the same way.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use proptest::strategy::ValueTree;

use super::compared::{Difference, compare};
use super::support::replay::Driver;
use super::world::World;

/// How many servers are started for one case at most.
const PATIENCE: usize = 900;
/// How many of them for the strategies' own shrinking, before text is cut by lines.
const BY_STRATEGY: usize = 120;

pub(crate) struct Reducer<'d> {
    driver: &'d dyn Driver,
    wanted: Difference,
    left: usize,
}

/// Shrinks by the strategies first, then by the text.
pub(crate) fn reduce(driver: &dyn Driver, mut tree: impl ValueTree<Value = World>, wanted: &Difference) -> World {
    let mut reducer = Reducer { driver, wanted: wanted.clone(), left: PATIENCE };
    let mut best = tree.current();
    for _ in 0..BY_STRATEGY {
        if !tree.simplify() {
            break;
        }
        let smaller = tree.current();
        if reducer.still(&smaller) {
            best = smaller;
        } else if !tree.complicate() {
            break;
        }
    }
    let mut size = usize::MAX;
    while measure(&best) < size {
        size = measure(&best);
        reducer.requests(&mut best);
        reducer.files(&mut best);
        reducer.rights(&mut best);
        for path in best.files.keys().cloned().collect::<Vec<_>>() {
            reducer.lines(&mut best, &path);
        }
    }
    best
}

fn measure(world: &World) -> usize {
    let plan = &world.plan;
    let named = plan.modes.len() + plan.owners.len() + plan.links.len() + plan.folders.len() + plan.requests.len();
    world.files.values().map(Vec::len).sum::<usize>() + named
}

impl Reducer<'_> {
    fn still(&mut self, world: &World) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        // A case that cannot be laid out (a mode for a file that went) is none.
        let differences = compare(self.driver, world).map(|compared| compared.differences()).unwrap_or_default();
        differences.iter().any(|(_, difference)| *difference == self.wanted)
    }

    /// Keeps a change if the difference stays.
    fn attempt(&mut self, best: &mut World, change: impl FnOnce(&mut World)) -> bool {
        let mut smaller = best.clone();
        change(&mut smaller);
        let kept = self.still(&smaller);
        if kept {
            *best = smaller;
        }
        kept
    }

    fn requests(&mut self, best: &mut World) {
        for request in best.plan.requests.clone() {
            let mut plain = request.clone();
            if best.plan.requests.len() > 1 && self.attempt(best, |world| world.plan.requests = vec![plain.clone()]) {
                break;
            }
            plain.headers.clear();
            if !request.headers.is_empty() && best.plan.requests.len() == 1 {
                self.attempt(best, |world| world.plan.requests = vec![plain]);
            }
        }
    }

    fn files(&mut self, best: &mut World) {
        for path in best.files.keys().cloned().collect::<Vec<_>>() {
            if path != best.plan.config {
                self.attempt(best, |world| drop(world.files.remove(&path)));
            }
        }
    }

    fn rights(&mut self, best: &mut World) {
        let paths =
            [&best.plan.modes, &best.plan.owners, &best.plan.links].into_iter().flat_map(|map| map.keys().cloned());
        for path in paths.collect::<BTreeSet<_>>() {
            self.attempt(best, |world| {
                world.plan.modes.remove(&path);
                world.plan.owners.remove(&path);
                world.plan.links.remove(&path);
            });
        }
        self.attempt(best, |world| world.plan.folders.clear());
    }

    /// Drops runs of lines, long ones first, and then what stands around sections.
    fn lines(&mut self, best: &mut World, path: &str) {
        let mut step = self.split(best, path).len();
        while step > 0 {
            let mut start = 0;
            while start < self.split(best, path).len() {
                if !self.cut(best, path, start..start + step) {
                    start += step;
                }
            }
            step /= 2;
        }
        let mut open = 0;
        while open < self.split(best, path).len() {
            let lines = self.split(best, path);
            let close = closing(&lines, open);
            let both = |place: usize| place != open && Some(place) != close;
            if close.is_none() || !self.attempt(best, |world| keep(world, path, &lines, both)) {
                open += 1;
            }
        }
    }

    fn split(&self, world: &World, path: &str) -> Vec<Vec<u8>> {
        let text = world.files.get(path).map_or(&[][..], Vec::as_slice);
        text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    }

    /// What every main config keeps, or the server would meet others on this machine.
    fn is_kept(line: &[u8]) -> bool {
        const KEPT: &[&[u8]] =
            &[b"ServerRoot ", b"Listen ", b"PidFile ", b"ErrorLog ", b"User ", b"Group ", b"DocumentRoot "];
        KEPT.iter().any(|start| line.starts_with(start))
    }

    fn cut(&mut self, best: &mut World, path: &str, lost: std::ops::Range<usize>) -> bool {
        let lines = self.split(best, path);
        let wanted = |place: usize| !lost.contains(&place) || Self::is_kept(&lines[place]);
        let changes = (0..lines.len()).any(|place| !wanted(place));
        changes && self.attempt(best, |world| keep(world, path, &lines, wanted))
    }
}

fn keep(world: &mut World, path: &str, lines: &[Vec<u8>], wanted: impl Fn(usize) -> bool) {
    let kept = lines.iter().enumerate().filter(|(place, _)| wanted(*place));
    let text = kept.flat_map(|(_, line)| line.iter().copied()).collect();
    world.files.insert(path.to_owned(), text);
}

/// The line that closes the section that a line opens.
fn closing(lines: &[Vec<u8>], open: usize) -> Option<usize> {
    let text = |line: &[u8]| String::from_utf8_lossy(line).trim().to_lowercase();
    let name = text(lines.get(open)?).strip_prefix('<')?.split([' ', '>']).next()?.to_owned();
    let end = format!("</{name}>");
    (open..lines.len()).find(|place| text(&lines[*place]) == end)
}

/// Writes a case as a folder that can be moved below `fixtures/servers/SERVER`.
pub(crate) fn write(folder: &Path, name: &str, world: &World) -> io::Result<PathBuf> {
    let case = folder.join(name);
    drop(fs::remove_dir_all(&case));
    for (path, text) in &world.files {
        let path = case.join("files").join(path);
        fs::create_dir_all(path.parent().unwrap_or(&case))?;
        fs::write(path, text)?;
    }
    fs::write(case.join("case.toml"), toml::to_string(&world.plan).map_err(io::Error::other)?)?;
    Ok(case)
}
