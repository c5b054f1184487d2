//! What stands in a section or a per-dir file, and the sections around it.

use proptest::prelude::*;

use super::login::login;
use super::node::{Nodes, Place, Style, line, maybe, one_of, row, section, word};
use super::rules::{addresses, limited, rules};
use super::tables::{other, rare};

/// Directives on logins and rules, one of everything or only a piece.
pub(crate) fn body(style: Style) -> BoxedStrategy<Nodes> {
    one_of(vec![
        (20, row(vec![login(style), rules(style), maybe(8, addresses(style)), maybe(15, other(style))])),
        (2, rules(style)),
        (1, addresses(style)),
        (3, login(style)),
        (2, row(vec![rare(style), rules(style)])),
        (1, other(style)),
    ])
}

/// A per-dir file.
pub(crate) fn per_dir(style: Style) -> BoxedStrategy<Nodes> {
    one_of(vec![
        (10, body(style)),
        (2, row(vec![body(style), files(style)])),
        (1, row(vec![body(style), condition(style)])),
        (2, conditional(style, body(style))),
        (1, row(vec![login(style), conditional(style, rules(style))])),
        (1, row(vec![login(style), limited(style, rules(style))])),
        (1, row(vec![conditional(style, login(style)), rules(style)])),
        (1, row(vec![body(style), maybe(30, line(style, "AllowOverride", &[(1, "All")], &[]))])),
        (1, Just(Vec::new()).boxed()),
    ])
}

/// `<Files>` and `<FilesMatch>`.
pub(crate) fn files(style: Style) -> BoxedStrategy<Nodes> {
    let open = word(&[
        (4, "Files \"index.html\""),
        (3, "Files *.html"),
        (2, "Files a.txt"),
        (1, "Files private/index.html"),
        (1, "Files ~ \"\\.(txt|html)$\""),
        (1, "Files INDEX.HTML"),
        (1, "Files [a-i]*.html"),
        (3, "FilesMatch \"\\.html$\""),
        (2, "FilesMatch ^index"),
        (1, "FilesMatch \"^(?!index)\""),
        (1, "FilesMatch \"^\\.ht\""),
        (1, "Files .htpasswd"),
        (1, "Files ?????.html"),
    ]);
    section(open, body(style))
}

/// `<If>`, perhaps with what else there is.
pub(crate) fn condition(style: Style) -> BoxedStrategy<Nodes> {
    let condition = word(&[
        (3, "\"%{REQUEST_URI} =~ m#^/private#\""),
        (2, "\"true\""),
        (2, "\"%{HTTP_HOST} == 'crew.test'\""),
        (2, "\"-z %{REMOTE_USER}\""),
        (2, "\"%{REQUEST_METHOD} in {'GET', 'HEAD'}\""),
        (1, "\"%{QUERY_STRING} == 'open'\""),
        (1, "\"-n %{HTTP:X-Crew}\""),
        (1, "\"%{REMOTE_ADDR} != '127.0.0.1'\""),
        (1, "\"%{REQUEST_FILENAME} =~ /index/\""),
        (1, "\"req('Host') == 'localhost'\""),
        (1, "\"%{HTTP:Authorization} =~ /^Basic/\""),
        (1, "false"),
    ]);
    let first = section(condition.clone().prop_map(|condition| format!("If {condition}")).boxed(), body(style));
    let second = section(condition.prop_map(|condition| format!("ElseIf {condition}")).boxed(), body(style));
    let last = section(Just("Else".to_owned()).boxed(), body(style));
    row(vec![first, maybe(20, second), maybe(35, last)])
}

/// A section that is decided while the file is read.
pub(crate) fn conditional(style: Style, body: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    let good = word(&[
        (6, "IfModule mod_auth_basic.c"),
        (3, "IfModule mod_authz_core.c"),
        (3, "IfModule !mod_authz_core.c"),
        (2, "IfModule auth_basic_module"),
        (2, "IfModule mod_auth.c"),
        (1, "IfModule mod_access.c"),
        (1, "IfModule auth_basic"),
        (1, "IfModule mod_rewrite.c"),
        (1, "IfModule ! mod_auth_digest.c"),
        (1, "IfModule core.c"),
        (2, "IfDefine Crew"),
        (2, "IfDefine !Crew"),
        (1, "IfDefine crew"),
        (2, "IfVersion >= 2.4"),
        (1, "IfVersion < 2.4"),
        (1, "IfVersion 2.4"),
        (1, "IfVersion !~ ^2\\.2"),
        (1, "IfVersion = /^2\\.4/"),
        (2, "IfFile conf/crew"),
        (1, "IfFile !@ROOT@/conf/missing"),
        (1, "IfDirective AuthBasicProvider"),
        (1, "IfDirective !AuthLDAPURL"),
        (1, "IfSection RequireAll"),
        (1, "IfSection Files"),
    ]);
    if style.place == Place::Main {
        return section(good, body);
    }
    let bad = word(&[(1, "IfVersion >=2.4"), (1, "IfVersion => 2.4"), (1, "IfModule"), (1, "IfVersion")]);
    one_of(vec![(40, section(good, body.clone())), (1, section(bad, body))])
}

/// AllowOverride of a `<Directory>`.
pub(crate) fn overrides(style: Style) -> BoxedStrategy<Nodes> {
    let classes: &'static [(u32, &'static str)] = &[
        (90, "All"),
        (6, "AuthConfig"),
        (4, "None"),
        (3, "AuthConfig Limit FileInfo"),
        (2, "AuthConfig Limit"),
        (2, "Limit"),
        (2, "FileInfo Indexes"),
        (2, "AuthConfig Options=Indexes"),
        (2, "None Nonfatal=Override"),
        (2, "Limit Nonfatal=All"),
        (1, "AuthConfig Nonfatal=Unknown"),
        (1, "authconfig"),
        (1, "Options"),
        (1, "All Nonfatal=Unknown"),
        (1, "AuthConfig Nonfatal=nonsense"),
    ];
    let lists: &'static [(u32, &'static str)] = &[
        (2, "AuthType AuthName AuthUserFile Require"),
        (1, "Require <RequireAny <RequireAll <Files"),
        (1, "None"),
        (1, "Nonsense AuthType"),
        (1, "<IfModule AuthType AuthName AuthUserFile Require AuthGroupFile"),
    ];
    let bad: &'static [&'static str] = &["AuthConfig,Limit", "Auth", "All # x", "Nonfatal", ""];
    one_of(vec![
        (16, line(style, "AllowOverride", classes, bad)),
        (1, line(style, "AllowOverrideList", lists, &[])),
        (
            2,
            row(vec![
                line(style, "AllowOverride", &[(2, "None"), (1, "Limit")], &[]),
                line(style, "AllowOverrideList", lists, &[]),
            ]),
        ),
        (1, Just(Vec::new()).boxed()),
    ])
}

/// A section of a main config that holds for some requests.
pub(crate) fn scope(style: Style) -> BoxedStrategy<Nodes> {
    let folder = word(&[
        (8, "Directory \"@ROOT@/site/private\""),
        (3, "Directory @ROOT@/site/private/sub"),
        (2, "Directory @ROOT@/site/pub"),
        (2, "Directory @ROOT@/site"),
        (2, "Directory @ROOT@/elsewhere"),
        (2, "Directory @ROOT@/site/*"),
        (2, "Directory @ROOT@/site/p*"),
        (1, "Directory /"),
        (1, "Directory @ROOT@/*/private"),
        (1, "Directory site/private"),
        (1, "Directory @ROOT@/site/private/index.html"),
        (1, "Directory @ROOT@/site/Private"),
        (1, "Directory @ROOT@/site/[op]*"),
        (2, "Directory ~ \"/site/p\""),
        (2, "DirectoryMatch \"/private\""),
        (2, "DirectoryMatch ^@ROOT@/site/p"),
        (1, "DirectoryMatch private$"),
        (1, "DirectoryMatch sub/$"),
    ]);
    let location = word(&[
        (8, "Location /private"),
        (3, "Location /"),
        (3, "Location \"/private/\""),
        (2, "Location /private/sub"),
        (2, "Location /pub"),
        (2, "Location /private/*"),
        (1, "Location /private*"),
        (1, "Location private"),
        (1, "Location //private"),
        (1, "Location /PRIVATE"),
        (1, "Location /alias"),
        (1, "Location /private/index.html"),
        (1, "Location /%70rivate"),
        (1, "Location ~ \"/sub\""),
        (3, "LocationMatch ^/private"),
        (2, "LocationMatch \"^/(private|pub)/\""),
        (1, "LocationMatch \"\\.html$\""),
        (1, "LocationMatch \"(?i)^/PRIVATE\""),
    ]);
    let nested = row(vec![body(style), maybe(40, files(style)), maybe(20, condition(style))]);
    let directory = row(vec![maybe(40, overrides(style)), one_of(vec![(6, body(style)), (1, nested)])]);
    one_of(vec![
        (10, section(folder, directory)),
        (9, section(location, row(vec![body(style), maybe(8, condition(style))]))),
        (3, files(style)),
        (2, condition(style)),
    ])
}
