//! What becomes of a request by the rights to its collection (`radicale/app/*.py`).

use super::server::{Auth, Radicale};
use crate::answer::{Answer, Because, Missing, Reason, Request};
use crate::gate::{Content, Host, Opened};
use crate::read::FileType;
use std::path::{Path, PathBuf};

impl Radicale<'_> {
    /// Whether a collection is there for a user: a folder, an item that can be read, the own one, which is made at the
    /// login, or that of another who has `been` there.
    fn is_there(&self, user: &str, path: &str, been: bool) -> bool {
        if path.is_empty() || (self.is_made_for(path) && (been || path == user)) {
            return true;
        }
        let folder = self.folder(path);
        let kind = self.host.locate(&folder).and_then(|(local, _)| self.host.target.files.stat(&local).ok());
        match kind.map(|stat| stat.kind) {
            Some(FileType::Directory) => true,
            Some(_) => matches!(self.host.read(&folder), Content::Read(_, bytes) if bytes.starts_with(b"BEGIN:")),
            None => false,
        }
    }

    fn folder(&self, path: &str) -> PathBuf {
        Host::path(Path::new("/"), &self.storage).join("collection-root").join(path)
    }

    /// Whether a path is the collection of somebody who can log in and make it.
    fn is_made_for(&self, path: &str) -> bool {
        let known = match &self.auth {
            Auth::Htpasswd(Opened::Book(book)) => book.entry(path.as_bytes()).is_some(),
            Auth::DenyAll => false,
            Auth::None | Auth::Header(_) | Auth::Foreign(_) | Auth::Htpasswd(_) => true,
        };
        known && !path.is_empty() && !path.contains('/') && self.may(path, path, 'W')
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

    /// The answer of a method to a path without slashes around it, if it does not depend on who has been there before.
    pub(super) fn decide(&self, request: &Request, user: &str, path: &str) -> Answer {
        let answer = self.decided(request, user, path, false);
        if answer.status == self.decided(request, user, path, true).status {
            return answer;
        }
        let missing = Missing::Path { path: self.folder(path).display().to_string() };
        Answer::unknown(Because { place: self.place, ..Because::nowhere(Reason::CannotTell { missing }) })
    }

    fn decided(&self, request: &Request, user: &str, path: &str, been: bool) -> Answer {
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
        let (writes, there) = (may('w'), self.is_there(user, path, been));
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
            "MKCALENDAR" | "PUT" | "MKCOL" if !self.is_there(user, parent, been) => plain(409),
            "MKCOL" => plain(201),
            "MKCALENDAR" | "PUT" if path.contains('/') => plain(201),
            "GET" | "HEAD" | "PROPFIND" | "REPORT" | "DELETE" | "PROPPATCH" => plain(404),
            _ => self.denied(user),
        }
    }
}
