//! The engine against the recorded answers of the real server: every request of every case, no server needed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use htlint::answer::{Answer, Client, Login, Request, Scheme, Server, Trace};
use htlint::read::{Account, Choice, PathMap, discover};
use htlint::servers::apache::{Ground, Override, Profile, Site, load};
use htlint::source::Sources;
use support::case::{self, Case};
use support::memory::{ROOT, WORKER, laid_out, modules};

#[test]
fn the_engine_answers_as_the_server_did() {
    let cases = case::all().unwrap();
    let mut requests = 0;
    let mut undecided = Vec::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let recorded = case.answers.as_ref().unwrap();
        if case.setup.allow_override.contains("Nonfatal") {
            continue;
        }
        let asked = case.setup.requests.iter().zip(answers(case)).zip(&recorded.statuses).zip(&recorded.logs);
        for (((request, answer), status), logs) in asked {
            if request.headers.keys().any(|name| name.eq_ignore_ascii_case("authorization")) || is_beyond(case) {
                continue;
            }
            requests += 1;
            let told = || {
                format!(
                    "{} {} {} {:?}: server {status}, engine {:?} {:?}",
                    case.title(),
                    request.method,
                    request.path,
                    request.user,
                    answer.status,
                    answer.because.last().map(|because| &because.reason)
                )
            };
            match answer.status {
                None => undecided.push(told()),
                Some(ours) if !agrees(ours, *status, logs) => wrong.push(told()),
                Some(_) => {}
            }
        }
    }
    let shown = wrong.join("\n");
    assert!(wrong.is_empty(), "{} of {requests} requests are answered otherwise:\n{shown}", wrong.len());
    assert!(requests >= 2_000, "only {requests} requests: is fixtures/cases complete?");
    assert!(undecided.iter().all(|told: &String| told.contains("CannotTell")), "{}", undecided.join("\n"));
    let shown = undecided.join("\n");
    assert!(undecided.len() * 40 <= requests, "{} of {requests} undecided:\n{shown}", undecided.len());
}

/// A status behind the access decision (a redirect, a missing page, a method the handler lacks, a folder without index,
/// a rewrite) means that it was passed; then the log has no line of an access module.
fn agrees(ours: u16, servers: u16, logs: &[String]) -> bool {
    let denied =
        logs.iter().any(|line| matches!(line.as_str(), "AH01630" | "AH01797" | "AH00529" | "AH00035" | "AH02219"));
    let passed =
        matches!(servers, 200 | 301 | 302 | 303 | 304 | 307 | 308 | 404 | 405 | 501) || (servers == 403 && !denied);
    if ours == 200 { passed } else { ours == servers }
}

/// Cases about what the engine does not look at: links to folders.
fn is_beyond(case: &Case) -> bool {
    case.name == "links-in-the-tree"
}

fn answers(case: &Case) -> Vec<Answer> {
    let site = Path::new(ROOT).join("site");
    let files = laid_out(case);
    let discovery = discover(&files, Path::new("/"), std::slice::from_ref(&site), &Choice::default()).unwrap();
    let discovery = discovery.into_iter().next().unwrap();
    let paths = PathMap::default().on_host();
    let account = Account::named(WORKER.0, &files).unwrap();
    let ground = Ground { files: &files, paths: &paths, account: Some(&account) };
    let profile = profile(case);
    let sources = Sources::default();
    let loaded = load(&ground, &discovery, &profile, &sources);
    let site = Site::new(&sources, loaded, profile, site);
    case.setup.requests.iter().map(|request| site.answer(&asked(request), &mut Trace::unwanted())).collect()
}

fn asked(request: &case::Request) -> Request {
    let login = match (&request.user, &request.password) {
        (None, None) => Login::Anonymous,
        (user, password) => Login::Password {
            user: user.clone().unwrap_or_default().into_bytes(),
            password: htlint::credentials::Secret::new(password.clone().unwrap_or_default().into_bytes()),
            scheme: match request.scheme {
                case::Scheme::Basic => Scheme::Basic,
                case::Scheme::Digest => Scheme::Digest,
            },
        },
    };
    let sent = request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes()));
    Request {
        path: request.path.clone().into_bytes(),
        method: request.method.clone(),
        login,
        client: Client::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        https: false,
        headers: std::iter::once(("Host".to_owned(), b"localhost".to_vec())).chain(sent).collect(),
    }
}

fn profile(case: &Case) -> Profile {
    let words: Vec<&str> = case.setup.allow_override.split_whitespace().collect();
    Profile {
        modules: modules(&case.setup.modules),
        allow_override: Override::granted(&words).unwrap(),
        defines: case.setup.defines.iter().map(|name| (name.clone(), None)).collect(),
        server_root: format!("{ROOT}/server"),
        ..Profile::default()
    }
}
