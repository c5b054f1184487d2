//! Verdaccio's answers (`@verdaccio/server`, `@verdaccio/auth`).

use super::checks;
use super::glob::fits;
use super::routes::{Route, route};
use crate::answer::{Answer, Because, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{
    Base64, Book, Checked, Content, Host, Opened, Post, Presented, Profile, Style, surveyed, target_path,
};
use crate::hash::Verifier;
use crate::read::Fault;
use crate::source::{FileId, Place, Sources, Span};
use crate::users::Reading;
use crate::yaml::{self, Node};

/// What Verdaccio makes of a password file.
pub(in crate::servers) const PROFILE: Profile = Profile { reading: Reading::Verdaccio, verifier: Verifier::Verdaccio };
/// How it reads the header (`@verdaccio/auth`, `parseBasicPayload`): one blank, and base64 as Node reads it.
const STYLE: Style = Style { base64: Base64::Loose, blanks: false };

/// What a pattern of packages asks for.
struct Packages {
    pattern: String,
    access: Vec<String>,
    publish: Vec<String>,
    unpublish: Option<Vec<String>>,
    proxied: bool,
    place: Place,
}

/// A Verdaccio that was configured.
struct Verdaccio<'a> {
    host: Host<'a>,
    startup: Startup,
    opened: Option<Opened>,
    packages: Vec<Packages>,
    storage: String,
    web: bool,
    place: Option<Place>,
}

/// Opens a `config.yaml`.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let parsed = yaml::read(&bytes);
    let file = host.keep(target.config.to_owned(), bytes, Vec::new());
    let mut server = Verdaccio {
        startup: Startup::Ok,
        opened: None,
        packages: Vec::new(),
        storage: String::new(),
        web: true,
        place: None,
        host,
    };
    if let Err(because) =
        parsed.map_err(|bad| wrong(file, bad.span, "YAML", &bad.message)).and_then(|root| server.take(file, &root))
    {
        server.startup = Startup::Fails(vec![because]);
    }
    Ok(server)
}

fn wrong(file: FileId, span: Span, name: &str, message: &str) -> Because {
    let reason = Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() };
    Because::at(reason, Place::new(file, span))
}

impl Verdaccio<'_> {
    fn take(&mut self, file: FileId, root: &Node) -> Result<(), Because> {
        if let Some(key) = yaml::duplicate(root) {
            return Err(wrong(file, key.span, "YAML", "a key stands there twice"));
        }
        let storage = root.get("storage").and_then(Node::text).filter(|text| !text.is_empty());
        self.storage = storage.ok_or_else(|| wrong(file, Span::at(0), "storage", "there is no storage"))?.to_owned();
        for name in ["packages", "uplinks"] {
            if let Some((key, value)) = root.pair(name).filter(|(_, value)| !value.is_map() && !value.is_null()) {
                return Err(wrong(file, key.span.to(value.span), name, "this must be a map"));
            }
        }
        checks::refused(root).map_or(Ok(()), |(node, name, message)| Err(wrong(file, node.span, name, message)))?;
        self.web = root.at(&["web", "enable"]).and_then(Node::truth) != Some(false);
        self.accounts(file, root)?;
        let uplinks: Vec<String> = root
            .get("uplinks")
            .map(Node::pairs)
            .unwrap_or_default()
            .iter()
            .filter_map(|(name, _)| name.text().map(str::to_owned))
            .collect();
        for (name, node) in root.get("packages").map(Node::pairs).unwrap_or_default() {
            let list = |key: &str| node.get(key).map(names).unwrap_or_default();
            self.packages.push(Packages {
                pattern: name.text().unwrap_or_default().to_owned(),
                access: list("access"),
                publish: list("publish"),
                unpublish: node.get("unpublish").map(names),
                proxied: list("proxy").iter().any(|name| uplinks.contains(name)),
                place: Place::new(file, node.pair("access").map_or(name.span, |(key, value)| key.span.to(value.span))),
            });
        }
        Ok(())
    }

    /// The password file; without any known plugin it is `./htpasswd` (`@verdaccio/auth`, `loadPlugin`).
    fn accounts(&mut self, file: FileId, root: &Node) -> Result<(), Because> {
        let auth = root.pair("auth");
        if auth.is_some_and(|(_, auth)| auth.is_null()) {
            self.place = auth.map(|(key, _)| Place::new(file, key.span));
            return Ok(());
        }
        let plugin = auth.and_then(|(_, auth)| auth.pair("htpasswd"));
        let (path, place) = match plugin {
            None => ("./htpasswd", auth.map_or(Span::at(0), |(key, _)| key.span)),
            Some((key, options)) => {
                let path = options.get("file").filter(|path| !path.is_null());
                let path = path.ok_or_else(|| Because::at(Reason::UserFileUnset, Place::new(file, key.span)))?;
                (path.text().unwrap_or_default(), path.span)
            }
        };
        let place = Place::new(file, place);
        self.place = Some(place);
        let folder = self.host.target.folder();
        self.opened = Some(self.host.book(PROFILE, &Host::path(&folder, path), place));
        Ok(())
    }

    /// The first entry for a package; `Err`: can't tell whether this one is it.
    fn packages(&self, name: &str) -> Result<Option<&Packages>, &Packages> {
        for packages in &self.packages {
            match fits(&packages.pattern, name) {
                Some(true) => return Ok(Some(packages)),
                Some(false) => {}
                None => return Err(packages),
            }
        }
        Ok(None)
    }

    /// Who is logged in; a wrong login is none at all (`@verdaccio/auth`, `apiJWTmiddleware`).
    fn user(&self, request: &Request) -> Result<(Option<Vec<u8>>, Option<Because>), Answer> {
        let presented = Presented::of(&request.login, STYLE);
        let book = match &self.opened {
            None => return Ok((None, None)),
            Some(Opened::Book(book) | Opened::Spoiled(book, _)) => book,
            Some(Opened::Fault(because)) => {
                return Ok((None, Some(because.clone()).filter(|_| presented != Presented::Nobody)));
            }
            Some(Opened::Unknown(because)) if presented == Presented::Nobody => {
                return Ok((None, Some(because.clone())));
            }
            Some(Opened::Unknown(because)) => return Err(Answer::unknown(because.clone())),
        };
        match book.check(&presented) {
            Checked::Passed(user) => Ok((Some(user), None)),
            Checked::Nobody => Ok((None, None)),
            Checked::Refused(because) | Checked::Raised(because) => Ok((None, Some(because))),
            Checked::Unknown(because) => Err(Answer::unknown(because)),
        }
    }

    /// Whether a package is in the storage; `None`: another registry may have it.
    fn is_stored(&self, name: &str, packages: Option<&Packages>) -> Option<bool> {
        let folder = Host::path(&self.host.target.folder(), &self.storage);
        let file = folder.join(name).join("package.json");
        let stored = self.host.locate(&file).is_some_and(|(local, _)| self.host.target.files.stat(&local).is_ok());
        if !stored && packages.is_some_and(|packages| packages.proxied) { None } else { Some(stored) }
    }

    /// Whether a stored package has what is asked for: all of it, a version, or a tag.
    fn has_version(&self, name: &str, rest: &str) -> bool {
        let wanted = rest.trim_end_matches('/');
        if wanted.is_empty() {
            return true;
        }
        let file = Host::path(&self.host.target.folder(), &self.storage).join(name).join("package.json");
        let Content::Read(_, bytes) = self.host.read(&file) else { return false };
        let Ok(stored) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return false };
        ["versions", "dist-tags"].iter().any(|list| stored.get(list).is_some_and(|list| list.get(wanted).is_some()))
    }

    /// A package that is read, published or taken away; `then` says what those get who may.
    fn package(
        &self,
        name: &str,
        action: Action,
        request: &Request,
        trace: &mut Trace,
        then: impl Fn(Option<&Packages>) -> Answer,
    ) -> Answer {
        let packages = match self.packages(name) {
            Ok(packages) => packages,
            Err(packages) => {
                let missing = Missing::Pattern { directive: "packages".to_owned() };
                return Answer::unknown(Because::at(Reason::CannotTell { missing }, packages.place));
            }
        };
        let place = packages.map(|packages| packages.place).or(self.place);
        let (user, because) = match self.user(request) {
            Ok(found) => found,
            Err(answer) => return answer,
        };
        let wanted = packages.map(|packages| match action {
            Action::Access => &packages.access,
            Action::Publish => &packages.publish,
            // Whoever may publish may take away, unless the entry says who may.
            Action::Unpublish => packages.unpublish.as_ref().unwrap_or(&packages.publish),
        });
        let wanted = wanted.map(Vec::as_slice).unwrap_or_default();
        trace.step(place, || format!("`{name}` is asked for as {}", who(user.as_deref())));
        if wanted.iter().any(|group| admits(group, user.as_deref())) {
            return then(packages);
        }
        match (user, because) {
            (Some(_), _) => {
                let reason = Reason::NotAuthorized;
                Answer::of(403, place.map_or(Because::nowhere(reason.clone()), |place| Because::at(reason, place)))
            }
            (None, because) => Answer { status: Some(401), because: because.into_iter().collect() },
        }
    }
}

/// What is done with a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Access,
    Publish,
    Unpublish,
}

/// What depends on something that cannot be told, here.
fn untold(missing: Missing, place: Option<Place>) -> Answer {
    let reason = Reason::CannotTell { missing };
    Answer::unknown(place.map_or(Because::nowhere(reason.clone()), |place| Because::at(reason, place)))
}

fn who(user: Option<&[u8]>) -> String {
    user.map_or_else(|| "nobody".to_owned(), |user| String::from_utf8_lossy(user).into_owned())
}

/// Names of a text with blanks, or of a list.
fn names(node: &Node) -> Vec<String> {
    match node.text() {
        Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        None => node.items().iter().filter_map(|item| item.text().map(str::to_owned)).collect(),
    }
}

/// Whether a group of `access` holds a user (`@verdaccio/auth`, `allow_action`; `@verdaccio/config`, `user.ts`).
fn admits(group: &str, user: Option<&[u8]>) -> bool {
    match (group, user) {
        ("$all" | "@all", _) | ("$anonymous" | "@anonymous", None) => true,
        ("$authenticated" | "@authenticated" | "all", Some(_)) => true,
        (name, Some(user)) => name.as_bytes() == user,
        (_, None) => false,
    }
}

impl Server for Verdaccio<'_> {
    fn name(&self) -> &'static str {
        "verdaccio"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let books: Vec<Book> = match &self.opened {
            Some(Opened::Book(book) | Opened::Spoiled(book, _)) => vec![book.clone()],
            Some(Opened::Fault(_) | Opened::Unknown(_)) | None => Vec::new(),
        };
        let post = |packages: &Packages| {
            let sample = packages.pattern.replace("**", "sample").replace('*', "sample");
            Post {
                host: None,
                path: Some(format!("/{}", packages.pattern.trim_end_matches('*'))),
                probe: format!("/-/package/{sample}/dist-tags").into_bytes(),
                method: "GET",
                place: packages.place,
                realm: None,
                books: books.clone(),
                guarded: !packages.access.iter().any(|group| group.ends_with("all")),
                unseen: matches!(self.opened, Some(Opened::Unknown(_))),
            }
        };
        let posts: Vec<Post> = self.packages.iter().map(post).collect();
        surveyed(self, &posts)
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let path = String::from_utf8_lossy(target_path(&request.path)).into_owned();
        let here = |packages: Option<&Packages>| packages.map(|packages| packages.place).or(self.place);
        match route(&request.method, &path, self.web) {
            Route::Always(status) => plain(status),
            Route::Member(status) => match self.user(request) {
                Ok((Some(_), _)) => plain(status),
                Ok((None, because)) => Answer { status: Some(401), because: because.into_iter().collect() },
                Err(answer) => answer,
            },
            // The list of tags is there for a package that is not: what counts is the access.
            Route::Tags { name } => self.package(&name, Action::Access, request, trace, |_| Answer::pass()),
            Route::Read { name, version } => {
                self.package(&name, Action::Access, request, trace, |packages| match self.is_stored(&name, packages) {
                    None => untold(Missing::Provider { name: "proxy".to_owned() }, here(packages)),
                    Some(true) if self.has_version(&name, &version) => Answer::pass(),
                    Some(_) => plain(404),
                })
            }
            Route::Tarball { name, file } => self.package(&name, Action::Access, request, trace, |packages| {
                let path = Host::path(&self.host.target.folder(), &self.storage).join(&name).join(&file);
                let there =
                    self.host.locate(&path).is_some_and(|(local, _)| self.host.target.files.stat(&local).is_ok());
                match packages {
                    _ if there => Answer::pass(),
                    Some(packages) if packages.proxied => {
                        untold(Missing::Provider { name: "proxy".to_owned() }, Some(packages.place))
                    }
                    _ => plain(404),
                }
            }),
            Route::Publish { name } => self.package(&name, Action::Publish, request, trace, |_| plain(415)),
            Route::Unpublish { name } => self.package(&name, Action::Unpublish, request, trace, |packages| match self
                .is_stored(&name, packages)
            {
                Some(false) => plain(404),
                _ => untold(Missing::Provider { name: "storage".to_owned() }, here(packages)),
            }),
        }
    }
}
