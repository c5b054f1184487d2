//! Whole trees through `check`: who reads a password file is told from the configurations and Compose files beside it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;

use htlint::finding::{Finding, Severity};
use htlint::hash::{Crypt, Outcome};
use htlint::read::Memory;
use htlint::report::{Style, json, terminal};
use htlint::servers::Kind;
use htlint::verify::Served;
use htlint::{Checked, Options, check};

const BCRYPT: &str = "$2y$05$EXodaCrl6iqOPSrsmiy/Ve1W2AfMNnpfRx6bG0KvlIPeI67Sepya.";
const APR1: &str = "$apr1$abcdefgh$0123456789abcdefghijk/";
const YESCRYPT: &str = "$y$j9T$abcdefghijkl$4W73l4EvCOATFrSNcOcy920UDd4T1fkzVaEdnECk1nD";
const SHA: &str = "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=";

fn tree(files: &[(&str, &str)]) -> Memory {
    files.iter().fold(Memory::new().directory("/p/.git"), |tree, (path, text)| tree.file(format!("/p/{path}"), *text))
}

fn checked(files: &Memory, options: Options) -> Checked {
    check(files, &Options { here: "/p".into(), ..options }).unwrap()
}

fn look(files: &[(&str, &str)]) -> Checked {
    checked(&tree(files), Options::default())
}

/// What the errors say, and in which file.
fn errors(checked: &Checked) -> Vec<(String, String)> {
    let file = |finding: &Finding| {
        let path = checked.report.sources.get(finding.place.file).unwrap().path();
        path.strip_prefix("/p").unwrap().display().to_string()
    };
    let errors = checked.report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| (file(finding), finding.message.clone())).collect()
}

fn error(file: &str, message: &str) -> (String, String) {
    (file.to_owned(), message.to_owned())
}

const REGISTRY: &str = "services:\n  registry:\n    image: registry:2\n    environment:\n      \
                        REGISTRY_AUTH_HTPASSWD_PATH: /auth/htpasswd\n    volumes:\n      - ./auth:/auth:ro\n";

#[test]
fn a_registry_takes_only_bcrypt() {
    let users = format!("alice:{APR1}\nbob:{BCRYPT}\n");
    let found = look(&[("docker-compose.yml", REGISTRY), ("auth/htpasswd", &users)]);
    let said = "docker-registry takes only bcrypt: alice can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&found), [error("auth/htpasswd", said)]);
    let finding = &found.report.findings[0];
    assert!(finding.related.iter().any(|label| label.message == "here docker-registry is told to read the file"));
    assert!(finding.help.contains("htpasswd -B"));
}

#[test]
fn without_a_reader_it_is_apache_as_ever() {
    let users = format!("alice:{APR1}\nbob:{BCRYPT}\n");
    assert!(errors(&look(&[("auth/htpasswd", &users)])).is_empty());
    let plain = look(&[("auth/htpasswd", "alice:copper-kettle\n")]);
    assert_eq!(errors(&plain).len(), 1);
    assert!(errors(&plain)[0].1.starts_with("a plain text stands where a hash must: alice"), "{:?}", errors(&plain));
}

#[test]
fn nginx_on_alpine_does_not_know_yescrypt() {
    let conf = "server {\n  location / {\n    auth_basic x;\n    auth_basic_user_file /etc/nginx/.htpasswd;\n  }\n}\n";
    let users = format!("carol:{BCRYPT}\ndave:{YESCRYPT}\n");
    let compose = |image: &str| {
        format!(
            "services:\n  web:\n    image: {image}\n    volumes: [\"./nginx/site.conf:/etc/nginx/conf.d/default.conf\", \
                 {{type: bind, source: ./nginx/users, target: /etc/nginx/.htpasswd}}]\n"
        )
    };
    let on =
        |image: &str| look(&[("compose.yaml", &compose(image)), ("nginx/site.conf", conf), ("nginx/users", &users)]);
    let said = "nginx on Alpine does not check this scheme: dave can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&on("nginx:1.27-alpine")), [error("nginx/users", said)]);
    assert!(errors(&on("nginx:1.27")).is_empty());
}

#[test]
fn apache_in_a_container_stands_on_its_platform() {
    let access = "AuthType Basic\nAuthName x\nAuthUserFile /usr/local/apache2/htdocs/.htpasswd\nRequire valid-user\n";
    let users = format!("carol:{BCRYPT}\ndave:{YESCRYPT}\n");
    let on = |image: &str| {
        let compose =
            format!("services:\n  web:\n    image: {image}\n    volumes: [\"./htdocs:/usr/local/apache2/htdocs\"]\n");
        errors(&look(&[("compose.yaml", &compose), ("htdocs/.htaccess", access), ("htdocs/.htpasswd", &users)]))
    };
    let said = "apache on Alpine does not check this scheme: dave can never log in: always 401 (Unauthorized)";
    assert_eq!(on("httpd:2.4-alpine"), [error("htdocs/.htpasswd", said)]);
    assert!(on("httpd:2.4").is_empty());
}

#[test]
fn several_readers_must_all_be_pleased() {
    let access = "AuthType Basic\nAuthName x\nAuthUserFile /srv/p/users/.htpasswd\nRequire valid-user\n";
    let envoy = "a:\n  \"@type\": type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3.BasicAuth\n  users: {filename: /srv/p/users/.htpasswd}\n";
    let registry = "version: 0.1\nauth:\n  htpasswd:\n    realm: x\n    path: /srv/p/users/.htpasswd\n";
    let users = format!("alice:{BCRYPT}\n");
    let files = [
        ("site/.htaccess", access),
        ("registry/config.yml", registry),
        ("users/.htpasswd", users.as_str()),
        ("envoy/bootstrap.yaml", envoy),
    ];
    let two = look(&files[..3]);
    assert!(errors(&two).is_empty(), "{:?}", errors(&two));
    let three = look(&files);
    let said = "envoy takes only {SHA}: alice can never log in";
    assert_eq!(errors(&three), [error("users/.htpasswd", said)]);
    let sha = format!("alice:{SHA}\n");
    let both = look(&[files[0], files[1], ("users/.htpasswd", &sha)]);
    let said = "docker-registry takes only bcrypt: alice can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&both), [error("users/.htpasswd", said)]);
}

#[test]
fn what_all_readers_refuse_is_said_once() {
    let nginx = "server { auth_basic x; auth_basic_user_file /srv/p/users/.htpasswd; }\n";
    let registry = "version: 0.1\nauth:\n  htpasswd:\n    realm: x\n    path: /srv/p/users/.htpasswd\n";
    let files = [("nginx.conf", nginx), ("config.yml", registry), ("users/.htpasswd", "alice:copper-kettle\n")];
    let said = "a plain text stands where a hash must: alice can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&look(&files)), [error("users/.htpasswd", said)]);
}

#[test]
fn what_another_server_takes_is_no_fault_of_apache() {
    let conf = "auth.backend = \"htpasswd\"\nauth.backend.htpasswd.userfile = \"/etc/lighttpd/site.htpasswd\"\n";
    let nginx = "server { auth_basic x; auth_basic_user_file site.htpasswd; }\n";
    let ssha = "erin:{SSHA}zs6fqlVtGmDqGbSGwmsNHJJGdLBzYWx0\n";
    assert!(errors(&look(&[("nginx/nginx.conf", nginx), ("nginx/site.htpasswd", ssha)])).is_empty());
    let lighttpd = look(&[("lighttpd.conf", conf), ("site.htpasswd", ssha)]);
    let said = "lighttpd does not check this scheme: erin can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&lighttpd), [error("site.htpasswd", said)]);
    assert!(lighttpd.report.findings[0].why.contains("/etc/lighttpd/site.htpasswd of the server is site.htpasswd"));
}

#[test]
fn files_of_other_names_are_found_through_what_names_them() {
    let squid = "auth_param basic program /usr/lib/squid/basic_ncsa_auth /etc/squid/members\n";
    let users = format!("frank:{SHA}\n");
    let found = look(&[("squid.conf", squid), ("etc/squid/members", &users)]);
    let said = "squid does not check this scheme: frank can never log in";
    assert_eq!(errors(&found), [error("etc/squid/members", said)]);
    let verdaccio = "storage: ./s\nauth:\n  htpasswd:\n    file: ./members\n";
    let found = look(&[("conf/config.yaml", verdaccio), ("conf/members", "gina:$6$saltsalt$x\n")]);
    assert_eq!(errors(&found).len(), 1, "{:?}", errors(&found));
    assert!(errors(&found)[0].1.starts_with("verdaccio"));
}

#[test]
fn radicale_does_not_start_on_a_user_who_stands_twice() {
    let users = format!("gina:{BCRYPT}\ngina:{BCRYPT}\n");
    let conf = |more: &str| format!("[auth]\ntype = htpasswd\nhtpasswd_filename = /etc/radicale/users\n{more}");
    let look = |more: &str| errors(&look(&[("radicale/config", &conf(more)), ("radicale/users", &users)]));
    let said = "radicale: the server refuses the whole list of users because of a second entry of the same user";
    assert_eq!(look(""), [error("radicale/users", said)]);
    assert!(look("htpasswd_encryption = plain\n").is_empty());
}

#[test]
fn a_path_that_may_be_of_several_files_is_nobodys() {
    let nginx = "server { auth_basic x; auth_basic_user_file /etc/nginx/.htpasswd; }\n";
    let files = [("a/nginx.conf", nginx), ("b/.htpasswd", "a:{SSHA}x\n"), ("c/.htpasswd", "a:{SSHA}x\n")];
    let found = errors(&look(&files));
    assert!(found.iter().all(|(_, message)| !message.contains("nginx")), "{found:?}");
}

fn labels(users: &str) -> String {
    format!(
        "services:\n  web:\n    image: me/app\n    labels:\n      \
             - \"traefik.http.routers.web.middlewares=members@docker\"\n      \
             - \"traefik.http.middlewares.members.basicauth.users={users}\"\n"
    )
}

#[test]
fn a_label_needs_its_dollars_doubled() {
    let doubled = |hash: &str| hash.replace('$', "$$");
    let two = format!("alice:{APR1},bob:{}", doubled(BCRYPT));
    let said = "traefik: Docker Compose takes a part of the hash for a variable: alice can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&look(&[("compose.yaml", &labels(&two))])), [error("compose.yaml", said)]);
    let fine = format!("alice:{},bob:{}", doubled(APR1), doubled(BCRYPT));
    assert!(errors(&look(&[("compose.yaml", &labels(&fine))])).is_empty());
    // Nothing that could be a name follows these.
    let lucky = BCRYPT.replace("$EX", "$/X");
    assert!(errors(&look(&[("compose.yaml", &labels(&format!("alice:{lucky}")))])).is_empty());
}

/// A label as it is written, and what became of it and of two people.
#[derive(serde::Deserialize)]
struct Recorded {
    name: String,
    written: String,
    label: String,
    anonymous: u16,
    erin: u16,
    frank: u16,
}

#[test]
fn labels_are_judged_as_compose_and_traefik_answered() {
    #[derive(serde::Deserialize)]
    struct All {
        cases: Vec<Recorded>,
    }
    let all: All = serde_json::from_str(include_str!("../fixtures/compose/labels.json")).unwrap();
    assert!(all.cases.len() >= 15);
    for case in all.cases {
        assert_eq!(htlint::compose::substitute(&case.written, &|_| None).as_ref(), Ok(&case.label), "{}", case.name);
        let found = errors(&look(&[("compose.yaml", &labels(&case.written))]));
        for (user, status) in [("erin", case.erin), ("frank", case.frank)] {
            let said: Vec<&String> = found.iter().map(|(_, said)| said).filter(|said| said.contains(user)).collect();
            let told = said.iter().all(|said| said.contains(&format!("always {status}"))) && !said.is_empty();
            let right = match (case.anonymous, status, case.written.contains(user)) {
                (404, ..) => found.iter().any(|(_, said)| said.contains("404")),
                (_, 200, _) | (.., false) => said.is_empty(),
                (..) => told,
            };
            assert!(right, "{}: {user} {status}: {found:?}", case.name);
        }
    }
}

#[test]
fn a_label_of_the_map_form_and_one_of_a_variable() {
    let map =
        format!("services:\n  web:\n    labels:\n      traefik.http.middlewares.m.basicAuth.users: 'alice:{APR1}'\n");
    let said = "traefik: Docker Compose takes a part of the hash for a variable: alice can never log in";
    assert_eq!(errors(&look(&[("compose.yaml", &map)])), [error("compose.yaml", said)]);
    let of_variable = labels("${MEMBERS}");
    assert!(errors(&look(&[("compose.yaml", &of_variable)])).is_empty());
    let quoted = format!("MEMBERS='alice:{APR1}'\n");
    assert!(errors(&look(&[("compose.yaml", &of_variable), (".env", &quoted)])).is_empty());
    let bare = format!("MEMBERS=alice:{APR1}\n");
    let spoiled = errors(&look(&[("compose.yaml", &of_variable), (".env", &bare)]));
    assert!(spoiled.len() == 1 && spoiled[0].1.contains("takes a part of the hash"), "{spoiled:?}");
    let parts =
        [("shop-docker-compose.yml", &labels("${WHO}:${HASH}")), (".env", &format!("WHO=alice\nHASH={APR1}\n"))];
    assert_eq!(errors(&look(&parts.map(|(name, text)| (name, text.as_str())))).len(), 1);
    let doubled = format!("MEMBERS=alice:{}\n", APR1.replace('$', "$$"));
    assert!(errors(&look(&[("compose.yaml", &of_variable), (".env", &doubled)])).is_empty());
}

#[test]
fn dollars_are_doubled_in_compose_files_only() {
    let doubled = format!("alice:{}", APR1.replace('$', "$$"));
    let dynamic = format!("http:\n  middlewares:\n    m:\n      basicAuth:\n        users:\n          - '{doubled}'\n");
    let found = look(&[("traefik/dynamic.yml", &dynamic)]);
    let said = "traefik: no password fits what is stored here: alice can never log in: always 401 (Unauthorized)";
    assert_eq!(errors(&found), [error("traefik/dynamic.yml", said)]);
    assert!(found.report.findings[0].why.contains("each `$` is doubled, as in a Compose file"));
    let found = look(&[("compose.yaml", REGISTRY), ("auth/htpasswd", &doubled)]);
    assert_eq!(errors(&found).len(), 1);
}

#[test]
fn a_traefik_file_is_used_as_a_whole_or_not_at_all() {
    let compose = "services:\n  traefik:\n    image: traefik:v3\n    volumes:\n      - ./members:/etc/members\n  web:\n    labels:\n      \
                   traefik.http.middlewares.m.basicauth.usersfile: /etc/members\n";
    let users = format!("alice:{BCRYPT}\nbob\n");
    let found = look(&[("compose.yaml", compose), ("members", &users)]);
    assert_eq!(errors(&found).len(), 1);
    assert!(errors(&found)[0].1.starts_with("traefik: "), "{:?}", errors(&found));
}

#[test]
fn a_named_server_judges_whatever_file_is_named() {
    let users = format!("alice:{APR1}\nbob:{BCRYPT}\n");
    let files = tree(&[("auth/people", &users), ("auth/htpasswd", &users)]);
    let as_server = |server, path: &str| {
        errors(&checked(
            &files,
            Options { server: Some(server), paths: vec![PathBuf::from(path)], ..Options::default() },
        ))
    };
    let said = "docker-registry takes only bcrypt: alice can never log in: always 401 (Unauthorized)";
    assert_eq!(as_server(Kind::Registry, "auth/people"), [error("auth/people", said)]);
    assert_eq!(as_server(Kind::Registry, "auth"), [error("auth/htpasswd", said)]);
    for server in
        [Kind::Nginx, Kind::Lighttpd, Kind::Traefik, Kind::Squid, Kind::Verdaccio, Kind::Radicale, Kind::Rclone]
    {
        assert!(as_server(server, "auth/htpasswd").is_empty(), "{}", server.name());
    }
    assert!(!as_server(Kind::Envoy, "auth/htpasswd").is_empty());
    assert!(!as_server(Kind::H2o, "auth/htpasswd").is_empty());
    let none =
        Options { server: Some(Kind::Nginx), here: "/p".into(), paths: vec!["none".into()], ..Options::default() };
    assert!(check(&files, &none).is_err());
}

#[test]
fn a_password_is_verified_as_the_named_server_does() {
    let users = format!("frank:{BCRYPT}\nerin:{SHA}\n");
    let files = tree(&[("users", &users)]);
    let asked = |server, user: &str, password: &str| {
        let served = Served::read(server, Crypt::Libxcrypt, &files, "/p/users".as_ref()).unwrap().unwrap();
        let login = served.login(user.as_bytes());
        login.settled().unwrap_or_else(|| login.with(password.as_bytes()))
    };
    let others =
        [Kind::Registry, Kind::Nginx, Kind::Lighttpd, Kind::Traefik, Kind::Squid, Kind::Verdaccio, Kind::Rclone];
    for server in others.into_iter().chain([Kind::Radicale]) {
        assert_eq!(asked(server, "frank", "paper plane").result, Outcome::Match, "{}", server.name());
        assert_eq!(asked(server, "frank", "paper planes").result, Outcome::Mismatch, "{}", server.name());
        assert_eq!(asked(server, "frank", "paper plane").line, Some(1), "{}", server.name());
        let nobody = asked(server, "nobody", "x");
        assert_eq!((nobody.result, nobody.why.as_deref()), (Outcome::Mismatch, Some("the file has no such user")));
    }
    let refused = asked(Kind::Registry, "erin", "x");
    let said = "the server takes only bcrypt: erin can never log in: always 401 (Unauthorized)";
    assert_eq!((refused.why.as_deref(), refused.line), (Some(said), Some(2)));
    assert_eq!(asked(Kind::Envoy, "erin", "x").result, Outcome::Error);
    assert!(Served::read(Kind::Caddy, Crypt::Libxcrypt, &files, "/p/users".as_ref()).unwrap().is_none());
    assert!(Served::read(Kind::Nginx, Crypt::Libxcrypt, &files, "/p/none".as_ref()).is_err());
}

proptest::proptest! {
    #[test]
    fn noise_under_names_that_tell_of_readers_is_read_like_any_other(
        pieces in proptest::collection::vec(0_usize..24, 0..40),
        kind in 0_usize..4,
    ) {
        const PIECES: [&str; 24] = [
            "services:", "\n", "  ", "web:", " image: nginx:alpine", "volumes:", "- ", "./a:/b", "labels:", "$", "$$", "${",
            "}", "traefik.http.middlewares.m.basicauth.users=", "a:b", ",", "auth_basic_user_file", " x;", "{", "\"",
            "http:", "basicAuth", "htpasswd", "\u{e9}",
        ];
        let text: String = pieces.iter().filter_map(|piece| PIECES.get(*piece)).copied().collect();
        let name = ["compose.yaml", "nginx.conf", "config.yml", ".env"].get(kind).copied().unwrap_or_default();
        let _ = look(&[(name, &text), ("users/.htpasswd", "a:b\n"), ("docker-compose.yml", &labels("${A}"))]);
    }
}

#[test]
fn no_report_shows_a_secret_of_a_compose_file() {
    let text = format!(
        "{}    environment: [\"PIN=copper-kettle\"] # alice's is copper-kettle\n",
        labels(&format!("alice:{APR1}"))
    );
    let found = look(&[("compose.yaml", &text)]);
    let mut shown = Vec::new();
    json(&found.report, "/p".as_ref(), false, &mut shown).unwrap();
    let style = Style {
        folder: "/p".as_ref(),
        colour: false,
        unicode: true,
        width: 200,
        notes: true,
        show_secrets: false,
        summary: true,
    };
    terminal(&found.report, &style, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    for secret in ["copper-kettle", "abcdefgh", "0123456789"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
