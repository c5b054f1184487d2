//! What is left out of the walk: globs written as in a `.gitignore`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A glob that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGlob {
    /// As written.
    pub glob: String,
    /// What is wrong with it.
    pub message: String,
}

/// Globs as in a `.gitignore`, each set taken from its own folder; what any set excludes is out.
#[derive(Debug, Clone, Default)]
pub struct Excludes {
    sets: Vec<Gitignore>,
}

impl Excludes {
    /// Adds the globs as a `.gitignore` in `folder` would hold them; fails on the first that cannot be read.
    pub fn add(&mut self, folder: &Path, globs: &[String]) -> Result<(), BadGlob> {
        let mut set = GitignoreBuilder::new(folder);
        let bad = |glob: &str, error: &ignore::Error| BadGlob { glob: glob.to_owned(), message: error.to_string() };
        for glob in globs {
            set.add_line(None, glob).map_err(|error| bad(glob, &error))?;
        }
        self.sets.push(set.build().map_err(|error| bad(&globs.join(" "), &error))?);
        Ok(())
    }

    /// Whether this very path is excluded; the folders above it are to be asked on their own.
    #[must_use]
    pub fn has(&self, path: &Path, is_folder: bool) -> bool {
        self.sets.iter().any(|set| set.matched(path, is_folder).is_ignore())
    }

    /// Whether the path or a folder above it, up to `root`, is excluded.
    pub(super) fn covers(&self, root: &Path, path: &Path, is_folder: bool) -> bool {
        let below = path.ancestors().take_while(|above| *above != root && above.starts_with(root));
        below.enumerate().any(|(up, at)| self.has(at, is_folder || up > 0))
    }
}
