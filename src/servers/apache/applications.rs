//! Applications that read the Authorization header themselves: by which files one knows them, and what fails without it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::read::Files;

const TABLE: &str = include_str!("applications.tsv");

/// An application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Application {
    /// What people call it.
    pub name: &'static str,
    /// Files that lie where it does, all of them: below the folder that is shown, or beside it (`../artisan`).
    marks: Vec<&'static str>,
    /// The script below that folder that reads the header.
    pub script: &'static str,
    /// Where its API is, below the folder's URL.
    pub api: &'static str,
    /// What fails without the header.
    pub breaks: &'static str,
}

impl Application {
    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (name, marks) = (fields.next()?, fields.next()?.split(' ').collect());
        Some(Self { name, marks, script: fields.next()?, api: fields.next()?, breaks: fields.next()? })
    }

    /// Whether its API is the script itself, or behind it as path info, and no path that is rewritten to it.
    #[must_use]
    pub(super) fn is_its_script(&self) -> bool {
        self.api.starts_with(self.script) || self.api.is_empty()
    }
}

fn applications() -> &'static [Application] {
    static APPLICATIONS: OnceLock<Vec<Application>> = OnceLock::new();
    APPLICATIONS.get_or_init(|| TABLE.lines().skip(1).filter_map(Application::parse).collect())
}

/// The application whose files lie in a folder of this machine; `None`: none that is known.
pub(super) fn application(files: &dyn Files, folder: &Path) -> Option<&'static Application> {
    let is_here = |mark: &&str| here(folder, mark).is_some_and(|path| files.stat(&path).is_ok());
    applications().iter().find(|application| application.marks.iter().all(is_here))
}

/// The place of a mark.
fn here(folder: &Path, mark: &str) -> Option<PathBuf> {
    Some(match mark.strip_prefix("../") {
        Some(beside) => folder.parent()?.join(beside),
        None => folder.join(mark),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Memory;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(applications().len(), TABLE.lines().count() - 1);
        for application in applications() {
            let own = application.marks.contains(&application.script);
            let front = application.script == "index.php";
            assert!(own || front, "{}: its script is none of its files", application.name);
            assert!(!application.breaks.is_empty() && !application.breaks.ends_with('.'), "{}", application.name);
        }
    }

    #[test]
    fn all_files_must_be_there() {
        let files = Memory::new().file("/srv/blog/wp-login.php", "").file("/srv/blog/index.php", "");
        assert_eq!(application(&files, Path::new("/srv/blog")), None);
        let files = files.file("/srv/blog/wp-includes/rest-api.php", "");
        assert_eq!(application(&files, Path::new("/srv/blog")).map(|found| found.name), Some("WordPress"));
    }

    #[test]
    fn a_file_may_lie_beside_the_folder_that_is_shown() {
        let files = Memory::new().file("/srv/shop/artisan", "").file("/srv/shop/public/index.php", "");
        let files = files.file("/srv/shop/routes/api.php", "");
        assert_eq!(application(&files, Path::new("/srv/shop/public")).map(|found| found.name), Some("Laravel"));
        assert_eq!(application(&files, Path::new("/srv/shop")), None);
    }
}
