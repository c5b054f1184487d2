//! Requests that change files (src/http/modules/ngx_http_dav_module.c).

use super::disk::{Entry, Failed};
use super::exchange::{End, Exchange, Known};
use crate::answer::Missing;

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
            "COPY" | "MOVE" if self.asked.header("destination").is_none() => Ok(Some(End::Status(400))),
            _ => Err(self.unknown(Missing::Condition { directive: "dav_methods".to_owned() }, Some(item.place))),
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
        if let Some(item) = self.setting("min_delete_depth").filter(|item| item.arg(0) != b"0") {
            return Err(self.unknown(Missing::Condition { directive: item.name() }, Some(item.place)));
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

/// The folder of a path.
fn folder(path: &[u8]) -> &[u8] {
    let name = path.iter().rev().take_while(|byte| **byte != b'/').count();
    path.get(..path.len() - name).filter(|folder| !folder.is_empty()).unwrap_or(b"/")
}
