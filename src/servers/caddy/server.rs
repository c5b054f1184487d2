//! Caddy's answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::build::{Builder, Built, File};
use super::matcher::{Asked, host_fits, path_fits};
use super::parser::{Fault as Refusal, Importer, import_path, parse, words};
use super::route::{Handler, Route};
use super::run::{End, Walk};
use super::site::{Address, Site};
use crate::answer::{Answer, Because, Client, Login, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Host, Post, Presented, Style, go_path, surveyed};
use crate::hash::Verifier;
use crate::read::Fault;
use crate::source::{Source, Sources, Span};

/// What checks Caddy's passwords.
pub(super) const VERIFIER: Verifier = Verifier::GoBcrypt;

/// A Caddy that was configured.
struct Caddy<'a> {
    host: Host<'a>,
    startup: Startup,
    built: Built,
    hidden: Vec<PathBuf>,
}

/// Files that are imported while the configuration is parsed.
struct Reading<'h, 'a> {
    host: &'h Host<'a>,
    read: Vec<(PathBuf, Vec<u8>)>,
}

impl Importer for Reading<'_, '_> {
    fn import(&mut self, pattern: &str, from: usize) -> Option<Vec<(usize, Vec<u8>)>> {
        let from = self.read.get(from).or(self.read.first()).map(|(path, _)| path.clone())?;
        let path = import_path(&from, pattern);
        let (folder, name) = (path.parent()?.to_owned(), path.file_name()?.to_str()?.to_owned());
        let files = self.host.target.files;
        let fits = |path: &PathBuf| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|found| path_fits(&format!("/{name}"), &format!("/{found}")))
        };
        let globbed = name.contains('*');
        let paths: Vec<PathBuf> = if globbed {
            files.children(&folder).unwrap_or_default().into_iter().filter(fits).collect()
        } else {
            vec![path]
        };
        let mut imported = Vec::new();
        for path in paths {
            let Ok(bytes) = files.read(&path) else { continue };
            imported.push((self.read.len(), bytes.clone()));
            self.read.push((path, bytes));
        }
        (globbed || !imported.is_empty()).then_some(imported)
    }

    fn env(&self) -> &BTreeMap<String, String> {
        &self.host.target.env
    }
}

/// Opens a Caddyfile.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let mut reading = Reading { host: &host, read: vec![(target.config.to_owned(), bytes.clone())] };
    let main = words(&bytes, 0, 1, &target.env);
    let empty = main.is_empty();
    let parsed = parse(main, &mut reading);
    let secrets = parsed.as_ref().map(|blocks| Builder::secrets(blocks)).unwrap_or_default();
    let read = std::mem::take(&mut reading.read);
    let hidden = read.iter().map(|(path, _)| path.clone()).collect();
    let mut files: Vec<File> = Vec::new();
    for (index, (path, bytes)) in read.into_iter().enumerate() {
        let spans = secrets.iter().filter(|(file, _)| *file == index).map(|(_, span)| *span).collect();
        let id = host.keep(path, bytes, spans);
        files
            .push(File { id, bytes: sources.get(id).map(|source| Source::bytes(source).to_vec()).unwrap_or_default() });
    }
    let Some(main) = files.first().map(|file| file.id) else { return Err(Fault::Missing) };
    let mut builder = Builder::new(&files, main);
    let built = match parsed {
        Err(fault) => Err(builder.fault(&fault, "Caddyfile")),
        Ok(_) if empty => {
            let fault = Refusal { message: "the file is empty".to_owned(), file: 0, span: Span::at(0), braces: false };
            Err(builder.fault(&fault, "Caddyfile"))
        }
        Ok(blocks) => builder.build(&blocks),
    };
    let (startup, built) = match built {
        Ok(built) => (builder.untold.take().map_or(Startup::Ok, |because| Startup::Unknown(vec![because])), built),
        Err(because) => (Startup::Fails(vec![*because]), Built::default()),
    };
    Ok(Caddy { host, startup, built, hidden })
}

impl Caddy<'_> {
    /// The site that takes a request: of the first one's port, the one with the most particular host.
    fn site(&self, host: &str, path: &str) -> Option<&Site> {
        let port = self.port();
        let all = self.built.sites.iter().flat_map(|site| site.addresses.iter().map(move |address| (site, address)));
        let fits = |address: &Address| {
            address.port() == port
                && (address.host.is_empty() || host_fits(&address.host, host))
                && (address.path.is_empty() || path_fits(&address.path.to_lowercase(), path))
        };
        all.filter(|(_, address)| fits(address)).min_by_key(|(_, address)| address.rank()).map(|(site, _)| site)
    }

    fn port(&self) -> u16 {
        let first = self.built.sites.first().and_then(|site| site.addresses.first());
        first.map_or(443, Address::port)
    }

    /// Whether the port speaks TLS: some site there has a name or says so.
    fn is_tls(&self) -> bool {
        let port = self.port();
        let all = self.built.sites.iter().flat_map(|site| &site.addresses).filter(|address| address.port() == port);
        let https = |address: &Address| match address.scheme.as_deref() {
            Some("http") => false,
            Some(_) => true,
            None => !address.host.is_empty() && port != 80,
        };
        all.clone().any(https)
    }

    fn walk<'w>(&'w self, request: &'w Request, path: &str) -> Walk<'w> {
        let host = String::from_utf8_lossy(request.header("host").unwrap_or_default()).to_lowercase();
        let host = host.rsplit_once(':').map_or(host.as_str(), |(host, _)| host).to_owned();
        let raw = String::from_utf8_lossy(&request.path).into_owned();
        let asked = Asked {
            path: path.to_owned(),
            method: request.method.clone(),
            host,
            client: match request.client {
                Client::Address(address) => Some(address),
                Client::Elsewhere | Client::Welcome => None,
            },
            headers: request.headers.clone(),
            query: raw.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
            https: request.https,
            authorization: match &request.login {
                Login::Anonymous => None,
                Login::Header(header) => Some(header.reveal().to_vec()),
                Login::Holder(_) | Login::Password { .. } => Some(b"Basic ".to_vec()),
            },
            written: path.to_owned(),
            vars: BTreeMap::new(),
            error: None,
            machine: &self.host,
        };
        Walk { asked, presented: Presented::of(&request.login, Style::GO), host: &self.host, hidden: &self.hidden }
    }
}

/// Every `basicauth` below routes, with the path that leads there.
fn guards<'r>(routes: &'r [Route], path: &str, found: &mut Vec<(String, &'r Route)>) {
    for route in routes {
        let paths = if let super::matcher::Matcher::Path(paths) = &route.matcher { paths.as_slice() } else { &[] };
        let path = paths.first().cloned().unwrap_or_else(|| path.to_owned());
        if matches!(route.handler, Handler::BasicAuth(_)) {
            found.push((path, route));
        } else if let Handler::Sub(inner) | Handler::SubWithout(_, inner) = &route.handler {
            guards(inner, &path, found);
        }
    }
}

impl Server for Caddy<'_> {
    fn name(&self) -> &'static str {
        "caddy"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let mut posts = Vec::new();
        for site in &self.built.sites {
            let mut found = Vec::new();
            guards(&site.routes, "", &mut found);
            let host = site.addresses.first().map(|address| address.host.clone()).filter(|host| !host.is_empty());
            for (path, route) in found {
                let Handler::BasicAuth(guard) = &route.handler else { continue };
                let probe = if path.is_empty() { "/".to_owned() } else { path.replace('*', "") };
                posts.push(Post {
                    host: host.clone(),
                    path: Some(path.trim_end_matches('*').to_owned())
                        .filter(|path| !path.is_empty())
                        .or(Some("/".to_owned())),
                    probe: probe.into_bytes(),
                    method: "GET",
                    place: route.place,
                    realm: Some(guard.realm.clone().unwrap_or_else(|| "restricted".to_owned())),
                    books: vec![guard.book.clone()],
                    guarded: true,
                    unseen: false,
                });
            }
        }
        surveyed(self, &posts)
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        if self.is_tls() && !request.https {
            return Answer { status: Some(400), because: Vec::new() };
        }
        let path = match go_path(request) {
            Ok(path) => path,
            Err(status) => return Answer { status: Some(status), because: Vec::new() },
        };
        let mut walk = self.walk(request, &path);
        let Some(site) = self.site(&walk.asked.host, &walk.asked.path) else {
            trace.step(None, || "no site has this host: an empty answer".to_owned());
            return Answer::pass();
        };
        match walk.through(&site.routes, trace) {
            End::Done(answer) => answer,
            End::On => Answer::pass(),
            End::Failed(answer) => {
                let status = answer.status;
                let mut again = self.walk(request, &path);
                again.asked.error = status;
                again.asked.vars = walk.asked.vars;
                match again.through(&site.errors, trace) {
                    End::Done(last) | End::Failed(last) => keep(last, answer.because),
                    End::On => answer,
                }
            }
        }
    }
}

/// The error's reasons with the status that answers it.
fn keep(last: Answer, because: Vec<Because>) -> Answer {
    Answer { status: last.status, because: if last.because.is_empty() { because } else { last.because } }
}
