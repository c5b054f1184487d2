//! A request on its way through the routes.

use std::path::Path;

use super::matcher::{Asked, clean, path_fits};
use super::route::{Files, Guard, Handler, Route};
use crate::answer::{Answer, Because, Missing, Reason, Trace};
use crate::gate::{Checked, Host, Presented, handed_on};
use crate::read::{Account, FileType};

/// What a route came to.
pub(super) enum End {
    /// It answered.
    Done(Answer),
    /// It failed with this status, which error routes may answer.
    Failed(Answer),
    /// On to the next.
    On,
}

/// A request and what it has met so far.
pub(super) struct Walk<'w> {
    pub asked: Asked<'w>,
    /// The path that the client asked for.
    pub written: String,
    pub presented: Presented,
    pub root: String,
    pub host: &'w Host<'w>,
    /// The status of the error that is being answered.
    pub error: Option<u16>,
    /// The files of the configuration, which are never served.
    pub hidden: &'w [std::path::PathBuf],
}

fn plain(status: u16) -> Answer {
    Answer { status: Some(status), because: Vec::new() }
}

impl Walk<'_> {
    /// Goes through routes in their order.
    pub(super) fn through(&mut self, routes: &[Route], trace: &mut Trace) -> End {
        let mut done: Vec<&'static str> = Vec::new();
        for route in routes {
            let group = route.group();
            if group.is_some_and(|group| done.contains(&group)) {
                continue;
            }
            match route.matcher.matches(&self.asked) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(directive) => {
                    let missing = Missing::Condition { directive };
                    return End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)));
                }
            }
            done.extend(group);
            trace.step(Some(route.place), || format!("`{}` takes the request", route.directive));
            let end = self.handle(route, trace);
            if !matches!(end, End::On) {
                return end;
            }
        }
        End::On
    }

    fn handle(&mut self, route: &Route, trace: &mut Trace) -> End {
        match &route.handler {
            Handler::BasicAuth(guard) => self.guard(guard, route, trace),
            Handler::Sub(routes) => self.through(routes, trace),
            Handler::SubWithout(prefix, routes) => {
                let before = self.asked.path.clone();
                self.strip_prefix(prefix);
                let end = self.through(routes, trace);
                if matches!(end, End::On) {
                    self.asked.path = before;
                }
                end
            }
            Handler::Respond(status) => End::Done(plain(status.or(self.error).unwrap_or(200))),
            Handler::Redirect(status) => End::Done(plain(*status)),
            Handler::Error(status) => End::Failed(plain(*status)),
            Handler::Abort => End::Done(plain(0)),
            Handler::Rewrite(to) => {
                let path = to.split_once('?').map_or(to.as_str(), |(path, _)| path);
                if path.contains('{') && !matches!(path, "{path}" | "{uri}" | "{http.request.uri.path}") {
                    self.asked.path = path.replace("{path}", &self.asked.path).replace("{uri}", &self.asked.path);
                } else if !path.is_empty() && !path.contains('{') {
                    self.asked.path = path.to_owned();
                }
                End::On
            }
            Handler::StripPrefix(prefix) => {
                self.strip_prefix(prefix);
                End::On
            }
            Handler::StripSuffix(suffix) => {
                let path = self.asked.path.strip_suffix(suffix.as_str()).unwrap_or(&self.asked.path);
                self.asked.path = path.to_owned();
                End::On
            }
            Handler::Root(root) => {
                self.root.clone_from(root);
                End::On
            }
            Handler::Method(method) => {
                self.asked.method.clone_from(method);
                End::On
            }
            Handler::TryFiles(paths) => self.try_files(paths),
            Handler::FileServer(files) => self.serve(files, route),
            Handler::Elsewhere(name) => {
                if matches!(*name, "reverse_proxy" | "php_fastcgi") {
                    return End::Done(handed_on(name, route.place));
                }
                let missing = Missing::Provider { name: (*name).to_owned() };
                End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)))
            }
            Handler::Passing => End::On,
        }
    }

    fn strip_prefix(&mut self, prefix: &str) {
        let lower = self.asked.path.to_lowercase();
        if lower.starts_with(&prefix.to_lowercase()) {
            let rest = self.asked.path.get(prefix.len()..).unwrap_or_default();
            self.asked.path = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        }
    }

    /// `basicauth` (`caddyauth/basicauth.go`, `Authenticate`).
    fn guard(&self, guard: &Guard, route: &Route, trace: &mut Trace) -> End {
        let refuse = |because: Option<Because>| {
            End::Failed(Answer { status: Some(401), because: because.into_iter().collect() })
        };
        let checked = guard.book.check(&self.presented);
        if guard.foreign
            && !matches!(checked, Checked::Nobody)
            && guard.book.entry(self.presented.name().unwrap_or_default()).is_some()
        {
            let missing = Missing::Provider { name: "scrypt".to_owned() };
            return End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)));
        }
        match checked {
            Checked::Nobody => {
                trace.step(Some(route.place), || "no credentials: a login is asked for".to_owned());
                refuse(None)
            }
            Checked::Passed(user) => {
                trace.step(Some(route.place), || format!("the password of {} fits", String::from_utf8_lossy(&user)));
                End::On
            }
            Checked::Refused(because) | Checked::Raised(because) => {
                let place = because.place.is_none().then_some(route.place);
                refuse(Some(Because { place: because.place.or(place), ..because }))
            }
            Checked::Unknown(because) => End::Done(Answer::unknown(because)),
        }
    }

    /// The local path of a path below a root, if that can be told.
    fn local(&self, root: &str, path: &str) -> Option<std::path::PathBuf> {
        let server = Host::path(Path::new("/"), root);
        let below = clean(path, true);
        let joined = server.join(below.trim_start_matches('/'));
        self.host.locate(&joined).map(|(local, _)| local)
    }

    fn kind(&self, local: &Path) -> Option<FileType> {
        self.host.target.files.stat(local).ok().map(|stat| stat.kind)
    }

    fn try_files(&mut self, paths: &[String]) -> End {
        for path in paths {
            if path.starts_with('=') {
                return End::Failed(plain(path.trim_start_matches('=').parse().unwrap_or(404)));
            }
            let wanted = if path.ends_with('/') { FileType::Directory } else { FileType::Regular };
            let path = path.replace("{path}", &self.asked.path).replace("{http.request.uri.path}", &self.asked.path);
            let Some(local) = self.local(&self.root.clone(), path.trim_end_matches('/')) else { return End::On };
            if self.kind(&local) == Some(wanted) {
                // What is found has no slash behind it, whatever was asked for.
                let file = wanted == FileType::Regular;
                self.asked.path = if file { path.trim_end_matches('/').to_owned() } else { path };
                return End::On;
            }
        }
        End::On
    }

    /// `file_server` (`fileserver/staticfiles.go`, `ServeHTTP`).
    fn serve(&self, files: &Files, route: &Route) -> End {
        let root = files.root.as_ref().unwrap_or(&self.root);
        let Some(local) = self.local(root, &self.asked.path) else {
            let missing = Missing::Path { path: root.clone() };
            return End::Done(Answer::unknown(Because::at(Reason::CannotTell { missing }, route.place)));
        };
        let missing = || if files.pass { End::On } else { End::Failed(plain(404)) };
        let Some(kind) = self.kind(&local) else { return missing() };
        if self.is_hidden(files, &local) {
            return missing();
        }
        let base = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        // Slashes are only mended in what the client itself asked for.
        let own = base(&self.written) == base(&self.asked.path);
        let slash = if own { self.written.ends_with('/') } else { self.asked.path.ends_with('/') };
        let mut file = local.clone();
        if kind == FileType::Directory {
            let names = files.index.clone().unwrap_or_else(|| vec!["index.html".to_owned(), "index.txt".to_owned()]);
            let index =
                names.iter().map(|name| local.join(name)).find(|path| self.kind(path) == Some(FileType::Regular));
            match index {
                Some(index) => file = index,
                None if files.browse => return End::Done(plain(if slash { 200 } else { 308 })),
                None => return missing(),
            }
        }
        if own && (kind == FileType::Directory) != slash {
            return End::Done(plain(308));
        }
        if self.closed(&file) { End::Failed(plain(403)) } else { End::Done(plain(self.error.unwrap_or(200))) }
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
