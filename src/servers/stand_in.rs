//! The smallest configuration of each server that asks for a login by one password file: what such a server makes of a
//! file whose own configuration is not at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Kind, open};
use crate::answer::{Server, Target};
use crate::credentials::Credentials;
use crate::hash::Crypt;
use crate::read::{BadMap, Entry, Fault, Files, Mapping, Memory, PathMap, Stat};
use crate::source::Sources;

/// Where it lies on the machine of the server and on this one: no disk has a folder below a device.
const FOLDER: &str = "/dev/null/stand-in";

const APACHE: &str = "Listen 80\nServerName localhost\nDocumentRoot @/storage\n\
                      LoadModule mpm_event_module modules/mod_mpm_event.so\n\
                      LoadModule authn_core_module modules/mod_authn_core.so\n\
                      LoadModule authn_file_module modules/mod_authn_file.so\n\
                      LoadModule authz_core_module modules/mod_authz_core.so\n\
                      LoadModule authz_user_module modules/mod_authz_user.so\n\
                      LoadModule auth_basic_module modules/mod_auth_basic.so\n\
                      <Location />\nAuthType Basic\nAuthName r\nAuthUserFile @/users\nRequire valid-user\n</Location>\n";
const LIGHTTPD: &str = "server.document-root = \"@/storage\"\nserver.modules = (\"mod_auth\", \"mod_authn_file\")\n\
                        auth.backend = \"htpasswd\"\nauth.backend.htpasswd.userfile = \"@/users\"\n\
                        auth.require = (\"/\" => (\"method\" => \"basic\", \"realm\" => \"r\", \"require\" => \"valid-user\"))\n";
const NGINX: &str =
    "events {}\nhttp { server { listen 80; root @/storage; auth_basic r; auth_basic_user_file @/users; } }\n";
const REGISTRY: &str = "version: 0.1\nstorage: {inmemory: {}}\nauth: {htpasswd: {realm: r, path: '@/users'}}\n";
const TRAEFIK: &str = "entryPoints: {web: {address: ':80'}}\nping: {}\nproviders: {file: {filename: '@/dynamic'}}\n";
const DYNAMIC: &str = "http:\n  routers: {a: {rule: 'PathPrefix(`/`)', middlewares: [m], service: ping@internal}}\n  \
                       middlewares: {m: {basicAuth: {usersFile: '@/users'}}}\n";
const SQUID: &str = "http_port 80 accel\nauth_param basic program basic_ncsa_auth @/users\n\
                     acl m proxy_auth REQUIRED\nhttp_access allow m\nhttp_access deny all\n";
const ENVOY: &str = r#"static_resources:
  listeners:
  - address: {socket_address: {address: 0.0.0.0, port_value: 80}}
    filter_chains:
    - filters:
      - name: m
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: s
          route_config: {virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}
          http_filters:
          - name: b
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth
              users: {filename: "@/users"}
          - name: r
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
"#;
const VERDACCIO: &str =
    "storage: '@/storage'\nauth: {htpasswd: {file: '@/users'}}\npackages: {'**': {access: $authenticated}}\n";
const RADICALE: &str = "[auth]\ntype = htpasswd\nhtpasswd_filename = @/users\n\
                        [storage]\nfilesystem_folder = @/collections\n[rights]\ntype = authenticated\n";
const RCLONE: &str = "@/storage\n--htpasswd\n@/users\n";
const H2O: &str = "listen: 80\nhosts:\n  default:\n    paths:\n      /:\n        mruby.handler: |\n          \
                   require \"htpasswd.rb\"\n          Htpasswd.new(\"@/users\", \"r\")\n        status: ON\n";
const HAPROXY: &str = "defaults\n mode http\nfrontend f\n bind :80\n http-request auth unless { http_auth(l) }\n \
                       http-request return status 200\nuserlist l\n user USER password 'STORED'\n";
const CADDY: &str = ":80 {\n basicauth {\n  USER STORED\n }\n respond 200\n}\n";

/// A server that stands in for one whose configuration is not at hand.
pub struct StandIn<'f> {
    kind: Kind,
    files: Laid<'f>,
    paths: PathMap,
    credentials: Credentials,
    /// Whether a login that is refused ends in the same status under every configuration: a proxy has another one than a
    /// server.
    pub sure: bool,
    /// The method of a request that asks for a login.
    pub method: &'static str,
    /// Its target.
    pub path: &'static str,
}

impl<'f> StandIn<'f> {
    /// One that reads the password file at a path of this machine; `None`: the server has no such files.
    #[must_use]
    pub fn new(kind: Kind, files: &'f dyn Files, users: &Path) -> Option<Self> {
        let (text, method, path) = match kind {
            Kind::Apache => (APACHE, "GET", "/demo/package.json"),
            Kind::Lighttpd => (LIGHTTPD, "GET", "/demo/package.json"),
            Kind::Nginx => (NGINX, "GET", "/demo/package.json"),
            Kind::Registry => (REGISTRY, "GET", "/v2/"),
            Kind::Traefik => (TRAEFIK, "GET", "/"),
            Kind::Squid => (SQUID, "GET", "/"),
            Kind::Envoy => (ENVOY, "GET", "/"),
            Kind::Verdaccio => (VERDACCIO, "GET", "/demo"),
            Kind::Radicale => (RADICALE, "PROPFIND", "/"),
            Kind::Rclone => (RCLONE, "GET", "/"),
            Kind::H2o => (H2O, "GET", "/"),
            Kind::Caddy | Kind::Haproxy => return None,
        };
        let own = Memory::new().file(format!("{FOLDER}/dynamic"), placed(DYNAMIC));
        Some(Self::of(kind, Laid { own, under: files }, mapped(users).ok()?, &placed(text), (method, path)))
    }

    /// One that has this one account, of a server whose accounts stand in its configuration; `None`: they do not.
    #[must_use]
    pub fn with_account(kind: Kind, files: &'f dyn Files, user: &str, stored: &str) -> Option<Self> {
        let text = match kind {
            Kind::Caddy => CADDY,
            Kind::Haproxy => HAPROXY,
            Kind::Apache
            | Kind::Lighttpd
            | Kind::Nginx
            | Kind::Registry
            | Kind::Traefik
            | Kind::Squid
            | Kind::Envoy
            | Kind::Verdaccio
            | Kind::Radicale
            | Kind::Rclone
            | Kind::H2o => return None,
        };
        let text = text.replace("USER", user).replace("STORED", stored);
        let paths = mapped(Path::new("/")).ok()?;
        Some(Self::of(kind, Laid { own: Memory::new(), under: files }, paths, &text, ("GET", "/")))
    }

    fn of(
        kind: Kind,
        files: Laid<'f>,
        paths: PathMap,
        text: &str,
        (method, path): (&'static str, &'static str),
    ) -> Self {
        let own = files
            .own
            .file(format!("{FOLDER}/config.yaml"), text)
            .file(format!("{FOLDER}/storage/demo/package.json"), "{}")
            .directory(format!("{FOLDER}/collections/collection-root"));
        let (files, credentials, sure) = (Laid { own, ..files }, Credentials::new(), kind != Kind::Squid);
        Self { kind, files, paths, credentials, sure, method, path }
    }

    /// Opens it over this crypt(3), with `sources` for the files that it reads.
    ///
    /// # Errors
    /// Never but for a server whose room cannot read the configuration above.
    pub fn open<T>(&self, crypt: Crypt, sources: &Sources, work: impl FnOnce(&dyn Server) -> T) -> Result<T, Fault> {
        let config = PathBuf::from(format!("{FOLDER}/config.yaml"));
        let target = Target {
            files: &self.files,
            paths: &self.paths,
            config: &config,
            run_as: None,
            defines: BTreeMap::new(),
            env: BTreeMap::new(),
            crypt,
            credentials: &self.credentials,
        };
        open(self.kind, &target, sources).map(|server| work(server.as_ref()))
    }

    /// Whether a file was made up for it.
    #[must_use]
    pub fn is_own(path: &Path) -> bool {
        path.starts_with(FOLDER)
    }
}

/// A configuration with the folder filled in.
fn placed(text: &str) -> String {
    text.replace("@/", &format!("{FOLDER}/"))
}

fn mapped(users: &Path) -> Result<PathMap, BadMap> {
    let root = Path::new("/");
    let users = Mapping::new(&format!("{FOLDER}/users"), &users.to_string_lossy(), root)?;
    Ok(PathMap::default().mapped(users).mapped(Mapping::new(FOLDER, FOLDER, root)?))
}

/// Files in memory laid over the world outside.
struct Laid<'f> {
    own: Memory,
    under: &'f dyn Files,
}

impl Laid<'_> {
    fn of(&self, path: &Path) -> &dyn Files {
        if StandIn::is_own(path) { &self.own } else { self.under }
    }
}

impl Files for Laid<'_> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        self.of(path).read(path)
    }

    fn stat(&self, path: &Path) -> Result<Stat, Fault> {
        self.of(path).stat(path)
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        self.of(path).link(path)
    }

    fn owner(&self, path: &Path) -> Result<u32, Fault> {
        self.of(path).owner(path)
    }

    fn entries(&self, path: &Path) -> Result<Vec<Entry>, Fault> {
        self.of(path).entries(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Client, Login, Request, Startup, Trace};

    const FILE: &str = "/site/users";

    fn status(kind: Kind, stored: &str) -> Option<u16> {
        let files = Memory::new().file(FILE, format!("alice:{stored}\n"));
        let stand_in = StandIn::new(kind, &files, Path::new(FILE)).unwrap();
        let sources = Sources::default();
        let ask = |server: &dyn Server| {
            assert_eq!(server.startup(), Startup::Ok, "{}", kind.name());
            let request = Request {
                path: stand_in.path.as_bytes().to_vec(),
                method: stand_in.method.to_owned(),
                login: Login::Holder(b"alice".to_vec()),
                client: Client::Elsewhere,
                https: false,
                headers: vec![("Host".to_owned(), b"localhost".to_vec())],
            };
            server.answer(&request, &mut Trace::unwanted()).status
        };
        stand_in.open(Crypt::Libxcrypt, &sources, ask).unwrap()
    }

    #[test]
    fn a_holder_of_a_sound_hash_gets_in_and_one_of_plain_text_does_not() {
        let bcrypt = "$2y$05$.....................................................";
        for kind in Kind::ALL.into_iter().filter(|kind| StandIn::new(*kind, &Memory::new(), Path::new(FILE)).is_some())
        {
            let (sound, plain) = if matches!(kind, Kind::Envoy | Kind::H2o) {
                ("{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "{SHA}-AAAAAAAAAAAAAAAAAAAAAAAAAA=")
            } else {
                (bcrypt, "plain-text")
            };
            assert!(status(kind, sound).is_some_and(|status| status < 400), "{}", kind.name());
            // Radicale takes what it does not know for the password itself.
            let refused = kind == Kind::Radicale || status(kind, plain).is_some_and(|status| status >= 400);
            assert!(refused, "{}", kind.name());
        }
    }
}
