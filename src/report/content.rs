//! What a report shows: findings and areas with their sources, counted and in order.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::view::View;
use crate::answer::Area;
use crate::finding::{Finding, Severity};
use crate::source::{FileId, Place, Position, Source, Sources};

/// All there is to say of the files that were looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// The files that findings and areas speak of.
    pub sources: Sources,
    /// Why the server does not start, the first reason that it would tell; `None`: it may, or runs already.
    pub refusal: Option<Finding>,
    /// What the rules said.
    pub findings: Vec<Finding>,
    /// Where authentication stands, and what becomes of it.
    pub areas: Vec<Area>,
    /// How many files were looked at.
    pub files: usize,
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Of severity error.
    pub errors: usize,
    /// Of severity warning.
    pub warnings: usize,
    /// Of severity note.
    pub notes: usize,
}

impl Report {
    /// How many findings there are of each severity.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        Counts { errors: count(Severity::Error), warnings: count(Severity::Warning), notes: count(Severity::Note) }
    }

    /// Leaves one of several findings that say the same of the same place: a file may have been read for several servers.
    pub fn say_once(&mut self) {
        let mut said = BTreeSet::new();
        let sources = &self.sources;
        self.findings.retain(|finding| {
            let path = sources.get(finding.place.file).map(Source::path);
            said.insert((path, finding.place.span, finding.rule, finding.message.clone()))
        });
    }

    /// The highest severity among the findings; `None` without findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// The findings by file, line, column, severity (errors first) and rule; equal ones as the rules gave them.
    pub(super) fn ordered(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.findings.iter().collect();
        findings.sort_by_cached_key(|finding| {
            let path = self.sources.get(finding.place.file).map(|source| source.path());
            (path, self.position(finding.place), Reverse(finding.severity), finding.rule)
        });
        findings
    }

    /// The view of a file; `None` only for an id of other sources.
    pub(super) fn view(&self, file: FileId, show_secrets: bool) -> Option<View<'_>> {
        self.sources.get(file).map(|source| View::new(source, show_secrets))
    }

    fn position(&self, place: Place) -> Option<Position> {
        self.view(place.file, false).map(|view| view.positions(place.span).0)
    }
}

/// How a report names a source: see [`shown_path`].
pub(super) fn shown_name(source: Option<&Source>, folder: &Path) -> String {
    source.map(|source| shown_path(source.path(), folder)).unwrap_or_default()
}

/// How a report names a file: relative to `folder`, the current one, if it lies below it, else absolute; `/` between
/// the parts, and U+FFFD for what is no Unicode.
#[must_use]
pub fn shown_path(path: &Path, folder: &Path) -> String {
    let whole = plain(&folder.join(path));
    let Ok(below) = whole.strip_prefix(plain(folder)) else {
        return slashes(&whole);
    };
    if below.as_os_str().is_empty() { ".".to_owned() } else { slashes(below) }
}

/// The path without `.` and `..`, by its text alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_the_folder_is_relative_and_any_other_absolute() {
        let shown = |path: &str| shown_path(Path::new(path), Path::new("/srv/site"));
        assert_eq!(shown("/srv/site/a/.htaccess"), "a/.htaccess");
        assert_eq!(shown("./a/../.htaccess"), ".htaccess");
        assert_eq!(shown("../other/.htpasswd"), "/srv/other/.htpasswd");
        assert_eq!(shown("/srv/site2/x"), "/srv/site2/x");
        assert_eq!(shown("/srv/site/"), ".");
    }
}
