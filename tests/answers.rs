//! The engine against the recorded answers of the real server: every request of every case, no server needed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use htlint::answer::{Answer, Client, Login, Request, Scheme, Server};
use htlint::read::{Account, Choice, Memory, PathMap, discover};
use htlint::servers::apache::{Ground, ModuleSet, Override, Profile, Site, load};
use htlint::source::Sources;
use support::case::{self, Case, Modules};

/// Where a case lies in memory; nothing else is there.
const ROOT: &str = "/srv/case";
/// The account of the workers, as on Debian.
const WORKER: (&str, u32) = ("www-data", 33);

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

/// Cases about what the engine does not look at: links to folders, and arguments that foreign directives parse by
/// themselves.
fn is_beyond(case: &Case) -> bool {
    matches!(case.name.as_str(), "links-in-the-tree" | "other-directives-that-break-a-file")
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
    let mut sources = Sources::default();
    let loaded = load(&ground, &discovery, &profile, &mut sources);
    let site = Site::new(&sources, loaded, profile, site);
    case.setup.requests.iter().map(|request| site.answer(&asked(request))).collect()
}

fn asked(request: &case::Request) -> Request {
    let login = match (&request.user, &request.password) {
        (None, None) => Login::Anonymous,
        (user, password) => Login::Password {
            user: user.clone().unwrap_or_default().into_bytes(),
            password: password.clone().unwrap_or_default().into_bytes(),
            scheme: match request.scheme {
                case::Scheme::Basic => Scheme::Basic,
                case::Scheme::Digest => Scheme::Digest,
            },
        },
    };
    Request {
        path: request.path.clone().into_bytes(),
        method: request.method.clone(),
        login,
        client: Client::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        https: false,
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

fn modules(modules: &Modules) -> ModuleSet {
    let of_set = |name: &str| match name {
        "all" => Some(ModuleSet::all()),
        "debian-default" => Some(ModuleSet::debian_default()),
        _ => None,
    };
    match modules {
        Modules::Set(name) => of_set(name).unwrap(),
        Modules::List(names) => {
            let mut set = ModuleSet::compiled_in();
            for name in names {
                match of_set(name) {
                    Some(named) => named.iter().for_each(|module| assert!(set.add(module.source))),
                    None => assert!(set.add(name), "{name}"),
                }
            }
            set
        }
    }
}

/// The case in memory, with owners and modes as on the server.
fn laid_out(case: &Case) -> Memory {
    let passwd = format!("root:x:0:0::/:\n{}:x:{}:{}::/:\n", WORKER.0, WORKER.1, WORKER.1);
    let group = format!("root:x:0:\n{}:x:{}:\n", WORKER.0, WORKER.1);
    let mut files = Memory::new().file("/etc/passwd", passwd).file("/etc/group", group);
    files = files.directory(format!("{ROOT}/server"));
    for part in ["site", "server"] {
        files = copied(files, case, Path::new(part));
    }
    files
}

fn copied(mut files: Memory, case: &Case, part: &Path) -> Memory {
    let from = case.folder.join(part);
    let to = Path::new(ROOT).join(part);
    let Ok(found) = fs::symlink_metadata(&from) else { return files };
    let mut mode = 0o644;
    if found.is_symlink() {
        let target = filled(fs::read_link(&from).unwrap().as_os_str().as_encoded_bytes());
        return files.symlink(to, PathBuf::from(String::from_utf8(target).unwrap()));
    }
    if found.is_dir() {
        mode = 0o755;
        files = files.directory(&to);
        let mut entries: Vec<_> = fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        entries.sort();
        for entry in entries {
            files = copied(files, case, &part.join(entry));
        }
    } else {
        files = files.file(&to, filled(&fs::read(&from).unwrap()));
    }
    let key = part.to_string_lossy().into_owned();
    let mode = case.setup.modes.get(&key).map_or(mode, |mode| u32::from_str_radix(mode, 8).unwrap());
    let owner = case.setup.owners.get(&key).map_or(WORKER.1, |owner| if owner == "root" { 0 } else { WORKER.1 });
    files.owned(to, mode, owner, owner)
}

/// Text with `@SITE@` and `@SERVER@` filled in.
fn filled(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let marks = [(&b"@SITE@"[..], "site"), (b"@SERVER@", "server")];
        match marks.into_iter().find_map(|(mark, part)| Some((rest.strip_prefix(mark)?, part))) {
            Some((after, part)) => {
                out.extend_from_slice(format!("{ROOT}/{part}").as_bytes());
                rest = after;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}
