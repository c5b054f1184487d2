//! h2o's answers (h2o `lib/core/request.c`, `lib/handler/{mruby,file}.c`, `share/h2o/mruby/htpasswd.rb`).

use std::path::Path;

use super::config::{Entry, Handler, Reader, Virtual, book};
use super::values::partial;
use crate::answer::{Answer, Because, Login, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{
    Base64, Checked, Host, Opened, Post, Presented, Profile, Style, handed_on, percent_decoded, surveyed, target_path,
    without_dots,
};
use crate::hash::Verifier;
use crate::read::{Fault, FileType};
use crate::source::Sources;
use crate::users::Reading;
use crate::yaml;

/// What `htpasswd.rb` makes of a password file.
pub(in crate::servers) const PROFILE: Profile = Profile { reading: Reading::H2o, verifier: Verifier::H2o };

/// An h2o that was configured.
struct H2o<'a> {
    host: Host<'a>,
    startup: Startup,
    hosts: Vec<Virtual>,
}

/// Opens an `h2o.conf`.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let first = Host::new(target, sources);
    let bytes = first.config()?;
    let parsed = yaml::read(&bytes);
    let file = first.keep(target.config.to_owned(), bytes, Vec::new());
    let user = parsed.as_ref().ok().and_then(|root| root.get("user")?.text().map(str::to_owned));
    let host = Host::running_as(target, sources, user.as_deref().unwrap_or("nobody"));
    let reader = Reader { host: &host, file };
    let hosts = match parsed {
        Ok(root) => reader.hosts(&root),
        Err(bad) => Err(reader.wrong(bad.span, "YAML", bad.message)),
    };
    Ok(match hosts {
        Ok(hosts) => H2o { host, startup: Startup::Ok, hosts },
        Err(because) => H2o { host, startup: Startup::Fails(vec![because]), hosts: Vec::new() },
    })
}

/// Who is presented; `None`: the script fails on the header.
fn presented(login: &Login) -> Option<Presented> {
    let style = Style { base64: Base64::Loose, blanks: true };
    let Login::Header(header) = login else { return Some(Presented::of(login, style)) };
    let mut words = header.reveal().split(|byte| matches!(*byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    let scheme = words.next()?;
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return Some(Presented::Nobody);
    }
    let text = words.next()?;
    // What is left of a last group without its padding is dropped.
    let whole = text.get(..text.len() / 4 * 4).unwrap_or_default();
    Some(Presented::header(&[b"Basic ", whole].concat(), style))
}

impl H2o<'_> {
    fn entry(&self, host: &str, path: &str) -> Option<&Entry> {
        let exact = self.hosts.iter().find(|vhost| vhost.name == host);
        let wild = |vhost: &&Virtual| vhost.name.strip_prefix('*').is_some_and(|end| host.ends_with(end));
        let vhost = exact.or_else(|| self.hosts.iter().find(wild)).or_else(|| self.hosts.first())?;
        let fits = |entry: &&Entry| {
            path.strip_prefix(entry.path.as_str())
                .is_some_and(|rest| entry.path.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
        };
        vhost.paths.iter().filter(fits).max_by_key(|entry| entry.path.len())
    }

    /// One handler's word; `None`: on to the next.
    fn handle(
        &self,
        handler: &Handler,
        entry: &Entry,
        request: &Request,
        path: &str,
        trace: &mut Trace,
    ) -> Option<Answer> {
        let plain = |status| Some(Answer { status: Some(status), because: Vec::new() });
        match handler {
            Handler::Htpasswd { opened, place, .. } => {
                // The script looks at the path as it was sent.
                let raw = target_path(&request.path);
                if raw.windows(4).any(|part| part == b"/.ht") {
                    trace.step(Some(*place), || "paths with `/.ht` are not there".to_owned());
                    return plain(404);
                }
                gate(opened, request, *place, trace)
            }
            Handler::Dir(root) => self.dir(root, entry, request, path),
            Handler::Redirect(status) => plain(*status),
            // It was followed before.
            Handler::Internal(_) => plain(404),
            Handler::Status => plain(200),
            Handler::File(file) => {
                let (local, _) = self.host.locate(&Host::path(Path::new("/"), file))?;
                self.host.target.files.stat(&local).ok()?;
                plain(self.readable(&local, request))
            }
            Handler::Gone => plain(502),
            Handler::Raises => plain(500),
            Handler::Elsewhere(place) => Some(handed_on("proxy", *place)),
            Handler::Unknown(place) => {
                let missing = Missing::Condition { directive: "mruby.handler".to_owned() };
                Some(Answer::unknown(Because::at(Reason::CannotTell { missing }, *place)))
            }
        }
    }

    /// 200 or the status of a part, or 403 for what the workers may not open.
    fn readable(&self, file: &Path, request: &Request) -> u16 {
        let stat = self.host.target.files.stat(file).ok().filter(|stat| stat.kind == FileType::Regular);
        match (request.header("range"), stat) {
            _ if !self.host.may_open(file) => 403,
            (Some(range), Some(stat)) => partial(&String::from_utf8_lossy(range), stat.len),
            (Some(_) | None, _) => 200,
        }
    }

    /// `file.dir`: what is not there is left to the next handler.
    fn dir(&self, root: &str, entry: &Entry, request: &Request, path: &str) -> Option<Answer> {
        let plain = |status| Some(Answer { status: Some(status), because: Vec::new() });
        if path == entry.path && !path.ends_with('/') {
            return plain(301);
        }
        let rest = path.strip_prefix(entry.path.trim_end_matches('/')).unwrap_or(path).trim_start_matches('/');
        let server = Host::path(Path::new("/"), root).join(rest.trim_end_matches('/'));
        let (local, _) = self.host.locate(&server)?;
        let kind = |path: &Path| self.host.target.files.stat(path).ok().map(|stat| stat.kind);
        let slash = rest.is_empty() || rest.ends_with('/');
        let file = match (kind(&local)?, slash) {
            (FileType::Directory, false) => return plain(301),
            (FileType::Directory, true) => entry
                .index
                .iter()
                .map(|name| local.join(name))
                .find(|path| kind(path).is_some())
                .or_else(|| entry.lists.then(|| local.clone()))?,
            (FileType::Regular, false) => local,
            _ => return None,
        };
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return plain(405);
        }
        plain(self.readable(&file, request))
    }
}

/// More turns from path to path than h2o takes.
const MOST_TURNS: usize = 5;

impl H2o<'_> {
    /// Where a path leads that is another's.
    fn internal(&self, host: &str, path: &str) -> Option<String> {
        let entry = self.entry(host, path)?;
        let Some(Handler::Internal(url)) = entry.handlers.first() else { return None };
        let rest = path.strip_prefix(entry.path.trim_end_matches('/')).unwrap_or(path).trim_start_matches('/');
        Some(without_dots(&format!("{url}{rest}")))
    }
}

/// The script's check; `None`: it lets the request through.
fn gate(opened: &Opened, request: &Request, place: crate::source::Place, trace: &mut Trace) -> Option<Answer> {
    let plain = |status| Some(Answer { status: Some(status), because: Vec::new() });
    let Some(presented) = presented(&request.login) else { return plain(500) };
    if presented == Presented::Nobody {
        trace.step(Some(place), || "no credentials: a login is asked for".to_owned());
        return plain(401);
    }
    let book = match opened {
        Opened::Book(book) | Opened::Spoiled(book, _) => book,
        Opened::Fault(because) => return Some(Answer::of(500, because.clone())),
        Opened::Unknown(because) => return Some(Answer::unknown(because.clone())),
    };
    if let Presented::Colonless(user) = &presented {
        return plain(if book.entry(user).is_some() { 500 } else { 401 });
    }
    match book.check_all(&presented) {
        Checked::Passed(_) => None,
        Checked::Nobody => plain(401),
        Checked::Refused(because) => Some(Answer::of(401, because)),
        Checked::Raised(because) => Some(Answer::of(500, because)),
        Checked::Unknown(because) => Some(Answer::unknown(because)),
    }
}

impl Server for H2o<'_> {
    fn name(&self) -> &'static str {
        "h2o"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let mut posts = Vec::new();
        for (vhost, entry) in self.hosts.iter().flat_map(|vhost| vhost.paths.iter().map(move |entry| (vhost, entry))) {
            for handler in &entry.handlers {
                let Handler::Htpasswd { opened, realm, place } = handler else { continue };
                posts.push(Post {
                    host: Some(vhost.name.clone()).filter(|name| name != "default"),
                    path: Some(entry.path.clone()),
                    probe: entry.path.clone().into_bytes(),
                    method: "GET",
                    place: *place,
                    realm: Some(realm.clone()),
                    books: book(opened).cloned().into_iter().collect(),
                    guarded: true,
                    unseen: matches!(**opened, Opened::Unknown(_)),
                });
            }
        }
        surveyed(self, &posts)
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let host = String::from_utf8_lossy(request.header("host").unwrap_or_default()).to_lowercase();
        let host = host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host);
        if request.path.iter().any(|byte| *byte <= b' ' || *byte == 0x7f) {
            return plain(400);
        }
        if request.header("content-length").is_some_and(|value| !value.iter().all(u8::is_ascii_digit)) {
            return plain(400);
        }
        // A scheme and a fragment are parts of the path here, and a NUL ends it.
        let raw = request.path.split(|byte| *byte == b'?').next().unwrap_or_default();
        let decoded = percent_decoded(raw).unwrap_or_else(|| raw.to_vec());
        let decoded = decoded.split(|byte| *byte == 0).next().unwrap_or_default();
        let mut path = without_dots(&String::from_utf8_lossy(decoded));
        for _ in 0..MOST_TURNS {
            match self.internal(host, &path) {
                Some(next) => path = next,
                None => break,
            }
        }
        let Some(entry) = self.entry(host, &path) else { return plain(404) };
        trace.step(Some(entry.place), || format!("the path `{}` takes the request", entry.path));
        for handler in &entry.handlers {
            if let Some(answer) = self.handle(handler, entry, request, &path, trace) {
                return answer;
            }
        }
        plain(404)
    }
}
