//! Directives that logins seldom need, each with good and bad arguments.

use proptest::prelude::*;

use super::node::{Nodes, Place, Style, line, maybe, one_of, row, some};

/// Directives of modules that few sites use: whether they are taken at all.
pub(crate) fn rare(style: Style) -> BoxedStrategy<Nodes> {
    let server_wide = if style.place == Place::PerDir { 1 } else { 0 };
    some(1..4, one_of(vec![(10, of(style, RARE)), (server_wide, of(style, SERVER_WIDE))]))
}

/// The same at the top of a main config.
pub(crate) fn server_wide(style: Style) -> BoxedStrategy<Nodes> {
    of(style, SERVER_WIDE)
}

/// Directives that have to do with logins only by what they do before or after.
pub(crate) fn other(style: Style) -> BoxedStrategy<Nodes> {
    let rewriting = row(vec![of(style, &REWRITE[..1]), maybe(30, of(style, &REWRITE[1..2])), of(style, &REWRITE[2..])]);
    let foreign = if style.place == Place::PerDir { 1 } else { 0 };
    some(1..3, one_of(vec![(12, of(style, OTHERS)), (2, rewriting), (foreign, of(style, FOREIGN))]))
}

fn of(style: Style, rows: &'static [Row]) -> BoxedStrategy<Nodes> {
    one_of(rows.iter().map(|(name, good, bad)| (1, line(style, name, good, bad))).collect())
}

type Row = (&'static str, &'static [(u32, &'static str)], &'static [&'static str]);

const RARE: &[Row] = &[
    ("AuthDBMUserFile", &[(2, "@ROOT@/conf/crew"), (1, "conf/none")], &["", "a b"]),
    ("AuthDBMType", &[(1, "SDBM"), (1, "default"), (1, "none")], &["", "a b"]),
    ("AuthDBMGroupFile", &[(1, "@ROOT@/conf/groups")], &["", "a b"]),
    ("AuthzDBMType", &[(1, "SDBM"), (1, "default")], &["", "a b"]),
    ("AuthDBDUserPWQuery", &[(1, "\"SELECT p FROM u WHERE n = %s\"")], &["", "SELECT p"]),
    ("AuthDBDUserRealmQuery", &[(1, "\"SELECT p FROM u WHERE n = %s AND r = %s\"")], &["", "a b"]),
    ("AuthzDBDQuery", &[(1, "\"SELECT g FROM u WHERE n = %s\"")], &["", "a b"]),
    ("AuthzDBDRedirectQuery", &[(1, "\"SELECT r FROM u\"")], &["", "a b"]),
    ("AuthzDBDLoginToReferer", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthnCacheProvideFor", &[(2, "file"), (1, "file dbd")], &["", "nonsense"]),
    ("AuthnCacheTimeout", &[(1, "300"), (1, "60")], &["", "soon"]),
    ("AuthnCacheContext", &[(1, "directory"), (1, "server"), (1, "crew")], &["", "a b"]),
    ("AuthnzFcgiCheckAuthnProvider", &[(1, "None")], &["", "x"]),
    ("AuthFormProvider", &[(1, "file")], &["", "nonsense"]),
    ("AuthFormUsername", &[(1, "who")], &["", "a b"]),
    ("AuthFormPassword", &[(1, "what")], &["", "a b"]),
    ("AuthFormLocation", &[(1, "where")], &["", "a b"]),
    ("AuthFormMethod", &[(1, "how")], &["", "a b"]),
    ("AuthFormMimetype", &[(1, "kind")], &["", "a b"]),
    ("AuthFormBody", &[(1, "body")], &["", "a b"]),
    ("AuthFormSize", &[(1, "8192")], &["", "big"]),
    ("AuthFormLoginRequiredLocation", &[(1, "/login.html")], &["", "a b"]),
    ("AuthFormLoginSuccessLocation", &[(1, "/in.html")], &["", "a b"]),
    ("AuthFormLogoutLocation", &[(1, "/out.html")], &["", "a b"]),
    ("AuthFormSitePassphrase", &[(1, "tide")], &["", "a b"]),
    ("AuthFormAuthoritative", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthFormFakeBasicAuth", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthFormDisableNoStore", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPURL", &[(2, "ldap://127.0.0.1/o=crew?uid"), (1, "\"ldap://127.0.0.1/o=crew\" NONE")], &["", "http://x/"]),
    ("AuthLDAPBindDN", &[(1, "cn=reader")], &["", "a b"]),
    ("AuthLDAPBindPassword", &[(1, "tide")], &["", "a b"]),
    ("AuthLDAPBindAuthoritative", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPRemoteUserIsDN", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPRemoteUserAttribute", &[(1, "uid")], &["", "a b"]),
    ("AuthLDAPCompareDNOnServer", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPSubGroupAttribute", &[(1, "member")], &["", "a b"]),
    ("AuthLDAPSubGroupClass", &[(1, "groupOfNames")], &["", "a b"]),
    ("AuthLDAPMaxSubGroupDepth", &[(1, "0"), (1, "3")], &["", "a b"]),
    ("AuthLDAPGroupAttribute", &[(1, "member")], &["", "a b"]),
    ("AuthLDAPGroupAttributeIsDN", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPDereferenceAliases", &[(1, "never"), (1, "always")], &["sometimes", ""]),
    ("AuthLDAPAuthorizePrefix", &[(1, "AUTH_")], &["", "a b"]),
    ("AuthLDAPInitialBindAsUser", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPInitialBindPattern", &[(1, "(.+) cn=$1"), (1, "(.+) $1@crew")], &["", "(", "( x"]),
    ("AuthLDAPSearchAsUser", &[(1, "On"), (1, "Off")], &["x"]),
    ("AuthLDAPCompareAsUser", &[(1, "On"), (1, "Off")], &["x"]),
    ("AllowMethods", &[(2, "GET"), (1, "GET POST OPTIONS"), (1, "reset"), (1, "OPTIONS GET")], &["", "-GET", "BREW"]),
];

/// Rare ones that stand in no section and no per-dir file.
const SERVER_WIDE: &[Row] = &[
    ("AuthLDAPCharsetConfig", &[(1, "conf/charsets")], &["", "a b"]),
    ("AuthnCacheEnable", &[(1, "")], &["x"]),
    ("AuthnCacheSOCache", &[(2, "shmcb"), (1, "shmcb:@ROOT@/cache")], &["", "nothing"]),
    (
        "AuthnzFcgiDefineProvider",
        &[(1, "authn gate fcgi://127.0.0.1:9/"), (1, "authnz gate fcgi://127.0.0.1:9/")],
        &["", "authn gate http://x"],
    ),
    ("AuthDigestShmemSize", &[(2, "1M"), (1, "65536")], &["", "tiny", "1"]),
];

const OTHERS: &[Row] = &[
    (
        "SetEnvIf",
        &[(2, "X-Crew yes crew"), (1, "Request_URI ^/private night"), (1, "Remote_Addr ^127 crew=1")],
        &["X-Crew"],
    ),
    ("SetEnvIf", &[(1, "X-Crew . crew"), (1, "Host ^ !crew"), (1, "Host ^crew crew !night")], &["X-Crew ( crew"]),
    ("SetEnv", &[(1, "crew 1"), (1, "night")], &["", "a b c"]),
    ("BrowserMatch", &[(1, "sail crew")], &["sail"]),
    ("DirectoryIndex", &[(3, "index.html"), (1, "no.html index.html"), (1, "disabled"), (1, "/pub/note.txt")], &[""]),
    (
        "ErrorDocument",
        &[(2, "401 /pub/note.txt"), (1, "403 https://crew.test/no"), (1, "404 \"gone\"")],
        &["401", "999 /x"],
    ),
    ("ErrorDocument", &[(1, "401 https://crew.test/no"), (1, "500 /x"), (1, "403 /private/index.html")], &["oops /x"]),
    (
        "Options",
        &[(2, "-Indexes"), (1, "None"), (1, "+Indexes"), (1, "Indexes FollowSymLinks"), (1, "All")],
        &["Indexes -MultiViews", "Nonsense"],
    ),
    (
        "Redirect",
        &[(2, "/private/old /pub/note.txt"), (1, "302 /private/sub /pub/"), (1, "gone /private/sub/deep")],
        &["/private", "999 /a /b"],
    ),
    ("RedirectMatch", &[(1, "^/private/sub/(.*)$ /pub/$1"), (1, "403 \\.txt$")], &["(", "^/a"]),
    ("AddType", &[(1, "text/html .txt")], &["text/html"]),
    ("FileETag", &[(1, "None")], &[]),
    ("Header", &[(1, "set X-Frame-Options DENY")], &[]),
];

const REWRITE: &[Row] = &[
    ("RewriteEngine", &[(6, "On"), (1, "Off")], &["yes"]),
    ("RewriteCond", &[(1, "%{REQUEST_URI} private"), (1, "%{REMOTE_USER} ^$"), (1, "%{HTTP_HOST} crew [NC]")], &["x"]),
    (
        "RewriteRule",
        &[(2, "^/?private/old$ /pub/note.txt [R=302,L]"), (1, "^(.*)old(.*)$ /pub/note.txt [L]"), (1, "\\.txt$ - [F]")],
        &["^x$"],
    ),
    (
        "RewriteRule",
        &[(1, "deep - [G,L]"), (1, "^ - [L]"), (1, "^sub/index\\.html$ index.html [L]")],
        &["( -", "^x$ - [Q]"],
    ),
];

/// Lines of modules that are not there, and of other servers.
const FOREIGN: &[Row] = &[
    ("php_value", &[(1, "memory_limit 1G")], &[]),
    ("auth_basic", &[(1, "\"Harbour\";")], &[]),
    ("Auth_Type", &[(1, "Basic")], &[]),
];
