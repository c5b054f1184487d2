//! Directives on how to log in: AuthType and what belongs to it.

use proptest::prelude::*;

use super::node::{Nodes, Place, Style, line, maybe, one_of, row, section, word};

/// A whole set-up of a login, now and then with a piece missing.
pub(crate) fn login(style: Style) -> BoxedStrategy<Nodes> {
    let digest = if style.digest { 24 } else { 1 };
    one_of(vec![
        (14, basic(style, file(style))),
        (digest, digest_login(style)),
        (2, basic(style, row(vec![anonymous(style), maybe(60, file(style))]))),
        (1, basic(style, several_providers(style))),
        (1, other_type(style)),
    ])
}

fn basic(style: Style, source: BoxedStrategy<Nodes>) -> BoxedStrategy<Nodes> {
    row(vec![
        maybe(94, line(style, "AuthType", &[(20, "Basic"), (2, "basic"), (1, "\"Basic\""), (1, "BASIC")], BAD_TYPES)),
        maybe(94, name(style)),
        source,
        maybe(6, line(style, "AuthBasicAuthoritative", &[(1, "On"), (3, "Off"), (1, "off # x")], &["maybe", ""])),
        maybe(
            2,
            line(style, "AuthBasicFake", &[(1, "mira secret"), (1, "%{REMOTE_USER}"), (1, "off")], &["", "a b c"]),
        ),
        maybe(5, digest_on_the_file(style)),
    ])
}

const BAD_TYPES: &[&str] = &["", "Basic Digest", "Basic # the crew", "%{", "\"\"", "%{nothing:x}"];

fn name(style: Style) -> BoxedStrategy<Nodes> {
    line(
        style,
        "AuthName",
        &[
            (16, "\"Harbour\""),
            (4, "Harbour"),
            (2, "\"The Crew\""),
            (1, "'Harbour'"),
            (1, "\"%{HTTP_HOST}\""),
            (1, "Caf\u{e9}"),
            (1, "\"Har\\\"bour\""),
            (1, "Harbour$1"),
        ],
        &["The Crew", "", "\"\"", "\"Harbour", "Harbour # ours", "\"Harbour\"x", "%{X", "\"%{UNKNOWN_VARIABLE_X}\""],
    )
}

/// A password file, and where it is said to lie.
fn file(style: Style) -> BoxedStrategy<Nodes> {
    row(vec![
        maybe(10, line(style, "AuthBasicProvider", PROVIDERS, &["", "File", "ldap", "nonsense", "file, anon", "dbd"])),
        maybe(96, line(style, "AuthUserFile", PLACES, &["", "@ROOT@/conf/crew # crew", "conf crew", "\"\""])),
    ])
}

const PROVIDERS: &[(u32, &str)] =
    &[(6, "file"), (2, "anon file"), (2, "file anon"), (2, "crewfile"), (1, "crewfile file"), (1, "\"file\"")];

const PLACES: &[(u32, &str)] = &[
    (130, "@ROOT@/conf/crew"),
    (8, "conf/crew"),
    (6, "\"@ROOT@/conf/crew\""),
    (6, "@ROOT@/site/private/.htpasswd"),
    (4, "${CREW}"),
    (3, "@ROOT@/conf/realms"),
    (3, "@ROOT@/conf/missing"),
    (4, "@ROOT@/conf"),
    (2, "@ROOT@/conf/way"),
    (1, "@ROOT@/conf/loop"),
    (1, "@ROOT@/conf/lost"),
    (2, "@ROOT@/closed/crew"),
    (2, "@ROOT@/conf/secret"),
    (1, "@ROOT@//conf/./crew"),
    (1, "@ROOT@/site/../conf/crew"),
    (1, "%{DOCUMENT_ROOT}/../@ROOT@/conf/crew"),
    (4, ".htpasswd"),
    (1, "/private/.htpasswd"),
    (6, "/path/to/.htpasswd"),
    (3, "/home/USERNAME/.htpasswd"),
    (1, "~/.htpasswd"),
    (3, "C:\\inetpub\\.htpasswd"),
    (1, "https://crew.test/.htpasswd"),
    (1, "@ROOT@/conf/Crew"),
    (1, "@ROOT@/conf/crew/"),
    (1, "/dev/null"),
    (1, "\"@ROOT@/conf/cr ew\""),
    (1, "${NOWHERE}/crew"),
    (1, "$CREW"),
];

fn digest_login(style: Style) -> BoxedStrategy<Nodes> {
    row(vec![
        line(style, "AuthType", &[(9, "Digest"), (1, "digest")], BAD_TYPES),
        maybe(94, name(style)),
        maybe(96, line(style, "AuthUserFile", DIGEST_PLACES, &["", "a b"])),
        maybe(
            15,
            line(style, "AuthDigestProvider", &[(9, "file"), (1, "file file")], &["anon", "nonsense", "", "crewfile"]),
        ),
        maybe(8, line(style, "AuthDigestQop", &[(1, "auth")], &["none", "auth-int", "auth auth-int", ""])),
        maybe(8, line(style, "AuthDigestAlgorithm", &[(1, "MD5")], &["MD5-sess", "SHA-256", "md5", ""])),
        maybe(6, line(style, "AuthDigestDomain", &[(1, "/private/"), (1, "/ /pub")], &[""])),
        maybe(6, line(style, "AuthDigestNonceLifetime", &[(3, "300"), (1, "-1"), (1, "0")], &["soon", "", "3 4"])),
        maybe(6, line(style, "AuthDigestNcCheck", &[(2, "Off"), (1, "On")], &["perhaps"])),
        maybe(if style.place == Place::PerDir { 2 } else { 0 }, line(style, "AuthDigestShmemSize", &[(1, "1M")], &[])),
    ])
}

const DIGEST_PLACES: &[(u32, &str)] = &[
    (60, "@ROOT@/conf/realms"),
    (4, "conf/realms"),
    (2, "@ROOT@/conf/crew"),
    (1, "@ROOT@/conf/missing"),
    (1, "@ROOT@/conf"),
    (1, "@ROOT@/closed/crew"),
];

fn digest_on_the_file(style: Style) -> BoxedStrategy<Nodes> {
    row(vec![
        line(style, "AuthBasicUseDigestAlgorithm", &[(3, "MD5"), (1, "Off")], &["SHA", ""]),
        line(style, "AuthUserFile", &[(3, "conf/realms"), (1, "conf/crew")], &[]),
    ])
}

fn anonymous(style: Style) -> BoxedStrategy<Nodes> {
    row(vec![
        line(style, "AuthBasicProvider", &[(4, "anon"), (2, "anon file"), (1, "file anon")], &["Anon"]),
        maybe(90, line(style, "Anonymous", &[(2, "guest"), (2, "guest mira"), (2, "*"), (1, "GUEST \"mira\"")], &[""])),
        maybe(30, line(style, "Anonymous_MustGiveEmail", &[(3, "Off"), (1, "On")], &["no"])),
        maybe(30, line(style, "Anonymous_VerifyEmail", &[(3, "On"), (1, "Off")], &["yes"])),
        maybe(30, line(style, "Anonymous_NoUserId", &[(3, "On"), (1, "Off")], &["1"])),
        maybe(20, line(style, "Anonymous_LogEmail", &[(3, "On"), (1, "Off")], &["true"])),
    ])
}

fn several_providers(style: Style) -> BoxedStrategy<Nodes> {
    row(vec![
        line(style, "AuthBasicProvider", PROVIDERS, &[]),
        maybe(40, line(style, "AuthBasicProvider", PROVIDERS, &[])),
        maybe(80, line(style, "AuthUserFile", PLACES, &[])),
        maybe(30, line(style, "Anonymous", &[(1, "guest")], &[])),
    ])
}

fn other_type(style: Style) -> BoxedStrategy<Nodes> {
    let types: &'static [(u32, &'static str)] = &[
        (2, "None"),
        (1, "Bearer"),
        (1, "Form"),
        (1, "Basik"),
        (1, "%{HTTP:X-Type}"),
        (1, "Shibboleth"),
        (1, "Digest"),
    ];
    row(vec![line(style, "AuthType", types, &[]), maybe(60, name(style)), maybe(60, file(style))])
}

/// Definitions that a main config makes for the whole server.
pub(crate) fn provider_aliases(style: Style) -> BoxedStrategy<Nodes> {
    let open = word(&[(20, "AuthnProviderAlias file crewfile"), (1, "AuthnProviderAlias anon crewfile")]);
    let broken = word(&[
        (1, "AuthnProviderAlias file file"),
        (1, "AuthnProviderAlias nothing crewfile"),
        (1, "AuthnProviderAlias file"),
        (1, "AuthnProviderAlias crewfile crewfile"),
    ]);
    let body = row(vec![
        maybe(95, line(style, "AuthUserFile", PLACES, &[])),
        maybe(5, line(style, "Anonymous", &[(1, "*")], &[])),
    ]);
    let good = section(open, body.clone());
    one_of(vec![(200, good), (1, section(broken, body))])
}
