//! The files that a pattern of `include` names (glob(3), as src/os/unix/ngx_files.c, `ngx_open_glob` calls it).

use std::path::{Component, Path, PathBuf};

use super::include::locate;
use crate::answer::Target;
use crate::read::Located;

/// The server's paths that fit, sorted by their bytes; `None`: a folder does not lie here.
pub(super) fn found(target: &Target<'_>, pattern: &Path) -> Option<Vec<PathBuf>> {
    let mut paths = vec![PathBuf::from("/")];
    for component in pattern.components() {
        let name = match component {
            Component::Normal(name) => name.as_encoded_bytes(),
            Component::ParentDir => b"..",
            Component::CurDir | Component::RootDir | Component::Prefix(_) => continue,
        };
        if !name.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
            for path in &mut paths {
                path.push(component);
            }
            continue;
        }
        let mut next = Vec::new();
        for folder in &paths {
            let Located::Local { path: local, .. } = locate(target, folder) else { return None };
            let names = target.files.children(&local).unwrap_or_default();
            let names = names.iter().filter_map(|path| path.file_name());
            next.extend(names.filter(|found| fits(name, found.as_encoded_bytes(), true)).map(|name| folder.join(name)));
        }
        paths = next;
    }
    // What a link leads to is not looked at: a dangling one is found, and cannot be opened.
    paths.retain(|path| match locate(target, path) {
        Located::Local { path, .. } => {
            target.files.stat(&path).is_ok() || matches!(target.files.link(&path), Ok(Some(_)))
        }
        Located::Unmapped => true,
    });
    paths.sort_unstable_by(|one, two| one.as_os_str().as_encoded_bytes().cmp(two.as_os_str().as_encoded_bytes()));
    Some(paths)
}

/// Whether a name fits a pattern (fnmatch(3)); a leading dot fits no wildcard.
fn fits(pattern: &[u8], name: &[u8], first: bool) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*' | b'?' | b'[', ..], [b'.', ..]) if first => false,
        ([b'*', rest @ ..], _) => {
            fits(rest, name, false) || matches!(name, [_, behind @ ..] if fits(pattern, behind, false))
        }
        ([b'?', rest @ ..], [_, behind @ ..]) => fits(rest, behind, false),
        ([b'[', rest @ ..], [byte, behind @ ..]) => match bracket(rest, *byte) {
            Some((inside, rest)) => inside && fits(rest, behind, false),
            None => *byte == b'[' && fits(rest, behind, false),
        },
        ([b'\\', one, rest @ ..], [byte, behind @ ..]) | ([one, rest @ ..], [byte, behind @ ..]) => {
            one == byte && fits(rest, behind, false)
        }
        _ => false,
    }
}

/// Whether a bracket holds the byte, and what follows it; `None`: it is not closed.
fn bracket(pattern: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (negated, mut rest) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let (mut inside, mut first) = (false, true);
    loop {
        rest = match rest {
            [b']', behind @ ..] if !first => return Some((inside != negated, behind)),
            [low, b'-', high, behind @ ..] if *high != b']' => {
                inside |= (*low..=*high).contains(&byte);
                behind
            }
            [one, behind @ ..] => {
                inside |= *one == byte;
                behind
            }
            [] => return None,
        };
        first = false;
    }
}
