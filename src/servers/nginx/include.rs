//! The files that a configuration is made of (src/core/ngx_conf_file.c, `ngx_conf_include`).

use std::path::Path;

use super::glob;
use super::reader::{DEEPEST, Reader, Stop};
use super::secrets::secrets;
use super::tree::{BlockId, Item, Kind};
use crate::answer::{Because, Missing, Reason, Target};
use crate::read::{self, How, Located, server_path};
use crate::source::{Place, Source};

/// Folders that packages put the main configuration into.
const USUAL: [&str; 4] = ["/etc/nginx", "/usr/local/etc/nginx", "/opt/homebrew/etc/nginx", "/usr/local/nginx/conf"];

/// Files that packages bring, which say nothing of logins and are there on every server.
const SHIPPED: [&str; 10] = [
    "mime.types",
    "fastcgi_params",
    "fastcgi.conf",
    "fastcgi-php.conf",
    "uwsgi_params",
    "scgi_params",
    "proxy_params",
    "koi-utf",
    "koi-win",
    "options-ssl-nginx.conf",
];

impl Reader<'_> {
    /// `include` (`ngx_conf_include`).
    pub(super) fn include(&mut self, scope: BlockId, item: &Item) -> Result<(), Stop> {
        let written = item.arg(0);
        let path = self.folder.join(server_path(written));
        let pattern = path.as_os_str().as_encoded_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'['));
        self.depth += 1;
        if self.depth > DEEPEST {
            let fault = "Too many open files".to_owned();
            return Err(Stop::fails(Reason::UnreadableConfig { fault }, item.place));
        }
        if !pattern {
            self.included(&path, scope, item.place)?;
        } else {
            match glob::found(self.target, &path) {
                Some(found) => found.iter().try_for_each(|path| self.included(path, scope, item.place))?,
                None => self.absent(&path, scope, item.place, true),
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn included(&mut self, path: &Path, scope: BlockId, place: Place) -> Result<(), Stop> {
        let Located::Local { path: local, .. } = self.locate(path) else {
            self.absent(path, scope, place, false);
            return Ok(());
        };
        match self.target.files.read(&local) {
            Ok(bytes) => {
                let secrets = secrets(&bytes);
                let mut source = Source::new(local, bytes);
                source.set_secrets(secrets);
                let file = self.sources.add(source);
                self.whole(file, scope)
            }
            Err(read::Fault::Denied) => {
                Err(Stop::unknown(Missing::Content { path: local.display().to_string() }, place))
            }
            Err(fault) => {
                let fault = format!("open() \"{}\" failed {fault}", path.display());
                Err(Stop::fails(Reason::UnreadableConfig { fault }, place))
            }
        }
    }

    /// A file to be included that is not at hand, or files that fit a pattern.
    fn absent(&mut self, path: &Path, scope: BlockId, place: Place, pattern: bool) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if SHIPPED.contains(&name.as_str()) {
            return;
        }
        let kind = self.tree.get(scope).kind;
        if !(pattern && matches!(kind, Kind::Main | Kind::Http)) {
            self.leaky.insert(scope);
        }
        let missing = Missing::Path { path: path.display().to_string() };
        self.doubt(Box::new(Because::at(Reason::CannotTell { missing }, place)));
    }
}

/// Where a path of the server lies here. In a checkout the folder of the main file stands for the usual one on a server.
pub(super) fn locate(target: &Target<'_>, path: &Path) -> Located {
    match target.paths.told(target.files, path) {
        Located::Local { path: clean, how: How::Host } => {
            // The kernel goes down before it goes up: what does not lead there so keeps its `..`.
            let same = clean == path || read::real(target.files, path) == read::real(target.files, &clean);
            return Located::Local { path: if same { clean } else { path.to_owned() }, how: How::Host };
        }
        told @ Located::Local { .. } => return told,
        Located::Unmapped => {}
    }
    let mut below = USUAL.iter().filter_map(|usual| path.strip_prefix(usual).ok());
    match below.next().map(|below| target.folder().join(below)) {
        Some(here) if target.files.stat(&here).is_ok() => Located::Local { path: here, how: How::Own },
        Some(_) | None => Located::Unmapped,
    }
}
