//! Requests that change files (src/http/modules/ngx_http_dav_module.c).

use super::directives::number;
use super::disk::{Entry, Failed};
use super::exchange::{End, Exchange, Known};
use super::uri::unsafe_uri;

impl Exchange<'_, '_> {
    /// A method that `dav_methods` lists; `None`: it is none.
    pub(super) fn dav(&mut self) -> Known<Option<End>> {
        for name in ["dav_ext_methods"] {
            if let Some(item) = self.setting(name).filter(|item| item.arg(0) != b"off") {
                let listed = item.args.iter().any(|word| word.value.eq_ignore_ascii_case(self.method.as_bytes()));
                if listed {
                    return Err(self.foreign(item));
                }
            }
        }
        let Some(item) = self.setting("dav_methods") else { return Ok(None) };
        if !item.args.iter().any(|word| word.value.eq_ignore_ascii_case(self.method.as_bytes())) {
            return Ok(None);
        }
        match self.method.as_str() {
            "PUT" => self.put().map(Some),
            "DELETE" => self.delete().map(Some),
            "MKCOL" => self.make().map(Some),
            _ => self.copy().map(|status| Some(End::Status(status))).map(sent),
        }
    }

    fn put(&mut self) -> Known<End> {
        if self.uri.ends_with(b"/") {
            return Ok(End::Status(409));
        }
        if self.asked.header("content-range").is_some() {
            return Ok(End::Status(501));
        }
        let Some(path) = self.mapped()? else { return Ok(End::Status(500)) };
        let status = match self.site.disk.stat(&path)? {
            Ok(Entry::Directory) => return Ok(End::Status(409)),
            Ok(Entry::File | Entry::Other) => 204,
            Err(_) => 201,
        };
        let creates = self.tree().flag(self.block, "create_full_put_path", false);
        match self.site.disk.stat(folder(&path))? {
            Ok(Entry::Directory) if self.site.disk.may_write(folder(&path))? => Ok(End::Sent(status)),
            Err(Failed::Missing) if creates => Ok(End::Sent(status)),
            _ => Ok(End::Status(500)),
        }
    }

    fn delete(&mut self) -> Known<End> {
        if self.asked.length().is_some_and(|length| length > 0) {
            return Ok(End::Status(415));
        }
        let Some(path) = self.mapped()? else { return Ok(End::Status(500)) };
        let least = self.setting("min_delete_depth").and_then(|item| number(item.arg(0))).unwrap_or(0);
        let names = self.uri.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).count();
        if least > 0 && u64::try_from(names).is_ok_and(|names| names < least) {
            return Ok(End::Status(409));
        }
        let directory = match self.site.disk.stat(&path)? {
            Err(Failed::NotADirectory) => return Ok(End::Status(409)),
            Err(Failed::Denied) => return Ok(End::Status(403)),
            Err(_) => return Ok(End::Status(404)),
            Ok(entry) => entry == Entry::Directory,
        };
        if directory && !self.uri.ends_with(b"/") {
            return Ok(End::Status(409));
        }
        let clean = path.strip_suffix(b"/").unwrap_or(&path);
        let allowed = self.site.disk.may_write(folder(clean))?;
        Ok(End::Status(if allowed { 204 } else { 403 }))
    }

    /// `COPY` and `MOVE` (`ngx_http_dav_copy_move_handler`).
    fn copy(&mut self) -> Known<u16> {
        if self.asked.length().is_some_and(|length| length > 0) {
            return Ok(415);
        }
        let Some((target, _)) = self.destination() else { return Ok(400) };
        if target.ends_with(b"/") != self.uri.ends_with(b"/") {
            return Ok(409);
        }
        let infinite = self.asked.header("depth").is_none_or(|depth| depth == b"infinity");
        let shallow = self.asked.header("depth") == Some(b"0") && self.method == "COPY";
        if !infinite && !shallow {
            return Ok(400);
        }
        let overwrites = match self.asked.header("overwrite") {
            None | Some(b"T" | b"t") => true,
            Some(b"F" | b"f") => false,
            Some(_) => return Ok(400),
        };
        let Some(from) = self.mapped()? else { return Ok(500) };
        let source = std::mem::replace(&mut self.uri, target);
        let to = self.mapped()?;
        self.uri = source;
        let Some(to) = to else { return Ok(500) };
        let to = to.strip_suffix(b"/").unwrap_or(&to);
        match self.site.disk.stat(to)? {
            Ok(_) if !overwrites => return Ok(412),
            Ok(_) | Err(Failed::Missing) => {}
            Err(failed) => return Ok(of_fault(failed)),
        }
        let from = from.strip_suffix(b"/").unwrap_or(&from);
        let directory = match self.site.disk.stat(from)? {
            Err(failed) => return Ok(of_fault(failed)),
            Ok(entry) => entry == Entry::Directory,
        };
        if directory && !self.uri.ends_with(b"/") {
            return Ok(409);
        }
        let writes = matches!(self.site.disk.stat(folder(to))?, Ok(Entry::Directory))
            && self.site.disk.may_write(folder(to))?
            && (self.method == "COPY" || self.site.disk.may_write(folder(from))?)
            && (directory || self.site.disk.open(from)?.is_ok());
        Ok(match (writes, directory) {
            (true, true) => 201,
            (true, false) => 204,
            (false, true) => 409,
            (false, false) => 500,
        })
    }

    /// The path that `Destination` names on this very host.
    fn destination(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let text = self.asked.header("destination")?;
        if text.starts_with(b"/") {
            return unsafe_uri(text);
        }
        let scheme: &[u8] = if self.asked.https { b"https://" } else { b"http://" };
        let behind = text.strip_prefix(scheme)?.strip_prefix(self.host.as_slice())?;
        let path: Vec<u8> = behind.iter().copied().skip_while(|byte| *byte != b'/').collect();
        unsafe_uri(&path)
    }

    fn make(&mut self) -> Known<End> {
        if self.asked.length().is_some_and(|length| length > 0) {
            return Ok(End::Status(415));
        }
        if !self.uri.ends_with(b"/") {
            return Ok(End::Status(409));
        }
        let Some(path) = self.mapped()? else { return Ok(End::Status(500)) };
        let path = path.strip_suffix(b"/").unwrap_or(&path);
        Ok(match self.site.disk.stat(path)? {
            Ok(_) => End::Status(405),
            Err(Failed::Denied) => End::Status(403),
            Err(Failed::Missing) => match self.site.disk.stat(folder(path))? {
                Ok(Entry::Directory) if self.site.disk.may_write(folder(path))? => End::Status(201),
                Ok(Entry::Directory) => End::Status(403),
                _ => End::Status(409),
            },
            Err(_) => End::Status(409),
        })
    }
}

/// What a file system's refusal is answered with (`ngx_http_dav_error`).
fn of_fault(failed: Failed) -> u16 {
    match failed {
        Failed::Missing => 404,
        Failed::NotADirectory => 409,
        Failed::Denied => 403,
        Failed::Loop | Failed::TooLong => 500,
    }
}

/// A file that was copied is answered for at once.
fn sent(end: Option<End>) -> Option<End> {
    match end {
        Some(End::Status(204)) => Some(End::Sent(204)),
        other => other,
    }
}

/// The folder of a path.
fn folder(path: &[u8]) -> &[u8] {
    let name = path.iter().rev().take_while(|byte| **byte != b'/').count();
    path.get(..path.len() - name).filter(|folder| !folder.is_empty()).unwrap_or(b"/")
}
