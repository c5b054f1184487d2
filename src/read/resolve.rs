//! The way to a file, name by name, as the kernel goes it: links followed, `..` taken from the real directory.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::files::{Fault, FileType, Files};

/// The most links that are followed on one way (`MAXSYMLINKS` of Linux).
const MOST_LINKS: usize = 40;

/// What is asked on the way; every path given is free of links but for its last name.
pub(super) trait Way {
    /// Why the way may end early.
    type Stop: From<Fault>;

    /// Whether a name may be looked up in this directory.
    fn search(&self, directory: &Path) -> Result<(), Self::Stop>;

    /// Where the link of that name points; `None` if it is no link.
    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Self::Stop>;
}

/// A name still to go.
enum Step {
    Down(OsString),
    Up,
    /// A slash behind the last name: it must be a directory.
    Here,
}

/// Goes the way and returns the real path of its end; the last name need not exist.
pub(super) fn follow<W: Way>(way: &W, path: &Path) -> Result<PathBuf, W::Stop> {
    let mut real = top(path);
    let mut ahead: Vec<Step> = Vec::new();
    push(&mut ahead, path);
    let mut links = 0;
    while let Some(step) = ahead.pop() {
        way.search(&real)?;
        match step {
            Step::Here => {}
            Step::Up => {
                real.pop();
            }
            Step::Down(name) => {
                let next = real.join(name);
                let Some(target) = way.link(&next)? else {
                    real = next;
                    continue;
                };
                links += 1;
                if links > MOST_LINKS {
                    return Err(Fault::Loop.into());
                }
                if target.has_root() {
                    real = top(&target);
                }
                push(&mut ahead, &target);
            }
        }
    }
    Ok(real)
}

/// The root directory, on Windows that of the path's drive.
fn top(path: &Path) -> PathBuf {
    let is_top = |component: &Component<'_>| matches!(component, Component::Prefix(_) | Component::RootDir);
    Path::new("/").components().chain(path.components().take_while(is_top)).collect()
}

/// Puts the names of a path on the stack, first one on top.
fn push(ahead: &mut Vec<Step>, path: &Path) {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.ends_with(b"/") || bytes.ends_with(b"/.") {
        ahead.push(Step::Here);
    }
    ahead.extend(path.components().rev().filter_map(|component| match component {
        Component::Normal(name) => Some(Step::Down(name.to_owned())),
        Component::ParentDir => Some(Step::Up),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    }));
}

/// The file system itself as the one who goes, with our own rights.
struct Ourselves<'f>(&'f dyn Files);

impl Way for Ourselves<'_> {
    type Stop = Fault;

    fn search(&self, directory: &Path) -> Result<(), Fault> {
        match self.0.stat(directory)?.kind {
            FileType::Directory => Ok(()),
            FileType::Regular | FileType::Link | FileType::Fifo | FileType::Socket | FileType::Device => {
                Err(Fault::NotADirectory)
            }
        }
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        self.0.link(path)
    }
}

/// The path of the same file without links, `.` and `..`; fails where the way ends early or its end is missing.
pub fn real(files: &dyn Files, path: &Path) -> Result<PathBuf, Fault> {
    let real = follow(&Ourselves(files), path)?;
    files.stat(&real).map(|_| real)
}
