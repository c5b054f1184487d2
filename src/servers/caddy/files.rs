//! Files: `try_files` and `file_server` (Caddy `modules/caddyhttp/fileserver/{caddyfile,staticfiles}.go`).

use std::path::Path;

use super::matcher::path_fits;
use super::placeholders::fill;
use super::route::{Files, Route};
use super::run::{End, Walk, plain};
use crate::answer::{Answer, Because, Missing, Reason};
use crate::gate::Host;
use crate::read::{Account, FileType};

impl Walk<'_> {
    /// `try_files` (`parseTryFiles`): the first that is there becomes the path, with the query written behind it.
    pub(super) fn try_files(&mut self, paths: &[String]) -> Result<End, String> {
        let root = fill(self.asked.root(), &self.asked)?;
        for path in paths {
            let code = path.strip_prefix('=').and_then(|code| code.parse().ok());
            if let Some(code) = code.filter(|code| (100..1000).contains(code)) {
                return Ok(End::Failed(plain(code)));
            }
            let (path, query) = path.split_once('?').map_or((path.as_str(), None), |(path, query)| (path, Some(query)));
            let Some(found) = self.asked.has(&root, path)? else { continue };
            if let Some(query) = query {
                self.asked.query = fill(query, &self.asked)?;
            }
            self.asked.path = found;
            return Ok(End::On);
        }
        Ok(End::On)
    }

    /// `file_server` (`ServeHTTP`).
    pub(super) fn serve(&self, files: &Files, route: &Route) -> End {
        let root = files.root.as_deref().unwrap_or_else(|| self.asked.root());
        let filled = fill(root, &self.asked).ok();
        let Some(local) = filled.and_then(|root| self.asked.local(&root, &self.asked.path)) else {
            let missing = Missing::Path { path: root.to_owned() };
            return End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)));
        };
        let missing = || if files.pass { End::On } else { End::Failed(plain(404)) };
        if !self.asked.reaches(&local) {
            return End::Failed(plain(403));
        }
        let Some(kind) = self.asked.kind(&local) else { return missing() };
        if self.is_hidden(files, &local) {
            return missing();
        }
        let base = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        // Slashes are only mended in what the client itself asked for.
        let own = base(&self.asked.written) == base(&self.asked.path);
        let slash = if own { self.asked.written.ends_with('/') } else { self.asked.path.ends_with('/') };
        let mut file = local.clone();
        if kind == FileType::Directory {
            let names = files.index.clone().unwrap_or_else(|| vec!["index.html".to_owned(), "index.txt".to_owned()]);
            let index =
                names.iter().map(|name| local.join(name)).find(|path| self.asked.kind(path) == Some(FileType::Regular));
            match index {
                Some(index) => file = index,
                None if files.browse => return End::Done(plain(if slash { 200 } else { 308 })),
                None => return missing(),
            }
        }
        if own && !files.as_asked && (kind == FileType::Directory) != slash {
            return End::Done(plain(308));
        }
        if self.closed(&file) {
            return End::Failed(plain(403));
        }
        let status = files.status.as_deref().and_then(|code| self.code(code).ok());
        match status {
            Some(Err(status)) => End::Failed(plain(status)),
            Some(Ok(status)) => End::Done(plain(status)),
            None => End::Done(plain(self.asked.error.unwrap_or(200))),
        }
    }

    fn closed(&self, file: &Path) -> bool {
        let account = Account::named("www-data", self.host.target.files).filter(|_| self.host.target.paths.is_host());
        account.is_some_and(|account| account.may_open(self.host.target.files, file).is_err())
    }

    fn is_hidden(&self, files: &Files, local: &Path) -> bool {
        let names = || local.components().filter_map(|part| part.as_os_str().to_str());
        self.hidden.iter().any(|hidden| hidden == local)
            || files.hide.iter().any(|pattern| {
                if pattern.contains('/') {
                    let path = Host::path(Path::new("/"), pattern);
                    local.starts_with(&path)
                } else {
                    names().any(|name| path_fits(&format!("/{pattern}").to_lowercase(), &format!("/{name}")))
                }
            })
    }
}
