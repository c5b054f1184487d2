//! From a path to a file, and the status of its sending (response.c, `http_response_physical_path_check`;
//! mod_alias.c, mod_indexfile.c, mod_dirlisting.c, mod_staticfile.c).

use std::path::PathBuf;

use super::disk::Look;
use super::request::Parsed;
use super::respond::{Rewriting, Stop, plain};
use super::setup::{Lighttpd, Truth};
use super::value::Element;
use crate::answer::{Answer, Request, Trace};
use crate::read::{FileType, Stat};

/// A request's file.
pub(super) struct Physical {
    /// The document root.
    pub root: Vec<u8>,
    /// The folder that the rest of the path is taken from.
    pub base: Vec<u8>,
    /// The whole path.
    pub path: Vec<u8>,
    /// Whether something stood behind the file's name.
    pub cut: bool,
}

/// Two paths with one slash between them (buffer.c, `buffer_append_path_len`).
pub(super) fn joined(one: &[u8], two: &[u8]) -> Vec<u8> {
    match (one.ends_with(b"/"), two.strip_prefix(b"/")) {
        (true, Some(rest)) => [one, rest].concat(),
        (false, None) => [one, b"/", two].concat(),
        (true, None) | (false, Some(_)) => [one, two].concat(),
    }
}

impl Lighttpd<'_> {
    /// The file below the document root.
    pub(super) fn physical(&self, parsed: &Parsed, truths: &[Truth]) -> Result<Physical, Stop> {
        let mut root = None;
        for module in &self.modules {
            let found = match module.name.as_slice() {
                b"mod_simple_vhost" => self.simple_host(parsed, truths)?,
                b"mod_evhost" => self.evhost(parsed, truths)?,
                _ => None,
            };
            root = found.or(root);
        }
        let root = match root {
            Some(root) => root,
            None => self.text(truths, "server.document-root")?.unwrap_or_default(),
        };
        let lower = self.flag(truths, "server.force-lowercase-filenames", false)?;
        let relative = if lower { parsed.path.to_ascii_lowercase() } else { parsed.path.clone() };
        Ok(Physical { base: root.clone(), path: joined(&root, &relative), root, cut: false })
    }

    fn text(&self, truths: &[Truth], key: &str) -> Result<Option<Vec<u8>>, Stop> {
        let setting = self.effective(truths, key)?;
        Ok(setting.and_then(|setting| setting.value.text()).map(<[u8]>::to_vec))
    }

    /// The modules that change the file's path, in their order (`handle_physical`).
    pub(super) fn remap(
        &self,
        physical: &mut Physical,
        request: &Request,
        parsed: &mut Parsed,
        truths: &[Truth],
        rewriting: &mut Rewriting,
        trace: &mut Trace,
    ) -> Result<(), Stop> {
        for module in &self.modules {
            match module.name.as_slice() {
                b"mod_alias" => self.alias(physical, truths, trace)?,
                b"mod_rewrite" => match self.served(&physical.path) {
                    Look::Found(Stat { kind: FileType::Regular, .. }, _) => {}
                    Look::Unknown(because) => return Err(because.into()),
                    Look::Found(..) | Look::Missing | Look::NotAFolder | Look::Denied | Look::Broken => {
                        let (once, repeat) = ("url.rewrite-if-not-file", "url.rewrite-repeat-if-not-file");
                        self.rewrite(&[once], repeat, request, parsed, truths, rewriting, trace)?;
                    }
                },
                b"mod_userdir" => {
                    if let Some((base, path)) = self.user_folder(parsed, truths)? {
                        (physical.base, physical.path) = (base, path);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn alias(&self, physical: &mut Physical, truths: &[Truth], trace: &mut Trace) -> Result<(), Stop> {
        let Some(setting) = self.effective(truths, "alias.url")? else { return Ok(()) };
        let base = physical.base.strip_suffix(b"/").unwrap_or(&physical.base);
        let Some(uri) = physical.path.get(base.len()..).filter(|_| !physical.path.is_empty()) else { return Ok(()) };
        let lower = self.flag(truths, "server.force-lowercase-filenames", false)?;
        let begins = |element: &&Element| {
            let key = element.key.as_deref().unwrap_or_default();
            let start = uri.get(..key.len());
            start.is_some_and(|start| if lower { start.eq_ignore_ascii_case(key) } else { start == key })
        };
        let Some(element) = setting.value.elements().iter().find(begins) else { return Ok(()) };
        let key = element.key.as_deref().unwrap_or_default();
        let value = element.value.text().unwrap_or_default();
        let behind = uri.get(key.len()..).unwrap_or_default();
        let climbs = matches!(behind, [b'.'] | [b'.', b'/', ..] | [b'.', b'.'] | [b'.', b'.', b'/', ..]);
        if climbs && !key.is_empty() && !key.ends_with(b"/") && value.ends_with(b"/") {
            return Err(plain(403).into());
        }
        trace.step(Some(element.place), || "alias.url takes it to another folder".to_owned());
        physical.path = [value, behind].concat();
        physical.base = value.to_vec();
        Ok(())
    }

    /// What the server sends.
    pub(super) fn send(
        &self,
        mut physical: Physical,
        parsed: &mut Parsed,
        truths: &[Truth],
        trace: &mut Trace,
    ) -> Answer {
        let stopped = match self.found(&mut physical, parsed, truths) {
            Ok((stat, local)) => self.subrequest(physical, stat, local, parsed, truths, trace),
            Err(stop) => Err(stop),
        };
        match stopped {
            Err(Stop::Answer(answer)) => answer,
            Err(Stop::Again) | Ok(()) => plain(403),
        }
    }

    /// The file or folder at the end of the path; a file with more behind it is found without that.
    fn found(&self, physical: &mut Physical, parsed: &mut Parsed, truths: &[Truth]) -> Result<(Stat, PathBuf), Stop> {
        let (stat, local) = match self.served(&physical.path) {
            Look::Found(stat, local) => (stat, local),
            Look::Denied => return Err(plain(403).into()),
            Look::Missing => return Err(plain(404).into()),
            Look::Broken => return Err(plain(500).into()),
            Look::Unknown(because) => return Err(because.into()),
            Look::NotAFolder => self.with_path_info(physical, parsed)?,
        };
        if !self.flag(truths, "server.follow-symlink", true)? && self.has_link(&local) {
            return Err(plain(403).into());
        }
        if stat.kind == FileType::Directory && !parsed.path.ends_with(b"/") {
            return Err(plain(301).into());
        }
        Ok((stat, local))
    }

    fn with_path_info(&self, physical: &mut Physical, parsed: &mut Parsed) -> Result<(Stat, PathBuf), Stop> {
        let base = physical.base.strip_suffix(b"/").unwrap_or(&physical.base).len();
        let slashes = physical.path.iter().enumerate().skip(base.max(1)).filter(|(_, byte)| **byte == b'/');
        for (at, _) in slashes {
            let head = physical.path.get(..at).unwrap_or_default();
            match self.served(head) {
                Look::Found(stat, local) if stat.kind == FileType::Regular => {
                    let extra = physical.path.len() - at;
                    parsed.path.truncate(parsed.path.len().saturating_sub(extra));
                    physical.path.truncate(at);
                    physical.cut = true;
                    return Ok((stat, local));
                }
                Look::Found(stat, _) if stat.kind == FileType::Directory => {}
                Look::Unknown(because) => return Err(because.into()),
                Look::Found(..) | Look::Missing | Look::NotAFolder | Look::Denied | Look::Broken => break,
            }
        }
        Err(plain(404).into())
    }

    /// The modules that send something, in their order (`handle_subrequest_start`).
    fn subrequest(
        &self,
        mut physical: Physical,
        mut stat: Stat,
        mut local: PathBuf,
        parsed: &mut Parsed,
        truths: &[Truth],
        trace: &mut Trace,
    ) -> Result<(), Stop> {
        for module in &self.modules {
            match module.name.as_slice() {
                b"mod_indexfile" if parsed.path.ends_with(b"/") => {
                    if let Some(found) = self.index(&mut physical, parsed, truths)? {
                        (stat, local) = found;
                    }
                }
                b"mod_access" => self.deny(&parsed.path, truths, trace)?,
                b"mod_cgi" => self.program(&physical, &stat, truths)?,
                b"mod_ssi" => self.included(&physical, &stat, &local, parsed, truths)?,
                b"mod_fastcgi" => self.gateway_for_file(&physical.path, parsed, truths, "fastcgi")?,
                b"mod_scgi" => self.gateway_for_file(&physical.path, parsed, truths, "scgi")?,
                b"mod_dirlisting" => self.listing(&stat, parsed, truths)?,
                b"mod_staticfile" if parsed.sends_files() => {
                    if let Some(answer) = self.file(&physical, &stat, &local, parsed, truths)? {
                        return Err(answer.into());
                    }
                }
                _ => {}
            }
        }
        Err(plain(match parsed.method.as_str() {
            "OPTIONS" => 200,
            _ if parsed.sends_files() => 403,
            _ => 501,
        })
        .into())
    }

    /// The first index file that is there.
    fn index(
        &self,
        physical: &mut Physical,
        parsed: &mut Parsed,
        truths: &[Truth],
    ) -> Result<Option<(Stat, PathBuf)>, Stop> {
        let Some(setting) = self.last_of(truths, &["index-file.names", "server.indexfiles"], |_| true)? else {
            return Ok(None);
        };
        for name in setting.value.texts() {
            let rooted = name.starts_with(b"/");
            let path = joined(if rooted { &physical.root } else { &physical.path }, name);
            match self.served(&path) {
                Look::Found(stat, local) => {
                    physical.path = path;
                    parsed.path = if rooted { name.to_vec() } else { [parsed.path.as_slice(), name].concat() };
                    return Ok(Some((stat, local)));
                }
                Look::Missing | Look::NotAFolder => {}
                Look::Denied => return Err(plain(403).into()),
                Look::Broken => return Err(plain(500).into()),
                Look::Unknown(because) => return Err(because.into()),
            }
        }
        Ok(None)
    }

    fn listing(&self, stat: &Stat, parsed: &Parsed, truths: &[Truth]) -> Result<(), Stop> {
        let on = self.last_of(truths, &["dir-listing.activate", "server.dir-listing"], |_| true)?;
        let on = on.and_then(|setting| setting.value.truth()) == Some(true);
        let asked = matches!(parsed.method.as_str(), "GET" | "HEAD") && parsed.path.ends_with(b"/");
        if !on || !asked || stat.kind != FileType::Directory {
            return Ok(());
        }
        Err(plain(if self.may_list(stat) { 200 } else { 403 }).into())
    }

    /// A regular file; nothing: the module lets it be.
    fn file(
        &self,
        physical: &Physical,
        stat: &Stat,
        local: &std::path::Path,
        parsed: &Parsed,
        truths: &[Truth],
    ) -> Result<Option<Answer>, Stop> {
        let excluded = self.effective(truths, "static-file.exclude-extensions")?;
        let mut suffixes = excluded.into_iter().flat_map(|setting| setting.value.texts());
        if suffixes.any(|suffix| physical.path.ends_with(suffix)) {
            return Ok(None);
        }
        if self.flag(truths, "static-file.disable-pathinfo", false)? && physical.cut {
            return Ok(None);
        }
        if !self.flag(truths, "server.follow-symlink", true)? && self.has_link(local) {
            return Ok(Some(plain(403)));
        }
        // An empty file is sent without being opened.
        let sent = stat.kind == FileType::Regular && (stat.len == 0 || self.may_read(local));
        let status = if sent { self.sent(parsed, &physical.path, stat.len, truths)? } else { 403 };
        Ok(Some(plain(status)))
    }
}
