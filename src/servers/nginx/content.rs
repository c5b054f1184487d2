//! What is sent once a request is let in: files, folders, and pages for errors (src/http/modules/
//! ngx_http_static_module.c, ngx_http_index_module.c, ngx_http_autoindex_module.c, ngx_http_try_files_module.c;
//! src/http/ngx_http_special_response.c).

use super::conditional::Entity;
use super::directives::number;
use super::disk::{Entry, Failed};
use super::exchange::{End, Exchange, HANDLERS, Known};
use super::location::PASSES;
use super::tree::Item;
use super::uri::split_args;
use crate::answer::Missing;

/// The folder of a path and how many bytes of the path it stands for; none of them where a pattern stands for the path.
struct Root {
    path: Vec<u8>,
    replaced: Option<usize>,
    alias: bool,
}

impl Exchange<'_, '_> {
    /// The content phase.
    pub(super) fn content(&mut self) -> Known<End> {
        if let Some(handler) = self.handler {
            // The last one that is written down has taken the place of the others.
            let answers = |item: &&Item| PASSES.iter().chain(&HANDLERS).any(|name| name.as_bytes() == item.name);
            if let Some(item) = self.tree().get(handler).items.iter().rfind(answers) {
                let passes = PASSES.iter().any(|name| name.as_bytes() == item.name);
                let media = matches!(item.name.as_slice(), b"flv" | b"mp4");
                if !media || !self.uri.ends_with(b"/") {
                    return if passes { self.pass(item) } else { self.handled(item) };
                }
            }
        }
        for name in ["content_by_lua_block", "content_by_lua", "content_by_lua_file", "js_content", "fancyindex"] {
            if let Some(item) = self.setting(name).filter(|item| item.arg(0) != b"off") {
                return Err(self.foreign(item));
            }
        }
        if self.uri.ends_with(b"/") {
            if let Some(end) = self.index()? {
                return Ok(end);
            }
            if let Some(end) = self.autoindex()? {
                return Ok(end);
            }
        }
        if let Some(end) = self.dav()? {
            return Ok(end);
        }
        if !self.is_read() {
            return Ok(End::Status(405));
        }
        if self.uri.ends_with(b"/") {
            return Ok(End::Status(403));
        }
        self.file()
    }

    /// GET, HEAD and POST are all that files are for.
    fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "POST")
    }

    /// Modules with a handler of their own.
    fn handled(&mut self, item: &Item) -> Known<End> {
        let reads = matches!(self.method.as_str(), "GET" | "HEAD");
        match item.name.as_slice() {
            b"empty_gif" if reads => {
                // The date that the picture was made on; it has no entity tag.
                self.entity = Entity::Foreign;
                Ok(End::Sent(200))
            }
            b"stub_status" if reads => Ok(End::Sent(200)),
            b"stub_status" | b"empty_gif" => Ok(End::Status(405)),
            b"echo" => Ok(End::Sent(200)),
            b"flv" | b"mp4" if !reads => Ok(End::Status(405)),
            b"flv" | b"mp4" if !self.seeks() => self.file(),
            _ => Err(self.foreign(item)),
        }
    }

    /// Whether an argument asks for a part of a film.
    fn seeks(&self) -> bool {
        let mut pairs = self.args.split(|byte| *byte == b'&').map(<[u8]>::to_ascii_lowercase);
        pairs.any(|pair| pair.starts_with(b"start=") || pair.starts_with(b"end="))
    }

    /// Can't tell: a module from elsewhere does this.
    pub(super) fn foreign(&self, item: &Item) -> super::disk::Unknown {
        let missing = Missing::Module { name: item.name(), directive: item.name() };
        self.unknown(missing, Some(item.place))
    }

    /// A file (`ngx_http_static_handler`).
    fn file(&mut self) -> Known<End> {
        let Some(path) = self.mapped()? else { return Ok(End::Status(500)) };
        let zipped = self.setting("gzip_static").is_some_and(|item| {
            let accepts = self
                .asked
                .header("accept-encoding")
                .is_some_and(|value| String::from_utf8_lossy(value).to_ascii_lowercase().contains("gzip"));
            item.arg(0) == b"always" || (item.arg(0) == b"on" && accepts)
        });
        if zipped && self.method != "POST" {
            let other = [path.as_slice(), b".gz"].concat();
            if self.site.disk.open(&other)? == Ok(Entry::File) {
                self.entity = self.site.disk.entity(&other);
                return Ok(End::Sent(200));
            }
        }
        let shown = String::from_utf8_lossy(&path).into_owned();
        self.step(None, || format!("the file is {shown}"));
        match self.crosses_link(&path)? {
            None => {}
            Some(Failed::Loop) => return Ok(End::Status(403)),
            Some(_) => return Ok(End::Status(404)),
        }
        Ok(match self.site.disk.open(&path)? {
            Err(Failed::Missing | Failed::NotADirectory | Failed::TooLong) => End::Status(404),
            Err(Failed::Denied | Failed::Loop) => End::Status(403),
            Ok(Entry::Directory) => End::Status(301),
            Ok(Entry::Other) => End::Status(404),
            Ok(Entry::File) if self.method == "POST" => End::Status(405),
            Ok(Entry::File) => {
                self.entity = self.site.disk.entity(&path);
                End::Sent(200)
            }
        })
    }

    /// Whether the way to a file leads over a link that may not be followed (`ngx_http_set_disable_symlinks`).
    fn crosses_link(&mut self, path: &[u8]) -> Known<Option<Failed>> {
        let Some(item) = self.setting("disable_symlinks").filter(|item| item.arg(0) != b"off") else {
            return Ok(None);
        };
        let mode = item.args.iter().find(|word| !word.value.starts_with(b"from="));
        let from = item.args.iter().find_map(|word| word.value.strip_prefix(b"from="));
        let from = from.map(|from| self.value(from, item)).transpose()?.unwrap_or_default();
        let skipped = if path.starts_with(&from) { from.len() } else { 0 };
        let by_owner = mode.is_some_and(|word| word.value == b"if_not_owner");
        self.site.disk.has_link(path, skipped, by_owner)
    }

    /// The path of the file system (`ngx_http_map_uri_to_path`); `None`: 500.
    pub(super) fn mapped(&mut self) -> Known<Option<Vec<u8>>> {
        let root = self.root()?;
        if root.alias && !self.valid_location {
            return Ok(None);
        }
        Ok(Some(match root.replaced {
            Some(replaced) => [root.path.as_slice(), self.uri.get(replaced..).unwrap_or_default()].concat(),
            None if self.add_uri_to_alias => [root.path.as_slice(), &self.uri].concat(),
            None => root.path,
        }))
    }

    /// `$document_root`.
    pub(super) fn document_root(&mut self) -> Known<Vec<u8>> {
        self.root().map(|root| root.path)
    }

    fn root(&mut self) -> Known<Root> {
        let tree = self.tree();
        for block in tree.outward(self.block) {
            let items = &tree.get(block).items;
            let Some(item) = items.iter().find(|item| item.name == b"root" || item.name == b"alias") else { continue };
            let alias = item.name == b"alias";
            let written = item.arg(0);
            let written = if alias { written } else { written.strip_suffix(b"/").unwrap_or(written) };
            let value = self.value(written, item)?;
            let path = self.site.rooted(&value);
            let matching = tree.get(block).matching.as_ref();
            let location = matching.or_else(|| tree.get(tree.get(block).parent?).matching.as_ref());
            let replaced = match location {
                Some(super::location::Matching::Regex { .. }) if alias => None,
                Some(matching) if alias => Some(matching.name().len()),
                _ => Some(0),
            };
            return Ok(Root { path, replaced, alias: alias && replaced != Some(0) });
        }
        Ok(Root { path: self.site.rooted(b"html"), replaced: Some(0), alias: false })
    }

    /// The files that stand for a folder (`ngx_http_index_handler`).
    fn index(&mut self) -> Known<Option<End>> {
        if !self.is_read() {
            return Ok(None);
        }
        let items = self.tree().nearest(self.block, &["index"]);
        let mut names: Vec<(Vec<u8>, Option<&Item>)> =
            items.iter().flat_map(|item| item.args.iter().map(|word| (word.value.clone(), Some(*item)))).collect();
        if names.is_empty() {
            names.push((b"index.html".to_vec(), None));
        }
        let mut tested = false;
        for (name, item) in names {
            let name = match item {
                Some(item) => self.value(&name, item)?,
                None => name,
            };
            if name.starts_with(b"/") {
                return Ok(Some(End::Redirect(name, self.args.clone())));
            }
            let Some(folder) = self.mapped()? else { return Ok(Some(End::Status(500))) };
            let path = [folder.as_slice(), &name].concat();
            match self.site.disk.stat(&path)? {
                Ok(_) => {
                    let uri = [self.uri.as_slice(), &name].concat();
                    return Ok(Some(End::Redirect(uri, self.args.clone())));
                }
                Err(Failed::Denied | Failed::Loop) => return Ok(Some(End::Status(403))),
                Err(Failed::NotADirectory | Failed::TooLong) => return Ok(Some(End::Status(404))),
                Err(Failed::Missing) if tested => {}
                Err(Failed::Missing) => {
                    tested = true;
                    let folder = folder.strip_suffix(b"/").filter(|rest| !rest.is_empty()).unwrap_or(&folder).to_vec();
                    match self.site.disk.stat(&folder)? {
                        Ok(Entry::Directory) | Err(Failed::Denied) => {}
                        Err(Failed::Missing) => return Ok(Some(End::Status(404))),
                        Err(Failed::Loop) => return Ok(Some(End::Status(403))),
                        Ok(Entry::File | Entry::Other) | Err(Failed::NotADirectory | Failed::TooLong) => {
                            return Ok(Some(End::Status(500)));
                        }
                    }
                }
            }
        }
        Ok(None)
    }

    /// A list of a folder (`ngx_http_autoindex_handler`).
    fn autoindex(&mut self) -> Known<Option<End>> {
        let random = self.tree().flag(self.block, "random_index", false);
        if random {
            let item = self.setting("random_index");
            return Err(
                self.unknown(Missing::Condition { directive: "random_index".to_owned() }, item.map(|item| item.place))
            );
        }
        if !matches!(self.method.as_str(), "GET" | "HEAD") || !self.tree().flag(self.block, "autoindex", false) {
            return Ok(None);
        }
        let Some(path) = self.mapped()? else { return Ok(Some(End::Status(500))) };
        // The last byte goes, be it a slash or, behind an alias without one, a letter.
        let folder = path.split_last().map(|(_, rest)| rest).filter(|rest| !rest.is_empty()).unwrap_or(&path);
        Ok(Some(match self.site.disk.open(folder)? {
            Ok(Entry::Directory) => End::Sent(200),
            Ok(Entry::File | Entry::Other) | Err(Failed::Missing | Failed::NotADirectory | Failed::TooLong) => {
                End::Status(404)
            }
            Err(Failed::Denied) => End::Status(403),
            Err(Failed::Loop) => End::Status(500),
        }))
    }

    /// `try_files` of this very block (`ngx_http_try_files_handler`).
    pub(super) fn try_files(&mut self) -> Known<Option<End>> {
        let Some(item) = self.tree().own(self.block, "try_files") else { return Ok(None) };
        let (last, tries) = match item.args.split_last() {
            Some((last, tries)) => (last.value.clone(), tries),
            None => return Ok(None),
        };
        for word in tries {
            let root = self.root()?;
            let (written, directory) = match word.value.strip_suffix(b"/") {
                Some(written) => (written, true),
                None => (word.value.as_slice(), false),
            };
            let mut name = self.value(written, item)?;
            if let Some(replaced) = root.replaced.filter(|_| root.alias)
                && name.get(..replaced) == self.uri.get(..replaced)
                && written.contains(&b'$')
            {
                name.drain(..replaced);
            }
            let path = [root.path.as_slice(), &name].concat();
            let found = self.site.disk.stat(&path)?;
            let fits = match found {
                Ok(entry) => (entry == Entry::Directory) == directory && self.crosses_link(&path)?.is_none(),
                Err(_) => false,
            };
            if !fits {
                continue;
            }
            let shown = String::from_utf8_lossy(&name).into_owned();
            self.step(Some(item.place), || format!("try_files finds {shown}"));
            match root.replaced {
                Some(replaced) if root.alias => {
                    let before = self.uri.get(..replaced).unwrap_or_default().to_vec();
                    self.uri = [before, name].concat();
                }
                Some(_) => self.uri = name,
                None if directory => {}
                None => (self.uri, self.add_uri_to_alias) = (name, true),
            }
            return Ok(None);
        }
        if let Some(code) = last.strip_prefix(b"=") {
            let status = number(code).and_then(|code| u16::try_from(code).ok()).unwrap_or(500);
            return Ok(Some(End::Status(status)));
        }
        let target = self.value(&last, item)?;
        if target.starts_with(b"@") {
            return Ok(Some(End::Named(target)));
        }
        let root = self.root()?;
        let target = match root.replaced.filter(|_| root.alias && last.contains(&b'$')) {
            Some(replaced) if target.get(..replaced) == self.uri.get(..replaced) => {
                target.get(replaced..).unwrap_or_default().to_vec()
            }
            _ => target,
        };
        let (path, args) = split_args(&target);
        Ok(Some(End::Redirect(path, args)))
    }

    /// Whether there is a page for a status here.
    pub(super) fn has_page(&self, status: u16) -> bool {
        self.tree().nearest(self.block, &["error_page"]).iter().any(|item| lists(item, status))
    }

    /// The page for a status (`ngx_http_send_error_page`); `None`: there is none.
    pub(super) fn page(&mut self, status: u16, pages: &[&Item]) -> Known<Option<End>> {
        let Some(item) = pages.iter().find(|item| lists(item, status)) else { return Ok(None) };
        let before = item.args.len().checked_sub(2).map(|at| item.arg(at)).unwrap_or_default();
        let overwrite = match before {
            [b'='] => Some(0),
            [b'=', code @ ..] => number(code).and_then(|code| u16::try_from(code).ok()),
            _ if matches!(status, 494..=497) => Some(400),
            _ => None,
        };
        if let Some(overwrite) = overwrite {
            self.set_status(overwrite);
        }
        if overwrite != Some(0) {
            let shown = overwrite.unwrap_or(status).to_string();
            self.sets.insert(b"status".to_vec(), Ok(shown.into_bytes()));
        }
        let target = self.value(item.last(), item)?;
        self.step(Some(item.place), || format!("error_page stands in for {status}"));
        Ok(Some(match target.first() {
            Some(b'/') => {
                if self.method != "HEAD" {
                    "GET".clone_into(&mut self.method);
                }
                let (path, args) = split_args(&target);
                End::Redirect(path, args)
            }
            Some(b'@') => End::Named(target),
            _ => match overwrite {
                Some(code @ (301 | 302 | 303 | 307 | 308)) => End::Sent(code),
                _ => End::Sent(302),
            },
        }))
    }
}

/// Whether an `error_page` names a status.
fn lists(item: &Item, status: u16) -> bool {
    let codes = item.args.iter().take(item.args.len().saturating_sub(1));
    codes.filter(|word| !word.value.starts_with(b"=")).any(|word| number(&word.value) == Some(status.into()))
}
