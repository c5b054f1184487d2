//! Volumes: which paths of a container are files of this machine (compose-go `format/volume.go`, `ParseVolume`).

use std::path::{Path, PathBuf};

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1};
use nom::character::complete::satisfy;
use nom::combinator::recognize;
use nom::multi::separated_list1;
use nom::{IResult, Parser};

use super::file::Value;
use crate::read::normalize;
use crate::source::Span;
use crate::yaml::Node;

/// A path of the container and what lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path on this machine; `None`: something that lies elsewhere, or nobody can tell where.
    pub source: Option<PathBuf>,
    /// The path in the container.
    pub target: PathBuf,
    /// Where it is written.
    pub span: Span,
}

/// What lies at a path of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mounted {
    /// This path of this machine.
    Here(PathBuf),
    /// Something of a volume or another machine.
    Elsewhere,
    /// Something of the image.
    Image,
}

impl Mount {
    /// Reads one item of `volumes`; relative sources are taken from `folder`.
    pub(super) fn read(node: &Node, folder: &Path, fill: &dyn Fn(&Node) -> Option<Value>) -> Option<Self> {
        if node.is_map() {
            let text = |key: &str| node.get(key).and_then(fill);
            let target = text("target").filter(|target| target.is_sure())?;
            let bound = text("type").is_some_and(|kind| kind.text == "bind");
            let source = text("source").filter(|source| bound && source.is_sure());
            let source = source.and_then(|source| local(&source.text, folder));
            return Some(Self { source, target: PathBuf::from(target.text), span: node.span });
        }
        let value = fill(node)?;
        let (_, parts) = parts(&value.text).ok()?;
        let (source, target) = match parts[..] {
            [target] => (None, target),
            [source, target, ..] => (Some(source), target),
            [] => return None,
        };
        let source = source.filter(|source| value.is_sure() && is_path(source)).and_then(|path| local(path, folder));
        Some(Self { source, target: PathBuf::from(target), span: node.span })
    }

    /// What lies at a path of the container whose volumes these are: the deepest one counts.
    #[must_use]
    pub fn of(mounts: &[Self], path: &Path) -> Mounted {
        let path = normalize(path);
        let covering = mounts.iter().filter(|mount| path.starts_with(&mount.target));
        let Some(mount) = covering.max_by_key(|mount| mount.target.components().count()) else { return Mounted::Image };
        match (&mount.source, path.strip_prefix(&mount.target)) {
            (Some(source), Ok(below)) => Mounted::Here(source.join(below).components().collect()),
            (None, _) | (_, Err(_)) => Mounted::Elsewhere,
        }
    }
}

/// The parts between colons; the one behind a drive letter does not count.
fn parts(text: &str) -> IResult<&str, Vec<&str>> {
    let part = || take_till1(|found| found == ':');
    let drive = recognize((satisfy(|found| found.is_ascii_alphabetic()), tag(":"), part()));
    separated_list1(tag(":"), alt((drive, part()))).parse(text)
}

/// Whether it is a path and no volume's name (`isFilePath`).
fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
}

/// Where a source lies on this machine: seen from the folder of the file, or below it; else an absolute path is one of the
/// host.
fn local(source: &str, folder: &Path) -> Option<PathBuf> {
    let path = Path::new(source);
    let near = !path.has_root() && !source.starts_with('~') || path.starts_with(folder);
    near.then(|| normalize(&folder.join(path)).components().collect())
}
