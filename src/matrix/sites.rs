//! The smallest configuration of each server that asks for a login by one line of a password file.

use crate::read::Memory;
use crate::servers::Kind;

/// A site in memory: where its configuration lies, and what is asked of it.
pub(super) struct Site {
    pub files: Memory,
    pub config: &'static str,
    pub method: &'static str,
    pub path: &'static str,
}

const REGISTRY: &str = "version: 0.1\nstorage: {inmemory: {}}\nauth: {htpasswd: {realm: r, path: /site/users}}\n";
const TRAEFIK: &str = "entryPoints: {web: {address: ':80'}}\nping: {}\nproviders: {file: {filename: /site/dynamic}}\n";
const DYNAMIC: &str = "http:\n  routers: {a: {rule: 'PathPrefix(`/`)', middlewares: [m], service: ping@internal}}\n  \
                       middlewares: {m: {basicAuth: {usersFile: /site/users}}}\n";
const SQUID: &str = "http_port 80 accel\nauth_param basic program basic_ncsa_auth /site/users\n\
                     acl m proxy_auth REQUIRED\nhttp_access allow m\nhttp_access deny all\n";
const ENVOY: &str = r#"static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          route_config: {virtual_hosts: [{domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}
          http_filters:
          - typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth
              users: {filename: /site/users}
          - typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
"#;
const RADICALE: &str = "[auth]\ntype = htpasswd\nhtpasswd_filename = /site/users\n\
                        [storage]\nfilesystem_folder = /site/collections\n[rights]\ntype = authenticated\n";
const VERDACCIO: &str =
    "storage: ./storage\nauth: {htpasswd: {file: ./users}}\npackages: {'**': {access: $authenticated}}\n";
const RCLONE: &str = "/site\n--htpasswd\n/site/users\n";
const H2O: &str = "listen: 80\nhosts:\n  default:\n    paths:\n      /:\n        mruby.handler: |\n          \
                   require \"htpasswd.rb\"\n          Htpasswd.new(\"/site/users\", \"r\")\n        status: ON\n";
const HAPROXY: &str = "defaults\n mode http\nfrontend f\n http-request auth unless { http_auth(l) }\n \
                       http-request return status 200\nuserlist l\n user user password 'STORED'\n";
const CADDY: &str = ":80 {\n basicauth {\n  user STORED\n }\n respond 200\n}\n";

/// The site of a server, with `user` and this stored text in it; `None`: a server that is asked otherwise.
pub(super) fn site(kind: Kind, stored: &str) -> Option<Site> {
    let files =
        Memory::new().file("/site/users", format!("user:{stored}\n")).directory("/site/collections/collection-root");
    let of = |config: &'static str, text: &str, method, path| {
        let text = text.replace("STORED", stored);
        Some(Site { files: files.clone().file(config, text), config, method, path })
    };
    let plain = |text| of("/site/config", text, "GET", "/");
    match kind {
        Kind::Registry => of("/site/config", REGISTRY, "GET", "/v2/"),
        Kind::Caddy => plain(CADDY),
        Kind::Traefik => {
            let site = plain(TRAEFIK)?;
            Some(Site { files: site.files.file("/site/dynamic", DYNAMIC), ..site })
        }
        Kind::Squid => plain(SQUID),
        Kind::Envoy => plain(ENVOY),
        Kind::Radicale => of("/site/config", RADICALE, "PROPFIND", "/"),
        Kind::Verdaccio => {
            let site = of("/site/config", VERDACCIO, "GET", "/demo")?;
            Some(Site { files: site.files.file("/site/storage/demo/package.json", "{}"), ..site })
        }
        Kind::Rclone => plain(RCLONE),
        Kind::H2o => plain(H2O),
        Kind::Haproxy => plain(HAPROXY),
        Kind::Apache | Kind::Lighttpd | Kind::Nginx => None,
    }
}
