//! What becomes of a request by the rights to its collection (`radicale/app/*.py`).

use super::server::{Auth, Radicale};
use crate::answer::{Answer, Because, Reason, Request};
use crate::gate::{Content, Host};
use crate::read::FileType;
use std::path::Path;

impl Radicale<'_> {
    /// Whether a collection is there: a folder, an item that can be read, or a user's own, which is made at the login.
    fn is_there(&self, path: &str) -> bool {
        if path.is_empty() || self.made.borrow().iter().any(|made| made == path) {
            return true;
        }
        let folder = Host::path(Path::new("/"), &self.storage).join("collection-root").join(path);
        let kind = self.host.locate(&folder).and_then(|(local, _)| self.host.target.files.stat(&local).ok());
        match kind.map(|stat| stat.kind) {
            Some(FileType::Directory) => true,
            Some(_) => matches!(self.host.read(&folder), Content::Read(_, bytes) if bytes.starts_with(b"BEGIN:")),
            None => false,
        }
    }

    /// The letters of a user for a path; `None`: they cannot be found out, which is an error.
    pub(super) fn letters(&self, user: &str, path: &str) -> Option<String> {
        self.rights.letters(user, path, matches!(self.auth, Auth::None))
    }

    /// Whether a user has a letter for a path.
    pub(super) fn may(&self, user: &str, path: &str, letter: char) -> bool {
        self.letters(user, path).is_some_and(|letters| letters.contains(letter))
    }

    fn denied(&self, user: &str) -> Answer {
        // Where a proxy says who comes, nobody is asked for a login.
        if user.is_empty() && !matches!(self.auth, Auth::Header(_)) {
            return Answer { status: Some(401), because: Vec::new() };
        }
        Answer::of(403, Because { place: self.place, ..Because::nowhere(Reason::NotAuthorized) })
    }

    /// The answer of a method to a path without slashes around it.
    pub(super) fn decide(&self, request: &Request, user: &str, path: &str) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        // `Access.check`: either letter on the path, the small one on the folder above.
        let may = |letter: char| {
            self.may(user, path, letter)
                || self.may(user, path, letter.to_ascii_uppercase())
                || (!path.is_empty() && self.may(user, parent, letter))
        };
        if self.letters(user, path).is_none() {
            return plain(500);
        }
        let get = matches!(request.method.as_str(), "GET" | "HEAD");
        // An item may be read by its own name with `i` alone.
        let reads = may('r') || (get && self.may(user, path, 'i'));
        let (writes, there) = (may('w'), self.is_there(path));
        // Without a `Destination` it is the root.
        let writes_root = self.may(user, "", 'w') || self.may(user, "", 'W');
        match request.method.as_str() {
            "PROPFIND" | "REPORT" | "GET" | "HEAD" if !reads => self.denied(user),
            "PROPFIND" | "REPORT" if there => plain(207),
            "GET" | "HEAD" if there => plain(403),
            "PROPPATCH" | "DELETE" if user.is_empty() => self.denied(user),
            "PUT" | "MKCALENDAR" if !writes || path.is_empty() => self.denied(user),
            "PROPPATCH" | "DELETE" if !writes => self.denied(user),
            "PROPPATCH" if there && !user.is_empty() => plain(207),
            "DELETE" if there && !user.is_empty() => plain(200),
            "MKCOL" if !self.may(user, path, 'W') => self.denied(user),
            "MOVE" if !writes || !writes_root => self.denied(user),
            "MKCOL" | "MOVE" if path.is_empty() => plain(405),
            "MKCOL" if path.rsplit('/').next().is_some_and(|name| name.starts_with('.')) => plain(400),
            "MKCOL" | "MOVE" if there => plain(405),
            "MOVE" if writes => plain(404),
            "MKCALENDAR" if !self.may(user, path, 'w') => self.denied(user),
            "MKCALENDAR" if there => plain(409),
            "MKCALENDAR" | "PUT" | "MKCOL" if !self.is_there(parent) => plain(409),
            "MKCOL" => plain(201),
            "MKCALENDAR" | "PUT" if path.contains('/') => plain(201),
            "GET" | "HEAD" | "PROPFIND" | "REPORT" | "DELETE" | "PROPPATCH" => plain(404),
            _ => self.denied(user),
        }
    }
}
