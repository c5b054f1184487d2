//! Applications that want the `Authorization` header and do not get it: the server keeps it from their program, or asks
//! for a login with the same header.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::applications::{Application, application};
use super::areas::has_login;
use super::ask::Ask;
use super::commands::programs::backend;
use super::config::DirConfig;
use super::options::OptionSet;
use super::policy::Policy;
use super::programs::{Given, Kind};
use super::setup::Setup;
use super::site::Site;
use super::spot::{Hosted, Spot, absolute};
use super::world::{World, explore};
use crate::answer::{Client, Login, Noted, Remark};
use crate::read::{FileType, server_path};
use crate::source::Place;

/// A folder that a host shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    /// The host; none is the main server.
    host: Option<usize>,
    /// Its path on the server, with a slash at its end.
    folder: Vec<u8>,
    /// Its URL, with a slash at its end; `None`: any.
    url: Option<Vec<u8>>,
    /// Where it lies here.
    local: PathBuf,
}

/// A program that makes answers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    kind: Kind,
    place: Place,
    /// Whether another server makes the request's settings: `<Directory>` and per-directory files are not asked.
    proxied: bool,
}

impl Site<'_> {
    /// What is to be said of the header in the folders that are shown.
    pub(super) fn header_remarks(&self, shown: &BTreeSet<Shown>, remarks: &mut Vec<Noted>) {
        for shown in shown {
            let Some(application) = application(self.library.files, &shown.local) else { continue };
            for noted in [self.kept_back(shown, application), self.contested(shown, application)] {
                remarks.extend(noted.filter(|noted| !remarks.contains(noted)));
            }
        }
    }

    /// Folders of per-directory files that name a program or a login, those below, and their folders.
    pub(super) fn shown_folders(&self) -> BTreeSet<Shown> {
        let mut shown = BTreeSet::new();
        let mut add = |local: &Path| {
            let folder = slashed(local.as_os_str().as_encoded_bytes());
            shown.insert(Shown { host: None, folder, url: None, local: local.to_owned() });
        };
        for folder in self.folders() {
            let read = explore(&World::default(), |world| {
                let mut concerns = false;
                if let Ok(per_dir) = self.per_dir(folder, world) {
                    per_dir.config.each(&mut |config| concerns |= has_login(config) || names_program(config));
                }
                concerns
            });
            if !read.outcomes.iter().any(|(_, concerns)| *concerns) {
                continue;
            }
            add(folder);
            self.folders_below(folder).for_each(&mut add);
            self.folders_in(folder).iter().for_each(|inner| add(inner));
        }
        shown
    }

    /// What the hosts show: document roots, aliases, folders with per-directory files, scripts of mod_wsgi.
    pub(super) fn shown_by_hosts(&self, setup: &Setup, access: &[(PathBuf, Vec<u8>)]) -> BTreeSet<Shown> {
        let root = &setup.profile.server_root;
        let mut shown = BTreeSet::new();
        for host in setup.reachable() {
            let hosted = setup.hosted(host);
            let mut tops = vec![hosted.docroot.clone()];
            tops.extend(hosted.host.mappings.iter().map(|mapping| absolute(&mapping.path, root)));
            let mut folders: Vec<Vec<u8>> = access.iter().map(|(_, folder)| folder.clone()).collect();
            for top in tops.into_iter().map(|top| slashed(&top)) {
                let inner = self.library.local(&server_path(&top)).map(|local| self.folders_in(&local));
                let names: Vec<PathBuf> = inner.unwrap_or_default();
                let names = names.iter().filter_map(|inner| inner.file_name().map(OsStr::as_encoded_bytes));
                folders.extend(names.map(|name| slashed(&[top.as_slice(), name].concat())));
                folders.push(top);
            }
            for folder in folders {
                let Some(url) = hosted.url_of(&folder, root) else { continue };
                let Some(local) = self.library.local(&server_path(&folder)) else { continue };
                shown.insert(Shown { host, folder, url: Some(url), local });
            }
            shown.extend(self.scripts_of(host, hosted, root));
        }
        shown
    }

    /// The folders of scripts that URLs are given to.
    fn scripts_of(&self, host: Option<usize>, hosted: &Hosted, root: &str) -> Vec<Shown> {
        let scripts = hosted.host.settings.programs.given.iter().filter_map(|given| {
            let path = server_path(&absolute(&given.script, root));
            let folder = path.parent().filter(|_| !given.script.is_empty())?.to_owned();
            let super::content::UrlPattern::Prefix(prefix) = given.what.as_ref()? else { return None };
            let local = self.library.local(&folder)?;
            let folder = slashed(folder.as_os_str().as_encoded_bytes());
            Some(Shown { host, folder, url: Some(slashed(prefix)), local })
        });
        scripts.collect()
    }

    fn folders_in(&self, local: &Path) -> Vec<PathBuf> {
        let entries = self.library.files.entries(local).unwrap_or_default();
        let folders = entries.into_iter().filter(|entry| entry.kind == FileType::Directory);
        folders.map(|entry| entry.path).collect()
    }

    /// A program that is not told of the header, whatever is not known.
    fn kept_back(&self, shown: &Shown, application: &'static Application) -> Option<Noted> {
        let explored = explore(&World::default(), |world| {
            let (policy, program) = self.program(shown, application, world)?;
            let tells = policy.config.programs.tells(program.kind) || self.told_elsewhere(shown, &program, world);
            (!tells).then_some(program)
        });
        let mut programs = explored.outcomes.into_iter().map(|(_, program)| program);
        let program = programs.next()??;
        if !programs.all(|other| other.as_ref() == Some(&program)) {
            return None;
        }
        let remark = Remark::AuthorizationDropped {
            program: program.kind.words(),
            application: application.name,
            breaks: application.breaks,
            cure: program.cure(),
            assumed: self.started.is_none(),
        };
        Some(Noted { remark, place: program.place, related: None })
    }

    /// What runs the application's script, and the settings that hold there.
    fn program<'p>(&'p self, shown: &Shown, application: &Application, world: &World) -> Option<(Policy<'p>, Program)> {
        let setup = self.setup(world);
        let behind = if application.is_its_script() { application.api } else { application.script };
        let spot = shown.spot(setup, behind, application.script);
        let given = spot.proxied();
        let url = spot.url.clone().unwrap_or_default();
        let (policy, walked) = self.policy_at(setup, spot, None, world);
        if walked.fault.is_some() {
            return None;
        }
        let program = match given {
            Some(given) if given.kind == Some(Kind::Fcgi) => {
                Program { kind: Kind::Fcgi, place: given.place, proxied: true }
            }
            // Another server answers.
            Some(_) => return None,
            None => program(&policy, &url)?,
        };
        Some((policy, program))
    }

    /// Whether settings of another place than the script's let the program know: of `<Proxy>`, or of the program of an
    /// Action.
    fn told_elsewhere(&self, shown: &Shown, program: &Program, world: &World) -> bool {
        let setup = self.setup(world);
        let hosted = setup.hosted(shown.host);
        let by_proxy = || hosted.host.proxies.iter().any(|section| section.config.programs.tells(program.kind));
        let by_action = || {
            let mut programs = hosted.host.directories.iter().map(|section| &section.config.programs);
            let mut locations = hosted.host.locations.iter().map(|section| &section.config.programs);
            programs.any(|programs| programs.tells(Kind::Action)) || locations.any(|own| own.tells(Kind::Action))
        };
        (program.proxied && by_proxy()) || (program.kind == Kind::Action && by_action())
    }

    /// A login of the server over the application's API, whatever is not known.
    fn contested(&self, shown: &Shown, application: &'static Application) -> Option<Noted> {
        let explored = explore(&World::default(), |world| {
            let own = application.is_its_script();
            let (first, place) =
                self.asks(shown, application.api, if own { application.script } else { application.api }, world);
            if own || first.status == Some(401) {
                return place.filter(|_| first.status == Some(401));
            }
            // Rewritten to the script, it is judged again where that has other settings.
            let (again, other) = self.asks(shown, application.script, application.script, world);
            let differ = first.rules != again.rules;
            other.filter(|_| first.status == Some(200) && again.status == Some(401) && differ)
        });
        let mut places = explored.outcomes.into_iter().map(|(_, place)| place);
        let place = places.next()??;
        if !places.all(|other| other == Some(place)) {
            return None;
        }
        let remark = Remark::AuthorizationContested {
            application: application.name,
            breaks: application.breaks,
            exempt: exempt(application, shown.url.as_deref()),
        };
        Some(Noted { remark, place, related: None })
    }

    /// What a stranger gets at a URL below a folder that is shown, and where a login is set up that is asked for there.
    fn asks(&self, shown: &Shown, url: &str, file: &str, world: &World) -> (Met, Option<Place>) {
        let setup = self.setup(world);
        let policy = self.policy_at(setup, shown.spot(setup, url, file), None, world).0;
        let status = policy.answer(&Ask::of("GET", Login::Anonymous, Client::Elsewhere), world).status;
        let rules = policy.config.rules.iter().map(|rule| rule.place).collect();
        (Met { status, rules }, policy.config.auth_type.as_ref().map(|set| set.place))
    }
}

/// What a request met.
struct Met {
    status: Option<u16>,
    /// The rules that judged it.
    rules: Vec<Place>,
}

impl Shown {
    /// The place of a request for a URL below the folder, which a file in it stands for.
    fn spot<'p>(&self, setup: &'p Setup, url: &str, file: &str) -> Spot<'p> {
        let host = setup.hosted(self.host);
        let file = file.strip_suffix('/').unwrap_or(file);
        let path = [self.folder.as_slice(), file.as_bytes()].concat();
        let url = self.url.as_ref().map(|own| [own.as_slice(), url.as_bytes()].concat());
        let spot = Spot { url, path: Some(path), ..Spot::of(host) };
        let path = if spot.proxied().is_some() { None } else { spot.path };
        Spot { path, ..spot }
    }
}

impl<'h> Spot<'h> {
    /// The directive that gives it to another server, or to a program that is asked like one.
    fn proxied(&self) -> Option<&'h Given> {
        let url = self.url.as_deref()?;
        let host = &self.host.host;
        let sections = host.locations.iter().filter(|section| section.pattern.fits(url) == Some(true));
        let mut inside = sections.flat_map(|section| &section.config.programs.given);
        let given = host.settings.programs.given_to(url).or_else(|| inside.next());
        given.filter(|given| given.proxies)
    }
}

/// How to leave an API out of a login. A path that is rewritten to a script is asked about twice, and the second time
/// under the script's name, unless both have the same settings (server/request.c, `ap_process_request_internal`):
/// measured, `<Location>` and `<If>` about such a path do not help, and a variable does.
fn exempt(application: &Application, url: Option<&[u8]>) -> String {
    if application.is_its_script() {
        let name = Path::new(application.script).file_name().unwrap_or_default().display();
        return format!("<Files \"{name}\"> with `Require all granted`");
    }
    let path = String::from_utf8_lossy(url.unwrap_or(b"/"));
    let unknown = if url.is_none() { ", with the path under which it is shown" } else { "" };
    let api = application.api;
    format!("`SetEnvIf Request_URI ^{path}{api} api` and `Require env api` beside the other Require{unknown}")
}

/// What runs the script of an application that is a file of this server.
fn program(policy: &Policy<'_>, url: &[u8]) -> Option<Program> {
    let programs = &policy.config.programs;
    let path = policy.spot.path.as_deref().unwrap_or_default();
    let local = |kind, place| Some(Program { kind, place, proxied: false });
    if let Some(given) = programs.given_to(url).filter(|given| given.kind == Some(Kind::Wsgi)) {
        return local(Kind::Wsgi, given.place);
    }
    let runs = policy.config.content.options.in_force().has(OptionSet::CGI);
    let end = server_path(path).extension().map(|end| end.as_encoded_bytes().to_ascii_lowercase()).unwrap_or_default();
    let set = programs.handler_of(&end);
    let aliased = policy.spot.host.host.mappings.iter().find(|mapping| mapping.what.covers(url) == Some(true));
    if let (None, Some(mapping)) = (set, aliased.filter(|mapping| mapping.script && !url.is_empty())) {
        return local(Kind::Cgi, mapping.place);
    }
    let set = set?;
    let kind = match set.value.to_ascii_lowercase().as_slice() {
        handler if programs.acts_on(handler) => Kind::Action,
        b"cgi-script" | b"application/x-httpd-cgi" if runs => Kind::Cgi,
        b"fcgid-script" if runs => Kind::Fcgid,
        b"fastcgi-script" => Kind::FastCgi,
        b"wsgi-script" if runs => Kind::Wsgi,
        handler if handler.starts_with(b"proxy:") => backend(handler)?,
        _ => return None,
    };
    local(kind, set.place)
}

fn names_program(config: &DirConfig) -> bool {
    let programs = &config.programs;
    programs.handler.is_some() || !programs.handlers.is_empty() || !programs.types.is_empty()
}

fn slashed(path: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if path.last() == Some(&b'/') { b"" } else { b"/" };
    [path, slash].concat()
}

impl Kind {
    /// What people call it.
    fn words(self) -> &'static str {
        match self {
            Self::Cgi => "mod_cgi",
            Self::Fcgi => "mod_proxy_fcgi",
            Self::Fcgid => "mod_fcgid",
            Self::FastCgi => "mod_fastcgi",
            Self::Action => "mod_actions",
            Self::Wsgi => "mod_wsgi",
        }
    }
}

impl Program {
    /// What hands the header on to it.
    fn cure(&self) -> &'static str {
        match self.kind {
            Kind::Wsgi => "`WSGIPassAuthorization On`",
            Kind::Fcgi if self.proxied => "`CGIPassAuth On` in a <Location>, for ProxyPass passes <Directory> by",
            Kind::Cgi | Kind::Fcgi | Kind::Fcgid | Kind::FastCgi | Kind::Action => "`CGIPassAuth On` in the same place",
        }
    }
}
