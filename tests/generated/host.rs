//! Main configs: what stands around the sections.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::login::provider_aliases;
use super::node::{Node, Nodes, Style, line, maybe, one_of, render, row, section, some, word};
use super::rules::rule_aliases;
use super::sections::{body, conditional, overrides, scope};
use super::tables::server_wide;

/// A main config with the file that it may include.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) main: Nodes,
    pub(crate) included: Nodes,
}

const MODULES: &str = "/usr/lib/apache2/modules";
/// What a login needs at the least.
const LEAST: &[&str] =
    &["authn_core", "authn_file", "authz_core", "authz_user", "authz_host", "auth_basic", "access_compat", "dir"];
/// What is there besides, in most cases.
const MORE: &[&str] = &[
    "authz_groupfile",
    "authn_anon",
    "auth_digest",
    "authz_owner",
    "alias",
    "env",
    "setenvif",
    "rewrite",
    "macro",
    "mime",
    "allowmethods",
    "autoindex",
];
/// Modules that few sites load, each with what it needs.
const RARE: &[&[&str]] = &[
    &["ldap", "authnz_ldap"],
    &["request", "session", "auth_form"],
    &["dbd", "authn_dbd", "authz_dbd"],
    &["authn_dbm", "authz_dbm"],
    &["socache_shmcb", "authn_socache"],
    &["authnz_fcgi"],
    &["headers"],
];
/// How a word in a main config begins, and the modules without which the server would not start on it.
const NEEDS: &[(&str, &[&str])] = &[
    ("AuthGroupFile", &["authz_groupfile"]),
    ("group", &["authz_groupfile"]),
    ("Anonymous", &["authn_anon"]),
    ("anon", &["authn_anon"]),
    ("AuthDigest", &["auth_digest"]),
    ("file-", &["authz_owner", "authz_groupfile"]),
    ("Alias", &["alias"]),
    ("Redirect", &["alias"]),
    ("SetEnvIf", &["setenvif"]),
    ("BrowserMatch", &["setenvif"]),
    ("SetEnv", &["env"]),
    ("Rewrite", &["rewrite"]),
    ("<Macro", &["macro"]),
    ("AddType", &["mime"]),
    ("AllowMethods", &["allowmethods"]),
    ("AuthLDAP", RARE[0]),
    ("AuthForm", RARE[1]),
    ("AuthDBDUser", RARE[2]),
    ("AuthzDBD", RARE[2]),
    ("AuthDBM", RARE[3]),
    ("AuthzDBM", RARE[3]),
    ("AuthnCache", RARE[4]),
    ("AuthnzFcgi", RARE[5]),
    ("Header", RARE[6]),
];

/// Which modules there are beside the needed ones.
#[derive(Clone, Debug)]
struct Modules {
    more: &'static [&'static str],
    rare: &'static [&'static str],
    lost: Vec<&'static str>,
}

/// A whole main config.
pub(crate) fn host(style: Style) -> BoxedStrategy<Host> {
    let aliases = row(vec![maybe(96, provider_aliases(style)), maybe(96, rule_aliases(style))]);
    let sections = some(0..4, one_of(vec![(10, scope(style)), (1, conditional(style, scope(style)))]));
    let hosts = one_of(vec![(7, Just(Vec::new()).boxed()), (3, some(1..4, virtual_host(style)))]);
    let extra = row(vec![
        maybe(30, mapping(style)),
        maybe(10, define(style)),
        maybe(10, macros(style)),
        maybe(7, server_wide(style)),
    ]);
    let included = one_of(vec![(9, Just(Vec::new()).boxed()), (2, some(1..3, scope(style)))]);
    let parts = (modules(), before(style), aliases, extra, included, sections, hosts, maybe(6, fault()));
    let whole = parts.prop_map(|(modules, before, aliases, extra, included, sections, hosts, fault)| {
        let include = if included.is_empty() { vec![] } else { vec![Node::Line("Include conf/extra.conf".to_owned())] };
        // The line behind the last Use must not be one without an end: the server loses it.
        let end = vec![Node::Line("# end".to_owned())];
        let main = [before, aliases, extra, include, sections, fault, hosts, end].concat();
        let modules = modules.load(&format!("{}{}", render(&main), render(&included)));
        let main = [modules, main].concat();
        Host { main, included }
    });
    whole.boxed()
}

fn modules() -> impl Strategy<Value = Modules> {
    let more = prop_oneof![14 => Just(MORE), 2 => Just(&MORE[..7]), 4 => Just(&MORE[..0])];
    let rare = prop_oneof![9 => Just(&MORE[..0]), 2 => prop::sample::select(RARE)];
    let lost = prop_oneof![28 => Just(vec![]), 1 => subsequence([LEAST, MORE].concat(), 1..3)];
    (more, rare, lost).prop_map(|(more, rare, lost)| Modules { more, rare, lost })
}

impl Modules {
    fn load(&self, config: &str) -> Nodes {
        let words = || config.split(|letter: char| letter.is_whitespace() || letter == '"');
        let met = |start: &str| words().any(|word| word.starts_with(start));
        let needed = NEEDS.iter().filter(|(start, _)| met(start)).flat_map(|(_, modules)| *modules);
        let all = ["mpm_prefork"].iter().chain(LEAST).chain(self.more).chain(self.rare).chain(needed);
        let mut loaded: Vec<&str> = Vec::new();
        for module in all.filter(|module| !self.lost.contains(module)) {
            if !loaded.contains(module) {
                loaded.push(module);
            }
        }
        loaded.into_iter().map(load).collect()
    }
}

fn load(module: &str) -> Node {
    Node::Line(format!("LoadModule {module}_module {MODULES}/mod_{module}.so"))
}

/// The server itself.
fn before(style: Style) -> BoxedStrategy<Nodes> {
    let fixed = [
        "ServerRoot \"@ROOT@\"",
        "Listen 127.0.0.1:@PORT@",
        "PidFile \"@ROOT@/httpd.pid\"",
        "ErrorLog \"@ROOT@/error.log\"",
        "Define CREW @ROOT@/conf/crew",
        "DocumentRoot \"@ROOT@/site\"",
    ];
    let types = Node::Line("TypesConfig /dev/null".to_owned());
    let types = Node::Section("IfModule mod_mime.c".to_owned(), vec![types]);
    let fixed = fixed.map(|line| Node::Line(line.to_owned())).into_iter().chain([types]).collect();
    let around = section(
        Just("Directory /".to_owned()).boxed(),
        row(vec![
            line(style, "AllowOverride", &[(20, "None"), (1, "All")], &[]),
            line(style, "Require", &[(20, "all denied"), (2, "all granted")], &[]),
        ]),
    );
    let site = section(
        Just("Directory \"@ROOT@/site\"".to_owned()).boxed(),
        row(vec![
            overrides(style),
            line(style, "Require", &[(40, "all granted"), (1, "all denied"), (1, "valid-user")], &[]),
        ]),
    );
    // Now and then nothing is required of anybody.
    let bare = section(Just("Directory \"@ROOT@/site\"".to_owned()).boxed(), overrides(style));
    row(vec![
        Just(fixed).boxed(),
        maybe(95, line(style, "ServerName", &[(5, "localhost"), (1, "crew.test"), (1, "crew.test:8080")], &[])),
        line(style, "User", &[(40, "www-data"), (1, "nobody"), (1, "#33")], &["nobody-here", "root"]),
        line(style, "Group", &[(40, "www-data"), (1, "nogroup")], &["nobody-here"]),
        one_of(vec![(9, row(vec![maybe(94, around), maybe(96, site)])), (1, bare)]),
        maybe(20, hidden()),
        maybe(5, line(style, "AccessFileName", &[(1, ".htaccess"), (1, ".access .htaccess"), (1, ".acl")], &[])),
        maybe(3, line(style, "TraceEnable", &[(1, "Off"), (1, "On"), (1, "extended")], &["x"])),
        maybe(2, line(style, "AllowEncodedSlashes", &[(1, "On"), (1, "NoDecode")], &[])),
        maybe(2, line(style, "MergeSlashes", &[(1, "Off")], &[])),
        maybe(2, line(style, "UseCanonicalName", &[(1, "On")], &[])),
    ])
}

fn hidden() -> BoxedStrategy<Nodes> {
    let denied = Node::Line("Require all denied".to_owned());
    Just(vec![Node::Section("FilesMatch \"^\\.ht\"".to_owned(), vec![denied])]).boxed()
}

/// What leads a URL to another place.
fn mapping(style: Style) -> BoxedStrategy<Nodes> {
    let open = "Directory \"@ROOT@/elsewhere\"".to_owned();
    let folder =
        section(Just(open).boxed(), row(vec![overrides(style), line(style, "Require", &[(1, "all granted")], &[])]));
    let alias: &'static [(u32, &'static str)] =
        &[(4, "/alias \"@ROOT@/elsewhere\""), (1, "/alias/ @ROOT@/elsewhere/"), (1, "/private/sub @ROOT@/elsewhere")];
    let rewrites: &'static [(u32, &'static str)] = &[
        (2, "^/old/(.*)$ /private/$1 [R=301,L]"),
        (2, "^/old/(.*)$ /private/$1 [PT]"),
        (1, "^/pub/note - [F]"),
        (1, "^/old/(.*) @ROOT@/site/private/$1 [L]"),
    ];
    one_of(vec![
        (5, row(vec![line(style, "Alias", alias, &["/alias"]), folder.clone()])),
        (
            2,
            row(vec![
                line(
                    style,
                    "AliasMatch",
                    &[(2, "^/alias/(.*)$ @ROOT@/elsewhere/$1"), (1, "^/al @ROOT@/elsewhere/a.html")],
                    &["( x"],
                ),
                folder,
            ]),
        ),
        (
            2,
            line(
                style,
                "Redirect",
                &[
                    (2, "/private/sub /pub/note.txt"),
                    (1, "permanent /old /private"),
                    (1, "410 /pub/note.txt"),
                    (1, "403 /private/sub"),
                ],
                &[],
            ),
        ),
        (1, line(style, "RedirectMatch", &[(1, "^/old/(.*)$ /private/$1"), (1, "403 \\.txt$")], &[])),
        (
            3,
            row(vec![
                line(style, "RewriteEngine", &[(9, "On"), (1, "Off")], &[]),
                line(style, "RewriteRule", rewrites, &["( -"]),
            ]),
        ),
    ])
}

fn define(style: Style) -> BoxedStrategy<Nodes> {
    one_of(vec![
        (3, line(style, "Define", &[(3, "Crew"), (1, "Crew 1"), (1, "CREW conf/crew"), (1, "crew")], &[""])),
        (
            1,
            row(vec![
                line(style, "Define", &[(1, "Crew")], &[]),
                line(style, "UnDefine", &[(1, "Crew"), (1, "CREW")], &[]),
            ]),
        ),
    ])
}

fn macros(style: Style) -> BoxedStrategy<Nodes> {
    let open = word(&[(4, "Macro Login $folder $who"), (1, "Macro Login ${folder} ${who}")]);
    let inner = section(
        Just("Directory @ROOT@/site/$folder".to_owned()).boxed(),
        row(vec![body(style), maybe(50, line(style, "Require", &[(1, "user $who")], &[]))]),
    );
    let uses = line(
        style,
        "Use",
        &[(8, "Login private mira"), (4, "login pub olaf"), (2, "Login private \"mira olaf\"")],
        &["Login", "Logon a b"],
    );
    row(vec![section(open, inner), some(1..3, uses)])
}

/// A host of its own, chosen by name, address and port.
fn virtual_host(style: Style) -> BoxedStrategy<Nodes> {
    let address = word(&[
        (12, "VirtualHost 127.0.0.1:@PORT@"),
        (6, "VirtualHost *:@PORT@"),
        (3, "VirtualHost *"),
        (1, "VirtualHost _default_:@PORT@"),
        (1, "VirtualHost 127.0.0.2:@PORT@"),
        (1, "VirtualHost *:1"),
    ]);
    let inner = row(vec![
        maybe(
            90,
            line(
                style,
                "ServerName",
                &[(5, "crew.test"), (4, "open.test"), (1, "localhost"), (1, "crew.test:80")],
                &[],
            ),
        ),
        maybe(
            25,
            line(style, "ServerAlias", &[(2, "*.open.test"), (1, "other.test www.crew.test"), (1, "ope?.test")], &[]),
        ),
        maybe(
            80,
            line(
                style,
                "DocumentRoot",
                &[(5, "@ROOT@/site"), (2, "@ROOT@/elsewhere"), (1, "@ROOT@/site/private")],
                &[],
            ),
        ),
        some(0..3, scope(style)),
        maybe(10, mapping(style)),
    ]);
    section(address, inner)
}

/// What stops the server.
fn fault() -> BoxedStrategy<Nodes> {
    let line = prop::sample::select(&[
        "AuthTyp Basic",
        "AuthType Basic",
        "Require valid-user",
        "Include conf/nowhere.conf",
        "Include conf/nowhere.conf",
        "Include @ROOT@/nowhere",
        "Include conf/nowhere/*.conf",
        "LoadModule ssl_module /usr/lib/apache2/modules/mod_nothing.so",
        "LoadModule auth_basic_modul /usr/lib/apache2/modules/mod_auth_basic.so",
        "<Directory @ROOT@/site/private>",
        "</Directory>",
        "<Location /private",
        "ErrorLog @ROOT@/logs/error.log",
        "ServerRoot @ROOT@/nowhere",
        "Use Nothing a",
        "Order allow,deny",
        "<Directory @ROOT@/x>\n<Location />\n</Location>\n</Directory>",
        "<VirtualHost *:@PORT@>\nAuthType Basic\n</VirtualHost>",
        "<Directory @ROOT@/site>\nRequire not user mira\n</Directory>",
        "<Directory @ROOT@/site>\n<RequireAll>\nRequire not user mira\n</RequireAll>\n</Directory>",
        "<Directory @ROOT@/site>\n<RequireAny>\n</RequireAny>\n</Directory>",
        "<DirectoryMatch \"(\">\n</DirectoryMatch>",
        "<IfModule mod_auth_basic.c>",
        "<If \"%{X\">\n</If>",
        "\u{feff}# Apache",
        "DocumentRoot",
        "Listen nowhere",
        "<Directory @ROOT@/site>\nAuthUserFile a b\n</Directory>",
        "<Macro Login $a $b>\n</Macro>\nUse Login a",
        "<RequireAny>\nRequire all granted\n</RequireAny>",
        "auth_basic \"Harbour\";",
    ]);
    line.prop_map(|text: &str| text.lines().map(|line| Node::Line(line.to_owned())).collect()).boxed()
}
